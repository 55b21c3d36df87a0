"""The service side of dask-matrix: collects records, keeps them, judges them and shows them."""

__version__ = "0.1.0"
