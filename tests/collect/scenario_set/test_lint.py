"""What is missing in a scenario is told by file and line, and nothing of the set is imported to know it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.collect.scenario_set.declarations import scenario_id
from dask_matrix.collect.scenario_set.lint import Finding, lint, seen
from dask_matrix.collect.scenario_set.scaffold import CannotScaffold, scaffold
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.verdict import Judgement
from tests.conftest import write_set

DAY = date(2026, 11, 23)
SOUND = '''\
import pytest

ISSUES = ["https://github.com/dask/dask/issues/1"]
NAMES = ["dask.delayed", "dask.array.Array.__getitem__"]
raise SystemExit("nobody imports this")


@pytest.mark.scenario(covers=[*NAMES, "distributed.Client"], issue=ISSUES + ["https://example.org/2"])
def test_computes(client):
    """A call computes on dask 2025.4.0, e.g. here.

    More of it.
    """


@pytest.mark.scenario(
    covers=NAMES,
    since="2024.3.0",  # it came with the new frames
)
class TestKept:
    """Calls that are kept."""

    @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.scenario(formerly=["bag/bags/old[1]"]))])
    async def test_computes(self, x):
        """A kept call computes."""
'''


def found(tmp_path: Path, text: str, name: str = "bag/test_bags.py") -> list[str]:
    """Lint a set of one file; return what is said."""
    write_set(tmp_path, {name: text})
    return [each.said() for each in lint(tmp_path, DAY).of([]).findings]


def changed(before: str, after: str) -> str:
    """Return the sound file with something else in one place."""
    assert before in SOUND
    return SOUND.replace(before, after, 1)


def test_a_sound_file_gives_no_finding(tmp_path: Path) -> None:
    """Constants of the file, classes and parameters are read as the harness reads them."""
    assert found(tmp_path, SOUND) == []
    assert [each.id for each in lint(tmp_path, DAY).scenarios] == ["bag/bags/computes", "bag/bags/TestKept/computes"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('    """A kept call', '    x = """A kept call', "24: bag/bags/TestKept/computes: has no docstring"),
        ("A kept call computes.", "A kept call computes", "no full stop ends 'A kept call computes'"),
        ("A kept call computes.", "Test a kept call.", "begins with Test"),
        ("A kept call computes.", "A call computes. So does another.", "more than one sentence"),
        ("A kept call computes.", f"A {'very ' * 30}long one.", "has 161 characters: stay under 120"),
        ("A kept call computes.", "TODO: say it.", "its title is still to be written"),
        (
            "A kept call computes.",
            "A call computes on dask 2025.4.0, e.g. here.",
            "has the title of bag/test_bags.py:9",
        ),
        ("covers=[*NAMES, ", "cover=[*NAMES, ", "8: bag/bags/computes: cover: no such keyword"),
        ("covers=[*NAMES, ", "cover=[*NAMES, ", 'has no covers=["dask…"]'),
        ('"distributed.Client"', '"distributed._worker"', "covers: 'distributed._worker' is no public dotted name"),
        ('"distributed.Client"', '"dask._a.b"', "covers: 'dask._a.b' is no public dotted name"),
        ('"distributed.Client"', '"pandas.DataFrame"', "covers: 'pandas.DataFrame' is no public dotted name"),
        ("[*NAMES, ", "[*OTHERS, ", "covers: cannot be read: write it out"),
        ("https://github.com", "github.com", "issue: 'github.com/dask/dask/issues/1' is no http link"),
        ('since="2024.3.0"', 'since="spring"', "18: bag/bags/TestKept/computes: since: 'spring' is not a release"),
        ("  # it came with the new frames", "", "since: say why in a comment beside or above it"),
        (
            "bag/bags/old[1]",
            "bag/bags/computes[1]",
            "formerly: 'bag/bags/computes[1]' is in use, in bag/test_bags.py:9",
        ),
        ("class TestKept", "match = 1\nmatch match:\n    case 1: pass\nclass TestKept", "is no Python 3.9: "),
        ("async def test_computes", "def test_computes(self):\n        pass\n    def test_computes", "has the id of"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, before: str, after: str, says: str) -> None:
    """One table of slips."""
    assert any(
        says in line and line.startswith("bag/test_bags.py:") for line in found(tmp_path, changed(before, after))
    )


def test_a_comment_above_the_marker_is_a_reason_too(tmp_path: Path) -> None:
    """Where the marker has one line, there is no other place for it."""
    text = SOUND.replace("  # it came with the new frames", "").replace(
        "@pytest.mark.scenario(\n", "# It came with the new frames.\n@pytest.mark.scenario(\n"
    )
    assert found(tmp_path, text) == []


KNOWN = """\
# nothing here

[[known]]
scenario = "bag/bags/*"
releases = ">=2025.4.0"
issue = "https://github.com/dask/dask/issues/1"
reason = "it is"
expires = 2026-11-24

