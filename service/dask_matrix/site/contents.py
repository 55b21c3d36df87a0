"""What a site holds: the addresses that become files, and where a link leads whose address does not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.site.file_names import filed, part
from dask_matrix.web import links

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from dask_matrix.domain.environments.environment import Lane
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario

    Executions = Callable[[str, str], Iterable[str]]

WHOLE = {"changes": "false", "last": "0"}
"""Asks for the matrix with all rows and all releases."""
UNLIKE = frozenset({Verdict.FLAKY, Verdict.TIMEOUT, Verdict.CRASH})
"""Verdicts whose executions each tell something else; of others the page of the cell shows the one that decides."""
SILENT = frozenset({Verdict.PASS, Verdict.UNTESTED, Verdict.UNINSTALLABLE})
"""Verdicts that the row, or the head of the column, says all of."""
TELLING = {"after", "before", "cursor", "limit", "area", "scenario"}
"""Parameters, of what is neither the matrix nor a move, whose answers are files of their own: pages of long lists, narrowed feeds."""
LATEST = "latest"
NEEDS_A_SERVER = frozenset({"/healthz", f"{links.API}/matrix.parquet"})
"""Beside what is streamed."""
MAYBE = ("/matrix.svg", "/about", "/runs", f"{links.API}/runs")
"""Addresses that need not be there."""
ALWAYS = ("/", "/releases", "/upgrade", "/api/docs", "/api/openapi.json", "/feed.atom", "/feed.json")


@dataclass(frozen=True, slots=True)
class Place:
    """An address of the application, and the file that holds what it answers."""

    address: str
    file: str


@dataclass(frozen=True, slots=True)
class Way:
    """Where a link leads: to a place, and there to what ``rest`` says (a query that scripts read, a fragment)."""

    place: Place
    rest: str = ""


class Contents:
    """What the site of a matrix holds.

    ``executions`` gives the ids of the results of one cell; ``all_cells``: also cells that their rows say all of, and all results.
    """

    def __init__(self, matrix: Matrix, executions: Executions, *, all_cells: bool = False) -> None:
        self.matrix = matrix
        chosen = set(_all_cells(matrix) if all_cells else _telling(matrix))
        self.cells = frozenset(links.cell(*each) for each in chosen)
        unlike = chosen if all_cells else _of(matrix, UNLIKE)
        self.results = frozenset(links.result(each) for cell in unlike for each in executions(*cell))
        self.areas = frozenset(matrix.areas()) - {""}
        indexed = [each for each in matrix.environments if each.pair is None]
        self.releases = _texts(indexed)
        self.moves = frozenset(moves(self.releases))
        if self.releases and len(indexed) < len(matrix.environments):
            self.moves |= {(self.releases[-1], MAIN)}
        self._ways: dict[str, Way | None] = {}

    def first(self) -> Iterator[str]:
        """Yield the addresses that the site is made from; links of their pages lead to the rest."""
        yield from (*ALWAYS, *MAYBE)
        yield links.matrix(WHOLE)
        for name in ("releases", "scenarios", "matrix"):
            yield f"{links.API}/{name}"
        for area in sorted(self.areas):
            yield links.matrix({"area": area, **WHOLE})
        yield from map(links.release, _texts(self.matrix.environments))
        for scenario in self.matrix.scenarios:
            yield from _with_twin(links.scenario(scenario.id))
        for environment in self.matrix.environments:
            yield from _with_twin(links.environment(environment.key))
        for cell in sorted(self.cells):
            yield from _with_twin(cell)
        for start, target in sorted(self.moves):
            yield from _with_twin(links.upgrade({"from": start, "to": target}))
        yield from self._badges()

    def way(self, link: str) -> Way | None:
        """Return where a link of the application leads in the site; None where it needs a server, or leads nowhere."""
        if link not in self._ways:
            self._ways[link] = self._found(link)
        return self._ways[link]

    def _badges(self) -> Iterator[str]:
        """Yield the badges: how much holds on each release, and whether to move to the newest."""
        for kind in ("svg", "json"):
            for release in (*self.releases, LATEST):
                yield f"/badge/release/{release}.{kind}"
                yield f"/badge/upgrade/{release}/{LATEST}.{kind}"

    def _found(self, link: str) -> Way | None:
        found = urlsplit(link)
        path, values = found.path, parse_qsl(found.query)
        computed = (
            "at" in dict(values) or path in NEEDS_A_SERVER or links.is_stream(path)
        )  # what was at some moment is computed
        if computed or found.netloc or not path.startswith("/"):
            return None
        fragment = f"#{found.fragment}" if found.fragment else ""
        match path.strip("/").split("/"):
            case [""]:
                return self._matrix(values, fragment)
            case ["api", "v1", "matrix"]:
                return self._matrix_json(dict(values))
            case ["upgrade"] | ["api", "v1", "upgrade"]:
                return self._upgrade(path, dict(values), fragment)
            case ["cells" | "results", *_] | ["api", "v1", "cells" | "results", *_]:
                return self._evidence(path, fragment)
            case _:
                return _other(path, found.query, dict(values), fragment)

    def _matrix(self, values: list[tuple[str, str]], fragment: str) -> Way:
        """Return the page of the matrix that is nearest: what filters in the page reads the query."""
        told = dict(values)
        rest = {name: value for name, value in told.items() if WHOLE.get(name) != value}
        if not told:
            return Way(_at("/"), fragment)
        if not rest and told.keys() == WHOLE.keys():
            return Way(Place(links.matrix(WHOLE), "all.html"), fragment)
        if rest.keys() == {"area"} and rest["area"] in self.areas:
            area = rest["area"]
            return Way(Place(links.matrix({"area": area, **WHOLE}), f"area/{part(area)}.html"), fragment)
        return Way(Place(links.matrix(WHOLE), "all.html"), f"?{urlencode(values)}{fragment}")

    def _matrix_json(self, told: dict[str, str]) -> Way | None:
        if "format" in told:
            return None
        path, area = f"{links.API}/matrix", told.get("area")
        if area in self.areas:
            return Way(Place(f"{path}?{urlencode({'area': area})}", f"{path[1:]}/area/{part(area)}.json"))
        return Way(_at(path))

    def _upgrade(self, path: str, told: dict[str, str], fragment: str) -> Way | None:
        """Return the answer about a move; of one that is not kept, where those that are kept are listed."""
        page = path == "/upgrade"
        if told.keys() == {"from", "to"} and (told["from"], told["to"]) in self.moves:
            file = filed(f"{path}/{told['from']}/{told['to']}")
            return Way(Place(f"{path}?{urlencode(told)}", file), fragment)
        listed = f"#{told['from']}" if told.get("from") in self.releases else ""
        return Way(_at(path), fragment or listed) if page else None

    def _evidence(self, path: str, fragment: str) -> Way | None:
        """Return the cell, or the result; of a cell that its row says all of, the row."""
        page = path.removeprefix(links.API)
        if page in self.cells or page in self.results:
            return Way(_at(path), fragment)
        if page.startswith("/results/"):
            return None
        return Way(_at(path.rpartition("/")[0].replace("/cells/", "/scenarios/", 1)))


def moves(releases: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the moves that are answered: from each release to the next, and from each to the newest."""
    for start, following in pairwise(releases):
        yield start, following
        yield start, releases[-1]


