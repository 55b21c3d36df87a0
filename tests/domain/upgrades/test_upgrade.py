"""Answers to upgrade questions; unknown is never safe."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.records import Warned
from dask_matrix.domain.upgrades.answer import Answer, Question, Safety
from dask_matrix.domain.upgrades.columns import ColumnSets
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.upgrades.scope import Profile, Scope
from dask_matrix.domain.upgrades.upgrade import Span, UpgradeEvidence, upgrade
from dask_matrix.domain.verdicts.known_failures import KnownFailure
from dask_matrix.domain.verdicts.verdict import Judgement

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
RELEASES = ("2025.2.0", "2025.3.0", "2025.4.0", "2025.4.1", "2025.10.0")
VERDICTS = {
    "P": Verdict.PASS, "F": Verdict.FAIL, "T": Verdict.TIMEOUT, "C": Verdict.CRASH, "~": Verdict.FLAKY,
    "-": Verdict.NOT_APPLICABLE, "s": Verdict.STALE, " ": Verdict.UNTESTED,
}  # fmt: skip
PY311 = Python(3, 11)
LOCK = "dask==2025.2.0\nnumpy==2.2.1\npandas==2.2.3\n"


def environment(release: str, lane: Lane = Lane.AS_RELEASED, python: Python = PY311, **more: object) -> Environment:
    """Return a column."""
    key = f"{release} {lane} {python}"
    return Environment(key, Release.parse(release), python, lane, "linux", NOON, **more)  # type: ignore[arg-type]


def scenario(number: int) -> Scenario:
    """Return a row; even numbers are in the area array."""
    area = "array" if number % 2 == 0 else "futures"
    return Scenario(f"{area}/row_{number}", f"Row {number}", area, "f", covers=(f"dask.{area}.thing_{number}",))


def judged(character: str) -> Judgement:
    """Return a cell."""
    verdict = VERDICTS[character]
    return Judgement(verdict, "f", "result", "KeyError" if verdict.passes is False else "", passed=1, executions=2)


def grid(*lines: str, columns: tuple[Environment, ...] = ()) -> Matrix:
    """Return a matrix with a line of verdicts for each row."""
    columns = columns or tuple(map(environment, RELEASES))
    rows = tuple(map(scenario, range(len(lines))))
    cells = {
        (row.id, column.key): judged(character)
        for row, line in zip(rows, lines, strict=True)
        for column, character in zip(columns, line, strict=False)
    }
    return Matrix(rows, columns, cells)


def ask(
    matrix: Matrix,
    start: str = RELEASES[0],
    target: str = RELEASES[1],
    evidence: UpgradeEvidence | None = None,
    **more: object,
) -> Answer:
    """Return the answer of a matrix."""
    return upgrade(ColumnSets(matrix), Question(start=start, target=target, **more), evidence)  # type: ignore[arg-type]


def ids(findings: object) -> list[str]:
    """Return the scenarios of findings."""
    return [each.scenario for each in findings]  # type: ignore[attr-defined]


PLACES = ("regressed", "fixed", "still_failing", "unknown", "not_applicable")


@pytest.mark.parametrize(
    ("line", "place", "verdict"),
    [
        ("PP", None, Safety.SAFE),
        ("PF", "regressed", Safety.UNSAFE),
        ("PT", "regressed", Safety.UNSAFE),
        ("PC", "regressed", Safety.UNSAFE),
        ("FP", "fixed", Safety.SAFE),
        ("CP", "fixed", Safety.SAFE),
        ("FF", "still_failing", Safety.SAFE),
        ("FT", "still_failing", Safety.SAFE),
        ("P~", "unknown", Safety.UNKNOWN),
        ("~P", "unknown", Safety.UNKNOWN),
        ("~~", "unknown", Safety.UNKNOWN),
        ("P ", "unknown", Safety.UNKNOWN),
        (" P", "unknown", Safety.UNKNOWN),
        (" F", "unknown", Safety.UNKNOWN),
        ("Ps", "unknown", Safety.UNKNOWN),
        ("sF", "unknown", Safety.UNKNOWN),
        ("-P", "not_applicable", Safety.UNKNOWN),
        ("P-", "not_applicable", Safety.UNKNOWN),
        ("-F", "not_applicable", Safety.UNKNOWN),
        ("- ", "unknown", Safety.UNKNOWN),
        ("~-", "unknown", Safety.UNKNOWN),
        ("s-", "unknown", Safety.UNKNOWN),
        ("--", "not_applicable", Safety.UNKNOWN),
    ],
)
def test_a_scenario_is_in_one_list_of_the_answer(line: str, place: str | None, verdict: Safety) -> None:
    """By its verdicts on start and target."""
    answer = ask(grid(line))
    assert answer.verdict is verdict
    assert {name: len(getattr(answer, name)) for name in PLACES} == {name: int(name == place) for name in PLACES}
    assert answer.holding == int(place is None)


def test_a_finding_has_both_sides() -> None:
    """Verdict, exception, executions and the deciding result."""
    [finding] = ask(grid("PF")).regressed
    assert (finding.before.verdict, finding.after.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert (finding.before.exception, finding.after.exception) == ("", "KeyError")
    assert finding.after.result == "result"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("P~", "flaky on 2025.3.0: 1 of 2 executions passed"),
        (" s", "not tested on 2025.2.0; the result on 2025.3.0 is from an older version of the scenario"),
    ],
)
def test_unknown_findings_have_a_reason(line: str, why: str) -> None:
    """For each release without a verdict."""
    matrix = grid(line)
    del_untested = {cell: each for cell, each in matrix.cells.items() if each.verdict is not Verdict.UNTESTED}
    assert ask(replace(matrix, cells=del_untested)).unknown[0].why == why


def test_reasons_are_sentences() -> None:
    """With the deciding numbers."""
    assert ask(grid("PF", "P~", "PP")).reasons == (
        "1 of the 3 scenarios that pass on 2025.2.0 fails on 2025.3.0.",
        "1 of the 3 scenarios in scope lacks a verdict on one or both releases: 1 flaky.",
    )
    assert ask(grid("PP", "FF")).reasons == (
        "The only scenario that passes on 2025.2.0 still passes on 2025.3.0.",
        "All 2 applicable scenarios in scope have a current verdict on both releases.",
    )


def test_empty_scope_is_unknown() -> None:
    """It is not safe."""
    answer = ask(grid("PP"), q="no such words")
    assert answer.verdict is Safety.UNKNOWN
    assert answer.reasons == ("No scenario is in scope, so the answer is unknown.",)


def test_untested_release_is_unknown_and_not_an_error() -> None:
    """The matrix does not know whether it exists."""
    answer = ask(grid("PP"), target="2031.1.0")
    assert (answer.verdict, answer.target) == (Safety.UNKNOWN, None)
    assert answer.reasons == (
        (
            "2031.1.0 has not been tested in lane as-released: it is newer than the newest tested release, 2025.10.0; "
            "nearest tested: 2025.4.1, 2025.10.0 (to test it: dask-matrix run --release 2031.1.0)."
        ),
    )


def uninstallable(*releases: str) -> Matrix:
    """Return a matrix in which some releases are uninstallable."""
    refusal = Refusal("resolve", "distributed needs another dask\nat length")
    columns = tuple(environment(each, refusal=refusal if each in releases else None) for each in RELEASES)
    return grid("PPPPP", columns=columns)


def test_uninstallable_target_is_unsafe() -> None:
    """The reason contains the first line of uv's message."""
    answer = ask(uninstallable("2025.3.0"))
    assert answer.verdict is Safety.UNSAFE
    assert answer.reasons == ("dask 2025.3.0 cannot be installed: distributed needs another dask",)


