"""Run the harness: read the job, import the modules under test, then add pytest to the path and run it."""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import bytecode, processes
from .job import BadJob, Job
from .records import Records
from .spawn_request import SpawnRequest
from .stop_signals import StopSignals

if TYPE_CHECKING:
    from .plugin import Plugin

INTERNAL_ERROR = 1
BAD_JOB = 2
IMPORT_REFUSED = 3
STOPPED = 5
NO_MEANS = 6

#: Configuration files of pytest, in its order of precedence.
_SETTINGS = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def main(arguments: Sequence[str]) -> int:
    """Run the harness; return its exit code (see docs/records.md)."""
    try:
        _accept_any_text()
        if arguments[:1] == ["--single"]:
            return _run_spawned(Path(arguments[1]))
        if arguments[:1] == ["--surface"]:
            return _observe_in_this_interpreter(Path(arguments[1]), Path(arguments[2]))
        job, rest = _job(arguments)
        stop = StopSignals(job.alive)
        return STOPPED if stop.requested else _run_if_possible(job, rest, stop)
    except BadJob as problem:
        print(f"harness: {problem}", file=sys.stderr)
        return BAD_JOB
    except KeyboardInterrupt:
        return STOPPED


def _accept_any_text() -> None:
    """Make stdout and stderr UTF-8 whatever the locale, before a child redirects them to pipes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _job(arguments: Sequence[str]) -> tuple[Job, list[str]]:
    parser = argparse.ArgumentParser(prog="harness", allow_abbrev=False, description="Run scenarios and write records.")
    parser.add_argument("--job", type=Path, required=True, metavar="FILE", help="job file (see docs/records.md)")
    known, rest = parser.parse_known_args(arguments)
    return Job.read(known.job), rest


def _run_if_possible(job: Job, arguments: Sequence[str], stop: StopSignals) -> int:
    try:
        return _run(job, arguments, stop)
    except OSError as problem:
        print(job.without_means(problem), file=sys.stderr)
        return NO_MEANS


def _run(job: Job, arguments: Sequence[str], stop: StopSignals) -> int:
    job.scratch.mkdir(parents=True, exist_ok=True)
    records = Records(job.records, job.run)
    refusal = _import_all(job)
    if refusal is not None:
        records.append("refusal", {"environment": job.environment, "phase": "import", "message": refusal})
        return IMPORT_REFUSED
    if job.surface:
        from . import surface  # noqa: PLC0415 - not at the start of each scenario's own interpreter

        surface.record(job, records)
    _add_pytest_to_path(job)
    from .plugin import Plugin  # noqa: PLC0415 - needs pytest

    plugin = Plugin(job, records, stop)
    return _exit_code(plugin, _run_pytest(job, [plugin, plugin.collection], arguments), stop)


def _run_spawned(path: Path) -> int:
    """Run one test in a fresh interpreter (isolation `spawn`)."""
    request = SpawnRequest.read(path)
    processes.die_with(request.parent)
    job = Job.read(Path(request.job))
    refusal = _import_all(job)
    if refusal is not None:
        print(refusal, file=sys.stderr)
        return IMPORT_REFUSED
    _add_pytest_to_path(job)
    from .spawn_plugin import SpawnPlugin  # noqa: PLC0415 - needs pytest

    plugin = SpawnPlugin(job, request)
    return _run_pytest(job, [plugin, plugin.collection], request.arguments)


def _observe_in_this_interpreter(path: Path, target: Path) -> int:
    """Take the surface of an interpreter that was started with other settings, into a file."""
    job = Job.read(path)
    processes.die_with(os.getppid())
    if _import_all(job) is not None:
        return IMPORT_REFUSED
    from . import surface  # noqa: PLC0415 - as above

    surface.save(target)
    return 0


def _import_all(job: Job) -> str | None:
    """Import all modules of the job; return the traceback of the first failure, or None."""
    bytecode.write_whole([job.tests, *map(Path, job.paths)])
    gc.disable()  # imports make little garbage: looking for it takes a quarter of their time
    try:
        for name in job.imports:
            importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - any failure of an import is evidence
        return traceback.format_exc()
    finally:
        gc.enable()
    return None


def _add_pytest_to_path(job: Job) -> None:
    """Append the user's folders to the path, then pytest, so that neither shadows the environment's packages."""
    sys.path.extend(path for path in job.paths if path not in sys.path)
    if job.pytest:
        sys.path.append(str(Path(job.pytest).resolve()))
    if importlib.util.find_spec("pytest") is None:
        raise BadJob(f"pytest: not found in {job.pytest or 'the environment'}")


def _run_pytest(job: Job, plugins: list[object], arguments: Sequence[str]) -> int:
    import pytest  # noqa: PLC0415 - only after the modules under test

    for name in ("PYTEST_ADDOPTS", "COLUMNS"):
        os.environ.pop(name, None)
    bytecode.keep_rewritten(job.tests, job.bytecode)
    # Without path arguments pytest collects the current directory.
    os.chdir(job.tests)
    return int(pytest.main([*_settings(job), *_OPTIONS, *arguments], plugins=plugins))


#: No capturing: the child redirects file descriptors itself. No truncation of assertions, on CI or elsewhere.
_OPTIONS = (
    *("-p", "no:faulthandler", "-p", "no:cacheprovider", "--capture=no", "--color=no", "--import-mode=append"),
    "--tb=native",
    *("-o", "truncation_limit_lines=0", "-o", "truncation_limit_chars=0"),
)


def _settings(job: Job) -> list[str]:
    """pytest options that select the configuration in the tests folder, never one of a parent folder."""
    from _pytest.config.findpaths import load_config_dict_from_file  # noqa: PLC0415 - as above

    found = (job.tests / name for name in _SETTINGS if (job.tests / name).is_file())
    settings = next((path for path in found if load_config_dict_from_file(path) is not None), None)
    if settings is None:
        settings = job.scratch / "pytest.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
    return ["-c", str(settings), "--rootdir", str(job.tests), "--confcutdir", str(job.tests)]


def _exit_code(plugin: Plugin, pytest_code: int, stop: StopSignals) -> int:
    """The harness's exit code for pytest's."""
    if plugin.exit_code is not None:
        return plugin.exit_code
    if stop.requested:
        return STOPPED
    if plugin.collection.broken:
        plugin.execute([])
        return plugin.exit_code or 0
    import pytest  # noqa: PLC0415 - only after the modules under test

    if pytest_code == pytest.ExitCode.INTERNAL_ERROR:
        return INTERNAL_ERROR
    print(f"harness: pytest exited with code {pytest_code} before running any test", file=sys.stderr)
    return BAD_JOB
