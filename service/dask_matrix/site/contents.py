"""Decide what a static site contains: which addresses become files, and where links to all others point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.release import LATEST
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.site.file_names import file_name, safe_component
from dask_matrix.web import links

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario

    Executions = Callable[[str, str], Iterable[str]]

WHOLE_MATRIX = {"changes": "false", "last": "0"}
"""Query parameters for the matrix with all scenarios and all releases."""
VARYING_VERDICTS = frozenset({Verdict.FLAKY, Verdict.TIMEOUT, Verdict.CRASH})
"""Verdicts whose executions differ, so that each gets a page; for others the cell's page shows the deciding result."""
WITHOUT_CELL_PAGE = frozenset({Verdict.PASS, Verdict.UNTESTED, Verdict.UNINSTALLABLE})
"""Verdicts without a cell page: the scenario or environment page says everything."""
EXPORTED_PARAMETERS = {"after", "before", "cursor", "limit", "area", "scenario"}
"""Parameters (other than of the matrix and upgrades) with a file for each value: pages of long lists, filtered feeds."""
NOT_EXPORTED = frozenset({"/healthz", f"{links.API}/matrix.parquet"})
"""Addresses that are not exported, besides event streams."""
OPTIONAL_ADDRESSES = ("/matrix.svg", "/about", "/runs", f"{links.API}/runs")
"""Addresses that may answer with an error without being reported as missing."""
FIXED_ADDRESSES = (
    "/",
    "/releases",
    "/upgrade",
    "/surface",
    "/api/docs",
    "/api/openapi.json",
    "/feed.atom",
    "/feed.json",
)


@dataclass(frozen=True, slots=True)
class SiteFile:
    """An address of the application, and the file for its response."""

    address: str
    file: str


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """The target of a link: a file, plus ``rest`` (a fragment, or a query that scripts read)."""

    place: SiteFile
    rest: str = ""


class Contents:
    """The contents of the site of a matrix.

    ``executions`` returns the ids of the results of one cell; ``all_cells`` adds the pages of all other cells and results.
    """

    def __init__(self, matrix: Matrix, executions: Executions, *, all_cells: bool = False) -> None:
        self.matrix = matrix
        chosen = set(_all_cells(matrix) if all_cells else _cells_with_page(matrix))
        self.cells = frozenset(links.cell(*each) for each in chosen)
        varying = chosen if all_cells else _with_verdict(matrix, VARYING_VERDICTS)
        self.results = frozenset(links.result(each) for cell in varying for each in executions(*cell))
        self.areas = frozenset(matrix.areas()) - {""}
        indexed = [each for each in matrix.environments if each.pair is None]
        self.releases = _texts(indexed)
        self.upgrades = frozenset(upgrades(matrix))
        self._targets: dict[str, LinkTarget | None] = {}

    def start_addresses(self) -> Iterator[str]:
        """Yield the addresses to start from; the rest is found by following links."""
        yield from (*FIXED_ADDRESSES, *OPTIONAL_ADDRESSES)
        yield links.matrix(WHOLE_MATRIX)
        for name in ("releases", "scenarios", "matrix"):
            yield f"{links.API}/{name}"
        for area in sorted(self.areas):
            yield links.matrix({"area": area, **WHOLE_MATRIX})
        yield from map(links.release, _texts(self.matrix.environments))
        for scenario in self.matrix.scenarios:
            yield from _with_twin(links.scenario(scenario.id))
        for environment in self.matrix.environments:
            yield from _with_twin(links.environment(environment.key))
        for cell in sorted(self.cells):
            yield from _with_twin(cell)
        for start, target in sorted(self.upgrades):
            yield from _with_twin(links.upgrade({"from": start, "to": target}))
        yield from self._badges()

    def target(self, link: str) -> LinkTarget | None:
        """Return the target of a link within the site; None if it needs a server or does not exist."""
        if link not in self._targets:
            self._targets[link] = self._resolve(link)
        return self._targets[link]

    def _badges(self) -> Iterator[str]:
        """Yield the badges: of each release, and of the upgrade from it to the newest."""
        for kind in ("svg", "json"):
            for release in (*self.releases, LATEST):
                yield f"/badge/release/{release}.{kind}"
                yield f"/badge/upgrade/{release}/{LATEST}.{kind}"

    def _resolve(self, link: str) -> LinkTarget | None:
        url = urlsplit(link)
        path, values = url.path, parse_qsl(url.query)
        computed = (
            "at" in dict(values) or path in NOT_EXPORTED or links.is_stream(path) or _is_of_names(path, values)
        )  # past states, and what is asked of tens of thousands of names, are computed on request
        if computed or url.netloc or not path.startswith("/"):
            return None
        fragment = f"#{url.fragment}" if url.fragment else ""
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
                return _other_target(path, url.query, dict(values), fragment)

    def _matrix(self, values: list[tuple[str, str]], fragment: str) -> LinkTarget:
        """Return the nearest exported matrix page; its script applies the filters in the query."""
        parameters = dict(values)
        rest = {name: value for name, value in parameters.items() if WHOLE_MATRIX.get(name) != value}
        if not parameters:
            return LinkTarget(_site_file("/"), fragment)
        if not rest and parameters.keys() == WHOLE_MATRIX.keys():
            return LinkTarget(SiteFile(links.matrix(WHOLE_MATRIX), "all.html"), fragment)
        if rest.keys() == {"area"} and rest["area"] in self.areas:
            area = rest["area"]
            return LinkTarget(
                SiteFile(links.matrix({"area": area, **WHOLE_MATRIX}), f"area/{safe_component(area)}.html"), fragment
            )
        return LinkTarget(SiteFile(links.matrix(WHOLE_MATRIX), "all.html"), f"?{urlencode(values)}{fragment}")

    def _matrix_json(self, parameters: dict[str, str]) -> LinkTarget | None:
        if "format" in parameters:
            return None
        path, area = f"{links.API}/matrix", parameters.get("area")
        if area in self.areas:
            return LinkTarget(
                SiteFile(f"{path}?{urlencode({'area': area})}", f"{path[1:]}/area/{safe_component(area)}.json")
            )
        return LinkTarget(_site_file(path))

    def _upgrade(self, path: str, parameters: dict[str, str], fragment: str) -> LinkTarget | None:
        """Return the answer about an upgrade; for one that is not exported, the page that lists those that are."""
        page = path == "/upgrade"
        if parameters.keys() == {"from", "to"} and (parameters["from"], parameters["to"]) in self.upgrades:
            file = file_name(f"{path}/{parameters['from']}/{parameters['to']}")
            return LinkTarget(SiteFile(f"{path}?{urlencode(parameters)}", file), fragment)
        listed = f"#{parameters['from']}" if parameters.get("from") in self.releases else ""
        return LinkTarget(_site_file(path), fragment or listed) if page else None

    def _evidence(self, path: str, fragment: str) -> LinkTarget | None:
        """Return the cell or result; for a cell without a page, its scenario."""
        page = path.removeprefix(links.API)
        if page in self.cells or page in self.results:
            return LinkTarget(_site_file(path), fragment)
        if page.startswith("/results/"):
            return None
        return LinkTarget(_site_file(path.rpartition("/")[0].replace("/cells/", "/scenarios/", 1)))