def test_uninstallable_target_is_unsafe_from_any_start() -> None:
    """Even from a release that is untested or uninstallable."""
    assert ask(uninstallable("2025.3.0"), start="2020.1.0").verdict is Safety.UNSAFE
    assert ask(uninstallable("2025.2.0", "2025.3.0")).verdict is Safety.UNSAFE


@pytest.mark.parametrize("target", ["2025.3.0", "2025.2.0"])
def test_uninstallable_start_is_unknown(target: str) -> None:
    """Nothing can break, but nothing is known."""
    assert ask(uninstallable("2025.2.0"), target=target).verdict is Safety.UNKNOWN


def with_row_0_known(matrix: Matrix) -> Matrix:
    """Return a matrix with row 0 as a known failure from 2025.3.0 on."""
    entry = KnownFailure("array/row_0", SpecifierSet(">=2025.3.0"), "dask/dask#1", "it is so", date(2030, 1, 1))
    return matrix.with_known_failures([entry], NOON.date())


@pytest.mark.parametrize(
    ("accept", "verdict", "accepted"),
    [
        ((), Safety.UNSAFE, [False, False]),
        (("known",), Safety.UNSAFE, [True, False]),
        (("futures/row_1",), Safety.UNSAFE, [False, True]),
        (("known", "futures/row_1"), Safety.SAFE, [True, True]),
        (("*/row_*",), Safety.SAFE, [True, True]),
    ],
)
def test_known_failures_count_until_they_are_accepted(
    accept: tuple[str, ...], verdict: Safety, accepted: list[bool]
) -> None:
    """All known ones, or one by its id; accepted ones stay in the answer."""
    answer = ask(with_row_0_known(grid("PF", "PF")), accept=accept)
    assert answer.verdict is verdict
    assert [each.accepted for each in answer.regressed] == accepted
    assert answer.regressed[0].known is not None
    assert answer.regressed[0].known.issue == "dask/dask#1"


