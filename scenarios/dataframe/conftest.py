"""Every scenario of data frames runs in one thread, unless it asks for a cluster."""

import dask
import pytest


@pytest.fixture(autouse=True)
def one_thread(request):
    """Tasks run one after another: an index that two threads look into at once can fail in pandas itself."""
    # A client takes over from this setting, but not in every release (2023.2.1 to 2023.4.0).
    scheduler = None if "client" in request.fixturenames else "sync"
    with dask.config.set(scheduler=scheduler):
        yield
