"""`dask-matrix export`: write the evidence as a static site or as a snapshot."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dask_matrix.commands import options
from dask_matrix.commands.driver import workspace_of
from dask_matrix.commands.exit_codes import INTERRUPTED
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dask_matrix.commands.evidence import EvidenceSource
    from dask_matrix.site.export import Site

MAX_MISSED_SHOWN = 10
"""Maximum number of missing pages that are listed."""


def export(
    site: Annotated[
        Path | None, typer.Argument(help="Folder for the static site: every page and its JSON as plain files.")
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", metavar="FOLDER", help="Folder for a snapshot of the current results.")
    ] = None,
    from_snapshot: Annotated[
        bool, typer.Option("--from-snapshot", help="Make the site from the evidence that ships with dask-matrix.")
    ] = False,
    all_cells: Annotated[bool, typer.Option("--all-cells", help="Also write a page for every passing cell.")] = False,
    address: Annotated[
        str, typer.Option("--address", metavar="URL", help="URL where the site will be published, for links in feeds.")
    ] = "",
    scenarios: options.Scenarios = None,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Write the evidence as a static site, as a snapshot, or both."""
    _refuse_misuse(site, snapshot, address, of_site=from_snapshot or all_cells or bool(address))
    output: dict[str, Any] = {}
    if snapshot is not None:
        from dask_matrix.commands.snapshot import export_snapshot

        output = export_snapshot(workspace_of(data, scenarios), snapshot).model_dump(mode="json")
    if site is not None:
        from dask_matrix.commands.evidence import evidence_source
        from dask_matrix.places import default_data

        source = evidence_source(data, scenarios, shipped=from_snapshot)
        replacements = () if from_snapshot else _places(data or default_data())
        output["site"] = _write(site, source, all_cells=all_cells, address=address, replacements=replacements)
    if as_json:
        print(json.dumps(output, indent=1))


def _refuse_misuse(site: Path | None, snapshot: Path | None, address: str, *, of_site: bool) -> None:
    """Raise DaskMatrixError for options that do not fit together."""
    if site is None and snapshot is None:
        raise DaskMatrixError("Nothing to write. Give a folder for the site, --snapshot FOLDER, or both.")
    if site is None and of_site:
        raise DaskMatrixError(
            "--from-snapshot, --all-cells and --address need a site folder: dask-matrix export FOLDER."
        )
    if address and not address.startswith(("http://", "https://")):
        raise DaskMatrixError(f"--address {address}: give a full URL, such as https://example.org/matrix/.")


def _write(site: Path, source: EvidenceSource, **how: Any) -> dict[str, Any]:
    """Write the site; return its size."""
    from dask_matrix.site.export import Site
    from dask_matrix.web.app import create_app

    app = create_app(
        source.database,
        source.context,
        source.snapshot_of,
        static=True,
        all_cells=how["all_cells"],
        surfaces=source.surfaces,
    )
    try:
        reader = app.state.reader
        if not reader.freshness().results:
            raise DaskMatrixError(
                "No results yet. Run `dask-matrix run` first, or use --from-snapshot for the evidence that ships."
            )
        store = reader.store
        made_site = Site(app, reader.matrix(), lambda *cell: [each.id for each in store.results(*cell)], **how)
        return _write_files(made_site, site, lambda: int(store.revision))
    except KeyboardInterrupt:
        print(f"Interrupted. {site} still shows the previous export; the next export starts over.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        app.state.reader.store.close()


def _write_files(site: Site, folder: Path, revision: Callable[[], int]) -> dict[str, Any]:
    from dask_matrix.site.export import write

    before = revision()

    def check() -> None:
        if revision() != before:
            raise DaskMatrixError(
                f"New results arrived during the export, so pages would disagree. {folder} is unchanged; "
                "export again when the run has finished."
            )

    with _progress() as report:
        placed, missed = write(site, folder, check, report)
    for each in missed[:MAX_MISSED_SHOWN]:
        print(f"dask-matrix: skipped {each}: it answered with an error, so no link points there.", file=sys.stderr)
    print(
        f"{folder}: {placed.files:,} files, {placed.bytes / 1e6:.1f} MB; {placed.written:,} written, "
        f"{placed.unchanged:,} unchanged, {placed.removed:,} removed.",
        file=sys.stderr,
    )
    return {**asdict(placed), "missed": missed}


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Yield a function (done, total) that updates a progress bar; it does nothing unless stderr is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("pages"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _places(data: Path) -> tuple[tuple[bytes, bytes], ...]:
    """Return local folders that may appear in evidence, each with the text that replaces it."""
    folders = {data.absolute(): "", data.resolve(): "", Path.home(): "~/"}
    named = sorted(folders.items(), key=lambda each: -len(str(each[0])))
    return tuple((f"{folder}/".encode(), shown.encode()) for folder, shown in named if len(folder.parts) > 1)