def test_each_release_in_between_has_a_verdict() -> None:
    """The specifier allows only safe ones."""
    answer = ask(grid("PPFPP", "P ~PP"), target="2025.10.0")
    assert [(step.release, step.verdict.value) for step in answer.road] == [
        ("2025.3.0", "unknown"), ("2025.4.0", "unsafe"), ("2025.4.1", "safe"), ("2025.10.0", "safe"),
    ]  # fmt: skip
    assert answer.avoid == ("2025.4.0",)
    assert answer.specifier == "dask>=2025.2.0,!=2025.3.0,!=2025.4.0,<=2025.10.0"
    assert answer.recommended == "2025.10.0"


def test_unsafe_target_has_a_safe_release_below_and_above() -> None:
    """The highest below it, and the lowest above it."""
    answer = ask(grid("PPFFP"), target="2025.4.1")
    assert (answer.recommended, answer.next_safe) == ("2025.3.0", "2025.10.0")
    assert answer.specifier == "dask>=2025.2.0,<=2025.3.0"


def test_without_a_safe_release_there_is_no_recommendation() -> None:
    """None, not an empty string."""
    answer = ask(grid("PFFFF"), target="2025.4.1")
    assert (answer.recommended, answer.next_safe, answer.specifier) == (None, None, "dask==2025.2.0")


def test_downgrades_are_answered_too() -> None:
    """What a downgrade breaks, and how far down is safe."""
    answer = ask(grid("FFPPP"), start="2025.10.0", target="2025.3.0")
    assert (answer.verdict, answer.recommended) == (Safety.UNSAFE, "2025.4.0")
    assert [step.release for step in answer.road] == ["2025.4.1", "2025.4.0", "2025.3.0"]
    assert answer.specifier == "dask>=2025.4.0,<=2025.10.0"


def test_untested_release_in_between_is_excluded_from_the_specifier() -> None:
    """If the package index listed it."""
    released = tuple(map(Release.parse, ("2025.2.1", "2025.2.0", "2025.9.0", "2026.1.0")))
    answer = ask(grid("PPPPP"), target="2025.10.0", evidence=UpgradeEvidence(context=Context(released=released)))
    assert [step.release for step in answer.road if step.verdict is Safety.UNKNOWN] == ["2025.2.1", "2025.9.0"]
    assert answer.specifier == "dask>=2025.2.0,!=2025.2.1,!=2025.9.0,<=2025.10.0"
    assert all(step.installs for step in answer.road)


