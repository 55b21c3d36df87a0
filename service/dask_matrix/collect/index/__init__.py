"""The package index: which one is configured, and which releases it has."""
