"""From the command line to pytest: read the job, import what is under test, then bring in pytest and run it."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import processes
from .fresh import Single
from .job import BadJob, Job
from .records import Records
from .stop import Stop

if TYPE_CHECKING:
    from .plugin import Plugin

INTERNAL_ERROR = 1
BAD_JOB = 2
IMPORT_REFUSED = 3
STOPPED = 5

#: Files in which pytest looks for its settings, in its order.
_SETTINGS = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def main(arguments: Sequence[str]) -> int:
    """Run the harness; returns its exit code, see docs/records.md."""
    try:
        _write_any_text()
        if arguments[:1] == ["--single"]:
            return _run_single(Path(arguments[1]))
        job, rest = _job(arguments)
        stop = Stop(job.alive)
        return STOPPED if stop.requested else _run(job, rest, stop)
    except BadJob as problem:
        print(f"harness: {problem}", file=sys.stderr)
        return BAD_JOB
    except KeyboardInterrupt:
        return STOPPED


def _write_any_text() -> None:
    """Whatever the locale. It is done before a child's output goes to pipes: a stream cannot be told there."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _job(arguments: Sequence[str]) -> tuple[Job, list[str]]:
    parser = argparse.ArgumentParser(prog="harness", allow_abbrev=False, description="Run scenarios, write records.")
    parser.add_argument("--job", type=Path, required=True, metavar="FILE", help="the job, see docs/records.md")
    known, rest = parser.parse_known_args(arguments)
    return Job.read(known.job), rest


def _run(job: Job, arguments: Sequence[str], stop: Stop) -> int:
    job.scratch.mkdir(parents=True, exist_ok=True)
    records = Records(job.records, job.run)
    refusal = _import_all(job.imports)
    if refusal is not None:
        records.append("refusal", {"environment": job.environment, "phase": "import", "message": refusal})
        return IMPORT_REFUSED
    _bring_in_pytest(job)
    from .plugin import Plugin  # noqa: PLC0415 - needs pytest

    plugin = Plugin(job, records, stop)
    return _exit_code(plugin, _run_pytest(job, [plugin, plugin.collection], arguments), stop)


def _run_single(path: Path) -> int:
    """In a fresh interpreter: what docs/records.md calls isolation `spawn`."""
    single = Single.read(path)
    processes.die_with(single.parent)
    job = Job.read(Path(single.job))
    refusal = _import_all(job.imports)
    if refusal is not None:
        print(refusal, file=sys.stderr)
        return IMPORT_REFUSED
    _bring_in_pytest(job)
    from .single import SinglePlugin  # noqa: PLC0415 - needs pytest

    plugin = SinglePlugin(job, single)
    return _run_pytest(job, [plugin, plugin.collection], single.arguments)


def _import_all(names: Sequence[str]) -> str | None:
    """Import each; the whole traceback of the first that fails."""
    for name in names:
        try:
            importlib.import_module(name)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 - whatever stops an import is the evidence
            return traceback.format_exc()
    return None


def _bring_in_pytest(job: Job) -> None:
    """At the end of the path, after the user's folders: nothing is masked by what pytest came with.

    The environment's own packages come first of all: no folder of a user's replaces what is under test.
    """
    sys.path.extend(path for path in job.paths if path not in sys.path)
    if job.pytest:
        sys.path.append(str(Path(job.pytest).resolve()))
    if importlib.util.find_spec("pytest") is None:
        raise BadJob(f"pytest: there is none in {job.pytest or 'the environment'}")
    # Compiled test files go to the scratch folder, not beside the user's; those of the environment are kept in it.
    sys.pycache_prefix = str(job.scratch / "pycache")


def _run_pytest(job: Job, plugins: list[object], arguments: Sequence[str]) -> int:
    import pytest  # noqa: PLC0415 - not before what is under test

    for name in ("PYTEST_ADDOPTS", "COLUMNS"):
        os.environ.pop(name, None)
    # Without paths among the arguments pytest collects the folder it is started in.
    os.chdir(job.tests)
    return int(pytest.main([*_settings(job), *_OPTIONS, *arguments], plugins=plugins))


#: Capturing is done by file descriptors in the child; assertions are explained in full whether on CI or not.
_OPTIONS = (
    *("-p", "no:faulthandler", "-p", "no:cacheprovider", "--capture=no", "--color=no", "--import-mode=append"),
    "--tb=native",
    *("-o", "truncation_limit_lines=0", "-o", "truncation_limit_chars=0"),
)


def _settings(job: Job) -> list[str]:
    """The folder's own settings count, those of folders around it never."""
    from _pytest.config.findpaths import load_config_dict_from_file  # noqa: PLC0415 - as above

    found = (job.tests / name for name in _SETTINGS if (job.tests / name).is_file())
    settings = next((path for path in found if load_config_dict_from_file(path) is not None), None)
    if settings is None:
        settings = job.scratch / "pytest.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
    return ["-c", str(settings), "--rootdir", str(job.tests), "--confcutdir", str(job.tests)]


def _exit_code(plugin: Plugin, ended: int, stop: Stop) -> int:
    """Ours for pytest's `ended`."""
    if plugin.exit_code is not None:
        return plugin.exit_code
    if stop.requested:
        return STOPPED
    if plugin.collection.broken:
        plugin.execute([])
        return plugin.exit_code or 0
    import pytest  # noqa: PLC0415 - not before what is under test

    if ended == pytest.ExitCode.INTERNAL_ERROR:
        return INTERNAL_ERROR
    print(f"harness: pytest ended with {ended} before anything was run", file=sys.stderr)
    return BAD_JOB