def test_release_spellings_are_normalised() -> None:
    """2025.02.0 is 2025.2.0."""
    answer = ask(grid("PP"), target="2025.03.0")
    assert (answer.question.target, answer.verdict) == ("2025.3.0", Safety.SAFE)


def test_same_platform_takes_precedence_over_same_python() -> None:
    """Otherwise there is a caveat."""
    start = environment("2025.2.0")
    linux = environment("2025.3.0", python=Python(3, 12))
    mac = replace(environment("2025.3.0"), platform="darwin")
    assert ask(grid("PFP", columns=(start, linux, mac))).verdict is Safety.UNSAFE
    assert "different platforms: linux and darwin" in ask(grid("PP", columns=(start, mac))).caveats[0]


def test_backport_is_ordered_by_version_and_has_a_caveat() -> None:
    """2025.9.3 was uploaded after 2025.10.0."""
    moments = {"2025.2.0": 0, "2025.9.3": 500, "2025.10.0": 200}
    columns = tuple(environment(each, released_at=NOON + timedelta(days=days)) for each, days in moments.items())
    answer = ask(grid("PPP", columns=columns), target="2025.10.0")
    assert [(step.release, step.late) for step in answer.road] == [("2025.9.3", True), ("2025.10.0", False)]
    assert answer.caveats == ("2025.9.3 is a backport: uploaded after higher releases.",)


def test_changed_packages_exclude_dask() -> None:
    """The most important ones first."""
    locks = [LOCK, "dask==2025.3.0\nnumpy==2.2.4\npandas==2.2.3\naiohttp==3.1\n"]
    columns = tuple(environment(each, lock=lock) for each, lock in zip(RELEASES, locks, strict=False))
    changed = ask(grid("PP", columns=columns)).packages_changed
    assert [(each.name, each.before, each.after) for each in changed] == [
        ("numpy", "2.2.1", "2.2.4"), ("aiohttp", None, "3.1"),
    ]  # fmt: skip


def test_breaking_only_in_lane_latest_is_due_to_dependencies() -> None:
    """The sentence names the packages that differ."""
    columns = (
        environment("2025.2.0", lock=LOCK),
        environment("2025.3.0", lock=LOCK),
        environment("2025.3.0", Lane.LATEST, lock=LOCK.replace("2.2.3", "3.0.0")),
    )
    answer = ask(grid("PPF", "PPP", columns=columns))
    assert answer.verdict is Safety.SAFE
    assert answer.lanes is not None
    assert ids(answer.lanes.breaks) == ["array/row_0"]
    assert [each.name for each in answer.lanes.packages] == ["pandas"]
    assert "pandas 2.2.3 → 3.0.0" in answer.lanes.sentence


def test_both_releases_use_the_same_python_if_possible() -> None:
    """The newest of the start; otherwise there is a caveat."""
    old, new = Python(3, 10), Python(3, 11)
    both = (
        environment("2025.2.0", python=new),
        environment("2025.3.0", python=old),
        environment("2025.3.0", python=new),
    )
    assert ask(grid("PFP", columns=both)).verdict is Safety.SAFE
    assert ask(grid("PFP", columns=both), python="3.10").verdict is Safety.UNKNOWN
    assert ask(grid("PP", columns=both[:2])).caveats == (
        "The two releases were tested on different Pythons: 3.11 and 3.10.",
    )


