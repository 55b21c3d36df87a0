"""A strategy for lines of record files: valid records of every kind, with odd, extreme, missing and wrong values."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

ROW, OTHER = "area/file/holds", "area/file/holds[a b/ü?x=1#y%&-<z>]"
OLD, NEW, REFUSED, UNKNOWN = "0" * 16, "1" * 16, "2" * 16, "f" * 16
HEAD = {"v": 1, "at": "2025-04-22T12:00:00Z", "run": "r"}
COMMIT = {"commit": "a" * 40, "at": "2025-04-21T12:00:00Z"}
ENVIRONMENT = {
    "kind": "environment", "key": OLD, "release": "2025.2.0", "python": "3.11", "python_full": "3.11.7",
    "lane": "as-released", "platform": "linux-x86_64", "released_at": "2025-02-13T10:00:00Z", "cutoff": None,
    "lock": "dask==2025.2.0\nnumpy==2.1.0\n", "pair": None,
}  # fmt: skip
SCENARIO = {
    "kind": "scenario", "scenario": ROW, "title": "It holds", "description": "It holds.", "area": "area",
    "file": "area/test_file.py", "function": "test_holds", "line": 3, "source": "def test_holds(): ...\n",
    "issues": ["dask/dask#1"], "covers": ["dask.delayed"], "since": "2025.1.0", "until": None,
    "formerly": ["area/file/held"], "fingerprint": "f",
}  # fmt: skip
RESULT = {
    "kind": "result", "environment": OLD, "scenario": ROW, "fingerprint": "f", "outcome": "passed", "phase": "call",
    "reason": "", "exception": None, "traceback": "", "stdout": "", "stderr": "", "log": "", "warnings": [],
    "seconds": 0.25, "started": "2025-04-22T12:00:00Z", "attempt": 1,
}  # fmt: skip
FAILED = RESULT | {
    "environment": NEW, "outcome": "failed", "exception": {"type": "KeyError", "message": "'k'"},
    "traceback": "E   KeyError: 'k'\n", "stdout": "printed", "log": "logged",
    "warnings": [{"category": "FutureWarning", "message": "soon", "where": "file.py:1", "count": 2}],
}  # fmt: skip
BISECTION = {
    "scenario": ROW, "title": "It holds", "fingerprint": "f", "mends": False, "failing_with": "", "over": "commits",
    "lane": "as-released", "pythons": ["3.11"], "platform": "linux-x86_64", "start": "2025.2.0", "end": "2025.4.0",
    "steps": 4, "ended": "found", "end_told": "", "rate": 1.0, "confidence": 1.0, "commands": ["dask-matrix bisect"],
    "suspects": [{"name": "dask b2a4a2157", "repository": "dask", "commit": "b" * 40, "authored": "2025-04-01T00:00:00Z",
                  "author": "someone", "subject": "Change", "link": "https://github.com/dask/dask/commit/b"}],
    "turnings": [{"before": "a", "after": "b", "breaks": True, "apart": 2}],
    "looked": [{"name": "2025.2.0", "environment": OLD, "seen": "good", "passed": 1, "broken": 0, "executed": 1, "told": "passed"}],
    "spent": {"environments": 1, "built": 1, "executions": 4, "seconds": 60.0}, "notes": ["a note"],
}  # fmt: skip
SURFACE: dict[str, Any] = {
    "modules": {
        "dask": {"names": {"config": "", "delayed": "dask.delayed.delayed"}, "package": True, "all": ["delayed"], "by_import": []},
        "dask.config": {"names": {"get": "", "reduce": "functools.reduce"}, "package": False},
        "dask.delayed": {"names": {"Delayed": "", "delayed": ""}, "package": False, "lazy": {"old": {"deprecated": "gone soon"}}},
        "distributed.protocol.cupy": {"unknown": {"exception": "ModuleNotFoundError: No module named 'cupy'", "missing": "cupy"}},
    },
    "objects": {
        "dask.config.get": {"kind": "function", "signature": "(key, default=None)", "doc": True},
        "dask.delayed.delayed": {"kind": "function", "signature": "(obj, name=None, pure=None)", "doc": True},
        "dask.delayed.Delayed": {
            "kind": "class", "signature": "(key, dsk)", "mro": ["collections.abc.Hashable"],
            "members": {"compute": "(self, **kwargs)", "dask": "property"},
        },
    },
    "foreign": {"collections.abc.Hashable": []},
    "settings": {"defaults": {"scheduler": {"type": "NoneType", "value": None}}, "renamed": {"allowed-failures": None}},
    "commands": {"dask": {"options": {"--version": {"type": "boolean"}}}},
    "distributions": {"dask": {"requires": ["click>=8.1"], "extras": [], "requires_python": ">=3.10", "entry_points": {}}},
    "servers": {"unknown": {"exception": "OSError: no"}},
}  # fmt: skip
KINDS: list[dict[str, Any]] = [
    {"kind": "run", "id": "r", "who": "me", "host": "here", "commit": "abc", "scenario_set": "scenarios", "tool": "0"},
    ENVIRONMENT,
    ENVIRONMENT | {"key": NEW, "release": "2025.4.0", "lock": "dask==2025.4.0\nnumpy==2.2.0\n"},
    ENVIRONMENT | {"key": REFUSED, "release": "2026.1.0", "lock": ""},
    ENVIRONMENT | {"key": "3" * 16, "pair": {"dask": COMMIT, "distributed": COMMIT, "ref": "main"}},
    {"kind": "refusal", "environment": REFUSED, "phase": "resolve", "message": "No solution found"},
    {"kind": "installation", "environment": OLD, "log": "Installed", "seconds": 3.0},
    {"kind": "collection", "environment": OLD, "scenarios": {ROW: "f"}, "functions": {ROW: "area/test_file.py::test_holds"},
     "files": {"area/test_file.py": "f"}, "selected": 2, "to_run": 2},
    SCENARIO, SCENARIO | {"scenario": OTHER, "formerly": []}, RESULT, FAILED,
    {"kind": "bisect", "scenario": ROW, "found": BISECTION},
    {"kind": "surface", "content": SURFACE},
    {"kind": "observation", "environment": OLD, "surface": "s", "config": "", "version": 1, "seconds": 2.0},
    {"kind": "end", "how": "finished"},
]  # fmt: skip
"""One record of each kind, or a few; together they make a small matrix."""

TEXTS = [
    "", " ", ".", "..", "...", "/", "//", "a/../b", "../x", "a//b", "a b", " a ", "ü?x=1#y%&-<z>", "%2e%2e", "%", "?", "#",
    "a\nb", "\n", "\0", "\x1b[31mred", "\x7f", "\x9b1m", "\u2028", "\u202egnp.exe", "\ufeff", "\U0001f980", "=1+1", "@x", "-", '"', "'",
    "<script>alert(1)</script>", "javascript:alert(1)", "https://example.org/<", "dask/dask#1", "dask.array.", "a:b", "verdict:no",
    "is:known", '"open', "-verdict:pass", "area:", "events", "lock.txt", "latest", "main", "r", "3.14t", "314t", "py99", "3.x", "3.11.7",
    "2025.2.0", "2025.2", "1!2.0+local.1", "0", "2025.4.0rc1", "9" * 400, "9" * 5_000, "x" * 300, "x" * 301, "\U0001f980" * 300, "x" * 70_000,
    ROW, OTHER, OLD, NEW, UNKNOWN, "area/file/held", "as-released", "nightly", "passed", "skipped", "errored", "crashed", "import",
    "linux-x86_64", "9" * 16,
]  # fmt: skip
NUMBERS = [
    0, 1, -1, 2, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**400, 0.5, -0.0, 1e308, 5e-324, 1e8, 1.1e8, 1e20,
    float("nan"), float("inf"), float("-inf"),
]  # fmt: skip
MOMENTS = [
    "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+14:00", "2000-02-29T23:59:60Z", "2025-04-22T12:00:00",
    "2025-04-22", "2199-12-31T23:59:59.999999-14:00", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00Z",
]  # fmt: skip
ODD = st.one_of(
    st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.sampled_from(MOMENTS), st.text(max_size=20),
    st.sampled_from([None, True, False, [], {}, [None], [[[]]], ["a", "a"], {"a": "b"}, {"": ""}]),
)  # fmt: skip
"""Any value that JSON can hold, and some that only Python's JSON can."""


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for name, each in inside for path in ((*here, name), *places(each, (*here, name)))]


