"""Observe the API surface of an environment: names, signatures, settings, commands, requirements, servers.

`observe.observe` forks a child that takes it, step by step; what comes of it is described in docs/records.md.
"""

from .recording import record, save

__all__ = ["record", "save"]
