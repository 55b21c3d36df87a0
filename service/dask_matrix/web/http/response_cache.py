"""Answers that were given once and need not be made again: whole, compressed, in memory, and not too many of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import anyio
from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 24 * 2**20
"""Bytes that are kept in all."""
LARGEST = 2 * 2**20
"""Bytes of the largest answer that is kept."""
BESIDE = 1_000
"""Bytes that an answer takes in memory beside its body, about."""
LONGEST_HOST = 255
"""Characters; no site has a longer name, and what is kept is known by it."""
STREAMED = "text/event-stream"

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of status 200, as the server sends it."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def size(self) -> int:
        """What it takes in memory, in bytes."""
        return len(self.body) + BESIDE

    async def give(self, send: Send) -> None:
        """Send it; whoever it passes may add headers."""
        await send({"type": "http.response.start", "status": HTTPStatus.OK.value, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": self.body})


class Answers:
    """Answers by what they depend on, of bounded size: those not asked for the longest go first. For one event loop."""

    def __init__(self, most: int = MOST, largest: int = LARGEST) -> None:
        self.most, self.largest, self.size = most, largest, 0
        self._answers: OrderedDict[Key, Answer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Key) -> Answer | None:
        """Return an answer if it is kept; it is then the last to go."""
        if (answer := self._answers.get(key)) is not None:
            self._answers.move_to_end(key)
        return answer

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer, unless it is too large; others go if there is no room."""
        if answer.size > min(self.largest, self.most):
            return
        if (before := self._answers.pop(key, None)) is not None:
            self.size -= before.size
        self._answers[key] = answer
        self.size += answer.size
        while self.size > self.most:
            _, gone = self._answers.popitem(last=False)
            self.size -= gone.size


@dataclass(slots=True)
class _Making:
    """An answer that is being made: who waits for it is given it, be it kept or too large for that."""

    done: anyio.Event = field(default_factory=anyio.Event)
    answer: Answer | None = None


class Keeping:
    """ASGI middleware. Lets an answer that has an ETag be made once, also where many ask for it at the same time.

    One that is too large to be kept is given to those who wait for it while it is made, and made again for who asks later.

    The ETag stands for the address, the form and the state of the store; beside it an answer may depend only on whether
    it is compressed and on the name that the asker has for the site. What is streamed passes, and so do errors.
    """

    def __init__(self, app: ASGIApp, kept: Answers | None = None) -> None:
        self.app, self.kept = app, Answers() if kept is None else kept
        self._making: dict[Key, _Making] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the kept answer; else let the app make one, and keep it."""
        key = _key(scope)
        if not key:
            await self.app(scope, receive, send)
        elif (answer := await self._found(key)) is not None:
            await answer.give(send)
        else:
            await self._make(key, scope, receive, send)

    async def _found(self, key: Key) -> Answer | None:
        """Return the kept answer, also one that is just being made."""
        if (making := self._making.get(key)) is not None:
            await making.done.wait()
            if making.answer:
                return making.answer
        return self.kept.get(key)

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        made = self._making[key] = _Making()
        headers: list[tuple[bytes, bytes]] = []

        async def listening(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers.extend(message.get("headers", ()))
                if not _is_kept(message):
                    made.done.set()
            elif not made.done.is_set():
                if not message.get("more_body"):
                    made.answer = Answer(tuple(headers), message.get("body", b""))
                    self.kept.put(key, made.answer)
                made.done.set()  # whole, or the first part of what is streamed
            await send(message)

        try:
            await self.app(scope, receive, listening)
        finally:
            made.done.set()
            if self._making.get(key) is made:
                del self._making[key]


def _key(scope: Scope) -> Key:
    """Return what an answer depends on; nothing where it is not to be kept."""
    tag = scope.get("state", {}).get("etag", "") if scope["type"] == "http" else ""
    if not tag:
        return ()
    asked = Headers(scope=scope)
    packed, host = "gzip" if "gzip" in asked.get("accept-encoding", "") else "", asked.get("host", "")
    return (tag, packed, scope.get("scheme", ""), host) if len(host) <= LONGEST_HOST else ()


def _is_kept(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == HTTPStatus.OK and not kind.startswith(STREAMED)
