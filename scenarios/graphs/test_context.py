"""Config values, annotations and context variables: where they hold, and where not."""

import contextvars
import threading

import dask
import dask.array as da
import pytest


@pytest.mark.scenario(covers=["dask.config.set", "dask.config.get"])
def test_config_values_hold_inside_the_block():
    """dask.config.set holds inside its with block, keeps its neighbours, and takes dashes for underscores."""
    with dask.config.set({"mine.first": 1}):
        with dask.config.set({"mine.the-second": 2}):
            assert (dask.config.get("mine.first"), dask.config.get("mine.the_second")) == (1, 2)
        assert dask.config.get("mine") == {"first": 1}
    assert dask.config.get("mine", default=None) is None


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10499", covers=["dask.config.set"])
def test_a_former_name_of_a_config_value_is_understood():
    """A config value set under its former name is found under its present name."""
    with dask.config.set({"fuse_ave_width": 7}):
        assert dask.config.get("optimization.fuse.ave-width") == 7


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10521", covers=["dask.config.get"])
def test_a_missing_override_leaves_the_config_value():
    """dask.config.get(key, override_with=None) gives the config value."""
    with dask.config.set({"mine": 1}):
        assert dask.config.get("mine", override_with=None) == 1
        assert dask.config.get("mine", override_with=2) == 2


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10159", covers=["dask.config.update_defaults"])
def test_a_later_default_replaces_an_earlier_one():
    """dask.config.update_defaults replaces a default that an earlier call has set."""
    config, defaults = {}, []
    dask.config.update_defaults({"mine": 1}, config=config, defaults=defaults)
    dask.config.update_defaults({"mine": 2}, config=config, defaults=defaults)
    assert config == {"mine": 2}


@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/10340", covers=["dask.annotate"])
def test_annotations_stay_in_their_thread():
    """What is built in another thread is not annotated by the with dask.annotate block of this one."""
    built = []

    def build():
        built.append(da.ones(2))

    with dask.annotate(priority=5):
        thread = threading.Thread(target=build)
        thread.start()
        thread.join()
        here = da.ones(2)
    assert annotations(here) == [{"priority": 5}]
    assert annotations(built[0]) == [{}]


def annotations(array):
    """The annotations of each layer of an array's graph."""
    return [layer.annotations or {} for layer in array.__dask_graph__().layers.values()]


@pytest.mark.scenario(covers=["dask.annotate", "dask.delayed"])
def test_annotations_are_kept_with_what_is_built_under_them():
    """Nested with dask.annotate blocks add up on what is built inside them, and on nothing else."""
    with dask.annotate(retries=2):
        with dask.annotate(priority=3):
            inner = dask.delayed(abs)(-1)
        outer = da.ones(2)
    assert {"retries": 2, "priority": 3} in annotations(inner)
    assert annotations(outer) == [{"retries": 2}]
    assert annotations(da.ones(2)) == [{}]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/12224", covers=["dask.threaded.get", "dask.compute"])
def test_context_variables_reach_the_threads():
    """A context variable has its value in the tasks of the threaded scheduler."""
    variable = contextvars.ContextVar("variable", default="unset")
    token = variable.set("set")
    try:
        assert dask.delayed(variable.get, pure=False)().compute(scheduler="threads") == "set"
    finally:
        variable.reset(token)
