"""Errors name the problem: the file, its line, and what to use instead."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.project.locks import parsing
from dask_matrix.project.locks.entries import NoDask, NoRelease, UnknownStart, UnpinnedDask, UnreadableLock
from dask_matrix.project.locks.start import Start, start

LOCKS = Path(__file__).parent / "files"

Read = Callable[..., Start]


@pytest.fixture
def written(tmp_path: Path) -> Read:
    """Return a function that writes a file and reads it as a start."""

    def read(name: str, text: str | bytes) -> Start:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return start(str(path))

    return read


GIT = "git+https://user:secret@example.invalid/dask/dask.git@main"
UV_GIT = f"""\
version = 1

[[package]]
name = "dask"
version = "2025.2.0+3.gabc"
source = {{ git = "{GIT[4:]}" }}
"""


@pytest.mark.parametrize(
    ("name", "text", "error", "expected"),
    [
        ("uv.lock", "", UnreadableLock, "uv.lock is empty"),
        ("uv.lock", "\n \n", UnreadableLock, "uv.lock is empty"),
        ("uv.lock", b"\x7fELF\x00\xff", UnreadableLock, "uv.lock is not a text file"),
        ("uv.lock", b"a\x00b", UnreadableLock, "uv.lock is not a text file"),
        ("uv.lock", "a = 1\nb = ", UnreadableLock, "uv.lock: invalid TOML: "),
        ("uv.lock", f"a = {'[' * 5000}", UnreadableLock, "uv.lock: invalid TOML: nested too deeply."),
        ("uv.lock", "version = 1\n", NoDask, " does not list dask."),
        ("uv.lock", "package = 3\n", NoDask, " does not list dask."),
        (
            "uv.lock",
            UV_GIT,
            NoRelease,
            "uv.lock, line 3: dask comes from git https://example.invalid/dask/dask.git@main,",
        ),
        (
            "pylock.toml",
            'lock-version = "2.0"',
            UnreadableLock,
            "pylock.toml: lock-version 2.0 is not supported, only 1.0 is.",
        ),
        (
            "pylock.toml",
            'lock-version = "1.0"\n[[packages]]\nname = "dask"\n[packages.directory]\npath = "../dask"\n',
            NoRelease,
            "pylock.toml, line 2: dask comes from directory ../dask, which is not a release.",
        ),
        (
            "poetry.lock",
            '[[package]]\nname = "dask"\nversion = "1"\n[package.source]\ntype = "git"\nurl = "https://a:b@x.invalid/d"\n',
            NoRelease,
            "poetry.lock, line 1: dask comes from git https://x.invalid/d, which is not a release.",
        ),
        (
            "pdm.lock",
            '[[package]]\nname = "dask"\ngit = "https://x.invalid/d"\n',
            NoRelease,
            "line 1: dask comes from git",
        ),
        ("Pipfile.lock", '{\n"default": ]', UnreadableLock, "Pipfile.lock, line 2: invalid JSON: "),
        ("Pipfile.lock", "[" * 100_000, UnreadableLock, "Pipfile.lock: invalid JSON: nested too deeply."),
        ("Pipfile.lock", "[]", NoDask, " does not list dask."),
        (
            "Pipfile.lock",
            '{"default": {\n"dask": {"version": "*"}}}',
            UnpinnedDask,
            "line 2: dask is not pinned (dask*).",
        ),
        ("Pipfile.lock", '{"a": {"dask": {"git": "https://x.invalid"}}}', NoRelease, "dask comes from git https://x"),
        ("environment.yml", "a: b: c", UnreadableLock, "environment.yml, line 1: invalid YAML: "),
        ("environment.yml", "[" * 100_000, UnreadableLock, "environment.yml: invalid YAML: nested too deeply."),
        ("environment.yml", "- " * 100_000, UnreadableLock, "environment.yml: invalid YAML: nested too deeply."),
        ("environment.yml", "- 1", NoDask, " does not list dask."),
        ("environment.yml", "dependencies:\n- dask=2025.2", UnpinnedDask, "line 2: dask is not pinned (dask=2025.2)."),
        (
            "environment.yml",
            "dependencies: ['https://x.invalid/t/secret/c::dask']",
            UnpinnedDask,
            "(https://x.invalid/c::",
        ),
        (
            "requirements.txt",
            f"dask @@ {GIT}",
            UnreadableLock,
            "line 1: 'dask @@ git+https://example.invalid/dask/dask",
        ),
        ("environment.yml", "dependencies: ['?']", UnreadableLock, "environment.yml: '?' is not a conda package"),
        ("environment.yml", "dependencies:\n- pip:\n  - dask", UnpinnedDask, "line 3: dask is not pinned (dask)."),
        ("pixi.lock", "environments: {default: {packages: {linux-64: [{pypi: ./x}]}}}", NoDask, " does not list dask."),
        ("requirements.txt", "a\n-r more.txt\n", UnreadableLock, "requirements.txt, line 2: "),
        ("requirements.txt", "# ours\n\ndask >= 2025\n", UnpinnedDask, "line 3: dask is not pinned (dask >= 2025)."),
        ("requirements.txt", "dask==2025.*\n", UnpinnedDask, "line 1: dask is not pinned"),
        ("requirements.txt", "Dear all,\nhello", UnreadableLock, "line 1: 'Dear all,' is not a requirement."),
        (
            "requirements.txt",
            f"dask @ {GIT}",
            NoRelease,
            "line 1: dask comes from git+https://example.invalid/dask/dask",
        ),
        (
            "requirements.txt",
            f"-e {GIT}#egg=dask",
            NoRelease,
            "line 1: dask comes from git+https://example.invalid/dask",
        ),
        ("requirements.txt", GIT, NoRelease, "line 1: dask comes from git+https://example.invalid/dask/dask.git@main"),
        (
            "requirements.txt",
            "-e https://me:secret@[x/dask",
            UnreadableLock,
            "line 1: 'https://[x/dask' is not a valid URL.",
        ),
        (
            "environment.yml",
            "dependencies:\n- pip:\n  - https://[x",
            UnreadableLock,
            "line 3: 'https://[x' is not a valid URL.",
        ),
        (
            "requirements.txt",
            "./dask-2025.2.0+fork-py3-none-any.whl",
            NoRelease,
            "line 1: dask 2025.2.0+fork is a development version",
        ),
        (
            "requirements.txt",
            "https://example.invalid/dask/dask/archive/refs/heads/main.zip",
            NoRelease,
            "line 1: dask comes from https://example.invalid/dask/dask/archive/",
        ),
        (
            "requirements.txt",
            "dask @ file:///home/me/dask\ndistributed==2025.2.0",
            NoRelease,
            "line 2 pins distributed 2025.2.0, which requires the same dask; if that is what you have, use --from 2025.2.0.",
        ),
        (
            "requirements.txt",
            "dask @ file:///croot/dask-core_1658513209934/work",
            NoRelease,
            "which does not say its version. Use the output of `conda list --export`, or --from",
        ),
        ("packages.txt", "libgl1\ng++\nffmpeg", UnreadableLock, "line 2: 'g++' is not a requirement."),
        ("packages.txt", "g++\ndask = 2025.2.0", UnreadableLock, "line 2: 'dask = 2025.2.0' is not a requirement."),
        (
            "environment.yml",
            "dependencies: [dask=2025.2.0=py_0, '?dask']",
            UnreadableLock,
            "'?dask' is not a conda package",
        ),
        (
            "packages.txt",
            "Package Version Editable project location\n------- ------- ------\ndask 2025.2.0 /src/dask\n",
            NoRelease,
            "packages.txt, line 3: dask comes from editable /src/dask, which is not a release.",
        ),
        (
            "requirements.txt",
            "dask==2025.2.0+4.gabc",
            NoRelease,
            "line 1: dask 2025.2.0+4.gabc is a development version",
        ),
        ("requirements.txt", "dask===main", NoRelease, "line 1: 'main' is not a version of dask"),
        ("pyproject.toml", "[project]", UnreadableLock, "lists allowed versions, not the versions in use."),
        (
            "notes.md",
            "# Dask is\nnice: yes: no",
            UnreadableLock,
            "is not a supported lock file. Supported are uv.lock,",
        ),
    ],
)
def test_error_names_the_problem(
    written: Read, name: str, text: str | bytes, error: type[DaskMatrixError], expected: str
) -> None:
    """With the file, the line if known, and never a secret of a URL."""
    with pytest.raises(error) as raised:
        written(name, text)
    assert expected in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "banana", "uv.lock", "a\0b", "x" * 5000, "2025.2.x", "no/such/requirements.txt"])
def test_neither_release_nor_file_is_an_error(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the alternatives."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UnknownStart, match=r": no such file \(and not a release\)\. Use --from with a release such as 2025"
    ):
        start(text)


MANY = 300_000


@pytest.mark.parametrize(
    "text",
    [
        "# " + "]" * MANY + "\ndependencies: " + "[" * MANY,
        "[ # ]\n" * MANY,
        "a: '" + "]" * MANY + "'\nb: " + "{a: " * MANY,
        "a:\r" + "- " * MANY,
        "a:\u2028" + "? " * MANY,
    ],
    ids=["closed in a comment", "closed in many comments", "closed in a text", "old lines", "other lines"],
)
def test_deep_nesting_does_not_crash(written: Read, text: str) -> None:
    """However it is hidden: the parser's depth counts."""
    with pytest.raises(UnreadableLock, match=r"environment\.yml: invalid YAML: nested too deeply\."):
        written("environment.yml", text)


