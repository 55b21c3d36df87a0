"""Run one test in the child and collect its evidence: a pytest plugin, registered before the fork since that is costly."""

from __future__ import annotations

import asyncio
import inspect
import io
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest._io import TerminalWriter

from . import outcome
from .exceptions import described, message, plain_traceback, type_name
from .execution_folder import ExecutionFolder
from .leaks import Leaks
from .report import Reporter
from .text_limits import MESSAGE_LIMIT, shorten

if TYPE_CHECKING:
    from warnings import WarningMessage

#: The category of warnings about leaks.
LEAK = "dask_matrix.Leak"
#: The category of the warning that says how many warnings are not kept.
LEFT_OUT = "dask_matrix.WarningsLeftOut"
#: Most distinct warnings kept of one execution.
WARNINGS_KEPT = 500


class Evidence:
    """Runs the phases of one test and collects their reports, warnings and leaks."""

    def __init__(self, tests: Path) -> None:
        self._tests = tests
        #: Why no phase can be trusted, such as a full disk.
        self._trouble = ""
        self._phases: list[outcome.Phase] = []
        self._warnings: dict[tuple[str, str, str], int] = {}
        self._warnings_left_out = 0
        self._subtests: list[str] = []

    def begin(self, item: pytest.Item, folder: ExecutionFolder, reporter: Reporter) -> None:
        """Collect for `item` from now on."""
        self._item = item
        self._folder = folder
        self._reporter = reporter
        self._leaks = Leaks(folder)

    @property
    def _where(self) -> str:
        return f"{self._item.location[0]}:{(self._item.location[1] or 0) + 1}"

    def fields(self) -> dict[str, Any]:
        """The fields of the result record, except for the output."""
        decided, phase = outcome.decide(self._phases)
        return {
            "outcome": "errored" if self._trouble else decided,
            "phase": phase.name,
            "reason": self._trouble or shorten(phase.reason, MESSAGE_LIMIT),
            "exception": phase.exception,
            "traceback": shorten(self._traceback(phase)),
            "warnings": [*self.warnings(), *map(self._leak, self._leaks.found())],
            "seconds": outcome.seconds(self._phases),
        }

    def warnings(self) -> list[dict[str, Any]]:
        """The warnings so far, equal ones merged with a count; beyond the limit, how many are left out."""
        keys = ("category", "message", "where", "count")
        found = [dict(zip(keys, (*warning, count))) for warning, count in self._warnings.items()]
        if self._warnings_left_out:
            text = f"{self._warnings_left_out} more warnings left out: only the first {WARNINGS_KEPT} distinct ones are kept"
            found.append(dict(zip(keys, (LEFT_OUT, text, self._where, self._warnings_left_out))))
        return found

    @pytest.hookimpl
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Like pytest's own, but teardown runs after any exception."""
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        if self._run(item, "setup"):
            self._run(item, "call")
        self._run(item, "teardown", nextitem=nextitem)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run a coroutine test that no other plugin runs."""
        if not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 - as other plugins for coroutines do
        asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
        return True

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect failed subtests, which are reported only here; their test just says "1 failed subtest"."""
        if report.failed and type(report).__name__ == "SubtestReport":
            self._subtests.append(_rendered(report))

    @pytest.hookimpl
    def pytest_warning_recorded(self, warning_message: WarningMessage) -> None:
        """Count the warning."""
        text = shorten(str(warning_message.message), MESSAGE_LIMIT)
        where = f"{self._relative(warning_message.filename)}:{warning_message.lineno}"
        key = (type_name(warning_message.category), text, where)
        if key in self._warnings or len(self._warnings) < WARNINGS_KEPT:
            self._warnings[key] = self._warnings.get(key, 0) + 1
        else:
            self._warnings_left_out += 1

    def _leak(self, found: tuple[str, int]) -> dict[str, Any]:
        """A warning about a leak. The parent kills and removes what leaked."""
        message, count = found
        text = shorten(message, MESSAGE_LIMIT)
        return {"category": LEAK, "message": text, "where": self._where, "count": count}

    def _run(self, item: pytest.Item, when: Any, **arguments: Any) -> bool:
        """Run one phase; return whether it passed."""
        self._reporter.begin(when, time.perf_counter())
        hook = getattr(item.ihook, f"pytest_runtest_{when}")
        call = pytest.CallInfo.from_call(lambda: hook(item=item, **arguments), when=when)
        report = _report(item, call)
        if report.failed and not self._trouble:
            self._trouble = self._folder.trouble()
        # pytest-subtests fails tests with failed subtests in this hook, which pytest's terminal reporter calls otherwise.
        item.config.hook.pytest_report_teststatus(report=report, config=item.config)
        self._phases.append(self._phase(report, call))
        item.ihook.pytest_runtest_logreport(report=report)
        return report.passed

    def _phase(self, report: pytest.TestReport, call: pytest.CallInfo[Any]) -> outcome.Phase:
        is_plain_skip = report.skipped and not hasattr(report, "wasxfail")
        excinfo = None if is_plain_skip else call.excinfo
        return outcome.Phase(
            name=call.when,
            result=report.outcome,
            seconds=call.duration,
            reason=_reason(report),
            traceback="" if is_plain_skip or report.passed else self._message(report, excinfo),
            exception=described(excinfo.value if excinfo else None),
        )

    def _message(self, report: pytest.TestReport, excinfo: pytest.ExceptionInfo[BaseException] | None) -> str:
        text = plain_traceback(excinfo.value, self._tests) if excinfo else _rendered(report)
        return self._shortened_paths(text)

    def _traceback(self, decided: outcome.Phase) -> str:
        """The traceback of the deciding phase, then those of subtests and of other phases."""
        later = [phase.traceback for phase in self._phases if phase.traceback and phase is not decided]
        return "\n\n".join(text for text in [decided.traceback, *self._subtests, *later] if text)

    def _shortened_paths(self, text: str) -> str:
        """Make paths in the scenario set relative to it."""
        return re.sub(rf'(?m)^(  File ")?{re.escape(str(self._tests))}/', r"\1", text)

    def _relative(self, file: str) -> str:
        """`file` relative to its import root, which is the same in every environment."""
        roots = [str(self._tests), *sorted(filter(None, sys.path), key=len, reverse=True)]
        return next((file[len(root) + 1 :] for root in roots if file.startswith(f"{root}/")), file)


