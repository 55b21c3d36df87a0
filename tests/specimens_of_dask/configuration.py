"""Dask's configuration, changed by one test and found untouched by the next."""

from __future__ import annotations

import copy

import dask

UNTOUCHED = copy.deepcopy(dask.config.config)


def test_changes_the_configuration():
    """At the top, and deep within."""
    dask.config.set({"scheduler": "synchronous", "temporary-directory": "/no/such/folder"})
    dask.config.config["specimen"] = "was here"
    dask.config.config["distributed"]["comm"]["timeouts"]["connect"] = "1ms"
    assert dask.config.config != UNTOUCHED


def test_finds_the_configuration_untouched():
    """Whatever was changed before."""
    assert dask.config.config == UNTOUCHED
    assert dask.config.get("scheduler", None) is None
    assert dask.config.get("distributed.comm.timeouts.connect") != "1ms"
