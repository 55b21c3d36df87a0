"""What is held to be so without any record: failures that are known, and kinds of work that have a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.domain.known import Known
    from service.domain.scope import Profile


@dataclass(frozen=True)
class Beliefs:
    """What a scenario set says beside its scenarios, in known.toml and matrix.toml."""

    known: tuple[Known, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
