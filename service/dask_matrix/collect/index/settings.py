"""Find the package index that the user configured: for uv, else for pip, else PyPI."""

from __future__ import annotations

import configparser
import hashlib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHECK_INDEX = (
    "Check the network and the index settings of uv (UV_DEFAULT_INDEX, uv.toml) or pip (PIP_INDEX_URL, pip.conf)."
)
PYPI_DIGEST = "c7f8d697991d"
"""The `IndexSettings.digest` of PyPI."""


@dataclass(frozen=True)
class IndexSettings:
    """An index, a CA certificate file or None, and whether uv would use the index without being told.

    ``configured`` is the URL in the user's settings; empty if there is none, which means PyPI.
    """

    configured: str
    certificates: str | None
    known_to_uv: bool

    @property
    def url(self) -> str:
        """The URL of the index."""
        if self.configured:
            return self.configured
        from pypi_simple import PYPI_SIMPLE_ENDPOINT  # noqa: PLC0415 - slow to import, and seldom needed

        return PYPI_SIMPLE_ENDPOINT

    @property
    def digest(self) -> str:
        """A hash of the URL, the name of the folder with what is cached of the index."""
        return hashlib.sha256(self.configured.encode()).hexdigest()[:12] if self.configured else PYPI_DIGEST


def index_settings(environ: Mapping[str, str] = os.environ, system: Path = Path("/etc")) -> IndexSettings:
    """Read the settings as uv and pip do: environment variables first, then user files, then system files."""
    pip = _pip_settings(environ, system)
    certificates = environ.get("SSL_CERT_FILE") or environ.get("PIP_CERT") or pip.get("cert")
    if url := environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL") or _uv_url(environ, system):
        return IndexSettings(url, certificates, known_to_uv=True)
    if url := environ.get("PIP_INDEX_URL") or pip.get("index-url"):
        return IndexSettings(url, certificates, known_to_uv=False)
    return IndexSettings("", certificates, known_to_uv=True)


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())


def _config_home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or _home(environ) / ".config")


def _uv_url(environ: Mapping[str, str], system: Path) -> str | None:
    named = environ.get("UV_CONFIG_FILE")
    files = [Path(named)] if named else [_config_home(environ) / "uv" / "uv.toml", system / "uv" / "uv.toml"]
    for file in files:
        if url := _default_index(_read_toml(file)):
            return url
    return None


def _default_index(settings: dict[str, Any]) -> str | None:
    defaults = [index.get("url") for index in settings.get("index", []) if index.get("default")]
    url = next(iter(defaults), None) or settings.get("index-url") or settings.get("pip", {}).get("index-url")
    return str(url) if url else None


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _pip_settings(environ: Mapping[str, str], system: Path) -> dict[str, str]:
    """Return pip's global settings; later files win, as in pip."""
    parser = configparser.RawConfigParser()
    for file in _pip_files(environ, system):
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
    return dict(parser["global"]) if parser.has_section("global") else {}


def _pip_files(environ: Mapping[str, str], system: Path) -> Iterator[Path]:
    yield system / "pip.conf"
    yield _home(environ) / ".pip" / "pip.conf"
    yield _config_home(environ) / "pip" / "pip.conf"
    if prefix := environ.get("VIRTUAL_ENV"):
        yield Path(prefix) / "pip.conf"
    if named := environ.get("PIP_CONFIG_FILE"):
        yield Path(named)
