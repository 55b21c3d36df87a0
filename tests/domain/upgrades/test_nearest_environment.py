"""The tested environment most like the user's own, and what still differs."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.rows_and_columns import Environment
from dask_matrix.domain.upgrades.nearest_environment import (
    Candidate,
    nearest,
    version_caveat,
    version_differences,
)

RELEASE = Release.parse("2025.2.0")
USER = {"dask": "2025.2.0", "pandas": "2.2.3", "numpy": "2.1.0", "pyarrow": "19.0.0"}
PY311, PY312, PY313 = (Python(3, minor) for minor in (11, 12, 13))


def candidate(key: str, python: Python, lane: Lane = Lane.AS_RELEASED, **pins: str) -> Candidate:
    """Return a tested environment and its pins."""
    return Environment(key, RELEASE, python, lane, "linux-x86_64", datetime(2026, 1, 1, tzinfo=UTC)), pins


def chosen(candidates: list[Candidate], packages: dict[str, str] = USER, python: Python | None = PY312) -> str:
    """Return the key of the nearest environment."""
    environment = nearest(packages, python, candidates)
    assert environment is not None
    return environment.key


def locked(tested: Candidate) -> Environment:
    """Return a tested environment with its pins as a lock."""
    environment, pins = tested
    return replace(environment, lock="".join(f"{name}=={version}\n" for name, version in pins.items()))


def caveats(
    packages: dict[str, str], python: Python | None, start: Candidate, target: Candidate | None = None
) -> tuple[str, ...]:
    """Return the caveats of an answer from these two environments; by default from one as both."""
    found = version_differences(packages, python, locked(start), locked(target or start))
    return tuple(version_caveat(each, "2025.2.0", "2025.4.0") for each in found)


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (candidate("z", PY312, pandas="1.0.0"), candidate("a", PY311, pandas="2.2.3")),
        (candidate("z", PY313), candidate("a", Python(3, 9))),
        (candidate("z", PY312, pandas="1.0.0"), candidate("a", Python(3, 12, free_threaded=True))),
        (candidate("z", PY312, pandas="2.3.0", numpy="2.0.0"), candidate("a", PY312, pandas="2.2.3", numpy="1.26.4")),
        (candidate("z", PY312, pandas="2.2.1", numpy="2.1.1"), candidate("a", PY312, pandas="2.2.3", numpy="2.0.0")),
        (candidate("z", PY312, pandas="2.2.1"), candidate("a", PY312, pandas="2.2.1", numpy="2.1.2")),
        (candidate("a", PY312, dask="1"), candidate("b", PY312, dask="2025.2.0")),
    ],
    ids=[
        "the same Python before any package",
        "a Python near to it before one that is far",
        "an ordinary Python before a free-threaded one",
        "a major difference is more than two minor ones",
        "a minor difference is more than two micro ones",
        "fewer differences of one kind",
        "no other package counts, and the key decides",
    ],
)
def test_the_nearer_of_two_is_chosen(near: Candidate, far: Candidate) -> None:
    """Python, then packages by the part of the version that differs, then the key."""
    candidates = [(environment, USER | dict(pins)) for environment, pins in (near, far)]
    assert chosen(candidates) == chosen(candidates[::-1]) == near[0].key


def test_ties_without_a_known_python_go_to_the_oldest_python() -> None:
    """Before the key."""
    candidates = [candidate("a", PY313), candidate("z", PY311)]
    assert chosen(candidates, python=None) == chosen(candidates[::-1], python=None) == "z"


@pytest.mark.parametrize("name", ["Pandas", "PANDAS", "pandas"])
def test_package_names_are_canonicalized(name: str) -> None:
    """As pip does."""
    candidates = [candidate("a", PY312, pandas="2.2.3"), candidate("z", PY312, pandas="1.0")]
    assert chosen(candidates, {name: "1.0"}) == "z"
    assert caveats({name: "1.0"}, PY312, candidates[0]) == ("You have pandas 1.0; the tests ran with pandas 2.2.3.",)


def test_canonical_spelling_wins() -> None:
    """Whichever was given first."""
    candidates = [candidate("a", PY312, pandas="2.2.3"), candidate("z", PY312, pandas="1.0")]
    assert chosen(candidates, {"pandas": "1.0", "Pandas": "2.2.3"}) == "z"
    assert chosen(candidates, {"Pandas": "2.2.3", "pandas": "1.0"}) == "z"


def test_a_missing_package_is_further_than_another_version() -> None:
    """Without pandas there is no evidence about dataframes."""
    assert chosen([candidate("a", PY312), candidate("z", PY312, pandas="2.0.0")], {"pandas": "2.2.3"}) == "z"


def test_every_difference_in_python_and_the_three_packages_is_a_caveat() -> None:
    """No other package is mentioned."""
    tested = candidate("a", PY311, dask="2025.3.0", toolz="1", pandas="2.3.1", numpy="2.1", pyarrow="20.0.0")
    assert caveats(USER | {"toolz": "0.1"}, PY312, tested) == (
        "You have Python 3.12; the tests ran with Python 3.11.",
        "You have pandas 2.2.3; the tests ran with pandas 2.3.1.",
        "You have pyarrow 19.0.0; the tests ran with pyarrow 20.0.0.",
    )


@pytest.mark.parametrize(
    ("packages", "python", "pins"),
    [
        ({}, None, {"pandas": "2.2.3"}),
        (USER, PY311, {}),
        ({"numpy": "2.1.0"}, PY311, {"pandas": "2.2.3", "numpy": "2.1"}),
        ({"numpy": "main"}, PY311, {"numpy": "main"}),
    ],
    ids=["nothing known of the user's", "nothing in the evidence", "another spelling", "no version of PEP 440"],
)
def test_unknown_or_equal_versions_give_no_caveat(
    packages: dict[str, str], python: Python | None, pins: dict[str, str]
) -> None:
    """A caveat states a difference between two known versions."""
    assert caveats(packages, python, candidate("a", PY311, **pins)) == ()


def test_invalid_version_differs_from_every_other() -> None:
    """It is shown unchanged."""
    assert caveats({"numpy": "nightly"}, None, candidate("a", PY311, numpy="2.1.0")) == (
        "You have NumPy nightly; the tests ran with NumPy 2.1.0.",
    )


@pytest.mark.parametrize("digits", [5000, 100_000])
def test_version_with_thousands_of_digits_is_invalid(digits: int) -> None:
    """Python refuses to convert them to a number."""
    version = "9" * digits
    assert caveats({"numpy": version}, None, candidate("a", PY311, numpy=version)) == ()
    assert len(caveats({"numpy": version}, None, candidate("a", PY311, numpy="2.1.0"))) == 1


def test_without_candidates_there_is_no_nearest() -> None:
    """And no caveat."""
    assert nearest(USER, PY312, []) is None
    assert list(version_differences(USER, PY312, None, None)) == []


def test_each_release_is_compared_with_the_users_versions() -> None:
    """The evidence of a release with another pandas does not hold for a lock that keeps its own."""
    same, newer = candidate("a", PY312, pandas="2.2.3"), candidate("b", PY312, pandas="3.0.5")
    assert caveats(USER, PY312, same, newer) == (
        "You have pandas 2.2.3; the tests ran with pandas 2.2.3 on 2025.2.0 and pandas 3.0.5 on 2025.4.0.",
    )
    assert caveats(USER, PY312, same, same) == ()


VERSIONS = st.sampled_from(["1.26.4", "2.0.0", "2.1.0", "2.1.3", "3.0.0rc1", "nightly"])
PINS = st.dictionaries(st.sampled_from(["pandas", "numpy", "pyarrow", "dask"]), VERSIONS)
PYTHONS = st.builds(Python, st.just(3), st.integers(9, 14))
CANDIDATES = st.lists(
    st.builds(
        lambda key, python, lane, pins: candidate(key, python, lane, **pins),
        st.text("0123456789abcdef", min_size=2, max_size=2),
        PYTHONS,
        st.sampled_from(Lane),
        PINS,
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda tested: tested[0].key,
)


@given(PINS, st.none() | PYTHONS, CANDIDATES, st.randoms())
def test_the_order_of_the_candidates_is_irrelevant(
    packages: dict[str, str], python: Python | None, candidates: list[Candidate], random: Random
) -> None:
    """Law."""
    shuffled = sorted(candidates, key=lambda _: random.random())
    assert nearest(packages, python, candidates) == nearest(packages, python, shuffled)


@given(CANDIDATES)
def test_tested_environment_needs_no_caveat(candidates: list[Candidate]) -> None:
    """Property: it is the nearest to itself, or ties with one that is equal in all that counts."""
    itself, pins = candidates[0]
    found = nearest(pins, itself.python, candidates)
    assert found is not None
    assert caveats(pins, itself.python, (found, next(own for each, own in candidates if each == found))) == ()
    assert nearest(pins, itself.python, candidates[:1]) == itself
    assert (found == itself) or found.python == itself.python
