"""The package index: which one, and which releases it has."""
