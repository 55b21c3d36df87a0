"""A lock is read as its tool installs it by default; what else it holds is named and can be chosen."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import uv as uv_package
from packaging.requirements import Requirement

from dask_matrix.domain.environments.environment import Python
from dask_matrix.project.locks.entries import NoRelease, Part, UnknownPart
from dask_matrix.project.locks.start import Start, start

INDEX = 'source = { registry = "https://index.invalid/simple" }'
NEXT, DEV, MEMBER = Part("group", "next"), Part("group", "dev"), Part("member", "worker")
UV = f"""\
version = 1
revision = 3
requires-python = ">=3.11"
conflicts = [[
    {{ package = "etl", group = "next" }},
    {{ package = "etl" }},
], [
    {{ package = "etl", extra = "new" }},
    {{ package = "etl", extra = "old" }},
]]

[manifest]
members = ["etl", "worker"]

[[package]]
name = "dask"
version = "2024.8.2"
{INDEX}

[package.optional-dependencies]
array = [{{ name = "numpy" }}]

[[package]]
name = "dask"
version = "2026.3.0"
{INDEX}

[[package]]
name = "etl"
version = "0.1.0"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "dask", version = "2024.8.2", {INDEX}, extra = ["array"], marker = "extra == 'project-3-etl'" }},
    {{ name = "toolz" }},
]

[package.optional-dependencies]
new = [{{ name = "pandas", version = "3.0.1", {INDEX}, marker = "extra == 'extra-3-etl-new'" }}]
old = [{{ name = "pandas", version = "2.2.3", {INDEX}, marker = "extra == 'extra-3-etl-old'" }}]

[package.dev-dependencies]
dev = [{{ name = "pyarrow" }}]
next = [{{ name = "dask", version = "2026.3.0", {INDEX}, marker = "extra == 'group-3-etl-next'" }}]

[package.metadata]
requires-dist = [{{ name = "dask", extras = ["array"], specifier = "==2024.8.2" }}]

[[package]]
name = "numpy"
version = "2.2.6"
{INDEX}

[[package]]
name = "pandas"
version = "2.2.3"
{INDEX}

[[package]]
name = "pandas"
version = "3.0.1"
{INDEX}

[[package]]
name = "pyarrow"
version = "19.0.0"
{INDEX}

[[package]]
name = "toolz"
version = "1.0.0"
{INDEX}

