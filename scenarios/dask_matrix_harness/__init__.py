"""The harness: runs scenarios inside a target environment, each in its own process, and writes records.

It needs only the standard library and pytest, and supports Python 3.9. docs/records.md specifies its interface.
"""

from __future__ import annotations

#: Part of every fingerprint: increased when a change of the harness may change an outcome.
PROTOCOL = 2
