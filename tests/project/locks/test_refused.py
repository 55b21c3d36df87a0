"""What cannot be a start is refused by name: the file, its line, and what would be right."""

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
    """Read a file with that text."""

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
    ("name", "text", "error", "told"),
    [
        ("uv.lock", "", UnreadableLock, "uv.lock is empty"),
        ("uv.lock", "\n \n", UnreadableLock, "uv.lock is empty"),
        ("uv.lock", b"\x7fELF\x00\xff", UnreadableLock, "uv.lock is not text"),
        ("uv.lock", b"a\x00b", UnreadableLock, "uv.lock is not text"),
        ("uv.lock", "a = 1\nb = ", UnreadableLock, "uv.lock: not TOML: "),
        ("uv.lock", f"a = {'[' * 5000}", UnreadableLock, "uv.lock: not TOML: nested too deeply."),
        ("uv.lock", "version = 1\n", NoDask, "There is no dask in "),
        ("uv.lock", "package = 3\n", NoDask, "There is no dask in "),
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
            "its lock-version is 2.0. The version read here is 1.0.",
        ),
        (
            "pylock.toml",
            'lock-version = "1.0"\n[[packages]]\nname = "dask"\n[packages.directory]\npath = "../dask"\n',
            NoRelease,
            "pylock.toml, line 2: dask comes from directory ../dask, which is no release.",
        ),
        (
            "poetry.lock",
            '[[package]]\nname = "dask"\nversion = "1"\n[package.source]\ntype = "git"\nurl = "https://a:b@x.invalid/d"\n',
            NoRelease,
            "poetry.lock, line 1: dask comes from git https://x.invalid/d, which is no release.",
        ),
        (
            "pdm.lock",
            '[[package]]\nname = "dask"\ngit = "https://x.invalid/d"\n',
            NoRelease,
            "line 1: dask comes from git",
        ),
        ("Pipfile.lock", '{\n"default": ]', UnreadableLock, "Pipfile.lock, line 2: not JSON: "),
        ("Pipfile.lock", "[" * 100_000, UnreadableLock, "Pipfile.lock: not JSON: nested too deeply."),
        ("Pipfile.lock", "[]", NoDask, "There is no dask in "),
        (
            "Pipfile.lock",
            '{"default": {\n"dask": {"version": "*"}}}',
            UnpinnedDask,
            "line 2: dask is not pinned (dask*).",
        ),
        ("Pipfile.lock", '{"a": {"dask": {"git": "https://x.invalid"}}}', NoRelease, "dask comes from git https://x"),
        ("environment.yml", "a: b: c", UnreadableLock, "environment.yml, line 1: not YAML: "),
        ("environment.yml", "[" * 100_000, UnreadableLock, "environment.yml: not YAML: nested too deeply."),
        ("environment.yml", "- " * 100_000, UnreadableLock, "environment.yml: not YAML: nested too deeply."),
        ("environment.yml", "- 1", NoDask, "There is no dask in "),
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
        ("environment.yml", "dependencies: ['?']", UnreadableLock, "environment.yml: '?' is no package of conda"),
        ("environment.yml", "dependencies:\n- pip:\n  - dask", UnpinnedDask, "line 3: dask is not pinned (dask)."),
        ("pixi.lock", "environments: {default: {packages: {linux-64: [{pypi: ./x}]}}}", NoDask, "There is no dask in "),
        ("requirements.txt", "a\n-r more.txt\n", UnreadableLock, "requirements.txt, line 2: "),
        ("requirements.txt", "# ours\n\ndask >= 2025\n", UnpinnedDask, "line 3: dask is not pinned (dask >= 2025)."),
        ("requirements.txt", "dask==2025.*\n", UnpinnedDask, "line 1: dask is not pinned"),
        ("requirements.txt", "Dear all,\nhello", UnreadableLock, "line 1: 'Dear all,' is no requirement."),
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
        ("requirements.txt", "-e https://me:secret@[x/dask", UnreadableLock, "line 1: 'https://[x/dask' is no URL."),
        ("environment.yml", "dependencies:\n- pip:\n  - https://[x", UnreadableLock, "line 3: 'https://[x' is no URL."),
        ("requirements.txt", "./dask-2025.2.0-py3-none-any.whl", NoRelease, "line 1: dask comes from ./dask-2025.2.0"),
        ("requirements.txt", "dask==2025.2.0+4.gabc", NoRelease, "line 1: dask 2025.2.0+4.gabc was built between"),
        ("requirements.txt", "dask===main", NoRelease, "line 1: 'main' is no version of dask"),
        ("pyproject.toml", "[project]", UnreadableLock, "says what the project allows, not what it is on."),
        (
            "notes.md",
            "# Dask is\nnice: yes: no",
            UnreadableLock,
            "is no lock file of a kind read here. Those are uv.lock,",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_named(
    written: Read, name: str, text: str | bytes, error: type[DaskMatrixError], told: str
) -> None:
    """The file, the line where there is one, and never a secret of a URL."""
    with pytest.raises(error) as raised:
        written(name, text)
    assert told in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "banana", "uv.lock", "a\0b", "x" * 5000, "2025.2.x", "no/such/requirements.txt"])
