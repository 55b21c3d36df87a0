"""Work that fails is tried again as often as it was asked for."""

import dask
import pytest


def third_time_lucky(path):
    """Fail twice."""
    with open(path, "a") as file:
        file.write("tried\n")
    with open(path) as file:
        tried = len(file.readlines())
    if tried < 3:
        raise OSError("not yet")
    return tried


@pytest.mark.scenario(covers=["distributed.Client.submit"])
def test_submit_tries_again(client, tmp_path):
    """Work submitted with retries=2 that fails twice gives its result."""
    assert client.submit(third_time_lucky, str(tmp_path / "tries"), retries=2).result() == 3


@pytest.mark.usefixtures("client")
@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11893", covers=["dask.annotate", "dask.delayed"])
def test_an_annotated_delayed_call_tries_again(tmp_path):
    """A delayed call made under dask.annotate(retries=2) that fails twice gives its result."""
    with dask.annotate(retries=2):
        call = dask.delayed(third_time_lucky)(str(tmp_path / "tries"))
    assert call.compute() == 3