[[known]]
scenario = "bag/bags/TestKept/computes[*]"
releases = ">=2025.4.0"
issue = "https://github.com/dask/dask/issues/1"
reason = "it is"
expires = 2026-11-24
"""


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("nothing", "nothing", []),
        ("bag/bags/*", "bags/*", ["known.toml:3: bags/*: there is no such scenario"]),
        (
            "2026-11-24",
            "2026-11-23",
            ["known.toml:3: bag/bags/*: expired on 2026-11-23: look again, renew or remove it"],
        ),
        (
            '">=2025.4.0"',
            '"new"',
            ["known.toml:1: known[1].releases: 'new' is no specifier such as >=2025.4.0,<2025.6"],
        ),
    ],
)
def test_entries_of_known_toml_speak_of_something_and_are_believed(
    tmp_path: Path, before: str, after: str, says: list[str]
) -> None:
    """By the line where the entry begins."""
    (tmp_path / "known.toml").write_text(KNOWN.replace(before, after, 1))
    assert found(tmp_path, SOUND) == says


def test_only_the_areas_asked_for_are_told(tmp_path: Path) -> None:
    """Though names are held against the whole set; an unknown area is answered with those there are."""
    write_set(tmp_path, {"bag/test_bags.py": SOUND, "io/test_more.py": SOUND, "io/test_csv.py": "def test_x(): pass"})
    linted = lint(tmp_path, DAY)
    assert {each.file for each in linted.of(["io"]).findings} == {"io/test_csv.py", "io/test_more.py"}
    assert linted.of(["bag"]).findings == []
    with pytest.raises(UnknownName, match=r"No area 'bags'. Nearest: bag, io"):
        linted.of(["bags"])


def evidence(verdict: Verdict, seconds: float) -> Matrix:
    """Return a matrix of one row over three releases, all alike."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    row = Scenario("bag/bags/TestKept/computes[1]", "Computes.", "bag", "f")
    columns = tuple(
        Environment(each, Release.parse(each), Python.parse("3.11"), Lane.AS_RELEASED, "linux", at)
        for each in ("2025.2.0", "2025.3.0", "2025.4.0", "2025.4.1")
    )
    cells = {(row.id, each.key): Judgement(verdict, seconds=seconds, executions=1) for each in columns}
    return Matrix((row, replace(row, id="bag/bags/gone")), columns, cells)


def test_what_wavered_and_what_is_costly_is_a_warning(tmp_path: Path) -> None:
    """From the evidence there is, at the line where the scenario stands."""
    write_set(tmp_path, {"bag/test_bags.py": SOUND})
    scenarios = lint(tmp_path, DAY).scenarios
    (wavered,) = seen(scenarios, evidence(Verdict.FLAKY, 0.9))
    assert wavered.warning
    assert wavered.said().startswith(
        "bag/test_bags.py:24: warning: bag/bags/TestKept/computes[1] wavered in 2025.2.0, py311"
    )
    assert "2025.4.0, py311, as-released and 1 more" in wavered.message
    (costly,) = seen(scenarios, evidence(Verdict.PASS, 1.1))
    assert "takes 1.1 s (median of 4 environments)" in costly.message
    assert list(seen(scenarios, evidence(Verdict.PASS, 1.0))) == []


def test_what_turns_needs_a_story(tmp_path: Path) -> None:
    """An issue or a pull request; what holds everywhere needs none."""
    write_set(tmp_path, {"bag/test_bags.py": SOUND})
    matrix = evidence(Verdict.PASS, 0.1)
    cell, judgement = next(iter(matrix.cells.items()))
    turning = replace(matrix, cells={**matrix.cells, cell: replace(judgement, verdict=Verdict.FAIL)})
    (told,) = seen(lint(tmp_path, DAY).scenarios, turning)
    assert (told.warning, told.message) == (True, f"{cell[0]} turns between environments: name its story, issue=")
    storied = tmp_path / "storied"
    write_set(storied, {"bag/test_bags.py": SOUND.replace("covers=NAMES,", "covers=NAMES, issue=ISSUES,")})
    assert list(seen(lint(storied, DAY).scenarios, turning)) == []


def test_our_own_scenarios_are_sound() -> None:
    """Without exception; entries of known.toml expire on their day, not on that of this test."""
    findings = lint(places.scenarios(), DAY).findings
    assert [each.said() for each in findings] == []


def test_a_file_begun_says_what_is_to_be_written(tmp_path: Path) -> None:
    """And nothing else is wrong with it."""
    path = scaffold(tmp_path, "dataframe", "time_series")
    assert path == tmp_path / "dataframe" / "test_time_series.py"
    name = scenario_id("dataframe/test_time_series.py", ["test_states_one_behaviour"])
    assert [each.message.partition(":")[0] for each in lint(tmp_path, DAY).findings] == [name, name]
    assert {each.message.partition(": ")[2][:12] for each in lint(tmp_path, DAY).findings} == {
        "its title is",
        "has no cover",
    }
    written = path.read_text().replace("TODO: say", "Say").replace("covers=[]", 'covers=["dask.delayed"]')
    path.write_text(written)
    assert lint(tmp_path, DAY).findings == []


@pytest.mark.parametrize(
    ("area", "name", "says"),
    [
        ("bag", "bags", "exists already. Add to it, or choose another name."),
        ("bag", "test_bags.py", "exists already"),
        ("bag", "two words", "'two words' cannot be the name of scenarios: write lower-case letters"),
        ("bag", "../bags", "'../bags' cannot be the name"),
        ("bag", "class", "'class' cannot be the name"),
        ("bag", "test_", "'' cannot be the name"),
        ("Bag", "bags", "'Bag' cannot be the area"),
        ("a/b", "bags", "'a/b' cannot be the area"),
    ],
)
def test_nothing_is_written_over_and_names_are_identifiers(tmp_path: Path, area: str, name: str, says: str) -> None:
    """What is refused leaves everything as it was."""
    path = scaffold(tmp_path, "bag", "bags")
    path.write_text("mine")
    with pytest.raises(CannotScaffold) as refused:
        scaffold(tmp_path, area, name)
    assert says in str(refused.value)
    assert path.read_text() == "mine"
    assert list(tmp_path.rglob("*.py")) == [path]


def test_a_finding_is_a_line_that_editors_follow() -> None:
    """And an object for scripts."""
    finding = Finding("bag/test_bags.py", 3, "is wrong", warning=True)
    assert finding.said("scenarios/") == "scenarios/bag/test_bags.py:3: warning: is wrong"
    assert finding.as_json() == {"file": "bag/test_bags.py", "line": 3, "level": "warning", "message": "is wrong"}
