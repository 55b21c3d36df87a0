"""A typed client of a dask-matrix server: ``Matrix("https://…").upgrade("2025.2.0", "2025.4.1").verdict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx2
import stamina
from pydantic import BaseModel, ValidationError

from dask_matrix.domain.errors import DaskMatrixError, EvidenceUnreachable
from dask_matrix.domain.upgrades.answer import Answer, Question

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T", bound=BaseModel)
API = "/api/v1"
ATTEMPTS = 3
TIMEOUT = 10.0
"""Seconds for one attempt."""


class NoAddress(DaskMatrixError):
    """A text is not a valid server URL."""


class Refused(DaskMatrixError):
    """A server rejected a question; the message has its reason."""


class _CoveredNames(BaseModel):
    covers: tuple[str, ...]


class _Problem(BaseModel):
    detail: str


class _Scenarios(BaseModel):
    scenarios: tuple[_CoveredNames, ...]


class Matrix:
    """A dask-matrix server, by the URL of its start page. A context manager; failed connections are retried.

    Raises NoAddress.
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT, attempts: int = ATTEMPTS) -> None:
        self.url = url.rstrip("/")
        self._attempts = attempts
        if not self.url.startswith(("http://", "https://")):
            raise NoAddress(f"{url!r} is not a server URL. Use one such as http://127.0.0.1:8000.")
        try:
            self._client = httpx2.Client(base_url=self.url, timeout=timeout)  # a redirect is reported, never followed
        except (httpx2.InvalidURL, ValueError) as error:
            raise NoAddress(f"{url!r} is not a server URL: {error}.") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def upgrade(self, start: str, target: str, **narrowing: Any) -> Answer:
        """Return what an upgrade breaks and fixes; ``narrowing`` are further fields of `Question`.

        Raises EvidenceUnreachable, or Refused if the server rejects the question.
        """
        return self.answer(Question(start=start, target=target, **narrowing))

    def answer(self, question: Question) -> Answer:
        """Return the answer to a question; raise EvidenceUnreachable, or Refused."""
        content = self._request("POST", "/upgrade", json=question.model_dump(mode="json"))
        return self._read(Answer, content).with_source(self.url)

    def covers(self) -> tuple[tuple[str, ...], ...]:
        """Return the dotted names that each scenario covers; raise EvidenceUnreachable."""
        listed = self._read(_Scenarios, self._request("GET", "/scenarios"))
        return tuple(each.covers for each in listed.scenarios)

    def _request(self, method: str, path: str, **more: Any) -> bytes:
        try:
            for attempt in stamina.retry_context(on=httpx2.TransportError, attempts=self._attempts, wait_initial=0.2):
                with attempt:
                    response = self._client.request(method, f"{API}{path}", **more)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise EvidenceUnreachable(
                f"Cannot reach {self.url}: {str(error).rstrip('.') or type(error).__name__}."
            ) from None
        if response.is_client_error and "problem+json" in response.headers.get("content-type", ""):
            raise Refused(f"{self.url} rejected the question: {self._read(_Problem, response.content).detail}")
        if not response.is_success:
            where = f" ({response.headers['location']})" if response.is_redirect else ""
            raise EvidenceUnreachable(
                f"{self.url}: unexpected response {response.status_code}{where} to {method} {API}{path}."
            )
        return response.content

    def _read(self, kind: type[T], content: bytes) -> T:
        try:
            return kind.model_validate_json(content)
        except ValidationError:
            raise EvidenceUnreachable(f"{self.url} is not a dask-matrix server, or runs another version.") from None
