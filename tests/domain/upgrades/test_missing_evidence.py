"""Why a release cannot be compared: one sentence, the nearest releases, and how to test it."""

import pytest

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.rows_and_columns import Refusal
from dask_matrix.domain.upgrades.answer import MissingKind, Safety
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.upgrades.upgrade import UpgradeEvidence
from tests.domain.upgrades.test_upgrade import ask, environment, grid

PY312 = Python(3, 12)
COLUMNS = (
    environment("2025.2.0"),
    environment("2025.3.0", refusal=Refusal("resolve", "\nno wheel\nat all")),
    environment("2025.4.0"),
    environment("2025.10.0", lane=Lane.LATEST, python=PY312),
)
INDEX = UpgradeEvidence(
    context=Context(released=tuple(map(Release.parse, ("2025.2.0", "2025.2.1", "2025.4.0", "2025.10.0", "2025.11.0"))))
)


@pytest.mark.parametrize(
    ("target", "evidence", "kind", "sentence"),
    [
        (
            "2025.11.0", INDEX, MissingKind.NEWER,
            ("2025.11.0 has not been tested in lane as-released: it is newer than the newest tested release, 2025.4.0; "
            "nearest tested: 2025.2.0, 2025.4.0 (to test it: dask-matrix run --release 2025.11.0)."),
        ),
        (
            "2031.1.0", INDEX, MissingKind.NEWER,
            ("2031.1.0 has not been tested in lane as-released: it is newer than the newest tested release, 2025.4.0, "
            "and the package index did not list it when last read; nearest tested: 2025.2.0, 2025.4.0 "
            "(to test it: dask-matrix run --release 2031.1.0)."),
        ),
        (
            "2025.2.7", INDEX, MissingKind.UNKNOWN,
            ("2025.2.7 has not been tested in lane as-released: the package index did not list it when last read; "
            "the newest tested release is 2025.4.0; nearest tested: 2025.2.0, 2025.4.0."),
        ),
        (
            "2025.2.1", INDEX, MissingKind.UNTESTED,
            ("2025.2.1 has not been tested in lane as-released: the newest tested release is 2025.4.0; "
            "nearest tested: 2025.2.0, 2025.4.0 (to test it: dask-matrix run --release 2025.2.1)."),
        ),
        (
            "2025.2.7", None, MissingKind.UNTESTED,
            ("2025.2.7 has not been tested in lane as-released: the newest tested release is 2025.4.0; "
            "nearest tested: 2025.2.0, 2025.4.0 (to test it: dask-matrix run --release 2025.2.7)."),
        ),
        (
            "2025.10.0", INDEX, MissingKind.ELSEWHERE,
            ("2025.10.0 has not been tested in lane as-released: only in lane latest (Python 3.12); "
            "nearest tested: 2025.2.0, 2025.4.0 (to test it: dask-matrix run --release 2025.10.0)."),
        ),
        ("2025.3.0", INDEX, MissingKind.UNINSTALLABLE, "dask 2025.3.0 cannot be installed: no wheel"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_start", [False, True])
def test_each_kind_is_told_in_one_sentence(
    target: str, evidence: UpgradeEvidence | None, kind: MissingKind, sentence: str, as_start: bool
) -> None:
    """As the headline, for the start as for the target, with the nearest releases that can be compared."""
    ends = {"start": target, "target": "2025.4.0"} if as_start else {"target": target}
    answer = ask(grid("P.P.".replace(".", " "), columns=COLUMNS), evidence=evidence, **ends)  # type: ignore[arg-type]
    assert answer.verdict is (Safety.UNSAFE if kind is MissingKind.UNINSTALLABLE and not as_start else Safety.UNKNOWN)
    assert answer.reasons == (sentence,)
    [missing] = answer.missing
    assert (missing.release, missing.kind, missing.sentence) == (target, kind, sentence)
    assert (missing.newest, missing.nearest) == ("2025.4.0", ("2025.2.0", "2025.4.0"))
    assert missing.command in sentence
    assert bool(missing.command) == (kind in {"newer", "untested", "elsewhere"})


def test_lane_and_python_are_part_of_the_command() -> None:
    """Else the run would test another environment than the question asks about."""
    [missing, _] = ask(grid("PPPP", columns=COLUMNS), target="2025.4.0", lane="lowest-direct", python="3.12").missing
    assert missing.command == "dask-matrix run --release 2025.2.0 --python 3.12 --lane lowest-direct"
    assert missing.newest is None
    nothing = ask(grid("PPPP", columns=COLUMNS), target="2031.1.0", lane="lowest-direct").missing[1]
    assert nothing.sentence.startswith(
        "2031.1.0 has not been tested in lane lowest-direct: nothing has been tested there"
    )


def test_tested_releases_are_not_missing() -> None:
    """Whatever their scenarios say."""
    assert ask(grid("P F ", columns=COLUMNS), target="2025.4.0").missing == ()
