"""Upgrades: what breaks and what is fixed between two releases."""
