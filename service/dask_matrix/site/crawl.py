"""Asks the application for every address of a site, and gives what it answers as files."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.site.asgi_client import OK, ask
from dask_matrix.site.contents import MAYBE
from dask_matrix.site.file_names import relative
from dask_matrix.site.relative_links import BY_ENDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_matrix.site.asgi_client import Application
    from dask_matrix.site.contents import Contents, Place

    Put = Callable[[str, bytes], None]
    Report = Callable[[int, int], None]

DESCRIPTION = "api/openapi.json"
"""Describes a server, whose addresses are absolute."""
FEEDS = ("feed.", "feed-")


@dataclass
class Crawl:
    """One way through the application.

    ``put`` is given each file; ``address`` is where the site will be, for feeds, whose readers want whole addresses;
    ``hidden`` is what no file may say, each with what it says instead; ``report`` hears how many of how many are done.
    """

    app: Application
    contents: Contents
    put: Put
    address: str = ""
    hidden: tuple[tuple[bytes, bytes], ...] = ()
    report: Report = lambda _done, _of: None
    missed: list[str] = field(default_factory=list)
    _dead: set[str] = field(default_factory=set)
    _queue: deque[Place] = field(default_factory=deque)
    _known: set[str] = field(default_factory=set)
    _waiting: dict[str, set[Place]] = field(default_factory=dict)

    def run(self) -> None:
        """Ask for everything; afterwards ``missed`` names the addresses that answered with a refusal: no link leads there.

        Raises NoAnswer.
        """
        asyncio.run(self._run())

    async def _run(self) -> None:
        for address in self.contents.first():
            if way := self.contents.way(address):
                self._want(way.place)
        while self._queue:
            await self._ask(self._queue.popleft())
            self.report(len(self._known) - len(self._queue), len(self._known))

    def _want(self, place: Place, page: Place | None = None) -> None:
        """Note an address to ask, and until it has answered who links to it."""
        if place.file not in self._known:
            self._known.add(place.file)
            self._waiting[place.file] = set()
            self._queue.append(place)
        if page and place.file in self._waiting:
            self._waiting[place.file].add(page)

    async def _ask(self, place: Place) -> None:
        answer = await ask(self.app, place.address)
        linking = self._waiting.pop(place.file, set())
        if answer.status == OK:
            self.put(place.file, self._rewritten(place, answer.body))
            return
        self._dead.add(place.file)
        if linking or place.address not in MAYBE:
            self.missed.append(f"{place.address} ({answer.status})")
        self._queue.extend(sorted(linking, key=lambda each: each.file))  # once more, without the link

    def _rewritten(self, place: Place, body: bytes) -> bytes:
        """Return an answer with the links of a file."""
        for secret, instead in self.hidden:
            body = body.replace(secret, instead)
        rewrite = BY_ENDING.get(place.file.rpartition(".")[2])
        if rewrite is None or place.file == DESCRIPTION:
            return body
        whole = self.address if place.file.startswith(FEEDS) else ""

        def lead(link: str) -> str | None:
            way = self.contents.way(link)
            if way is None or way.place.file in self._dead:
                return None
            self._want(way.place, place)
            target = f"{whole.rstrip('/')}/{way.place.file}" if whole else relative(place.file, way.place.file)
            return target + way.rest

        return rewrite(body.decode(), lead).encode()
