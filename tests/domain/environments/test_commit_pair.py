"""Commit pairs can be used like releases, but are never mistaken for one."""

from __future__ import annotations

import re
from dataclasses import replace
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
from dask_matrix.domain.upgrades.columns import ColumnSets
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
def test_refs_are_parsed(text: str, dask: str | None, distributed: str | None) -> None:
    """Both repositories, or the one that the other follows."""
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
def test_versions_and_other_text_are_not_refs(text: str) -> None:
    """A plain version is a published release; a tag needs its repository."""
    assert Refs.parse(text) is None


@pytest.mark.parametrize(
    ("text", "syntax"),
    [("dask@master^{tree}", "^"), ("main~3", "~"), ("dask@main+distributed@HEAD:x", ":"), ("0fa5e18d5..main", ".."),
     ("dask@main@{yesterday}", "@{"), ("dask@^main", "^")],
)  # fmt: skip
def test_revision_syntax_is_rejected(text: str, syntax: str) -> None:
    """With a clear message, before git is called."""
    with pytest.raises(InvalidRef, match=re.escape(f"{text!r} contains {syntax}: revision syntax is not supported")):
        Refs.parse(text)


def test_pairs_are_equal_if_their_commits_are() -> None:
    """Yesterday's main equals the same two commits given by hash."""
    assert pair(ref="main") == pair(ref="dask@0fa5e18d5")
    assert len({pair(ref="main"), pair(ref="dask@0fa5e18d5"), pair("bbbbbbbbb")}) == 2


def test_pair_has_short_text_spec_and_links() -> None:
    """For pages, for the command line, and to GitHub."""
    assert pair().short == "dask 0fa5e18d5 + distributed 6691e27de"
    assert pair().text == "dask@0fa5e18d5+distributed@6691e27de"
    assert pair().link("dask") == f"https://github.com/dask/dask/commit/{pair().dask.sha}"
    assert pair().day == NOON.date()


def test_pair_differs_from_the_release_with_its_version() -> None:
    """Even at the tag; it sorts after the release."""
    release, tag = Release.parse("2025.3.0"), Release(Version("2025.3.0"), pair())
    assert release != tag
    assert release < tag < Release(Version("2025.3.0+1.gaaaaaaaaa"), pair("aaaaaaaaa")) < Release.parse("2025.4.0")
    assert Release(Version("2025.3.0"), pair(distributed="aaaaaaaaa")) != tag


def test_label_of_a_pair_contains_its_commits() -> None:
    """In session names and file names."""
    spec = EnvironmentSpec(NEW_MAIN.release, PY311, Lane.AS_RELEASED)
    assert spec.label == "dask@0fa5e18d5+distributed@6691e27de, py311, as-released"
    assert spec.slug == "dask@0fa5e18d5+distributed@6691e27de-py311-as-released"
    assert label_parts(spec.label) == ("dask@0fa5e18d5+distributed@6691e27de", PY311, Lane.AS_RELEASED)
    assert Refs.parse(label_parts(spec.label)[0])
    with pytest.raises(InvalidEnvironment):
        label_parts("dask@0fa5e18d5+distributed@6691e27de, as-released")


def test_matrix_shows_only_the_newest_main_and_shows_it_last() -> None:
    """Even after a release that was uploaded later."""
    shown = columns([NEW_MAIN, BISECTED, *RELEASES, OLD_MAIN])
    assert shown == (*RELEASES, NEW_MAIN)
    assert [each.name for each in shown] == ["2025.2.0", "2025.3.0", "2025.4.0", "main"]


def test_each_python_and_lane_has_its_own_newest_main() -> None:
    """A lane that was not run today keeps its older main, which stands before the newer one."""
    latest = column("2025.3.0+3.gaaaaaaaaa", OLD_MAIN.pair, Lane.LATEST)
    assert columns([NEW_MAIN, OLD_MAIN, latest, *RELEASES])[-2:] == (latest, NEW_MAIN)


def test_history_includes_all_pairs_after_what_they_contain_and_what_is_older() -> None:
    """The newest main is the last of those in one place."""
    old, base, new = RELEASES
    latest = replace(new, released_at=NOON - timedelta(days=1))
    found = columns([NEW_MAIN, BISECTED, old, base, latest, OLD_MAIN], history=True)
    assert found == (old, base, OLD_MAIN, BISECTED, latest, NEW_MAIN)


def test_pairs_with_the_same_dask_commit_are_distinct() -> None:
    """Although they have the same version."""
    others = [column("2025.3.0", pair(distributed=digits)) for digits in ("aaaaaaaaa", "bbbbbbbbb")]
    assert len(columns([*others, *RELEASES], history=True)) == len([*others, *RELEASES])


def asked(matrix: Matrix, target: str, start: str = "2025.2.0") -> object:
    """Return the upgrade answer of a matrix."""
    return upgrade(ColumnSets(matrix), Question(start=start, target=target))


def grid(line: str) -> Matrix:
    """Return a matrix of one row: three releases, and main."""
    verdicts = {"P": Verdict.PASS, "F": Verdict.FAIL}
    shown = (*RELEASES, NEW_MAIN)
    cells = {(ROW.id, each.key): Judgement(verdicts[mark], "f") for each, mark in zip(shown, line, strict=True)}
    return Matrix((ROW,), shown, cells)


def test_main_is_never_recommended() -> None:
    """No requirement can name it."""
    answer = upgrade(ColumnSets(grid("PPFP")), Question(start="2025.2.0", target="2025.4.0"))
    assert (answer.recommended, answer.next_safe) == ("2025.3.0", None)
    assert [step.release for step in answer.road] == ["2025.3.0", "2025.4.0"]
    assert ColumnSets(grid("PPFP")).releases[-1] == Release.parse("2025.4.0")
    assert line(grid("PPFP")).environments == RELEASES


@pytest.mark.parametrize(("row", "verdict"), [("PPPF", Safety.UNSAFE), ("PFFP", Safety.SAFE)])
def test_main_can_be_the_target(row: str, verdict: Safety) -> None:
    """It has its own verdict; the releases in between and the recommendation are published ones."""
    answer = upgrade(ColumnSets(grid(row)), Question(start="2025.2.0", target="main"))
    assert answer.verdict is verdict
    assert answer.question.target == "main"
    assert answer.target
    assert (answer.target.release, answer.target.pair) == (str(NEW_MAIN.release), pair().short)
    assert [step.release for step in answer.road] == ["2025.3.0", "2025.4.0"]
    assert answer.recommended == ("2025.4.0" if row[2] == "P" else None)
    assert "+" not in answer.specifier


def test_untested_main_raises_unknown_release() -> None:
    """The message suggests the newest releases."""
    with pytest.raises(UnknownRelease, match=r"'main'\. Nearest: 2025\.3\.0, 2025\.4\.0"):
        asked(Matrix((ROW,), RELEASES), "main")


def test_main_cannot_be_the_start() -> None:
    """It is not a release."""
    with pytest.raises(InvalidRelease):
        asked(grid("PPPP"), "2025.4.0", start="main")
