"""Feeds of what breaks and what is fixed (Atom, JSON Feed), and badges (SVG, shields.io)."""
