"""matrix.toml is validated; errors name the file, line and key."""

from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.collect.scenario_set.config import InvalidConfig, load
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.upgrades.scope import Profile

GOOD = """\
pythons = ["3.10", 3.11]
requirements = ["numpy", "pyarrow>=14"]

[sets.quick]
releases = [">=2025.1,<2025.6", "2026.1.0", "latest:1"]
lanes = ["as-released", "latest"]
"""


def write(folder: Path, text: str) -> Path:
    """Return a matrix.toml with that text."""
    path = folder / "matrix.toml"
    path.write_text(text)
    return path


def test_a_configuration_is_parsed_into_values(tmp_path: Path) -> None:
    """Versions and lanes are not strings."""
    config = load(write(tmp_path, GOOD))
    assert config.pythons == [Python(3, 10), Python(3, 11)]
    assert config.sets["quick"].lanes == [Lane.AS_RELEASED, Lane.LATEST]


@pytest.mark.parametrize(
    ("line", "limit"), [("", 50 * 2**30), ("environments-gib = 2", 2**31), ("environments-gib = 0.5", 2**29)]
)
def test_the_limit_of_the_environments_on_disk_is_in_gib(tmp_path: Path, line: str, limit: int) -> None:
    """The default is 50."""
    assert load(write(tmp_path, f"{line}\n{GOOD}")).environments_limit == limit


def test_the_shipped_configuration_is_valid_and_has_the_sets_that_the_readme_names() -> None:
    """quick, latest and all."""
    assert {"quick", "latest", "all"} <= load(places.scenarios() / "matrix.toml").sets.keys()


def test_a_profile_selects_scenarios(tmp_path: Path) -> None:
    """By area, id pattern and API name."""
    lines = "[profiles.'my work']\nareas = ['array']\nscenarios = ['io/*']\ncovers = ['dask.bag']\n"
    made = load(write(tmp_path, f"{GOOD}\n{lines}")).profiles["my work"].profile()
    assert made == Profile(frozenset({"array"}), ("io/*",), ("dask.bag",))


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("3.11", "three"), 1, "pythons: 'three' is not a Python version"),
        (("pyarrow>=14", "pyarrow=>14"), 2, "requirements: 'pyarrow=>14' is not a valid requirement"),
        (("[sets.quick]", "sources = ['a b']\n[sets.quick]"), 4, "sources: 'a b' is not a valid project name"),
        (
            ("[sets.quick]", "[profiles.mine]\n[sets.quick]"),
            4,
            "profiles.mine: a profile needs at least one of areas, scenarios and covers",
        ),
        (
            (">=2025.1,<2025.6", ">=2025.1,<banana"),
            5,
            "sets.quick.releases: '>=2025.1,<banana' is not a version specifier",
        ),
        (("latest:1", "latest:0"), 5, "sets.quick.releases: 'latest:0' is not a version specifier"),
        (('"latest"]', '"newest"]'), 6, "sets.quick.lanes: Input should be 'as-released', 'latest' or 'lowest-direct'"),
        (("lanes =", "lane ="), 6, "sets.quick.lane: unknown key"),
        (("releases =", "# releases ="), 4, "sets.quick.releases: required key is missing"),
        (("pythons = ", "pythons = ]"), 1, "invalid TOML"),
        (("[sets.quick]", "environments-gib = 0\n[sets.quick]"), 4, "environments-gib: Input should be greater than 0"),
        (("[sets.quick]", "environments-gib = nan\n[sets.quick]"), 4, "environments-gib: Input should be "),
        (
            ("[sets.quick]", "environments-gib = inf\n[sets.quick]"),
            4,
            "environments-gib: Input should be a finite number",
        ),
        (
            ("[sets.quick]", "environments-gib = true\n[sets.quick]"),
            4,
            "environments-gib: Input should be a valid number",
        ),
        (
            ("[sets.quick]", 'environments-gib = "9"\n[sets.quick]'),
            4,
            "environments-gib: Input should be a valid number",
        ),
    ],
)
def test_an_error_names_file_line_and_key(tmp_path: Path, change: tuple[str, str], line: int, message: str) -> None:
    """So that it can be fixed without reading our code."""
    changed = GOOD.replace("3.11]", '"3.11"]').replace(*change)
    path = write(tmp_path, changed)
    with pytest.raises(InvalidConfig) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert f"line {line}" in str(caught.value)
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(InvalidConfig, match="Cannot read"):
        load(tmp_path / "none.toml")


def test_the_repositories_default_to_the_public_ones(tmp_path: Path) -> None:
    """matrix.toml overrides them, with paths relative to the file; environment variables override that."""
    path = tmp_path / "matrix.toml"
    path.write_text('pythons = ["3.11"]\n[sets.all]\nreleases = ["main", "dask@2025.3.0"]\n')
    assert load(path).git.address("dask") == "https://github.com/dask/dask"
    path.write_text(path.read_text() + '[git]\ndask = "../mine"\ndistributed = "git@host:it"\nbranch = "trunk"\n')
    placed = load(path).with_repositories({"DASK_MATRIX_GIT_DISTRIBUTED": "file:///there"}, tmp_path).git
    assert (placed.dask, placed.distributed, placed.branch) == (str(tmp_path / "../mine"), "file:///there", "trunk")


@pytest.mark.parametrize("line", ['dask = ""', 'branch = "--all"', 'dusk = "there"'])
def test_an_error_in_the_git_table_is_named(tmp_path: Path, line: str) -> None:
    """By file, line and key."""
    path = tmp_path / "matrix.toml"
    path.write_text(f'pythons = ["3.11"]\n[sets.all]\nreleases = ["main"]\n[git]\n{line}\n')
    with pytest.raises(InvalidConfig, match=rf"matrix\.toml, line 5: git\.{line.partition(' ')[0]}"):
        load(path)
