"""Fetch the page of one project from the package index and parse it. Only this module makes requests to the index."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from packaging.tags import parse_tag
from packaging.version import InvalidVersion
from pypi_simple import ACCEPT_JSON_PREFERRED, ProjectPage, PyPISimple
from requests import RequestException

from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypi_simple import DistributionPackage

    from dask_matrix.collect.index.settings import IndexSettings

WHEEL_PLATFORM = {"linux": "manylinux", "darwin": "macosx", "win32": "win"}


class RequestFailed(Exception):
    """The index could not be reached, or answered with an error."""


def fetch_page(settings: IndexSettings, project: str, cached: Any) -> Any:
    """Return the parsed page of a project, or ``cached`` if it has not been modified; raise RequestFailed."""
    try:
        return _fetch(settings, project, cached)
    except RequestException as error:
        raise RequestFailed(error) from error


def _fetch(settings: IndexSettings, project: str, cached: Any) -> Any:
    with PyPISimple(settings.url) as simple:
        if settings.certificates:
            simple.s.verify = settings.certificates
        headers = {"Accept": ACCEPT_JSON_PREFERRED}
        if cached and cached["etag"]:
            headers["If-None-Match"] = cached["etag"]
        response = simple.s.get(simple.get_project_url(project), headers=headers, timeout=(10, 60))
        if cached and response.status_code == 304:  # noqa: PLR2004 - not modified
            return cached
        response.raise_for_status()
        page = ProjectPage.from_response(response, project)
    return {"etag": response.headers.get("ETag"), "files": _files(page), "wheels": _wheels(page)}


def _files(page: ProjectPage) -> dict[str, dict[str, Any]]:
    """Return version -> upload time, requires-python and yanked, of its wheel or else of its source distribution."""
    files: dict[str, dict[str, Any]] = {}
    for package in page.packages:
        version = _version(package)
        if version and (version not in files or package.package_type == "wheel"):
            files[version] = {
                "uploaded": package.upload_time.isoformat() if package.upload_time else None,
                "requires_python": package.requires_python or "",
                "yanked": package.is_yanked,
            }
    return files


def _version(package: DistributionPackage) -> str | None:
    try:
        return str(Release.parse(package.version or ""))
    except (DaskMatrixError, InvalidVersion):
        return None


def _wheels(page: ProjectPage) -> dict[str, str]:
    """Return Python tag such as ``311`` -> upload time of the first wheel for it on this platform."""
    first: dict[str, str] = {}
    for package in page.packages:
        if package.package_type == "wheel" and package.upload_time and not package.is_yanked:
            for tag in _python_tags(package.filename):
                moment = package.upload_time.isoformat()
                first[tag] = min(first.get(tag, moment), moment)
    return first


def _python_tags(filename: str) -> Iterator[str]:
    platform = WHEEL_PLATFORM.get(sys.platform, sys.platform)
    for tag in parse_tag("-".join(filename.removesuffix(".whl").rsplit("-", 3)[1:])):
        number = tag.interpreter.removeprefix("cp")
        if tag.interpreter.startswith("cp3") and number.isdigit() and tag.platform.startswith(platform):
            yield number
