"""Which imports that failed are Dask's doing, and what they say of a test."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from packaging.version import Version

from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.verdicts.import_failure import is_declared_for, is_of_dask, of_test, with_import_failures
from dask_matrix.domain.verdicts.verdict import Evidence, judge

AT = datetime(2026, 8, 24, tzinfo=UTC)
PACKAGES = "/env/lib/python3.11/site-packages"
IMPORT = "/usr/lib/python3.11/importlib/__init__.py:126: in import_module\n    return _gcd_import(name)\n"


def as_pytest(*paths: str) -> str:
    """Return a traceback as pytest prints one, from the outermost frame to the innermost."""
    return IMPORT + "".join(f"{path}:3: in <module>\n    from x import y\n" for path in paths) + "E   Error: 'x'"


def as_python(*paths: str) -> str:
    """Return a traceback as Python prints one."""
    frames = "".join(f'  File "{path}", line 3, in <module>\n    from x import y\n' for path in paths)
    return f"Traceback (most recent call last):\n{frames}Error: 'x'"


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        ("ModuleNotFoundError", "No module named 'dask._task_spec'"),
        ("ModuleNotFoundError", "No module named 'dask_expr'"),
        ("ImportError", "cannot import name 'Delayed' from 'dask.delayed' (/env/dask/delayed.py)"),
        ("ImportError", "cannot import name 'rpc' from partially initialized module 'distributed.core' (most likely)"),
        ("ImportError", "cannot import name 'x' from 'dask.base' (/env/dask/base.py)"),
        ("ImportError", "cannot import name 'x' from partially initialized module 'dask' (most likely due to a cycle)"),
        ("ModuleNotFoundError", "No module named 'dask.dataframe.io.x'"),
        ("ModuleNotFoundError", "No module named 'dask.base.x'; 'dask.base' is not a package"),
        ("AttributeError", "module 'dask' has no attribute 'set_options'"),
        ("AttributeError", "module 'dask.dataframe' has no attribute 'y'"),
        ("AttributeError", "partially initialized module 'dask' has no attribute 'x' (most likely due to a cycle)"),
        ("AttributeError", "module 'distributed' has no attribute 'LocalCluster'"),
    ],
)
def test_an_exception_that_names_something_of_dask_is_of_dask(exception: str, message: str) -> None:
    """Whatever its traceback shows."""
    assert is_of_dask(exception, message, as_pytest("area/test_x.py"))


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        ("ModuleNotFoundError", "No module named 'pandas'"),
        ("ModuleNotFoundError", "No module named 'dask_ml'"),
        ("ModuleNotFoundError", "No module named 'my.dask'"),
        ("ImportError", "cannot import name 'x' from 'helpers' (/home/me/dask/helpers.py)"),
        ("AttributeError", "module 'torch' has no attribute 'distributed'"),
        ("AttributeError", "'Settings' object has no attribute 'dask'"),
        ("ImportError", "cannot import name 'dask' from 'xarray.core' (/env/xarray/core/__init__.py)"),
        ("ImportError", "cannot import name 'distributed' from 'helpers' (/home/me/helpers.py)"),
        ("ImportError", "cannot import name 'dask' from partially initialized module 'helpers' (most likely)"),
        ("ValueError", "'dask' is not what I expected"),
        ("SyntaxError", "invalid syntax"),
    ],
)
def test_an_exception_that_names_nothing_of_dask_is_not(exception: str, message: str) -> None:
    """Neither what only looks like it, nor a text of the user's that mentions it."""
    assert not is_of_dask(exception, message, as_pytest("area/test_x.py"))


