"""Two commits may stand where a release stands, and are never taken for one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from packaging.version import Version

from dask_matrix.domain.environments.commit_pair import MAIN, Commit, InvalidRef, Pair, Refs
from dask_matrix.domain.environments.environment import EnvironmentSpec, InvalidEnvironment, Lane, Python, label_parts
from dask_matrix.domain.environments.release import InvalidRelease, Release, UnknownRelease
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario, columns
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.transitions.transitions import line
from dask_matrix.domain.upgrades.answer import Question, Safety
from dask_matrix.domain.upgrades.columns import Sides
from dask_matrix.domain.upgrades.upgrade import upgrade
from dask_matrix.domain.verdicts.verdict import Judgement

NOON = datetime(2025, 4, 8, 12, tzinfo=UTC)
PY311 = Python(3, 11)
ROW = Scenario("a/b", "A row", "a", "f")


def pair(dask: str = "0fa5e18d5", distributed: str = "6691e27de", ref: str = "", days: int = 0) -> Pair:
    """Return a pair by the first digits of its commits."""
    at = NOON + timedelta(days=days)
    return Pair(Commit(dask.ljust(40, "0"), at - timedelta(hours=2)), Commit(distributed.ljust(40, "0"), at), ref)


def column(version: str, of: Pair | None = None, lane: Lane = Lane.AS_RELEASED, python: Python = PY311) -> Environment:
    """Return a column."""
    release = Release(Version(version), of)
    return Environment(f"{release.text} {lane} {python}", release, python, lane, "linux", NOON)


OLD_MAIN = column("2025.3.0+3.gaaaaaaaaa", pair("aaaaaaaaa", ref=MAIN, days=-3))
NEW_MAIN = column("2025.3.0+19.g0fa5e18d5", pair(ref=MAIN))
BISECTED = column("2025.3.0+9.gbbbbbbbbb", pair("bbbbbbbbb", days=-2))
RELEASES = tuple(map(column, ("2025.2.0", "2025.3.0", "2025.4.0")))


@pytest.mark.parametrize(
    ("text", "dask", "distributed"),
    [
        ("main", "main", "main"),
        ("0fa5e18d5", "0fa5e18d5", None),
        ("0fa5e18d511c49f1a9cd5f98c675a9f6cd2fc02f", "0fa5e18d511c49f1a9cd5f98c675a9f6cd2fc02f", None),
        ("dask@2025.3.0", "2025.3.0", None),
        ("distributed@some/branch", None, "some/branch"),
        ("dask@main+distributed@6691e27d", "main", "6691e27d"),
        ("distributed@a+dask@b", "b", "a"),
        ("dask@c++20", "c++20", None),
    ],
)
def test_refs_are_read(text: str, dask: str | None, distributed: str | None) -> None:
    """Both sides, or the one that the other follows."""
    assert Refs.parse(text) == Refs(text, dask, distributed)


@pytest.mark.parametrize(
    "text",
    [
        "2025.3.0",
        ">=2025.3",
        "latest:2",
        "dask",
        "dask@",
        "dask@a+dask@b",
        "dask@--all",
        "main, py311",
        "0fa5e1",
        "~=2025.3",
        "==2025.*",
    ],
)
def test_what_is_a_release_or_nothing_is_no_ref(text: str) -> None:
    """A plain version is the release of the index; the tag is named with its repository."""
    assert Refs.parse(text) is None


@pytest.mark.parametrize(
    ("text", "syntax"),
    [("dask@master^{tree}", "^"), ("main~3", "~"), ("dask@main+distributed@HEAD:x", ":"), ("0fa5e18d5..main", ".."),
     ("dask@main@{yesterday}", "@{"), ("dask@^main", "^")],
)  # fmt: skip
def test_what_is_computed_from_a_ref_is_refused(text: str, syntax: str) -> None:
    """By name, before a repository is blamed for it."""
    with pytest.raises(InvalidRef, match=re.escape(f"{text!r} has {syntax} in it: name a branch, a tag or a commit")):
        Refs.parse(text)


def test_a_pair_is_its_commits_whatever_was_asked_for() -> None:
    """Main of yesterday is the same as its commits named by their digits."""
    assert pair(ref="main") == pair(ref="dask@0fa5e18d5")
    assert len({pair(ref="main"), pair(ref="dask@0fa5e18d5"), pair("bbbbbbbbb")}) == 2


def test_a_pair_is_told_in_short_and_links_to_its_commits() -> None:
    """For people, for the command line, for whoever wants to read them."""
    assert pair().short == "dask 0fa5e18d5 + distributed 6691e27de"
    assert pair().text == "dask@0fa5e18d5+distributed@6691e27de"
    assert pair().link("dask") == f"https://github.com/dask/dask/commit/{pair().dask.sha}"
    assert pair().day == NOON.date()


def test_two_commits_are_never_a_release_of_the_same_version() -> None:
    """Not even at the tag; they stand after it."""
    release, tag = Release.parse("2025.3.0"), Release(Version("2025.3.0"), pair())
    assert release != tag
    assert release < tag < Release(Version("2025.3.0+1.gaaaaaaaaa"), pair("aaaaaaaaa")) < Release.parse("2025.4.0")
    assert Release(Version("2025.3.0"), pair(distributed="aaaaaaaaa")) != tag


def test_the_label_of_two_commits_names_them_again() -> None:
    """As a session's name, and as the name of a file."""
    spec = EnvironmentSpec(NEW_MAIN.release, PY311, Lane.AS_RELEASED)
    assert spec.label == "dask@0fa5e18d5+distributed@6691e27de, py311, as-released"
    assert spec.slug == "dask@0fa5e18d5+distributed@6691e27de-py311-as-released"
    assert label_parts(spec.label) == ("dask@0fa5e18d5+distributed@6691e27de", PY311, Lane.AS_RELEASED)
    assert Refs.parse(label_parts(spec.label)[0])
    with pytest.raises(InvalidEnvironment):
        label_parts("dask@0fa5e18d5+distributed@6691e27de, as-released")


