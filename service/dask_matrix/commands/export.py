"""`dask-matrix export`: the evidence as a site of plain files, or as a snapshot to ship."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dask_matrix.commands import options
from dask_matrix.commands.driver import workplace_of
from dask_matrix.commands.server import INTERRUPTED
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.places import default_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dask_matrix.commands.evidence import Shown
    from dask_matrix.site.export import Site

MOST_TOLD = 10
"""Addresses without an answer that are named."""


def export(
    site: Annotated[
        Path | None, typer.Argument(help="Where the site is written: every page and its JSON as plain files.")
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", metavar="FOLDER", help="Where a snapshot of what counts is written.")
    ] = None,
    from_snapshot: Annotated[
        bool, typer.Option("--from-snapshot", help="The site shows the evidence that ships with dask-matrix.")
    ] = False,
    all_cells: Annotated[
        bool, typer.Option("--all-cells", help="The site has a page for cells that plainly pass, too.")
    ] = False,
    address: Annotated[
        str, typer.Option("--address", metavar="URL", help="Where the site will be: its feeds name whole addresses.")
    ] = "",
    scenarios: options.Scenarios = None,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Write the evidence as a site of plain files, as a snapshot to ship, or as both."""
    _refuse_misuse(site, snapshot, address, of_site=from_snapshot or all_cells or bool(address))
    told: dict[str, Any] = {}
    if snapshot is not None:
        from dask_matrix.commands.snapshot import export_snapshot

        told = export_snapshot(workplace_of(data, scenarios), snapshot).model_dump(mode="json")
    if site is not None:
        from dask_matrix.commands.evidence import shown

        what = shown(data, scenarios, shipped=from_snapshot)
        hidden = () if from_snapshot else _places(data or default_data())
        told["site"] = _write(site, what, all_cells=all_cells, address=address, hidden=hidden)
    if as_json:
        print(json.dumps(told, indent=1))


def _refuse_misuse(site: Path | None, snapshot: Path | None, address: str, *, of_site: bool) -> None:
    """Raise what was asked for in vain."""
    if site is None and snapshot is None:
        raise DaskMatrixError("Nothing to write: name a folder for the site, or --snapshot FOLDER, or both.")
    if site is None and of_site:
        raise DaskMatrixError("--from-snapshot, --all-cells and --address are about a site: name a folder for it.")
    if address and not address.startswith(("http://", "https://")):
        raise DaskMatrixError(f"--address {address}: write the whole of it, such as https://example.org/matrix/.")


def _write(site: Path, what: Shown, **how: Any) -> dict[str, Any]:
    """Write a site; return how much there is of it."""
    from dask_matrix.site.export import Site
    from dask_matrix.web.app import create_app

    app = create_app(what.database, what.beliefs, what.snapshot_of, static=True, all_cells=how["all_cells"])
    try:
        reader = app.state.reader
        if not reader.freshness().results:
            raise DaskMatrixError(
                "Nothing to show: there is no result. `dask-matrix run` makes some, --from-snapshot takes what ships."
            )
        store = reader.store
        made = Site(app, reader.matrix(), lambda *cell: [each.id for each in store.results(*cell)], **how)
        return _written(made, site, lambda: int(store.revision))
    except KeyboardInterrupt:
        print(f"Interrupted. {site} can be looked at as before; the next export begins anew.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        app.state.reader.store.close()


def _written(site: Site, folder: Path, revision: Callable[[], int]) -> dict[str, Any]:
    from dask_matrix.site.export import write

    before = revision()

    def check() -> None:
        if revision() != before:
            raise DaskMatrixError(
                f"Results came in while the site was made, and its pages would not agree. {folder} is as it was; "
                "export again when the run is done."
            )

    with _reporting() as report:
        placed, missed = write(site, folder, check, report)
    for each in missed[:MOST_TOLD]:
        print(f"dask-matrix: no link leads to {each}: it has no answer.", file=sys.stderr)
    print(
        f"{folder}: {placed.files:,} files, {placed.bytes / 1e6:.1f} MB; {placed.written:,} written, "
        f"{placed.unchanged:,} unchanged, {placed.removed:,} removed.",
        file=sys.stderr,
    )
    return {**asdict(placed), "missed": missed}


@contextmanager
def _reporting() -> Iterator[Callable[[int, int], None]]:
    """Yield what shows how far it is, on a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _done, _of: None
        return
    columns = (TextColumn("addresses"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


def _places(data: Path) -> tuple[tuple[bytes, bytes], ...]:
    """Return the folders of this machine that evidence may name, each with what is said instead."""
    folders = {data.absolute(): "", data.resolve(): "", Path.home(): "~/"}
    named = sorted(folders.items(), key=lambda each: -len(str(each[0])))
    return tuple((f"{folder}/".encode(), said.encode()) for folder, said in named if len(folder.parts) > 1)
