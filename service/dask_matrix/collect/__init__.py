"""Makes records: finds releases, resolves locks, plans what must run, drives the nox sessions."""
