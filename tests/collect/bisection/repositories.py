"""Two small git repositories of packages named dask and distributed, without dependencies and with their own build backend."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGIN = datetime(2025, 3, 1, tzinfo=UTC)
PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "{name}"
dynamic = ["version"]
requires-python = ">=3.9"

[tool.setuptools_scm]
"""
BACKEND = '''\
"""Packs the one module of this project into a wheel."""
import os
import pathlib
import zipfile

NAME = "{name}"

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    if pathlib.Path("broken").exists():
        raise SystemExit("this commit does not build")
    version = os.environ["SETUPTOOLS_SCM_PRETEND_VERSION_FOR_" + NAME.upper()]
    info = f"{{NAME}}-{{version}}.dist-info"
    name = f"{{NAME}}-{{version}}-py3-none-any.whl"
    files = {{
        f"{{NAME}}/__init__.py": pathlib.Path(NAME, "__init__.py").read_text(),
        f"{{info}}/METADATA": f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{version}}\\n",
        f"{{info}}/WHEEL": "Wheel-Version: 1.0\\nGenerator: backend\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }}
    files[f"{{info}}/RECORD"] = "".join(f"{{each}},,\\n" for each in [*files, f"{{info}}/RECORD"])
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as wheel:
        for each, text in files.items():
            wheel.writestr(each, text)
    return name
'''
HOLDS = "def behave():\n    return True\n"
FAILS = "def behave():\n    raise RuntimeError('the behaviour is gone')\n"
OTHERWISE = "def behave():\n    raise KeyError('something else')\n"


@dataclass
class Project:
    """One repository. ``commits`` are its commits, oldest first."""

    name: str
    folder: Path
    commits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Initialise it with a release that passes."""
        (self.folder / self.name).mkdir(parents=True)
        (self.folder / "pyproject.toml").write_text(PYPROJECT.format(name=self.name))
        (self.folder / "backend.py").write_text(BACKEND.format(name=self.name))
        self._git("init", "--quiet", "--initial-branch=main")
        self.commit(0, "The first release", HOLDS)
        self.tag("2025.3.0")

    def commit(self, day: float, subject: str, behaviour: str = "", *, broken: bool = False) -> str:
        """Commit on a day, optionally with a new behaviour or a broken build; return the hash."""
        module, mark = self.folder / self.name / "__init__.py", self.folder / "broken"
        module.write_text(behaviour or module.read_text())
        mark.write_text("yes") if broken else mark.unlink(missing_ok=True)
        at = (BEGIN + timedelta(days=day)).isoformat()
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "-m", subject, GIT_COMMITTER_DATE=at, GIT_AUTHOR_DATE=at)
        self.commits.append(self._git("rev-parse", "HEAD"))
        return self.commits[-1]

    def tag(self, name: str) -> None:
        """Tag the newest commit."""
        self._git("tag", name)

    def checkout(self, start: str, branch: str) -> None:
        """Create and check out a branch."""
        self._git("checkout", "--quiet", "-b", branch, start)

    def _git(self, *arguments: str, **variables: str) -> str:
        who = {f"GIT_{role}_{what}": "somebody" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        done = subprocess.run(
            ["git", "-C", self.folder, *arguments],
            env=os.environ | who | {"GIT_CONFIG_GLOBAL": os.devnull} | variables,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()
