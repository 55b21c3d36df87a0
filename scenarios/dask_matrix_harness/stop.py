"""What ends a harness early: a signal, or the end of the process it works for."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterable
from types import FrameType

from . import processes

#: How often to look whether the process we work for is alive, in seconds.
ALIVE_INTERVAL = 0.5


class Stop:
    """A request to stop. Before `listen` a signal raises `KeyboardInterrupt`, then it wakes up `wait`."""

    def __init__(self, alive: int | None) -> None:
        self._alive = alive
        self._birth = processes.birth(alive) if alive else ""
        self._signalled = False
        self._ears: tuple[socket.socket, socket.socket] | None = None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    @property
    def requested(self) -> bool:
        """Whether to stop."""
        return self._signalled or self._is_orphaned()

    def listen(self) -> None:
        """From now on signals, those of ended children included, wake up `wait`."""
        self._ears = socket.socketpair()
        for ear in self._ears:
            ear.setblocking(False)  # noqa: FBT003 - its only argument
        signal.set_wakeup_fd(self._ears[1].fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def wait(self, seconds: float, others: Iterable[int] = ()) -> list[int]:
        """Until a signal comes, at most `seconds`, or until one of the file descriptors `others` can be read: which."""
        assert self._ears is not None
        ear = self._ears[0].fileno()
        ready, _, _ = select.select([ear, *others], [], [], max(0.0, min(seconds, ALIVE_INTERVAL)))
        if ear in ready:
            ready.remove(ear)
            self._ears[0].recv(4096)
        return ready

    def deafen(self) -> None:
        """Signals are ignored from now on: children are being ended, and nothing is to get in between."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    def close(self) -> None:
        """A child has no use for the sockets."""
        for ear in self._ears or ():
            ear.close()

    def _is_orphaned(self) -> bool:
        if self._alive is None:
            return False
        return processes.is_dead(self._alive) or processes.birth(self._alive) != self._birth

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signalled = True
        if self._ears is None:
            raise KeyboardInterrupt(signal.Signals(number).name)