def test_brackets_in_text_do_not_count_as_nesting(written: Read) -> None:
    """In a comment and in a string."""
    text = f"# {'[' * MANY}\nname: '{'{' * MANY}'\ndependencies: [dask=2025.2.0=py_0]"
    assert str(written("environment.yml", text).release) == "2025.2.0"


DIGITS = "9" * 5000
"""More digits than Python converts to an int."""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", f"dask=={DIGITS}"),
        ("requirements.txt", f"dask==1\ndask=={DIGITS}"),
        ("requirements.txt", f"dask==1\ndistributed=={DIGITS}"),
        ("requirements.txt", f"dask==1,!=2.*,!={DIGITS}"),
        ("requirements.txt", f"dask=={DIGITS},!={DIGITS}.0"),
        ("requirements.txt", f"dask==1 ; python_version < '{DIGITS}'"),
        ("requirements.txt", f"# uv pip compile --python-version 3.{DIGITS}\ndask==1"),
        ("requirements.txt", f"# uv pip compile --universal --python-version 3.{DIGITS}\ndask==1"),
        ("uv.lock", f'requires-python = ">=3.{DIGITS}"\n[[package]]\nname = "dask"\nversion = "1"\n'),
        ("uv.lock", f'[[package]]\nname = "dask"\nversion = "{DIGITS}"\nsource = {{ registry = "x" }}\n'),
        ("environment.yml", f"dependencies: [python=3.{DIGITS}, dask==1.0.0]"),
        ("requirements.txt", f"dask==1 ; {'(' * 5000}python_version < '4'{')' * 5000}"),
        ("uv.lock", f'[[package]]\nname = "dask"\nversion = "1"\nresolution-markers = ["{"(" * 5000}"]\n'),
    ],
)
def test_huge_version_or_marker_never_raises_a_traceback(written: Read, name: str, text: str) -> None:
    """It counts as an invalid version or marker."""
    with contextlib.suppress(DaskMatrixError):
        assert written(name, text).packages