[[package]]
name = "worker"
version = "0.1.0"
source = {{ virtual = "worker" }}
dependencies = [{{ name = "dask", version = "2026.3.0", {INDEX} }}]
"""
PROJECT = """\
[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11"
optional-dependencies = {{ new = [], old = [] }}
[dependency-groups]
dev = []
next = []
[tool.uv]
package = false
"""
TWO_PYTHONS = f"""\
version = 1
requires-python = ">=3.11, <3.14"

[[distribution]]
name = "dask"
version = "2024.8.2"
{INDEX}

[[distribution]]
name = "dask"
version = "2025.12.0"
{INDEX}

[[distribution]]
name = "etl"
version = "0.1.0"
source = {{ editable = "." }}
dependencies = [
    {{ name = "dask", version = "2024.8.2", {INDEX}, marker = "python_version < '3.12'" }},
    {{ name = "dask", version = "2025.12.0", {INDEX}, marker = "python_version >= '3.12'" }},
]
"""
POETRY = """\
[[package]]
name = "dask"
version = "2024.8.2"
python-versions = ">=3.10"
groups = ["main", "dev"]
markers = {main = "extra == \\"parallel\\""}

[[package]]
name = "numpy"
version = "2.4.6"
python-versions = ">=3.11"
groups = ["main"]
markers = "python_version < \\"3.12\\" and extra == \\"parallel\\""

[[package]]
name = "pandas"
version = "2.2.3"
python-versions = ">=3.9"
groups = ["main"]
markers = "extra == \\"parallel\\""

[[package]]
name = "pandas"
version = "3.1.1"
python-versions = ">=3.11"
groups = ["dev"]

[extras]
parallel = ["dask", "pandas"]

[metadata]
lock-version = "2.1"
python-versions = ">=3.11,<3.14"
"""
POETRY_EXTRA = POETRY.replace('"main", "dev"', '"main"')
POETRY_1 = """\
[[package]]
name = "dask"
version = "2023.4.1"
optional = true
python-versions = ">=3.8"
[package.dependencies]
toolz = ">=0.10"

[[package]]
name = "toolz"
version = "0.12.0"
optional = true
python-versions = "*"

[[package]]
name = "zict"
version = "3.0.0"
optional = true
python-versions = "*"

[extras]
parallel = ["dask"]
other = ["zict"]

[metadata]
lock-version = "2.0"
python-versions = "~3.11 || ^3.12"
"""
PYLOCK = """\
lock-version = "1.0"
created-by = "pdm"
extras = ["parallel"]
dependency-groups = ["default", "dev"]
default-groups = ["default"]
[[packages]]
name = "dask"
version = "2024.8.2"
marker = "'parallel' in extras"
[[packages]]
name = "pandas"
version = "2.2.3"
marker = "'parallel' in extras and python_version >= '3.9'"
[[packages]]
name = "pyarrow"
version = "19.0.0"
marker = "'dev' in dependency_groups"
[[packages]]
name = "toolz"
version = "1.0.0"
marker = "'default' in dependency_groups"
"""
PDM = """\
[metadata]
groups = ["default", "dev", "parallel"]
lock_version = "4.5.0"
[[metadata.targets]]
requires_python = ">=3.11"
platform = "windows_amd64"
[[package]]
name = "dask"
version = "2024.8.2"
groups = ["parallel"]
marker = "sys_platform == \\"win32\\""
[[package]]
name = "pandas"
version = "2.2.3"
groups = ["dev", "parallel"]
[[package]]
name = "pyarrow"
version = "19.0.0"
groups = ["dev"]
"""

Read = Callable[..., Start]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes a lock and reads it as a start with these parts."""

    def read(name: str, text: str, *parts: Part, python: str = "3.11", project: str = "") -> Start:
        (tmp_path / name).write_text(text)
        if project:
            (tmp_path / "pyproject.toml").write_text(project)
        return start(str(tmp_path / name), parts, Python.parse(python) if python else None)

    return read


def versions(found: Start) -> dict[str, str]:
    """Return the packages without the project's own."""
    return {name: version for name, version in found.packages.items() if name not in {"etl", "worker"}}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), {"dask": "2024.8.2", "numpy": "2.2.6", "pyarrow": "19.0.0", "toolz": "1.0.0"}),
        ((NEXT,), {"dask": "2026.3.0", "pyarrow": "19.0.0"}),
        (
            (Part("extra", "old"),),
            {"dask": "2024.8.2", "numpy": "2.2.6", "pandas": "2.2.3", "pyarrow": "19.0.0", "toolz": "1.0.0"},
        ),
        ((MEMBER,), {"dask": "2026.3.0"}),
    ],
)
def test_uv_lock_is_read_along_its_graph(read: Read, parts: tuple[Part, ...], expected: dict[str, str]) -> None:
    """From the project with its default groups; what is chosen wins over what it conflicts with."""
    assert versions(read("uv.lock", UV, *parts)) == expected


def test_other_dasks_of_a_lock_are_named(read: Read) -> None:
    """With the option that chooses them."""
    (note,) = read("uv.lock", UV).notes
    assert note == (
        "uv.lock: the group `next` and the member `worker` have dask 2026.3.0; "
        "choose one with --group next or --member worker."
    )


