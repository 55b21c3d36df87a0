"""The matrix: scenarios by environments, and how it is filtered."""
