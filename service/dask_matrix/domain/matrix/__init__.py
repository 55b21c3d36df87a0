"""The matrix: scenarios by environments, and its filters."""
