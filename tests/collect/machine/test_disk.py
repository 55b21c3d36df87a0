"""What the data folder takes is told as it is: shared files once, and why there are none."""

from __future__ import annotations

import json
import os
from pathlib import Path

from dask_matrix.collect.machine.disk import DiskUsage, cache_of_uv, usage, why_copied
from tests.conftest import dask_matrix, mounted_disk

PAGE = 4096


def written(path: Path, pages: int) -> Path:
    """Write a file that takes some pages of the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(pages * PAGE))
    return path


def test_a_file_counts_once_however_many_names_it_has(tmp_path: Path) -> None:
    """Two environments may share a file; it is shared with the cache only if a name is outside the folder."""
    own = written(tmp_path / "data" / "a" / "own", 1)
    (tmp_path / "data" / "b").mkdir()
    (tmp_path / "data" / "b" / "own").hardlink_to(own)
    (tmp_path / "data" / "b" / "wheel").hardlink_to(written(tmp_path / "cache" / "wheel", 2))
    assert usage(tmp_path / "data") == DiskUsage(3 * PAGE, 2 * PAGE)
    assert usage(tmp_path) == DiskUsage(3 * PAGE, 0)


def test_a_folder_that_does_not_exist_takes_nothing(tmp_path: Path) -> None:
    """Nor does a link to elsewhere count what it points at."""
    assert usage(tmp_path / "none") == DiskUsage(0, 0)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(written(tmp_path / "big", 9))
    assert usage(tmp_path / "data").bytes <= PAGE


def test_another_file_system_and_a_setting_are_why_files_are_copied(tmp_path: Path) -> None:
    """Each names what to do; on one file system nothing is copied."""
    assert why_copied(tmp_path / "new" / "data", tmp_path / "cache", {}) == ""
    assert why_copied(tmp_path, tmp_path, {"UV_LINK_MODE": "hardlink"}) == ""
    assert "Unset it" in why_copied(tmp_path, tmp_path, {"UV_LINK_MODE": "copy"})
    with mounted_disk(tmp_path / "other", "1m") as other:
        told = why_copied(other / "data", tmp_path / "cache", {})
        assert f"its cache {tmp_path / 'cache'} is on another file system" in told
        assert "UV_CACHE_DIR" in told


def test_doctor_tells_what_the_data_folder_takes(tmp_path: Path) -> None:
    """As text and as JSON; a warning where uv is told to copy."""
    written(tmp_path / "data" / "records" / "r.jsonl", 1024)
    done = dask_matrix("doctor", data=tmp_path / "data", UV_LINK_MODE="copy", UV_CACHE_DIR=str(tmp_path / "cache"))
    assert "data: 4 MB, of which 0 MB shared with uv's cache" in done.stdout, done.stderr
    assert "UV_LINK_MODE=copy" in done.stdout
    found = json.loads(
        dask_matrix("doctor", "--json", data=tmp_path / "data", UV_CACHE_DIR=str(tmp_path / "cache")).stdout
    )
    assert (found["disk"]["shared"], found["disk"]["why_copied"]) == (0, "")
    assert found["disk"]["bytes"] >= 1024 * PAGE


def test_the_cache_is_the_one_that_uv_uses() -> None:
    """It says where it is."""
    assert cache_of_uv()
