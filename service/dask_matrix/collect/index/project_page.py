"""Fetch the page of one project from the package index and parse it. Only this module makes requests to the index.

Whatever answers at an index's address is not believed to be the index: a captive portal, a login page or a proxy answers
200 as well. A page counts only if it is one of the simple API (PEP 503, 691) and lists files of the project.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from packaging.tags import parse_tag
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from pypi_simple import ACCEPT_JSON_PREFERRED, ProjectPage, PyPISimple, UnsupportedRepoVersionError
from requests import RequestException

from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.redaction import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypi_simple import DistributionPackage
    from requests import Response

    from dask_matrix.collect.index.settings import IndexSettings

WHEEL_PLATFORM = {"linux": "manylinux", "darwin": "macosx", "win32": "win"}
NOT_FOUND = 404
NOT_MODIFIED = 304


class RequestFailed(Exception):
    """The index could not be reached, or answered with an error."""


class NoSuchProject(RequestFailed):
    """The index answered that it does not have the project."""


class NotThePage(RequestFailed):
    """What answered with success did not answer with the project's page: a login page, another shape, no files."""


def fetch_page(settings: IndexSettings, project: str, cached: Any = None) -> Any:
    """Return the parsed page of a project, or ``cached`` if it has not been modified; raise RequestFailed."""
    try:
        return _fetch(settings, project, cached)
    except RequestException as error:
        raise RequestFailed(without_secrets(str(error))) from error


def _fetch(settings: IndexSettings, project: str, cached: Any) -> Any:
    with PyPISimple(settings.url) as simple:
        if settings.certificates:
            simple.s.verify = settings.certificates
        headers = {"Accept": ACCEPT_JSON_PREFERRED}
        if cached and cached["etag"]:
            headers["If-None-Match"] = cached["etag"]
        response = simple.s.get(simple.get_project_url(project), headers=headers, timeout=(10, 60))
    if cached and response.status_code == NOT_MODIFIED:
        return cached
    if response.status_code == NOT_FOUND:
        raise NoSuchProject(f"it has no project {project} (404)")
    response.raise_for_status()
    packages = _packages_of(_parse(response, project), project)
    return {"etag": response.headers.get("ETag"), "files": _files(packages), "wheels": _wheels(packages)}


def _parse(response: Response, project: str) -> ProjectPage:
    """Return the page in a response; raise NotThePage if it is something else."""
    try:
        return ProjectPage.from_response(response, project)
    except (ValueError, UnsupportedRepoVersionError, RecursionError) as error:  # pydantic's and JSON's are ValueErrors
        kind = response.headers.get("Content-Type", "no Content-Type")
        reason = without_secrets(str(error).partition("\n")[0])
        raise NotThePage(f"what it answers for {project} ({kind}) is no page of the simple API: {reason}") from None


def _packages_of(page: ProjectPage, project: str) -> list[DistributionPackage]:
    """Return the files of the project itself; raise NotThePage if there is none."""
    name = canonicalize_name(project)
    if canonicalize_name(page.project) != name:
        raise NotThePage(f"it answers with the page of {page.project[:80]!r} when asked for {project}")
    own = [each for each in page.packages if each.project and canonicalize_name(each.project) == name]
    if not own:
        raise NotThePage(f"what it answers for {project} lists no file of {project}; is it a login page?")
    return own


def _files(packages: list[DistributionPackage]) -> dict[str, dict[str, Any]]:
    """Return version -> upload time, requires-python and yanked, of its wheel or else of its source distribution."""
    files: dict[str, dict[str, Any]] = {}
    for package in packages:
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


def _wheels(packages: list[DistributionPackage]) -> dict[str, str]:
    """Return Python tag such as ``311`` or ``314t`` -> upload time of the first wheel for it on this platform."""
    first: dict[str, str] = {}
    for package in packages:
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
            yield f"{number}t" if tag.abi == f"cp{number}t" else number
