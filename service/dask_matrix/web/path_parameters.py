"""The names that addresses are made of, as OpenAPI tells them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

EnvironmentKey = Annotated[str, Path(description="Key of an environment: 16 hex digits.")]
ScenarioId = Annotated[str, Path(description="Id of a scenario, or a former one. It has slashes.")]
ResultId = Annotated[str, Path(description="Id of a result.")]
RunId = Annotated[str, Path(description="Id of a run.")]
ReleaseName = Annotated[
    str,
    Path(
        description="A release that has an environment, such as 2025.2.0, or `latest`: the newest one with an environment in lane as-released; or `main`: the newest commits that were run."
    ),
]
ReleaseOrLatest = Annotated[
    str,
    Path(
        description="A release such as 2025.2.0, or `latest`: the newest one with an environment in lane as-released."
    ),
]
