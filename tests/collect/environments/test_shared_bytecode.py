"""Compiled modules are shared by environments that have the very same source files, and by no others."""

from __future__ import annotations

import os
import py_compile
from pathlib import Path

from dask_matrix.collect.environments.shared_bytecode import share_bytecode

READY = ".ready"


def environment(folder: Path, name: str, *, used: int = 0) -> Path:
    """Make an environment that is complete if it was used; return the folder of its package."""
    package = folder / name / "lib" / "python3.11" / "site-packages" / "tiny"
    package.mkdir(parents=True)
    if used:
        (folder / name / READY).touch()
        os.utime(folder / name / READY, (used, used))
    return package


def compiled(package: Path) -> list[Path]:
    """Return the compiled modules of a package."""
    return sorted(package.glob("__pycache__/*"))


def source(package: Path, text: str = "value = 1\n") -> Path:
    """Write a module, and compile it as an import does."""
    path = package / "module.py"
    path.write_text(text)
    py_compile.compile(str(path))
    return path


def test_what_is_compiled_of_the_same_file_is_shared(tmp_path: Path) -> None:
    """As with uv's hard links: one file on disk, in the environment that was used last."""
    old, last, new = environment(tmp_path, "a", used=1), environment(tmp_path, "b", used=2), environment(tmp_path, "c")
    source(old)
    (new / "module.py").hardlink_to(source(last))
    share_bytecode(tmp_path / "c", READY)
    (theirs,), (ours,) = compiled(last), compiled(new)
    assert theirs.name == ours.name
    assert theirs.samefile(ours)


def test_what_is_compiled_of_another_file_is_not_shared(tmp_path: Path) -> None:
    """Of the same size and time, it would pass for the module's own."""
    last, new = environment(tmp_path, "a", used=1), environment(tmp_path, "b")
    before = source(last).stat()
    (new / "module.py").write_text("value = 2\n")
    os.utime(new / "module.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    share_bytecode(tmp_path / "b", READY)
    assert not compiled(new)


def test_what_pytest_has_compiled_is_not_shared(tmp_path: Path) -> None:
    """It has the path of its source in it, which pytest does not correct."""
    last, new = environment(tmp_path, "a", used=1), environment(tmp_path, "b")
    (new / "module.py").hardlink_to(source(last))
    (plain,) = compiled(last)
    plain.rename(plain.with_name(f"{plain.stem}-pytest-9.2.0.pyc"))
    share_bytecode(tmp_path / "b", READY)
    assert not compiled(new)


def test_nothing_is_taken_from_an_incomplete_environment(tmp_path: Path) -> None:
    """It may be about to be removed, or written."""
    half, new = environment(tmp_path, "a"), environment(tmp_path, "b")
    (new / "module.py").hardlink_to(source(half))
    share_bytecode(tmp_path / "b", READY)
    assert not compiled(new)
