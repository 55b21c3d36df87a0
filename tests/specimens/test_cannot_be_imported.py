"""A file that fails hides no other."""

from __future__ import annotations

import no_such_module_at_all


def test_is_never_seen():
    no_such_module_at_all.call()