def _is_of_names(path: str, values: Sequence[tuple[str, str]]) -> bool:
    """Whether an address is of a name, or of a comparison of surfaces; the form of these has a page."""
    return path.startswith(("/names/", f"{links.API}/names/", f"{links.API}/surface")) or (
        path == "/surface" and bool(values)
    )


def upgrades(matrix: Matrix) -> Iterator[tuple[str, str]]:
    """Yield the upgrades to export: to each release from the tested one that it follows, and from each to the newest."""
    tested = dict.fromkeys(each.release for each in matrix.environments)
    newest = max((each for each in tested if each.pair is None), default=None)
    for release in tested:
        before = next((each for each in matrix.lineage.ancestors(release) if each in tested), None)
        if before:
            yield str(before), release.url_name
        if newest and release != newest:
            yield (str(newest), MAIN) if release.pair else (str(release), str(newest))


def _texts(environments: Iterable[Environment]) -> list[str]:
    """Return the distinct releases of environments, in order."""
    return list(dict.fromkeys(str(each.release) for each in environments))


def _site_file(path: str) -> SiteFile:
    return SiteFile(path, file_name(path))


def _other_target(path: str, query: str, parameters: dict[str, str], fragment: str) -> LinkTarget:
    """Return the target of any other address; an unknown query is kept for scripts in the page."""
    if query and parameters.keys() <= EXPORTED_PARAMETERS:
        return LinkTarget(SiteFile(f"{path}?{query}", file_name(path, query)), fragment)
    tells = query and not path.startswith("/static/")  # there it is only a cache buster
    return LinkTarget(_site_file(path), f"?{query}{fragment}" if tells else fragment)


def _with_twin(page: str) -> tuple[str, str]:
    return page, links.twin(page)


def _all_cells(matrix: Matrix) -> Iterator[tuple[str, str]]:
    installed = [each.key for each in matrix.environments if not each.refusal]
    return ((scenario.id, key) for scenario in matrix.scenarios for key in installed)


def _with_verdict(matrix: Matrix, verdicts: Container[Verdict]) -> Iterator[tuple[str, str]]:
    """Yield the cells with one of these verdicts."""
    return (place for place, cell in matrix.cells.items() if cell.verdict in verdicts)


def _cells_with_page(matrix: Matrix) -> Iterator[tuple[str, str]]:
    """Yield the cells that get a page of their own."""
    for scenario in matrix.scenarios:
        yield from (
            (scenario.id, key)
            for key in {*_noteworthy_environments(matrix, scenario), *_transition_environments(matrix, scenario)}
        )


def _noteworthy_environments(matrix: Matrix, scenario: Scenario) -> Iterable[str]:
    """Yield the environments where a scenario has a verdict or overlay worth a page."""
    row = zip(matrix.environments, matrix.row(scenario), matrix.overlays(scenario), strict=True)
    return (each.key for each, cell, overlay in row if cell.verdict not in WITHOUT_CELL_PAGE or overlay)


def _transition_environments(matrix: Matrix, scenario: Scenario) -> Iterator[str]:
    """Yield the environments on both sides of each transition of a scenario."""
    numbers = {number for change in matrix.transition_columns(scenario) for number in change}
    return (matrix.environments[number].key for number in numbers)