def _texts(environments: Iterable[Environment]) -> list[str]:
    """Return the releases of environments, each once."""
    return list(dict.fromkeys(str(each.release) for each in environments))


def _at(path: str) -> Place:
    return Place(path, filed(path))


def _other(path: str, query: str, told: dict[str, str], fragment: str) -> Way:
    """Return the place of any other address; a query that is not known is for scripts, or for nobody."""
    if query and told.keys() <= TELLING:
        return Way(Place(f"{path}?{query}", filed(path, query)), fragment)
    tells = query and not path.startswith("/static/")  # there it only tells one version from another
    return Way(_at(path), f"?{query}{fragment}" if tells else fragment)


def _with_twin(page: str) -> tuple[str, str]:
    return page, links.twin(page)


def _all_cells(matrix: Matrix) -> Iterator[tuple[str, str]]:
    installed = [each.key for each in matrix.environments if not each.refusal]
    return ((scenario.id, key) for scenario in matrix.scenarios for key in installed)


def _of(matrix: Matrix, verdicts: Container[Verdict]) -> Iterator[tuple[str, str]]:
    """Yield the cells with one of these verdicts."""
    return (place for place, cell in matrix.cells.items() if cell.verdict in verdicts)


def _telling(matrix: Matrix) -> Iterator[tuple[str, str]]:
    """Yield the cells that have something to tell."""
    for scenario in matrix.scenarios:
        yield from ((scenario.id, key) for key in {*_not_plain(matrix, scenario), *_around_turns(matrix, scenario)})


def _not_plain(matrix: Matrix, scenario: Scenario) -> Iterable[str]:
    """Yield the columns in which a row does not plainly pass."""
    row = zip(matrix.environments, matrix.row(scenario), matrix.overlays(scenario), strict=True)
    return (each.key for each, cell, overlay in row if cell.verdict not in SILENT or overlay)


def _around_turns(matrix: Matrix, scenario: Scenario) -> Iterator[str]:
    """Yield the columns where a row turns, and of each the one that it is held against."""
    turning = matrix.turning(scenario)
    before: dict[Lane, str] = {}
    for environment, cell in zip(matrix.environments, matrix.row(scenario), strict=True):
        if cell.verdict.holds is None:
            continue
        if environment.key in turning:
            yield from (environment.key, before[environment.lane])
        before[environment.lane] = environment.key
