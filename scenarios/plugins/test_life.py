"""What a plugin is told of, from its start to its end."""

import time

import pytest
from distributed import WorkerPlugin, wait
from distributed.diagnostics.plugin import SchedulerPlugin


class Marking(WorkerPlugin):
    """Leaves a mark on each worker."""

    name = "marking"

    def setup(self, worker):
        """Called for each worker."""
        worker.marked = "by the plugin"


class Broken(WorkerPlugin):
    """Cannot be taken down."""

    name = "broken"

    def setup(self, worker):
        """Called for each worker."""

    def teardown(self, worker):  # noqa: ARG002 - the name counts
        """Called when it is unregistered."""
        raise ZeroDivisionError("in teardown")


class Unready(WorkerPlugin):
    """Cannot be set up."""

    name = "unready"

    def setup(self, worker):  # noqa: ARG002 - the name counts
        """Called for each worker."""
        raise ZeroDivisionError("in setup")


class Farewell(SchedulerPlugin):
    """Notes which workers left. Its method takes what it took before the scheduler also said why."""

    name = "farewell"

    async def start(self, scheduler):
        """Called once."""
        scheduler.left = []

    def remove_worker(self, scheduler, worker):
        """Called for each worker that leaves."""
        scheduler.left.append(worker)


class Watching(SchedulerPlugin):
    """Notes each task that is in memory."""

    name = "watching"

    async def start(self, scheduler):
        """Called once."""
        self.scheduler = scheduler
        scheduler.watched = []

    def transition(self, key, _start, finish, *_args, **_kwargs):
        """Called for each change of a task."""
        if finish == "memory":
            self.scheduler.watched.append(key)


def noted(client, name):
    """What a plugin has noted on the scheduler."""
    return client.run_on_scheduler(lambda dask_scheduler: list(getattr(dask_scheduler, name)))


@pytest.mark.scenario(covers=["distributed.WorkerPlugin.setup", "distributed.LocalCluster.scale"])
def test_a_worker_that_joins_later_gets_the_plugin(client, register):
    """A registered worker plugin is also set up on workers that join afterwards."""
    register(client, Marking(), before="register_worker_plugin")
    client.cluster.scale(3)
    client.wait_for_workers(3, timeout=20)
    found = client.run(lambda dask_worker: getattr(dask_worker, "marked", None))
    assert list(found.values()) == ["by the plugin"] * 3


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/8810", covers=["distributed.WorkerPlugin.setup"])
def test_an_error_in_setup_reaches_the_client(client, register):
    """An error in a plugin's setup is raised where the plugin is registered."""
    with pytest.raises(ZeroDivisionError, match="in setup"):
        register(client, Unready(), before="register_worker_plugin")


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/8810",
    covers=["distributed.WorkerPlugin.teardown", "distributed.Client.unregister_worker_plugin"],
)
def test_an_error_in_teardown_reaches_the_client(client, register):
    """An error in a plugin's teardown is raised where the plugin is unregistered."""
    register(client, Broken(), before="register_worker_plugin")
    with pytest.raises(ZeroDivisionError, match="in teardown"):
        client.unregister_worker_plugin("broken")


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/7968", covers=["distributed.Client.unregister_scheduler_plugin"]
)
def test_a_scheduler_plugin_can_be_unregistered(client, register):
    """After client.unregister_scheduler_plugin a scheduler plugin hears of no more tasks."""
    register(client, Watching(), before="register_scheduler_plugin")
    heard = client.submit(int, 1)
    wait(heard)
    client.unregister_scheduler_plugin("watching")
    wait(client.submit(int, 2))
    assert noted(client, "watched") == [heard.key]


@pytest.mark.scenario(covers=["distributed.diagnostics.plugin.SchedulerPlugin.transition"])
def test_a_scheduler_plugin_hears_of_every_task(client, register):
    """A scheduler plugin's transition hears of every task that finishes."""
    register(client, Watching(), before="register_scheduler_plugin")
    futures = client.map(abs, range(20))
    wait(futures)
    assert sorted(noted(client, "watched")) == sorted(future.key for future in futures)


@pytest.mark.scenario(
    issue=[
        "https://github.com/dask/distributed/pull/7974",
        "https://github.com/dask/distributed/pull/9222",
    ],
    covers=["distributed.diagnostics.plugin.SchedulerPlugin.remove_worker"],
)
def test_remove_worker_without_keywords_is_called(client, register):
    """A scheduler plugin whose remove_worker(self, scheduler, worker) takes no keywords hears of a worker that leaves."""
    register(client, Farewell(), before="register_scheduler_plugin")
    address, worker = next((w.address, w) for w in client.cluster.workers.values())
    client.cluster.sync(worker.close)
    give_up = time.monotonic() + 10
    while address in client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.workers)):
        assert time.monotonic() < give_up, "the worker did not leave"
        time.sleep(0.001)
    assert noted(client, "left") == [address]
