"""Commands called without a process of their own."""

import json

import dask
import pytest
from click.testing import CliRunner
from dask.cli import cli
from distributed.cli.dask_worker import main as dask_worker

STRAY = "https://github.com/dask/distributed/pull/9281"


@pytest.mark.scenario(issue=STRAY, covers=["distributed.cli.dask_worker"])
def test_an_unknown_option_is_named():
    """`dask worker` with an option that does not exist ends with status 2 and names the option."""
    ended = CliRunner().invoke(dask_worker, ["tcp://127.0.0.1:1", "--nthread", "1"])
    assert ended.exit_code == 2
    assert "--nthread" in ended.output


@pytest.mark.scenario(issue=STRAY, covers=["distributed.cli.dask_worker"])
def test_a_stray_word_is_explained():
    """`dask worker` with a word too many ends with status 2 and says where arguments of a preload have to stand."""
    ended = CliRunner().invoke(dask_worker, ["tcp://127.0.0.1:1", "stray", "word"])
    assert ended.exit_code == 2
    assert "unexpected extra argument" in ended.output
    assert "--preload" in ended.output


@pytest.mark.scenario(covers=["dask.cli.cli", "dask.utils.show_versions"])
def test_versions_are_shown_as_json():
    """`dask info versions` prints the versions of dask and what it runs with as JSON."""
    ended = CliRunner().invoke(cli, ["info", "versions"])
    assert ended.exit_code == 0
    assert json.loads(ended.output)["dask"] == dask.__version__


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/9936", covers=["dask.cli.cli", "dask.config.get"])
def test_a_setting_is_printed():
    """`dask config get KEY` prints the setting that is in force."""
    with dask.config.set({"array.chunk-size": "7MiB"}):
        ended = CliRunner().invoke(cli, ["config", "get", "array.chunk-size"])
    assert ended.exit_code == 0, ended.output
    assert "7MiB" in ended.output


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10921", covers=["dask.cli.cli", "dask.config.refresh"])
def test_a_setting_is_written(tmp_path):
    """`dask config set KEY VALUE --file FILE` writes the setting to the file, for dask to read."""
    file = tmp_path / "mine.yaml"
    file.write_text("array:\n  chunk-size: 5MiB\n")
    ended = CliRunner().invoke(cli, ["config", "set", "array.chunk-size", "7MiB", "--file", str(file)])
    assert ended.exit_code == 0, ended.output
    (found,) = dask.config.collect_yaml([str(file)])
    assert dask.config.get("array.chunk-size", config=found) == "7MiB"
