"""Writes a site: everything the application answers about what it shows, into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.site.contents import Contents
from dask_matrix.site.crawl import Crawl
from dask_matrix.site.output_folder import writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.site.asgi_client import Application
    from dask_matrix.site.contents import Executions
    from dask_matrix.site.output_folder import Placed


@dataclass(frozen=True)
class Site:
    """What is to be written: an application made without a server, the matrix it shows, and how.

    ``executions`` gives the ids of the results of one cell; ``address`` is where the site will be, if feeds shall say so;
    ``hidden`` is what no file may say, and what it says instead.
    """

    app: Application
    matrix: Matrix
    executions: Executions
    all_cells: bool = False
    address: str = ""
    hidden: tuple[tuple[bytes, bytes], ...] = ()


def write(
    site: Site, folder: Path, check: Callable[[], None], report: Callable[[int, int], None]
) -> tuple[Placed, list[str]]:
    """Write a site; return what became of its files, and which addresses had no answer.

    ``check`` is called when all is asked and nothing yet placed: what it raises leaves the folder as it was. Raises
    RefusedFolder, or NoAnswer.
    """
    with writing(folder) as draft:
        contents = Contents(site.matrix, site.executions, all_cells=site.all_cells)
        crawl = Crawl(site.app, contents, draft.put, site.address, site.hidden, report)
        crawl.run()
        check()
        return draft.place(), crawl.missed
