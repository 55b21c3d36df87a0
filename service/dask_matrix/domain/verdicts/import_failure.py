"""The one exception to "errored is never evidence": a test file that Dask does not let be imported.

The harness sees one environment, so a file whose import raises is ``errored`` there. Where the same file imports in
another environment, its tests are known, and what raised here is what broke them: a failure of each, in the phase
``collection``, if the exception is Dask's. Any other exception leaves them untested, with the reason. A test declared
for other releases is skipped whatever its file does, as it would have been had the file been imported.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.release import version_of
from dask_matrix.domain.records.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.version import Version

    from dask_matrix.domain.verdicts.verdict import Evidence

_DASK = r"(?:dask|distributed|dask_expr)"
_NAMING = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError"})
"""Exceptions whose message names the module that lacks something."""
_NAMED = re.compile(rf"(?:\bfrom|\b[Mm]odule(?: named)?) ['\"]{_DASK}(?:\.[\w.]+)?['\"]")
"""The module that lacks something, never the name that it lacks: another package may well lack a ``dask``."""
_FRAME = re.compile(r'^ *File "([^"\n]+)", line \d+|^([^\s:][^:\n]*\.pyx?):\d+: ', re.MULTILINE)
"""A frame of a traceback as Python and as pytest print it."""
_OF_DASK = re.compile(rf"[/\\](?:site|dist)-packages[/\\]{_DASK}[/\\]")
_OF_OTHERS = re.compile(r"[/\\](?:site|dist)-packages[/\\]|[/\\]lib[/\\]python\d|^<")
"""Frames of other packages, the standard library and what was compiled from a text."""


def is_of_dask(exception: str, message: str, traceback: str) -> bool:
    """Whether an exception at import names something of Dask, or comes from inside it.

    It comes from inside if, of the frames of Dask and those of the user, the innermost is Dask's: what Dask calls in
    other packages counts as Dask's, what it calls back in the user's code does not.
    """
    if exception in _NAMING and _NAMED.search(message):
        return True
    for path in reversed([found[1] or found[2] for found in _FRAME.finditer(traceback)]):
        if _OF_DASK.search(path):
            return True
        if not _OF_OTHERS.search(path):
            return False
    return False


def is_declared_for(release: Version | None, since: str | None, until: str | None) -> bool:
    """Whether a release is within the bounds that a scenario declares, as the harness decides it; an unknown one is."""
    first, last = version_of(since or ""), version_of(until or "")
    return release is None or not ((first and release < first) or (last and release > last))


def of_test(failure: Evidence, fingerprint: str, *, of_dask: bool, declared: bool = True) -> Evidence:
    """Return what the failed import of a file says of one of its tests, which has its own ``fingerprint``.

    ``declared``: whether the test is declared for the release.
    """
    if not declared:
        return replace(failure, fingerprint=fingerprint, outcome=Outcome.SKIPPED, exception="")
    outcome = Outcome.FAILED if of_dask else Outcome.ERRORED
    return replace(failure, fingerprint=fingerprint, outcome=outcome)


def with_import_failures(own: Sequence[Evidence], failures: Iterable[Evidence]) -> list[Evidence]:
    """Return all evidence of a cell; where the test itself was executed, an import that failed says nothing more."""
    executed = {each.fingerprint for each in own if each.outcome.is_evidence}
    return [*own, *(each for each in failures if each.fingerprint not in executed)]