def test_the_matrix_shows_the_newest_main_last_and_no_other_commits() -> None:
    """After a release that came later too."""
    shown = columns([NEW_MAIN, BISECTED, *RELEASES, OLD_MAIN])
    assert shown == (*RELEASES, NEW_MAIN)
    assert [each.name for each in shown] == ["2025.2.0", "2025.3.0", "2025.4.0", "main"]


def test_each_python_and_lane_has_its_newest_main() -> None:
    """A lane that was not run today shows what it showed."""
    latest = column("2025.3.0+3.gaaaaaaaaa", OLD_MAIN.pair, Lane.LATEST)
    assert columns([NEW_MAIN, OLD_MAIN, latest, *RELEASES])[-2:] == (NEW_MAIN, latest)


def test_the_history_has_all_commits_where_their_versions_stand() -> None:
    """But for main, which stays last."""
    found = columns([NEW_MAIN, BISECTED, *RELEASES, OLD_MAIN], history=True)
    assert found == (*RELEASES[:2], OLD_MAIN, BISECTED, RELEASES[2], NEW_MAIN)


def test_pairs_with_the_same_commit_of_dask_stay_apart() -> None:
    """They have the same version."""
    others = [column("2025.3.0", pair(distributed=digits)) for digits in ("aaaaaaaaa", "bbbbbbbbb")]
    assert len(columns([*others, *RELEASES], history=True)) == len([*others, *RELEASES])


def asked(matrix: Matrix, target: str, start: str = "2025.2.0") -> object:
    """Return the answer of a matrix."""
    return upgrade(Sides(matrix), Question(start=start, target=target))


def grid(line: str) -> Matrix:
    """Return a matrix of one row: three releases, and main."""
    verdicts = {"P": Verdict.PASS, "F": Verdict.FAIL}
    shown = (*RELEASES, NEW_MAIN)
    cells = {(ROW.id, each.key): Judgement(verdicts[mark], "f") for each, mark in zip(shown, line, strict=True)}
    return Matrix((ROW,), shown, cells)


def test_main_is_never_recommended_nor_the_newest_release() -> None:
    """Nobody can require it."""
    answer = upgrade(Sides(grid("PPFP")), Question(start="2025.2.0", target="2025.4.0"))
    assert (answer.recommended, answer.next_safe) == ("2025.3.0", None)
    assert [step.release for step in answer.road] == ["2025.3.0", "2025.4.0"]
    assert Sides(grid("PPFP")).releases[-1] == Release.parse("2025.4.0")
    assert line(grid("PPFP")).environments == RELEASES


@pytest.mark.parametrize(("row", "verdict"), [("PPPF", Safety.UNSAFE), ("PFFP", Safety.SAFE)])
def test_main_may_be_the_target_of_a_question(row: str, verdict: Safety) -> None:
    """It answers for itself; the way there is over the releases, and what is recommended is one of them."""
    answer = upgrade(Sides(grid(row)), Question(start="2025.2.0", target="main"))
    assert answer.verdict is verdict
    assert answer.question.target == "main"
    assert answer.target
    assert (answer.target.release, answer.target.pair) == (str(NEW_MAIN.release), pair().short)
    assert [step.release for step in answer.road] == ["2025.3.0", "2025.4.0"]
    assert answer.recommended == ("2025.4.0" if row[2] == "P" else None)
    assert "+" not in answer.specifier


def test_main_that_was_never_run_is_unknown_by_name() -> None:
    """The newest releases are named instead."""
    with pytest.raises(UnknownRelease, match=r"'main'\. Nearest: 2025\.3\.0, 2025\.4\.0"):
        asked(Matrix((ROW,), RELEASES), "main")


def test_nobody_moves_from_main() -> None:
    """It is no release to have installed."""
    with pytest.raises(InvalidRelease):
        asked(grid("PPPP"), "2025.4.0", start="main")
