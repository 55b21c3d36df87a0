"""Registering a plugin with a client: by which name, and what is refused."""

import warnings

import pytest
from distributed import WorkerPlugin
from distributed.diagnostics.plugin import SchedulerPlugin

REGISTER = "https://github.com/dask/distributed/pull/8169"
REMOVED = "https://github.com/dask/distributed/pull/9225"


class Marking(WorkerPlugin):
    """Leaves a mark on each worker."""

    name = "marking"

    def setup(self, worker):
        """Called for each worker."""
        worker.marked = "by the plugin"


class Counting(SchedulerPlugin):
    """Counts on the scheduler how often a plugin of this name was started."""

    name = "counting"
    idempotent = True

    async def start(self, scheduler):
        """Called once."""
        scheduler.started = getattr(scheduler, "started", 0) + 1


class Unrelated:
    """Has the methods of a WorkerPlugin, and is none."""

    name = "unrelated"

    def setup(self, worker):
        """Called for each worker."""
        worker.marked = "by the plugin"

    def teardown(self, worker):
        """Called when it is unregistered."""


def marks(client):
    """The mark on each worker."""
    return list(client.run(lambda dask_worker: getattr(dask_worker, "marked", None)).values())


def started(client):
    """How often a Counting plugin was started."""
    return client.run_on_scheduler(lambda dask_scheduler: getattr(dask_scheduler, "started", 0))


@pytest.mark.scenario(issue=REGISTER, covers=["distributed.Client.register_plugin", "distributed.WorkerPlugin"])
def test_register_plugin_takes_a_worker_plugin(client):
    """client.register_plugin sets a WorkerPlugin up on every worker."""
    client.register_plugin(Marking())
    assert marks(client) == ["by the plugin"] * 2


@pytest.mark.scenario(issue=REMOVED, covers=["distributed.Client.register_worker_plugin", "distributed.WorkerPlugin"])
def test_register_worker_plugin_takes_a_worker_plugin(client):
    """client.register_worker_plugin sets a WorkerPlugin up on every worker."""
    client.register_worker_plugin(Marking())
    assert marks(client) == ["by the plugin"] * 2


@pytest.mark.scenario(issue=[REGISTER, REMOVED], covers=["distributed.Client.register_worker_plugin"])
def test_register_worker_plugin_is_not_deprecated(client):
    """client.register_worker_plugin gives no deprecation warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client.register_worker_plugin(Marking())
    assert [str(w.message) for w in caught if "register_worker_plugin" in str(w.message)] == []


@pytest.mark.scenario(
    issue=REMOVED,
    covers=["distributed.Client.register_scheduler_plugin", "distributed.diagnostics.plugin.SchedulerPlugin"],
)
def test_register_scheduler_plugin_takes_a_scheduler_plugin(client):
    """client.register_scheduler_plugin starts a SchedulerPlugin on the scheduler."""
    client.register_scheduler_plugin(Counting())
    assert started(client) == 1


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8342", covers=["distributed.diagnostics.plugin.SchedulerPlugin"]
)
def test_an_idempotent_plugin_starts_once(client, register):
    """A scheduler plugin with `idempotent = True` that is registered twice is started once."""
    register(client, Counting(), before="register_scheduler_plugin")
    register(client, Counting(), before="register_scheduler_plugin")
    assert started(client) == 1


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8689", covers=["distributed.Client.register_plugin"]
)
def test_a_plugin_class_is_refused_with_advice(client, register):
    """Registering a plugin class in place of an instance raises a TypeError that asks for an instance."""
    with pytest.raises(TypeError, match="instance"):
        register(client, Marking, before="register_worker_plugin")


@pytest.mark.scenario(issue=[REGISTER, REMOVED], covers=["distributed.Client.register_worker_plugin"])
def test_a_plugin_need_not_inherit_from_worker_plugin(client):
    """A plugin that only has the methods of a WorkerPlugin, without inheriting from it, can be registered."""
    # register_plugin has never taken it, the older name did as long as there was one.
    name = "register_worker_plugin" if hasattr(client, "register_worker_plugin") else "register_plugin"
    getattr(client, name)(Unrelated())
    assert marks(client) == ["by the plugin"] * 2
