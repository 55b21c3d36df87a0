"""Fixtures for the scenarios of plugins."""

import pytest


@pytest.fixture
def register():
    """A function that registers a plugin: with client.register_plugin, which came with 2023.9.2, or as it was before."""

    def register_as_the_release_does(client, plugin, before):
        name = "register_plugin" if hasattr(client, "register_plugin") else before
        return getattr(client, name)(plugin)

    return register_as_the_release_does
