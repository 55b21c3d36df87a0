"""Colours and symbols of verdicts, as a style sheet for the pages and for pictures.

A cell of the grid has no element of its own: adjacent equal cells are one element, and its symbols are a background that
repeats once per column.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

SIZE = 24
"""Side of a tile, in SVG units."""
MAX_RUN = 100
"""Most columns in one element; its width is a class ``w…``, since the content security policy forbids inline styles."""


@dataclass(frozen=True)
class Hue:
    """Colours of a verdict in light and dark mode: the hue itself, and a tint for backgrounds."""

    light: str
    dark: str
    light_tint: str = "none"
    dark_tint: str = "none"

    def of(self, scheme: str) -> tuple[str, str]:
        """Return hue and tint for a colour scheme."""
        return (self.dark, self.dark_tint) if scheme == DARK else (self.light, self.light_tint)


LIGHT, DARK = "light", "dark"
NONE = Hue("#646b72", "#98a1a9")
HUES = {
    "pass": Hue("#0b7068", "#57c4b7", "#dcefec", "#17302e"),
    "fail": Hue("#b43a0b", "#ff8f63", "#fbe3d8", "#46251a"),
    "timeout": Hue("#5447a6", "#aca2f7", "#e6e3f6", "#2b2850"),
    "crash": Hue("#97195f", "#f291c4", "#f8dfec", "#45203a"),
    "flaky": Hue("#7d5e00", "#e3bf4a", "#f6ebc6", "#3b3214"),
    "none": NONE,
}
ON = {LIGHT: "#fff", DARK: "#111417"}
"""Colour of symbols on a filled tile."""
HATCH = {LIGHT: "#dcdcd7", DARK: "#30373e"}
PLAIN = frozenset({"pass", "na", "untested", "uninstallable"})
"""Verdicts without a background, unless the verdict changes there: expected results stay calm."""

PATHS = {
    "pass": "M7.5 12.5l3 3.2 6-7.2",
    "fail": "M8 8l8 8M16 8l-8 8",
    "timeout": "M12 7a5 5 0 1 0 .01 0M12 9.3v3l2 1.4",
    "crash": "M13.6 6l-4.4 6.4h5.2L10.4 18",
    "flaky": "M6.5 10.4c1.8-2 3.6-2 5.5 0s3.7 2 5.5 0M6.5 14.6c1.8-2 3.6-2 5.5 0s3.7 2 5.5 0",
    "na": "M9 12h6",
    "untested": "M12 12h.01",
    "uninstallable": "M3 9L9 3M3 15L15 3M3 21L21 3M9 21L21 9M15 21l6-6",
}
"""SVG path of each verdict's symbol, by its class without ``v-``."""
MARKS = {"known": "k", "surprise": "!", "new-warnings": "w"}
"""Character in the corner of a cell, by the overlay's class without ``o-``."""


def stylesheet() -> str:
    """Return the style sheet: hues as variables and a tile for each verdict, in light and dark mode."""
    dark = "@media (prefers-color-scheme: dark) {\n" + _variables(DARK) + "\n}"
    tiles = "\n".join(
        f".v-{name} {{ --tile: var(--tile-{name}) }}\n.v-{name}.turn {{ --tile: var(--tile-{name}-turn) }}"
        for name in PATHS
    )
    marks = "\n".join(f".o-{name} {{ --mark: var(--mark-{name}) }}" for name in MARKS)
    widths = "\n".join(f".w{number} {{ --n: {number} }}" for number in range(1, MAX_RUN + 1))
    return "\n".join([_variables(LIGHT), dark, tiles, marks, ".v-stale { --outline: var(--tile-stale) }", widths, ""])


def hue(name: str) -> Hue:
    """Return the colours of a verdict, by its class without ``v-``."""
    return HUES.get(name, NONE)


def _variables(scheme: str) -> str:
    lines = [f"--on: {ON[scheme]}; --hatch: {HATCH[scheme]}"]
    for name, each in HUES.items():
        colour, tint = each.of(scheme)
        lines.append(f"--{name}: {colour}; --{name}-tint: {'transparent' if tint == 'none' else tint}")
    for name in PATHS:
        lines += [f"--tile-{name}: {_image(_tile(name, scheme))}"]
        lines += [f"--tile-{name}-turn: {_image(_tile(name, scheme, filled=True))}"]
    lines.append(f"--tile-stale: {_image(_outline(scheme))}")
    lines += [f"--mark-{name}: {_image(_mark(text, scheme))}" for name, text in MARKS.items()]
    return ":root {\n" + ";\n".join(lines) + "\n}"


def _tile(name: str, scheme: str, *, filled: bool = False) -> str:
    colour, tint = hue(name).of(scheme)
    ground = colour if filled else "none" if name in PLAIN else tint
    stroke = ON[scheme] if filled else HATCH[scheme] if name == "uninstallable" else colour
    weight = 2.4 if name == "untested" else 1.9
    tile = "" if ground == "none" else f'<rect x="1" y="1" width="22" height="22" rx="3" fill="{ground}"/>'
    pen = f'fill="none" stroke="{stroke}" stroke-width="{weight}" stroke-linecap="round" stroke-linejoin="round"'
    return f'{tile}<path d="{PATHS[name]}" {pen}/>'


def _outline(scheme: str) -> str:
    pen = f'fill="none" stroke="{NONE.of(scheme)[0]}" stroke-dasharray="2.5 2"'
    return f'<rect x="2" y="2" width="20" height="20" rx="3" {pen}/>'


def _mark(text: str, scheme: str) -> str:
    """Draw a character on a ground of its own, so that it is legible on a filled tile too."""
    face = 'font-family="monospace" font-weight="700" font-size="9" text-anchor="middle"'
    ground = f'<rect x="14" y="0" width="10" height="10" rx="2.5" fill="{NONE.of(scheme)[0]}"/>'
    return f'{ground}<text x="19" y="7.8" {face} fill="{ON[scheme]}">{text}</text>'


def _image(drawing: str) -> str:
    whole = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">{drawing}</svg>'
    return f'url("data:image/svg+xml,{quote(whole, safe=" =:/")}")'.replace("%22", "'")
