"""Lint reports problems by file and line, without importing the scenario set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.collect.scenario_set.declarations import scenario_id
from dask_matrix.collect.scenario_set.lint import Finding, lint, lint_results
from dask_matrix.collect.scenario_set.scaffold import CannotScaffold, scaffold
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.verdict import Judgement
from tests.conftest import write_set

CONFTEST = "from distributed.utils_test import client\n"
DAY = date(2026, 11, 23)
VALID = '''\
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
    """Lint a set of one file; return the findings as lines."""
    write_set(tmp_path, {name: text, "conftest.py": CONFTEST})
    return [each.format() for each in lint(tmp_path, DAY).for_areas([]).findings]


def changed(before: str, after: str) -> str:
    """Return the valid file with one replacement."""
    assert before in VALID
    return VALID.replace(before, after, 1)


def test_a_valid_file_gives_no_finding(tmp_path: Path) -> None:
    """Constants of the file, classes and parameters are read as the harness reads them."""
    assert found(tmp_path, VALID) == []
    assert [each.id for each in lint(tmp_path, DAY).scenarios] == ["bag/bags/computes", "bag/bags/TestKept/computes"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('    """A kept call', '    x = """A kept call', "24: bag/bags/TestKept/computes: no docstring"),
        (
            "A kept call computes.",
            "A kept call computes",
            "its title does not end with a full stop: 'A kept call computes'",
        ),
        ("A kept call computes.", "Test a kept call.", "begins with Test"),
        ("A kept call computes.", "A call computes. So does another.", "more than one sentence"),
        ("A kept call computes.", f"A {'very ' * 30}long one.", "has 161 characters: keep it under 120"),
        ("A kept call computes.", "TODO: say it.", "its title is still a TODO"),
        (
            "A kept call computes.",
            "A call computes on dask 2025.4.0, e.g. here.",
            "same title as bag/test_bags.py:9",
        ),
        ("covers=[*NAMES, ", "cover=[*NAMES, ", "8: bag/bags/computes: cover: unknown keyword; use one of "),
        ("covers=[*NAMES, ", "cover=[*NAMES, ", 'no covers=["dask…"]'),
        ('"distributed.Client"', '"distributed._worker"', "covers: 'distributed._worker' is not a public dotted name"),
        ('"distributed.Client"', '"dask._a.b"', "covers: 'dask._a.b' is not a public dotted name"),
        ('"distributed.Client"', '"pandas.DataFrame"', "covers: 'pandas.DataFrame' is not a public dotted name"),
        ("[*NAMES, ", "[*OTHERS, ", "covers: cannot be read from the source: use a literal"),
        ("https://github.com", "github.com", "issue: 'github.com/dask/dask/issues/1' is not an http link"),
        ('since="2024.3.0"', 'since="spring"', "18: bag/bags/TestKept/computes: since: 'spring' is not a release"),
        ("  # it came with the new frames", "", "since: explain why in a comment above it or on its line"),
        (
            "bag/bags/old[1]",
            "bag/bags/computes[1]",
            "formerly: 'bag/bags/computes[1]' is still in use in bag/test_bags.py:9",
        ),
        ("class TestKept", "match = 1\nmatch match:\n    case 1: pass\nclass TestKept", "not valid Python 3.9: "),
        ("async def test_computes", "def test_computes(self):\n        pass\n    def test_computes", "same id as"),
    ],
)
def test_a_finding_names_what_is_wrong(tmp_path: Path, before: str, after: str, expected: str) -> None:
    """With file and line."""
    assert any(
        expected in line and line.startswith("bag/test_bags.py:") for line in found(tmp_path, changed(before, after))
    )


def test_a_comment_above_the_marker_counts(tmp_path: Path) -> None:
    """A marker of one line has no other place for it."""
    text = VALID.replace("  # it came with the new frames", "").replace(
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
    ("before", "after", "expected"),
    [
        ("nothing", "nothing", []),
        ("bag/bags/*", "bags/*", ["known.toml:3: bags/*: no such scenario"]),
        (
            "2026-11-24",
            "2026-11-23",
            ["known.toml:3: bag/bags/*: expired on 2026-11-23: check it again, then renew or remove the entry"],
        ),
        (
            '">=2025.4.0"',
            '"new"',
            ["known.toml:1: known[1].releases: 'new' is not a version specifier such as >=2025.4.0,<2025.6"],
        ),
    ],
)
def test_entries_of_known_toml_match_a_scenario_and_have_not_expired(
    tmp_path: Path, before: str, after: str, expected: list[str]
) -> None:
    """Findings name the line where the entry begins."""
    (tmp_path / "known.toml").write_text(KNOWN.replace(before, after, 1))
    assert found(tmp_path, VALID) == expected


def test_findings_can_be_limited_to_areas(tmp_path: Path) -> None:
    """Ids are still checked against the whole set; for an unknown area the known ones are listed."""
    files = {"bag/test_bags.py": VALID, "io/test_more.py": VALID, "io/test_csv.py": "def test_x(): pass"}
    write_set(tmp_path, {**files, "conftest.py": CONFTEST})
    report = lint(tmp_path, DAY)
    assert {each.file for each in report.for_areas(["io"]).findings} == {"io/test_csv.py", "io/test_more.py"}
    assert report.for_areas(["bag"]).findings == []
    with pytest.raises(UnknownName, match=r"No area 'bags'. Nearest: bag, io"):
        report.for_areas(["bags"])


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


def test_flaky_and_slow_scenarios_are_warnings(tmp_path: Path) -> None:
    """From recorded results, at the scenario's line."""
    write_set(tmp_path, {"bag/test_bags.py": VALID})
    scenarios = lint(tmp_path, DAY).scenarios
    (flaky,) = lint_results(scenarios, evidence(Verdict.FLAKY, 0.9))
    assert flaky.warning
    assert flaky.format().startswith(
        "bag/test_bags.py:24: warning: bag/bags/TestKept/computes[1] is flaky in 2025.2.0, py311"
    )
    assert "2025.4.0, py311, as-released and 1 more" in flaky.message
    (slow,) = lint_results(scenarios, evidence(Verdict.PASS, 1.1))
    assert "takes 1.1 s (median of 4 environments)" in slow.message
    assert list(lint_results(scenarios, evidence(Verdict.PASS, 1.0))) == []


