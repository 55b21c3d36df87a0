"""The API surface of releases: what each offers, what changes between two, the history of one name."""