def test_nearest_environment_represents_the_start() -> None:
    """Remaining differences are caveats."""
    both = (
        environment("2025.2.0", python=Python(3, 10), lock=LOCK),
        environment("2025.2.0", lock=LOCK),
        environment("2025.3.0"),
    )
    answer = ask(grid("PPP", columns=both), have={"python": "3.10", "pandas": "2.1.0"})
    assert answer.start is not None
    assert answer.start.python == "3.10"
    assert answer.caveats[:2] == (
        "You have Python 3.10; the tests ran with Python 3.10 on 2025.2.0 and Python 3.11 on 2025.3.0.",
        "You have pandas 2.1.0; the tests ran with pandas 2.2.3.",
    )
    assert answer.reasons[0].endswith(" still passes on 2025.3.0, tested with another Python and pandas than yours.")
    assert [(each.name, each.start, each.target) for each in answer.tested_with] == [
        ("Python", "3.10", "3.11"),
        ("pandas", "2.2.3", None),
    ]


def test_other_versions_are_no_reason_where_nothing_was_compared() -> None:
    """A release without evidence has none of another pandas either."""
    both = (environment("2025.2.0", lock=LOCK), environment("2025.3.0", lock=LOCK))
    answer = ask(grid("PP", columns=both), target="2025.9.0", have={"pandas": "2.1.0"})
    assert answer.tested_with
    assert "yours" not in answer.reasons[0]


def test_warnings_that_only_the_target_gives_are_new() -> None:
    """Ports, addresses and counts do not make a warning new; scenarios that break are left out."""
    given = {
        RELEASES[0]: {"array/row_0": (Warned(category="UserWarning", message="port 8787", where="x:1"),)},
        RELEASES[1]: {
            "array/row_0": (
                Warned(category="UserWarning", message="port 43112", where="x:1"),
                Warned(category="FutureWarning", message="going away", where="x:2"),
            ),
            "futures/row_1": (Warned(category="FutureWarning", message="going away", where="x:2"),),
        },
    }
    evidence = UpgradeEvidence(warnings=lambda key: given[key.split()[0]])
    assert [(each.scenario, each.message) for each in ask(grid("PP", "PF"), evidence=evidence).new_warnings] == [
        ("array/row_0", "going away")
    ]


def test_evidence_is_counted_and_dated() -> None:
    """For both environments, within the scope."""
    keys = [environment(each).key for each in RELEASES[:2]]
    spans = {
        keys[0]: Span(NOON, NOON + timedelta(days=1)),
        keys[1]: Span(NOON + timedelta(days=2), NOON + timedelta(days=3)),
    }
    evidence = ask(grid("P~", "PP"), evidence=UpgradeEvidence(spans=spans)).evidence
    assert (evidence.scenarios, evidence.results, evidence.flaky) == (2, 8, 1)
    assert (evidence.oldest, evidence.newest) == (NOON, NOON + timedelta(days=3))


@pytest.mark.parametrize(
    ("narrowing", "told"),
    [
        ({"profile": "mine"}, "No profile 'mine'. Nearest: yours."),
        ({"area": ("arrays",)}, "No area 'arrays'. Nearest: array."),
        ({"scenario": ("array/ro_*",)}, "No scenario 'array/ro_*'."),
        ({"scenario": ("futures/row_0",)}, "No scenario 'futures/row_0'. Nearest: array/row_0."),
        ({"accept": ("known", "array/row_7")}, "No scenario 'array/row_7'."),
        ({"covers": ("dask.array.thing",)}, "No covered name 'dask.array.thing'. Nearest: dask.array.thing_0."),
    ],
)
def test_unknown_names_are_rejected(narrowing: dict[str, object], told: str) -> None:
    """Instead of an answer for an empty scope."""
    with pytest.raises(UnknownName) as raised:
        ask(grid("PP"), evidence=UpgradeEvidence(context=Context(profiles={"yours": Profile()})), **narrowing)
    assert str(raised.value) == told


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(), [0, 1, 2, 3]),
        (Scope(areas=frozenset({"array"})), [0, 2]),
        (Scope(scenarios=("futures/*", "array/row_0")), [0, 1, 3]),
        (Scope(q="row 3"), [3]),
        (Scope(covers=("dask.array",)), [0, 2]),
        (Scope(covers=("dask.arr",)), []),
        (Scope(uses=frozenset({"dask.futures.thing_1", "dask.array"})), [1]),
        (Scope(profile=Profile(frozenset({"array"}), ("futures/row_1",))), [0, 1, 2]),
        (Scope(areas=frozenset({"futures"}), profile=Profile(covers=("dask.futures.thing_3",))), [3]),
    ],
)
def test_scope_includes_what_matches_all_fields(scope: Scope, found: list[int]) -> None:
    """A profile includes what matches any of its fields."""
    assert [number for number in range(4) if scope.includes(scenario(number))] == found