@pytest.mark.parametrize(("groups", "pyarrow"), [('["next"]', None), ('"all"', "19.0.0"), ("[]", None)])
def test_default_groups_come_from_pyproject(read: Read, groups: str, pyarrow: str | None) -> None:
    """Next to the lock; without it, uv's own default is ``dev``."""
    found = read("uv.lock", UV.replace(", {\n    { package", ""), project=f"[tool.uv]\ndefault-groups = {groups}\n")
    assert found.packages.get("pyarrow") == pyarrow


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((Part("group", "nxt"),), r"uv\.lock has no group `nxt`\. Choose from: dev, next\."),
        ((Part("extra", "newest"),), r"uv\.lock has no extra `newest`\. Choose from: new, old\."),
        ((Part("member", "x"),), r"uv\.lock has no member `x`\. Choose from: etl, worker\."),
        (
            (Part("extra", "new"), Part("extra", "old")),
            "the extra `new` and the extra `old` conflict and cannot be installed together",
        ),
    ],
)
def test_parts_that_cannot_be_chosen_are_refused(read: Read, parts: tuple[Part, ...], message: str) -> None:
    """With the names there are."""
    with pytest.raises(UnknownPart, match=message):
        read("uv.lock", UV, *parts)


def test_parts_of_a_release_are_refused() -> None:
    """Only a lock file has any."""
    with pytest.raises(UnknownPart, match=r"--group chooses from a lock file, but --from is 2025\.2\.0"):
        start("2025.2.0", [DEV])