@pytest.mark.parametrize("python", [f"3.{DIGITS}", "3.\u0661\u0662"])
def test_invalid_python_version_is_ignored(written: Read, tmp_path: Path, python: str) -> None:
    """With too many digits, or digits of another script."""
    (tmp_path / ".python-version").write_text(python, encoding="utf-8")
    assert written("requirements.txt", "dask==2025.2.0").python is None


def test_huge_version_gives_a_short_error(written: Read) -> None:
    """With its line."""
    with pytest.raises(NoRelease, match=r"line 1: '9{80}' is not a version of dask"):
        written("requirements.txt", f"dask=={DIGITS}")


def test_error_for_a_folder_lists_its_lock_files(tmp_path: Path) -> None:
    """Or all supported kinds."""
    with pytest.raises(UnknownStart, match=r"is a folder\. Use a lock file, one of uv\.lock, "):
        start(str(tmp_path))
    (tmp_path / "uv.lock").touch()
    with pytest.raises(UnknownStart, match=r"is a folder\. Use its lock file: uv\.lock\."):
        start(str(tmp_path))


def test_unreadable_file_is_an_error(written: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device, another user's file, a file larger than any lock."""
    with pytest.raises(UnreadableLock, match="/dev/null is not a file"):
        start("/dev/null")
    monkeypatch.setattr(parsing, "MAX_BYTES", 2**20)
    with pytest.raises(UnreadableLock, match="is larger than 1 MiB"):
        written("uv.lock", b"a" * (2**20 + 1))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableLock, match=r"Cannot read .*uv\.lock: Permission denied\."):
        start(str(tmp_path / "uv.lock"))


STORED = sorted(path for path in LOCKS.glob("*.*") if path.name != "more.txt")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(STORED), data=st.data())
def test_damaged_file_never_raises_a_traceback(tmp_path: Path, path: Path, data: st.DataObject) -> None:
    """Property: whatever is cut out of a lock file or inserted into it."""
    content = path.read_bytes()
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 400)))
    damaged = content[:begin] + data.draw(st.binary(max_size=8) | st.text(max_size=8).map(str.encode)) + content[end:]
    file = tmp_path / ("uv.lock" if path.name.startswith("uv") else path.name)
    file.write_bytes(damaged)
    with contextlib.suppress(DaskMatrixError):
        assert start(str(file)).packages
