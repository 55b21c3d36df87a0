"""Detect requests to stop: a signal, or the end of the process that the harness works for."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterable
from types import FrameType

from . import processes

#: Seconds between checks whether the process that the harness works for is alive.
ALIVE_INTERVAL = 0.5


class StopSignals:
    """Requests to stop. A signal raises `KeyboardInterrupt`; after `wake_on_signals` it wakes up `wait` instead."""

    def __init__(self, alive: int | None) -> None:
        self._alive = alive
        self._birth = processes.birth(alive) if alive else ""
        self._signalled = False
        self._wakeup_sockets: tuple[socket.socket, socket.socket] | None = None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    @property
    def requested(self) -> bool:
        """Whether a stop was requested."""
        return self._signalled or self._is_orphaned()

    def wake_on_signals(self) -> None:
        """Have signals, including those of ended children, wake up `wait`."""
        self._wakeup_sockets = socket.socketpair()
        for ear in self._wakeup_sockets:
            ear.setblocking(False)  # noqa: FBT003 - its only argument
        signal.set_wakeup_fd(self._wakeup_sockets[1].fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def wait(self, seconds: float, others: Iterable[int] = ()) -> list[int]:
        """Wait for a signal or a readable file descriptor in `others`, at most `seconds`; return the readable ones."""
        assert self._wakeup_sockets is not None
        ear = self._wakeup_sockets[0].fileno()
        ready, _, _ = select.select([ear, *others], [], [], max(0.0, min(seconds, ALIVE_INTERVAL)))
        if ear in ready:
            ready.remove(ear)
            self._wakeup_sockets[0].recv(4096)
        return ready

    def ignore_signals(self) -> None:
        """Ignore signals from now on, while children are being killed."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    def close(self) -> None:
        """Close the sockets, which a child does not need."""
        for ear in self._wakeup_sockets or ():
            ear.close()

    def _is_orphaned(self) -> bool:
        if self._alive is None:
            return False
        return processes.is_dead(self._alive) or processes.birth(self._alive) != self._birth

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signalled = True
        if self._wakeup_sockets is None:
            raise KeyboardInterrupt(signal.Signals(number).name)