@pytest.mark.parametrize("printed", [as_pytest, as_python])
@pytest.mark.parametrize(
    ("paths", "of_dask"),
    [
        (["area/test_x.py", f"{PACKAGES}/dask/array/core.py"], True),
        (["area/test_x.py", f"{PACKAGES}/distributed/client.py", f"{PACKAGES}/tornado/ioloop.py"], True),
        (["area/test_x.py", f"{PACKAGES}/dask_expr/_core.py", "/usr/lib/python3.11/functools.py"], True),
        (["area/test_x.py", f"{PACKAGES}/dask/delayed.py", "area/helpers.py"], False),
        (["area/test_x.py", f"{PACKAGES}/pandas/core.py"], False),
        (["area/test_x.py", f"{PACKAGES}/dask_ml/base.py"], False),
        (["/home/me/dask/test_x.py"], False),
        ([], False),
    ],
)
def test_an_exception_comes_from_inside_dask_if_its_innermost_frame_but_for_others_is_there(
    printed: type, paths: list[str], of_dask: bool
) -> None:
    """What Dask calls in other packages is Dask's; what it calls back in the user's code is the user's."""
    assert is_of_dask("TypeError", "unexpected keyword", printed(*paths)) is of_dask


FAILURE = Evidence("of-the-file", "file", Outcome.ERRORED, AT, "ImportError")


def test_an_import_that_dask_fails_fails_the_test() -> None:
    """With the result of the file as its evidence."""
    judgement = judge(with_import_failures([], [of_test(FAILURE, "test", of_dask=True)]), "test")
    assert (judgement.verdict, judgement.result, judgement.exception) == (Verdict.FAIL, "of-the-file", "ImportError")


def test_any_other_import_leaves_the_test_untested_with_the_reason() -> None:
    """It says nothing about Dask."""
    judgement = judge(with_import_failures([], [of_test(FAILURE, "test", of_dask=False)]), "test")
    assert (judgement.verdict, judgement.result, judgement.executions) == (Verdict.UNTESTED, "of-the-file", 0)


@pytest.mark.parametrize("of_dask", [True, False])
def test_a_test_not_declared_for_the_release_is_not_applicable(*, of_dask: bool) -> None:
    """Whatever kept the file from importing, which is not its exception."""
    told = of_test(FAILURE, "test", of_dask=of_dask, declared=False)
    judgement = judge(with_import_failures([], [told]), "test")
    assert (judgement.verdict, judgement.result, judgement.exception) == (Verdict.NOT_APPLICABLE, "of-the-file", "")


@pytest.mark.parametrize(
    ("release", "since", "until", "declared"),
    [
        ("2025.2.0", "2025.3.0", None, False),
        ("2025.2.0", "2025.10.0", None, False),
        ("2025.10.0", "2025.3.0", None, True),
        ("2025.3.0", "2025.3.0", "2025.3.0", True),
        ("2025.3.1", None, "2025.3.0", False),
        ("2025.3.0+5.gabcdef", None, "2025.3.0", False),
        ("2025.2.0", "2025.1.0", "2025.1.1", False),
        ("2025.2.0", None, None, True),
        (None, "2025.3.0", "2025.3.0", True),
    ],
)
def test_bounds_are_versions_and_include_their_ends(
    release: str | None, since: str | None, until: str | None, *, declared: bool
) -> None:
    """As for the harness, to which an unknown release is within them too."""
    assert is_declared_for(Version(release) if release else None, since, until) is declared


def test_an_import_of_another_version_of_the_test_is_stale() -> None:
    """As any result of it."""
    judgement = judge(with_import_failures([], [of_test(FAILURE, "test", of_dask=True)]), "newer")
    assert (judgement.verdict, judgement.was) == (Verdict.STALE, Verdict.FAIL)


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED])
def test_where_the_test_was_executed_an_import_that_failed_says_nothing_more(outcome: Outcome) -> None:
    """It neither makes it flaky nor counts as an execution."""
    own = [Evidence("own", "test", outcome, AT)]
    assert with_import_failures(own, [of_test(FAILURE, "test", of_dask=True)]) == own
    assert len(with_import_failures(own, [of_test(FAILURE, "other", of_dask=True)])) == 2