def test_what_is_neither_release_nor_file_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what it could be."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownStart, match=r"is no release and there is no such file\. Give a release such as 2025"):
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
def test_no_nesting_ends_the_process(written: Read, text: str) -> None:
    """However it is hidden: the depth is that of the parser."""
    with pytest.raises(UnreadableLock, match=r"environment\.yml: not YAML: nested too deeply\."):
        written("environment.yml", text)


def test_brackets_that_nest_nothing_are_not_counted(written: Read) -> None:
    """In a comment, and in a text."""
    text = f"# {'[' * MANY}\nname: '{'{' * MANY}'\ndependencies: [dask=2025.2.0=py_0]"
    assert str(written("environment.yml", text).release) == "2025.2.0"


DIGITS = "9" * 5000
"""More than Python makes a number of."""


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
def test_a_version_or_a_marker_that_python_cannot_hold_is_read_or_refused(written: Read, name: str, text: str) -> None:
    """As one that is no version, and no marker: never a traceback."""
    with contextlib.suppress(DaskMatrixError):
        assert written(name, text).packages


@pytest.mark.parametrize("python", [f"3.{DIGITS}", "3.\u0661\u0662"])
def test_a_python_that_is_no_version_is_none(written: Read, tmp_path: Path, python: str) -> None:
    """Of too many digits, or of those of another script."""
    (tmp_path / ".python-version").write_text(python, encoding="utf-8")
    assert written("requirements.txt", "dask==2025.2.0").python is None


def test_a_version_of_thousands_of_digits_is_refused_in_few_words(written: Read) -> None:
    """With its line."""
    with pytest.raises(NoRelease, match=r"line 1: '9{80}' is no version of dask"):
        written("requirements.txt", f"dask=={DIGITS}")


def test_a_folder_is_answered_with_the_lock_files_in_it(tmp_path: Path) -> None:
    """Or with the kinds there are."""
    with pytest.raises(UnknownStart, match=r"is a folder\. Give a lock file, one of uv\.lock, "):
        start(str(tmp_path))
    (tmp_path / "uv.lock").touch()
    with pytest.raises(UnknownStart, match=r"is a folder\. Give its lock file: uv\.lock\."):
        start(str(tmp_path))


def test_what_cannot_be_read_is_named(written: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device, a file of another user, one larger than any lock."""
    with pytest.raises(UnreadableLock, match="/dev/null is not a file"):
        start("/dev/null")
    monkeypatch.setattr(parsing, "LIMIT", 2**20)
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
def test_a_damaged_file_is_read_or_refused_but_never_a_traceback(
    tmp_path: Path, path: Path, data: st.DataObject
) -> None:
    """Law: whatever is cut out of a lock or put into it."""
    content = path.read_bytes()
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 400)))
    damaged = content[:begin] + data.draw(st.binary(max_size=8) | st.text(max_size=8).map(str.encode)) + content[end:]
    file = tmp_path / ("uv.lock" if path.name.startswith("uv") else path.name)
    file.write_bytes(damaged)
    with contextlib.suppress(DaskMatrixError):
        assert start(str(file)).packages