@pytest.mark.parametrize("parts", [(), (DEV,), (Part("extra", "old"),), (Part("extra", "new"),), (MEMBER,)])
@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_uv_itself_exports_the_same(read: Read, tmp_path: Path, parts: tuple[Part, ...], python: str) -> None:
    """``uv export`` of the same lock, with the project beside it."""
    workspace = '[tool.uv.workspace]\nmembers = ["worker"]\n'
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "pyproject.toml").write_text(PROJECT.format(name="worker").partition("[dep")[0])
    found = read("uv.lock", UV, *parts, python=python, project=PROJECT.format(name="etl") + workspace)
    options = [word for part in parts for word in (f"--{'package' if part.kind == 'member' else part.kind}", part.name)]
    command = [
        uv_package.find_uv_bin(),
        "export",
        "--frozen",
        "--offline",
        "--no-hashes",
        "--no-annotate",
        "--no-header",
    ]
    exported = subprocess.run(
        [*command, "--no-emit-workspace", *options], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    wanted = [Requirement(line) for line in exported.stdout.splitlines()]
    marker = {"python_version": python, "python_full_version": f"{python}.9"}
    assert versions(found) == {
        each.name: str(each.specifier)[2:] for each in wanted if each.marker is None or each.marker.evaluate(marker)
    }


def test_old_uv_lock_with_distributions_is_read(read: Read) -> None:
    """As uv wrote it before August 2024; its edges have the markers."""
    assert str(read("uv.lock", TWO_PYTHONS, python="3.11").release) == "2024.8.2"
    assert str(read("uv.lock", TWO_PYTHONS, python="3.12").release) == "2025.12.0"


def test_dask_that_depends_on_an_unknown_python_is_a_doubt(read: Read) -> None:
    """Until the project, or the question, names its Python."""
    (doubt,) = read("uv.lock", TWO_PYTHONS, python="").doubts
    assert "2024.8.2 for Python 3.11 and 2025.12.0 for Python 3.12" in doubt
    assert "--python 3.11 or --python 3.12" in doubt
    assert read("uv.lock", TWO_PYTHONS, python="3.12").doubts == ()


def test_environments_that_a_lock_supports_decide(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock for Windows only is read for Windows, and that is said."""
    monkeypatch.setattr("sys.platform", "linux")
    text = TWO_PYTHONS.replace("\n\n", "\nsupported-markers = [\"sys_platform == 'win32'\"]\n\n", 1)
    text = text.replace("python_version < '3.12'", "sys_platform == 'win32'").replace(
        "python_version >= '3.12'", "sys_platform != 'win32'"
    )
    found = read("uv.lock", text)
    assert str(found.release) == "2024.8.2"
    assert "uv.lock does not support linux; reading it for Python 3.11 on win32." in found.notes


def test_wheel_from_elsewhere_names_its_version(read: Read) -> None:
    """The way out of the refusal is the version that the lock states."""
    text = TWO_PYTHONS.replace(INDEX, 'source = { url = "https://x.invalid/dask-2024.8.2-py3-none-any.whl" }', 1)
    text = text.replace(INDEX, 'source = { url = "https://x.invalid/dask-2024.8.2-py3-none-any.whl" }')
    with pytest.raises(NoRelease, match=r"Its version is 2024\.8\.2: if it is that release, use --from 2024\.8\.2\."):
        read("uv.lock", text)


@pytest.mark.parametrize(
    ("name", "text", "packages", "part"),
    [
        ("poetry.lock", POETRY_EXTRA, {"dask": "2024.8.2", "numpy": "2.4.6"}, "the extra `parallel`"),
        ("poetry.lock", POETRY_1, {"dask": "2023.4.1", "toolz": "0.12.0"}, "the extra `parallel`"),
        ("pylock.toml", PYLOCK, {"dask": "2024.8.2", "pandas": "2.2.3", "toolz": "1.0.0"}, "the extra `parallel`"),
        ("pdm.lock", PDM, {"dask": "2024.8.2", "pandas": "2.2.3"}, "the group `parallel`"),
    ],
)
def test_dask_in_an_extra_keeps_what_belongs_to_it(
    read: Read, name: str, text: str, packages: dict[str, str], part: str
) -> None:
    """The usual shape of a library; that it is not installed by default is said."""
    found = read(name, text)
    assert packages.items() <= found.packages.items()
    assert not {"zict", "pyarrow"} & found.packages.keys()
    assert f"dask is only in {part}, not in what is installed by default; read with {part}." in found.notes[0]


def test_group_without_a_marker_has_no_condition(read: Read) -> None:
    """Poetry's ``markers`` only has keys for groups with one."""
    found = read("poetry.lock", POETRY)
    assert (dict(found.packages), found.notes) == ({"dask": "2024.8.2", "pandas": "3.1.1"}, ())


def test_optional_groups_of_poetry_are_not_installed(read: Read) -> None:
    """Only pyproject.toml says which they are."""
    found = read("poetry.lock", POETRY, project="[tool.poetry.group.dev]\noptional = true\n")
    assert found.packages["pandas"] == "3.1.1"
    assert "dask is only in the extra `parallel` and the group `dev`" in found.notes[0]


def test_two_dasks_for_one_environment_are_a_doubt(read: Read) -> None:
    """Poetry installs them over each other."""
    second = '[[package]]\nname = "dask"\nversion = "2026.8.0"\npython-versions = ">=3.10"\ngroups = ["dev"]\n\n'
    (doubt,) = read("poetry.lock", second + POETRY).doubts
    assert "installs dask 2024.8.2 and 2026.8.0 for the group `dev` into one environment" in doubt


@pytest.mark.parametrize(
    ("written", "expected", "python"),
    [
        ("^3.12", ">=3.12,<4", "3.12"),
        ("~3.12", ">=3.12,<3.13", "3.12"),
        (">=3.12 <3.14", ">=3.12,<3.14", "3.12"),
        ("~3.11 || ^3.13", ">=3.11,<3.12 || >=3.13,<4", "3.11"),
        ("*", "", "3.11"),
    ],
)
def test_python_ranges_of_poetry_are_obeyed_and_kept(read: Read, written: str, expected: str, python: str) -> None:
    """In Poetry's own form: the nearest Python that they allow decides."""
    found = read("poetry.lock", POETRY.replace(">=3.11,<3.14", written), Part("extra", "parallel"), python="")
    assert found.requires_python == expected
    assert ("numpy" in found.packages) == (python == "3.11")
