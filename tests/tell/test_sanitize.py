"""Foreign text controls no terminal."""

import pytest

from dask_matrix.tell.sanitize import printable, sanitize


@pytest.mark.parametrize("mark", ["\x1b[31m", "\x9b1m", "\x07", "\r", "\0", "\u202e", "\u2066", "\ufeff", "\x7f"])
def test_control_and_direction_characters_are_replaced(mark: str) -> None:
    """In one line and in several."""
    shown = f"\N{REPLACEMENT CHARACTER}{mark[1:]}"
    assert printable(f"a\n  b\t{mark}c") == f"a\n  b\t{shown}c"
    assert sanitize(f"a{mark}c") == ("a c" if mark == "\r" else f"a{shown}c")