def harness_failure(
    problem: BaseException, phase: str, traceback: str, warnings: list[dict[str, Any]]
) -> dict[str, Any]:
    """The fields of an `errored` result: the harness failed, which says nothing about the scenario."""
    return {
        "outcome": "errored",
        "phase": phase,
        "reason": shorten(f"the harness itself failed: {_named(problem)}", MESSAGE_LIMIT),
        "exception": described(problem),
        "traceback": traceback,
        "warnings": warnings,
        "seconds": 0.0,
    }


def _named(problem: BaseException) -> str:
    return f"{type_name(type(problem))}: {message(problem)}"


def _report(item: pytest.Item, call: pytest.CallInfo[Any]) -> pytest.TestReport:
    try:
        report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
    except BaseException as problem:  # noqa: BLE001 - an exception may break the rendering of itself
        value = call.excinfo.value if call.excinfo else problem
        text = plain_traceback(value)
        return pytest.TestReport(item.nodeid, item.location, {}, "failed", text, call.when)  # type: ignore[arg-type]
    return report


def _rendered(report: pytest.TestReport) -> str:
    text = io.StringIO()
    try:
        report.toterminal(TerminalWriter(text))
        return text.getvalue().strip("\n")
    except BaseException as problem:  # noqa: BLE001 - as above
        return f"<no traceback: rendering it raised {type_name(type(problem))}>"


def _reason(report: pytest.TestReport) -> str:
    """The reason of a skip or an expected failure, or ""."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None and report.skipped:
        text = str(expected).partition("reason: ")[2] or str(expected)
        return f"expected to fail: {text}" if text else "expected to fail"
    if report.skipped and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).partition("Skipped: ")[2] or str(report.longrepr[2])
    if report.failed and isinstance(report.longrepr, str) and report.longrepr.startswith("[XPASS"):
        return report.longrepr
    return ""
