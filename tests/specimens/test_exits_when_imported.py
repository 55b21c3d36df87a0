"""Nor does one that wants to end everything."""

from __future__ import annotations

import sys

sys.exit("goodbye")
