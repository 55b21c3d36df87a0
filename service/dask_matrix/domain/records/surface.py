"""The content of a surface record, specified in docs/records.md."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class SurfaceContent(BaseModel):
    """What an environment offers, in parts. A part that could not be observed has only the key ``unknown``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    modules: dict[str, dict[str, Any]]
    objects: dict[str, dict[str, Any]]
    foreign: dict[str, list[str]]
    settings: dict[str, Any]
    commands: dict[str, Any]
    distributions: dict[str, Any]
    servers: dict[str, Any]
