"""The harness: runs scenarios inside a target environment, each in a process of its own, and writes records.

It needs the standard library and pytest only, and the syntax of Python 3.9. `docs/records.md` is its contract.
"""

from __future__ import annotations

#: Part of every fingerprint: raised when a change of the harness may change an outcome.
PROTOCOL = 2
