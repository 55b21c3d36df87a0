"""The domain: records, verdicts, the matrix, upgrades. Pure: no I/O, and no imports from other rooms."""