def changed(value: Any, path: tuple[Any, ...], odd: Any, how: str) -> None:
    """Put an odd value at a path, or take away what is there, or use the odd value as the name."""
    for name in path[:-1]:
        value = value[name]
    name = path[-1]
    if how == "take" or (how == "rename" and not (isinstance(odd, str) and isinstance(value, dict))):
        del value[name]
    elif how == "rename":
        value[odd] = value.pop(name)
    else:
        value[name] = odd


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Return a valid record with up to three values changed, as a line."""
    record = json.loads(json.dumps(HEAD | {"id": draw(st.uuids()).hex} | draw(st.sampled_from(KINDS))))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(places(record) or [("kind",)]))
        if record:
            changed(
                record, path, copy.deepcopy(draw(ODD)), draw(st.sampled_from(["put", "put", "put", "take", "rename"]))
            )
    return json.dumps(record, ensure_ascii=draw(st.booleans())).encode(errors="surrogatepass")


LINES = st.one_of(
    records(),
    records(),
    records(),
    st.builds(lambda line, end: line[: end % len(line)], records(), st.integers(0)),
    st.binary(max_size=40).filter(lambda line: b"\n" not in line),
    st.sampled_from(
        [
            b"",
            b"null",
            b"[]",
            b"{}",
            b'"\\ud800"',
            b"[" * 3_000,
            b'{"a":' * 3_000,
            b"\xef\xbb\xbf{}",
            b"NaN",
            b"1" * 5_000,
        ]
    ),
)
"""One line of a record file, without its end."""


def base() -> list[bytes]:
    """Return the lines of a small matrix."""
    return [json.dumps(HEAD | {"id": f"base{number}"} | record).encode() for number, record in enumerate(KINDS)]
