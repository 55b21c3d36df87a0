"""Path parameters of routes, with their OpenAPI descriptions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

EnvironmentKey = Annotated[str, Path(description="Environment key: 16 hex digits.")]
ScenarioId = Annotated[str, Path(description="Scenario id, current or former. Contains slashes.")]
ResultId = Annotated[str, Path(description="Result id.")]
RunId = Annotated[str, Path(description="Run id.")]
ReleaseName = Annotated[
    str,
    Path(
        description="A release with at least one environment, such as 2025.2.0; `latest`, the newest release with an environment in lane as-released; or `main`, the newest commits that were run."
    ),
]
ReleaseOrLatest = Annotated[
    str,
    Path(
        description="A release such as 2025.2.0, or `latest`, the newest release with an environment in lane as-released."
    ),
]
