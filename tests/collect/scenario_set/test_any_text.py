"""Whatever text is in matrix.toml or known.toml: it is read, or one clear error names the file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dask_matrix.collect.scenario_set import config, known_failures
from dask_matrix.collect.scenario_set.config import InvalidConfig

MATRIX = """\
pythons = ["3.11", "3.14t"]
fallback-pythons = ["3.12"]
requirements = ["pandas>=2"]
wheels = ["numpy"]
sources = ["dask-expr"]
imports = ["dask"]
environments-gib = 50
[sets.all]
releases = [">=2024.8", "latest:2", "main", "dask@abc"]
lanes = ["latest"]
[profiles.io]
areas = ["io"]
[git]
branch = "main"
"""
KNOWN = """\
[[known]]
scenario = "a/b/*"
releases = ">=2025.4.0,<2025.6"
issue = "https://github.com/dask/dask/issues/1"
reason = "why"
expires = 2026-01-01
lanes = ["latest"]
"""
ODD = st.one_of(
    st.sampled_from([
        "", "[", "]", "[[a]]", "[known]", "{}", "[]", "nan", "inf", "-1", "9" * 5_000, "1e999", "true", '""', '"\\u0000"', "[" * 3_000,
        "2026-01-01T00:00:00", "9999-99-99", "0001-01-01", ">=", "=", '">=' + "9" * 5_000 + '"', '["' + "9" * 5_000 + '"]', "a.b.c = 1",
        '["dask@"]', '["latest:0"]', '["latest:' + "9" * 5_000 + '"]', '["x[y"]', '"3.x"', "[3.14]", "[[[]]]", "\ufeff", "\0", "\ud7ff", "#", "\r",
    ]),
    st.text(max_size=30),
)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn, valid: str) -> str:
    """Return a valid file with a few values replaced, or any text."""
    lines = valid.splitlines()
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        name, equals, _ = lines[place].partition(" = ")
        odd = draw(ODD)
        lines[place] = f"{name}{equals}{odd}" if equals and draw(st.booleans()) else odd
    return "\n".join(lines)


LAW = settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(path: Path, content: bytes, module: object) -> None:
    """Read a file; the only error is one that names it."""
    path.write_bytes(content)
    told = str(path)
    try:
        config.load(path) if module is config else known_failures.load(path.parent)
    except InvalidConfig as error:
        told = str(error)
    assert str(path) in told


@LAW
@given(st.one_of(texts(MATRIX).map(lambda text: text.encode(errors="surrogatepass")), st.binary(max_size=60)))
def test_any_matrix_toml_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    """Never a traceback."""
    read(tmp_path / "matrix.toml", content, config)


@LAW
@given(st.one_of(texts(KNOWN).map(lambda text: text.encode(errors="surrogatepass")), st.binary(max_size=60)))
def test_any_known_toml_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    """Never a traceback."""
    read(tmp_path / "known.toml", content, known_failures)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = " + "[" * 3_000, "invalid TOML: too deeply nested"),
        ("a = " + "9" * 5_000, "invalid TOML: Exceeds the limit"),
    ],
)
def test_toml_that_python_cannot_hold_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """In both files."""
    for name, load in (
        ("matrix.toml", lambda: config.load(tmp_path / "matrix.toml")),
        ("known.toml", lambda: known_failures.load(tmp_path)),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(InvalidConfig, match=told):
            load()
