"""Export a static site into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.site.contents import Contents
from dask_matrix.site.crawl import Crawl
from dask_matrix.site.output_folder import staged_site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.site.asgi_client import Application
    from dask_matrix.site.contents import Executions
    from dask_matrix.site.output_folder import ExportSummary


@dataclass(frozen=True)
class Site:
    """What to export: an application created with ``static``, its matrix, and options.

    ``executions`` returns the ids of the results of one cell; ``address`` is the URL of the site, for absolute links in feeds;
    ``replacements`` has texts that no file may contain, with their replacements.
    """

    app: Application
    matrix: Matrix
    executions: Executions
    all_cells: bool = False
    address: str = ""
    replacements: tuple[tuple[bytes, bytes], ...] = ()


def write(
    site: Site, folder: Path, check: Callable[[], None], report: Callable[[int, int], None]
) -> tuple[ExportSummary, list[str]]:
    """Write a site; return a summary of its files, and the addresses that answered with an error.

    ``check`` is called before any file is moved into the folder: if it raises, the folder is unchanged. Raises
    RefusedFolder, or NoAnswer.
    """
    with staged_site(folder) as staged:
        contents = Contents(site.matrix, site.executions, all_cells=site.all_cells)
        crawl = Crawl(site.app, contents, staged.put, site.address, site.replacements, report)
        crawl.run()
        check()
        return staged.publish(), crawl.failed
