"""A message of uv's is a refusal only if it is about the packages."""

import pytest

from dask_matrix.collect.machine.uv import is_refusal

UNSATISFIABLE = (
    "error: No solution found when resolving dependencies\n  cause: Because dask==1 depends on numpy<1 and you"
)
BUILD = "error: Failed to build `/tree`\n  cause: The build backend returned an error\n  cause: Call failed (exit status: 1)"


@pytest.mark.parametrize(
    "message",
    [
        UNSATISFIABLE,
        BUILD,
        f"{BUILD}\n[stderr]\nRuntimeError: connection timed out",
        "error: Failed to build `/tree`\n  cause: No solution found when resolving: `setuptools<1`",
    ],
)
def test_what_uv_says_of_packages_is_a_refusal(message: str) -> None:
    """They conflict, or one does not build, whatever its build prints."""
    assert is_refusal(message)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "error: quota",
        f"{UNSATISFIABLE}\n\nhint: Packages were unavailable because the network was disabled.",
        f"{BUILD}\n[stderr]\nOSError: [Errno 28] No space left on device",
        "error: Failed to build `/tree`\n  cause: The build backend returned an error\n  cause: Call failed (signal: 9 (SIGKILL))",
        "error: Failed to build `/tree`\n  cause: Failed to fetch: http://127.0.0.1:9/setuptools/",
        "error: Failed to download `numpy==2.0.0`\n  cause: Invalid zip file structure",
        "error: Failed to create virtual environment\n  cause: Permission denied (os error 13)",
        "error: failed to write to file `/cache/x`: Disk quota exceeded (os error 122)",
        "error: Received some unexpected JSON from `http://127.0.0.1/simple/dask/`",
        "error: Unsupported `Content-Type` text/plain",
        "error: operation timed out",
    ],
)
def test_all_else_is_an_accident(message: str) -> None:
    """No network, no index, no room, killed: the next run tries again."""
    assert not is_refusal(message)
