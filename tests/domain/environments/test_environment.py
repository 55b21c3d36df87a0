"""Labels and keys of environments."""

import pytest

from dask_matrix.domain.environments.environment import (
    EnvironmentSpec,
    InvalidEnvironment,
    InvalidPython,
    Lane,
    Python,
    environment_key,
    packages,
)
from dask_matrix.domain.environments.release import Release

SPEC = EnvironmentSpec(Release.parse("2025.2.0"), Python(3, 11), Lane.AS_RELEASED)


def test_label_is_release_python_lane() -> None:
    """As nox lists its sessions."""
    assert (SPEC.label, SPEC.slug) == ("2025.2.0, py311, as-released", "2025.2.0-py311-as-released")


def test_label_round_trip() -> None:
    """parse() is the inverse of label; other text is rejected."""
    assert EnvironmentSpec.parse(SPEC.label) == SPEC
    for text in ("", "2025.2.0", "2025.2.0, py311, newest", "2025.2.0, py311, latest, x"):
        with pytest.raises(InvalidEnvironment, match="is not an environment"):
            EnvironmentSpec.parse(text)


@pytest.mark.parametrize("text", ["3.9", "py39", "39"])
def test_python_spellings(text: str) -> None:
    """3.11 and py311."""
    assert Python.parse(text) == Python(3, 9)


@pytest.mark.parametrize("text", ["3.14t", "py314t", "314t"])
def test_free_threaded_python_is_a_version_of_its_own(text: str) -> None:
    """It sorts after the ordinary build of its version, and before the next version."""
    python = Python.parse(text)
    assert python == Python(3, 14, free_threaded=True)
    assert Python(3, 14) < python < Python(3, 15)
    assert (str(python), python.tag, python.number) == ("3.14t", "314t", "3.14")


def test_free_threaded_environment_has_a_label_and_a_key_of_its_own() -> None:
    """The key of an ordinary Python stays what it was."""
    label = "2025.2.0, py314t, as-released"
    spec = EnvironmentSpec.parse(label)
    assert spec.label == label
    keys = [environment_key(Python.parse(each), "linux-x86_64", "dask==1\n", spec) for each in ("3.14", "3.14t")]
    assert keys == ["deb9e62aedf43d24", "6f8e4b5ebc1bf819"]


@pytest.mark.parametrize("text", ["", "3", "three", "3.11.7", "3.x", "3.14tt", "t", "3.14T"])
def test_invalid_python_is_rejected(text: str) -> None:
    """The message contains the text."""
    with pytest.raises(InvalidPython, match="is not a Python version"):
        Python.parse(text)


def test_key_depends_only_on_python_platform_and_lock() -> None:
    """If there is a lock."""
    key = environment_key(Python(3, 11), "linux-x86_64", "dask==1\n", SPEC)
    other = EnvironmentSpec(Release.parse("2025.3.0"), Python(3, 11), Lane.LATEST)
    assert key == environment_key(Python(3, 11), "linux-x86_64", "dask==1\n", other)
    assert (
        len(
            {
                key,
                environment_key(Python(3, 12), "linux-x86_64", "dask==1\n", SPEC),
                environment_key(Python(3, 11), "darwin-arm64", "dask==1\n", SPEC),
                environment_key(Python(3, 11), "linux-x86_64", "dask==2\n", SPEC),
            }
        )
        == 4
    )


def test_packages_of_a_lock() -> None:
    """Comments and hashes are skipped."""
    assert packages("# made\ndask==2025.2.0\nnumpy==2.2.3 \\\n    --hash=x\n") == {"dask": "2025.2.0", "numpy": "2.2.3"}
