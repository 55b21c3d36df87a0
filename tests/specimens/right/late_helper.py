"""Has a namesake in another folder."""

from __future__ import annotations

SIDE = "right"
