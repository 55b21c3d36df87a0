"""Commands as processes of their own."""

import pytest
from distributed import Client


@pytest.mark.scenario(covers=["distributed.cli.dask_scheduler", "distributed.cli.dask_worker"], timeout=60)
def test_scheduler_and_worker_make_a_cluster(script, begin, tmp_path):
    """`dask scheduler` and `dask worker` that share a scheduler file make a cluster for Client(scheduler_file=…)."""
    file, local = str(tmp_path / "scheduler.json"), ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
    begin(*script("dask"), "scheduler", *local, "--port", "0", "--scheduler-file", file)
    begin(
        *script("dask"),
        "worker",
        *local,
        "--scheduler-file",
        file,
        "--nthreads",
        "1",
        "--no-nanny",
        "--name",
        "by hand",
    )
    with Client(scheduler_file=file, timeout="40s") as client:
        client.wait_for_workers(1, timeout=40)
        assert client.submit(sum, [1, 2, 3]).result(timeout=20) == 6
        assert [worker["name"] for worker in client.scheduler_info()["workers"].values()] == ["by hand"]


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/9240", covers=["distributed.cli.dask_worker"], timeout=40
)
def test_the_script_dask_worker(script, run):
    """The script `dask-worker` is there and tells how it is used."""
    ended = run(*script("dask-worker"), "--help")
    assert ended.returncode == 0, ended.stderr
    assert "--nthreads" in ended.stdout


@pytest.mark.scenario(
    issue="https://github.com/dask/distributed/pull/7427", covers=["distributed.cli.dask_spec"], timeout=40
)
def test_the_commands_of_dask(script, run):
    """`dask --help` lists the commands scheduler, worker, ssh and spec."""
    ended = run(*script("dask"), "--help")
    assert ended.returncode == 0, ended.stderr
    listed = {line.split()[0] for line in ended.stdout.partition("Commands:")[2].splitlines() if line.strip()}
    assert {"scheduler", "worker", "ssh", "spec"} <= listed