def test_a_scenario_that_changes_needs_an_issue(tmp_path: Path) -> None:
    """One that passes everywhere needs none."""
    write_set(tmp_path, {"bag/test_bags.py": VALID})
    matrix = evidence(Verdict.PASS, 0.1)
    cell, judgement = next(iter(matrix.cells.items()))
    changing = replace(matrix, cells={**matrix.cells, cell: replace(judgement, verdict=Verdict.FAIL)})
    (finding,) = lint_results(lint(tmp_path, DAY).scenarios, changing)
    assert (finding.warning, finding.message) == (
        True,
        f"{cell[0]} changes between environments: link the issue with issue=",
    )
    linked = tmp_path / "linked"
    write_set(linked, {"bag/test_bags.py": VALID.replace("covers=NAMES,", "covers=NAMES, issue=ISSUES,")})
    assert list(lint_results(lint(linked, DAY).scenarios, changing)) == []


def test_the_bundled_scenarios_have_no_findings() -> None:
    """The day is fixed: entries of known.toml expire later."""
    findings = lint(places.scenarios(), DAY).findings
    assert [each.format() for each in findings] == []


FIXTURES = places.scenarios() / "conftest.py"
OWN_FIXTURES = """
import pytest
@pytest.fixture
def own(): ...
@pytest.fixture(name='named')
def other(): ...
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("def test_computes(clinet):", "no fixture 'clinet': did you mean 'client'?"),
        ("def test_computes(spark):", "no fixture 'spark': define it in the file or in a conftest.py"),
        ("@pytest.mark.usefixtures('spark')\ndef test_computes():", "no fixture 'spark'"),
        ("@pytest.mark.parametrize('x', [1])\ndef test_computes(x, y):", "no fixture 'y'"),
        ("@pytest.mark.parametrize('x', [1])\nasync def test_computes(x, *, y):", "no fixture 'y'"),
        ("def test_computes(client, tmp_path, own, named, x=1, *args, y=2, **rest):", None),
        ("@pytest.mark.parametrize('x, y', [(1, 2)])\ndef test_computes(x, y):", None),
        ("@pytest.mark.parametrize(['x', 'y'], [(1, 2)])\ndef test_computes(x, y):", None),
        ("@pytest.mark.parametrize(NAMES, [(1, 2)])\ndef test_computes(x, y):", None),
        ("@gen_cluster(client=True)\nasync def test_computes(c, s, a, b):", None),
    ],
)
def test_a_fixture_that_does_not_exist_is_found(tmp_path: Path, test: str, expected: str | None) -> None:
    """What parametrize, a default or another decorator fills is no fixture."""
    lines = [each for each in found(tmp_path, f"{OWN_FIXTURES}{test}\n    'A title.'\n") if "fixture" in each]
    assert [bool(expected and expected in each) for each in lines] == ([True] if expected else [])


@pytest.mark.parametrize("line", ["from fixtures import *", "pytest_plugins = ['fixtures']", "def"])
def test_fixtures_are_not_judged_where_they_cannot_be_listed(tmp_path: Path, line: str) -> None:
    """A conftest.py that imports everything, or loads plugins, may define any."""
    write_set(tmp_path, {"bag/conftest.py": f"{line}\n"})
    assert not any("fixture" in each for each in found(tmp_path, VALID.replace("client", "spark")))


def test_a_new_folder_gets_the_fixtures_and_a_file_that_uses_them(tmp_path: Path) -> None:
    """One with a conftest.py keeps it: the file requests no fixture that is not there."""
    folder = tmp_path / "a" / "new folder"
    assert scaffold(folder, "bag", "bags", FIXTURES) == [folder / "conftest.py", folder / "bag" / "test_bags.py"]
    assert "def test_states_one_behaviour(client):" in (folder / "bag" / "test_bags.py").read_text()
    assert scaffold(folder, "bag", "more", FIXTURES) == [folder / "bag" / "test_more.py"]
    own = write_set(tmp_path / "own", {"conftest.py": "# ours\n"})
    assert scaffold(own, "bag", "bags", FIXTURES) == [own / "bag" / "test_bags.py"]
    assert "def test_states_one_behaviour():" in (own / "bag" / "test_bags.py").read_text()


def test_a_new_file_has_only_placeholder_findings(tmp_path: Path) -> None:
    """A title and covers are to be filled in; nothing else is wrong."""
    _, path = scaffold(tmp_path, "dataframe", "time_series", FIXTURES)
    assert path == tmp_path / "dataframe" / "test_time_series.py"
    name = scenario_id("dataframe/test_time_series.py", ["test_states_one_behaviour"])
    assert [each.message.partition(":")[0] for each in lint(tmp_path, DAY).findings] == [name, name]
    assert {each.message.partition(": ")[2][:12] for each in lint(tmp_path, DAY).findings} == {
        "its title is",
        'no covers=["',
    }
    written = path.read_text().replace("TODO: state", "State").replace("covers=[]", 'covers=["dask.delayed"]')
    path.write_text(written)
    assert lint(tmp_path, DAY).findings == []


@pytest.mark.parametrize(
    ("area", "name", "expected"),
    [
        ("bag", "bags", "already exists. Add to it, or choose another name."),
        ("bag", "test_bags.py", "already exists"),
        ("bag", "two words", "'two words' is not a valid name: use lower-case letters"),
        ("bag", "../bags", "'../bags' is not a valid name"),
        ("bag", "class", "'class' is not a valid name"),
        ("bag", "test_", "'' is not a valid name"),
        ("Bag", "bags", "'Bag' is not a valid area"),
        ("a/b", "bags", "'a/b' is not a valid area"),
    ],
)
def test_no_file_is_overwritten_and_names_are_identifiers(tmp_path: Path, area: str, name: str, expected: str) -> None:
    """A refused call changes nothing."""
    fixtures, path = scaffold(tmp_path, "bag", "bags", FIXTURES)
    path.write_text("mine")
    with pytest.raises(CannotScaffold) as caught:
        scaffold(tmp_path, area, name, FIXTURES)
    assert expected in str(caught.value)
    assert path.read_text() == "mine"
    assert sorted(tmp_path.rglob("*.py")) == [path, fixtures]


def test_a_finding_is_a_line_that_editors_can_parse() -> None:
    """And an object for scripts."""
    finding = Finding("bag/test_bags.py", 3, "is wrong", warning=True)
    assert finding.format("scenarios/") == "scenarios/bag/test_bags.py:3: warning: is wrong"
    assert finding.as_json() == {"file": "bag/test_bags.py", "line": 3, "level": "warning", "message": "is wrong"}