# laws

LINES = st.lists(st.text("PFTC~-s ", min_size=5, max_size=5), min_size=1, max_size=6)
TARGETS = st.sampled_from(RELEASES)
RANK = {Safety.UNSAFE: 0, Safety.UNKNOWN: 1, Safety.SAFE: 2}


@given(LINES, TARGETS, TARGETS)
def test_recommended_release_is_safe(lines: list[str], start: str, target: str) -> None:
    """So is the next safe one; each release in between has the same verdict as when asked for alone."""
    matrix = grid(*lines)
    answer = ask(matrix, start, target)
    for named in filter(None, (answer.recommended, answer.next_safe)):
        assert ask(matrix, start, named).verdict is Safety.SAFE
    for step in answer.road:
        assert ask(matrix, start, step.release).verdict is step.verdict


@given(LINES, TARGETS, TARGETS)
def test_specifier_allows_exactly_the_start_and_safe_releases(lines: list[str], start: str, target: str) -> None:
    """Of the releases in between."""
    answer = ask(grid(*lines), start, target)
    admits = SpecifierSet(answer.specifier.removeprefix("dask"))
    assert Version(start) in admits
    for step in answer.road:
        assert (Version(step.release) in admits) == (step.verdict is Safety.SAFE)


@given(LINES, TARGETS)
def test_staying_is_safe_or_unknown(lines: list[str], release: str) -> None:
    """Never unsafe."""
    answer = ask(grid(*lines), release, release)
    assert answer.verdict is not Safety.UNSAFE
    assert answer.road == ()


@given(LINES, TARGETS, TARGETS, st.data())
def test_a_failure_on_the_target_never_makes_an_answer_safer(
    lines: list[str], start: str, target: str, data: st.DataObject
) -> None:
    """Unless it closes a gap: a scenario that failed before too, and of whose target nothing was known.

    A failure beside passes makes a cell flaky.
    """
    if start == target:
        return
    number = data.draw(st.integers(0, len(lines) - 1))
    column = RELEASES.index(target)
    if lines[number][column] in " s" and lines[number][RELEASES.index(start)] in "FTC-":
        return
    worse = "~" if lines[number][column] in "P~" else "F"
    if lines[number][column] == "-":
        return  # skipped and failing at once does not happen: the newest counts
    after = list(lines)
    after[number] = lines[number][:column] + worse + lines[number][column + 1 :]
    before, then = ask(grid(*lines), start, target), ask(grid(*after), start, target)
    assert RANK[then.verdict] <= RANK[before.verdict]


@given(LINES, TARGETS, TARGETS)
def test_answer_for_a_scope_is_a_part_of_the_whole_answer(lines: list[str], start: str, target: str) -> None:
    """Each list is that of the whole answer, limited to the scope."""
    matrix = grid(*lines)
    whole, part = ask(matrix, start, target), ask(matrix, start, target, area=("array",))
    for place in PLACES:
        assert ids(getattr(part, place)) == [each for each in ids(getattr(whole, place)) if each.startswith("array/")]


@given(LINES, TARGETS, TARGETS, st.randoms(use_true_random=False))
def test_order_of_cells_is_irrelevant(lines: list[str], start: str, target: str, random: object) -> None:
    """The same verdicts give the same answer."""
    matrix = grid(*lines)
    cells = list(matrix.cells.items())
    random.shuffle(cells)  # type: ignore[attr-defined]
    assert ask(replace(matrix, cells=dict(cells)), start, target) == ask(matrix, start, target)
