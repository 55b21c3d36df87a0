"""Bisects: has a scenario executed where the domain's search wants it, between two points of a history."""
