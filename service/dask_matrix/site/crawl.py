"""Request every address of a site from the application, and store the responses as files."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.site.asgi_client import OK, get
from dask_matrix.site.contents import OPTIONAL_ADDRESSES
from dask_matrix.site.file_names import relative
from dask_matrix.site.relative_links import REWRITERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_matrix.site.asgi_client import Application
    from dask_matrix.site.contents import Contents, SiteFile

    Put = Callable[[str, bytes], None]
    Report = Callable[[int, int], None]

OPENAPI_FILE = "api/openapi.json"
"""Not rewritten: it describes a server, whose addresses are absolute."""
FEED_PREFIXES = ("feed.", "feed-")


@dataclass
class Crawl:
    """One crawl of the application.

    ``put`` receives each file; ``address`` is the URL of the site, for feeds, which need absolute URLs; ``replacements`` has
    texts that no file may contain, with their replacements; ``report`` receives the number of requests done and in total.
    """

    app: Application
    contents: Contents
    put: Put
    address: str = ""
    replacements: tuple[tuple[bytes, bytes], ...] = ()
    report: Report = lambda _done, _of: None
    failed: list[str] = field(default_factory=list)
    _failed: set[str] = field(default_factory=set)
    _queue: deque[SiteFile] = field(default_factory=deque)
    _seen: set[str] = field(default_factory=set)
    _linking_pages: dict[str, set[SiteFile]] = field(default_factory=dict)

    def run(self) -> None:
        """Request everything; afterwards ``failed`` lists the addresses that answered with an error: no link points there.

        Raises NoAnswer.
        """
        asyncio.run(self._run())

    async def _run(self) -> None:
        for address in self.contents.start_addresses():
            if target := self.contents.target(address):
                self._enqueue(target.place)
        while self._queue:
            await self._fetch(self._queue.popleft())
            self.report(len(self._seen) - len(self._queue), len(self._seen))

    def _enqueue(self, place: SiteFile, page: SiteFile | None = None) -> None:
        """Queue an address, and remember the pages that link to it until it has answered."""
        if place.file not in self._seen:
            self._seen.add(place.file)
            self._linking_pages[place.file] = set()
            self._queue.append(place)
        if page and place.file in self._linking_pages:
            self._linking_pages[place.file].add(page)

    async def _fetch(self, place: SiteFile) -> None:
        answer = await get(self.app, place.address)
        linking_pages = self._linking_pages.pop(place.file, set())
        if answer.status == OK:
            self.put(place.file, self._rewrite(place, answer.body))
            return
        self._failed.add(place.file)
        if linking_pages or place.address not in OPTIONAL_ADDRESSES:
            self.failed.append(f"{place.address} ({answer.status})")
        self._queue.extend(sorted(linking_pages, key=lambda each: each.file))  # request them again, to drop the link

    def _rewrite(self, place: SiteFile, body: bytes) -> bytes:
        """Return a response with its links rewritten."""
        for secret, instead in self.replacements:
            body = body.replace(secret, instead)
        rewriter = REWRITERS.get(place.file.rpartition(".")[2])
        if rewriter is None or place.file == OPENAPI_FILE:
            return body
        base = self.address if place.file.startswith(FEED_PREFIXES) else ""

        def resolve(link: str) -> str | None:
            target = self.contents.target(link)
            if target is None or target.place.file in self._failed:
                return None
            self._enqueue(target.place, place)
            file = target.place.file
            address = f"{base.rstrip('/')}/{file}" if base else relative(place.file, file)
            return address + target.rest

        return rewriter(body.decode(), resolve).encode()
