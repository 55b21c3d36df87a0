"""Record the surface of this environment: that of the settings as they are, and each that other settings choose at import."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .observe import CannotObserve, observe
from .projects import PROJECTS

if TYPE_CHECKING:
    from ..job import Job
    from ..records import Records

#: Version of the observing code: it is higher when the code sees more.
VERSION = 3
#: Seconds that one step, such as the import of a module, may take.
DEADLINE = 30
#: Of a whole surface in another interpreter.
_WHOLE_DEADLINE = 600
#: The setting by which `dask.dataframe` chooses between two implementations when it is imported, while both exist.
#: https://docs.dask.org/en/stable/changelog.html#query-planning
_LEGACY_DATAFRAME = "dataframe.query-planning=False"


def record(job: Job, records: Records) -> None:
    """Write what was observed; a failure of ours is told on stderr, and costs only the surface."""
    for config in _configs():
        began = time.monotonic()
        try:
            content = _observed(job, config)
        except (CannotObserve, OSError, ValueError) as problem:
            print(
                f"harness: the surface {f'with {config} ' if config else ''}was not observed: {problem}",
                file=sys.stderr,
            )
            continue
        identity = records.append_once("surface", {"content": content})
        seconds = round(time.monotonic() - began, 3)
        fields = {"environment": job.environment, "surface": identity, "config": config}
        records.append("observation", {**fields, "version": VERSION, "seconds": seconds})


def save(target: Path) -> None:
    """Take the surface of this interpreter into a file."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="surface-") as folder:
        target.write_text(json.dumps(observe(Path(folder), DEADLINE)), encoding="utf-8")


def _configs() -> list[str]:
    if not any(name in sys.modules or importlib.util.find_spec(name) for name in PROJECTS):
        return []
    both = "dask.dataframe" in sys.modules and importlib.util.find_spec("dask_expr") is not None
    return ["", *([_LEGACY_DATAFRAME] if both and importlib.util.find_spec("dask.dataframe.core") else [])]


def _observed(job: Job, config: str) -> dict[str, Any]:
    target = job.scratch / "surface.json"
    if not config:
        save(target)
    else:
        key, _, value = config.partition("=")
        variable = "DASK_" + key.replace(".", "__").replace("-", "_").upper()
        command = [sys.executable, str(Path(__file__).parents[1]), "--surface", str(job.file), str(target)]
        environ = {**os.environ, variable: value}
        ended = subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=_WHOLE_DEADLINE, check=False
        )
        if ended.returncode:
            raise CannotObserve(f"exit code {ended.returncode}: {ended.stderr[-500:]}")
    content = json.loads(target.read_text(encoding="utf-8"))
    target.unlink()
    return content  # type: ignore[no-any-return]
