"""A site is what the application answers, as files: the same whenever it is written, and every link leads to one of them."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.records.records import EnvironmentRecord
from dask_matrix.site import relative_links
from dask_matrix.site.contents import Contents, LinkTarget, SiteFile
from dask_matrix.site.file_names import KINDS, file_name, relative, safe_component
from dask_matrix.site.output_folder import FILE_LIST, RefusedFolder, staged_site
from dask_matrix.store.store import Store
from dask_matrix.web import links
from tests.conftest import command_line, dask_matrix, environ
from tests.site.site_of import HOLDS, HOSTILE, KEYS, ODD, REFUSED, RELEASES, TURNS, Page, files, fill, leads_to, linked

MAIN = "a" * 16
PART = re.compile(r"[a-z0-9][a-z0-9_.-]*")
KNOWN = """
[[known]]
scenario = "futures/*"
releases = ">=2025"
issue = "https://github.com/dask/dask/issues/1"
reason = "It was so on the day of the evidence."
expires = 2025-05-01
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with evidence of rows with odd names; tests work on copies."""
    folder = tmp_path_factory.mktemp("data") / "folder"
    folder.mkdir()
    with Store.open(f"sqlite:///{folder / 'matrix.sqlite'}") as store:
        fill(store, stderr=f"{folder}/environments/x/lib/dask.py says so")
    return folder


@pytest.fixture(scope="module")
def site(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site of it; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("site") / "site"
    done = dask_matrix("export", folder, data=data)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert re.search(r"site: \d+ files, \d\.\d MB; (\d+) written, 0 unchanged, 0 removed\.\n$", done.stderr)
    return folder


@pytest.fixture(scope="module")
def whole_site(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site with all cells; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("whole") / "site"
    exported(folder, "--all-cells", data=data)
    return folder


def exported(*arguments: str | Path, data: Path) -> dict[str, int]:
    """Export a site; return what is said of it."""
    done = dask_matrix("export", *arguments, "--json", data=data)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["site"])


def refused(*arguments: str | Path, data: Path, told: str) -> None:
    """Run the command; it must refuse, and say so well."""
    done = dask_matrix("export", *arguments, data=data)
    assert done.returncode == 2, done
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_site_written_twice_is_the_same(data: Path, site: Path, tmp_path: Path) -> None:
    """Byte for byte; and where it stands already nothing is touched."""
    exported(tmp_path / "other", data=data)
    assert files(tmp_path / "other") == files(site)
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    counts = exported(site, data=data)
    assert (counts["written"], counts["removed"]) == (0, 0)
    assert counts["unchanged"] == counts["files"] == len(files(site)) - 1
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


def test_every_link_leads_to_a_file(site: Path) -> None:
    """Relative, and where it names a place in a page, that is there too. What leaves the site goes to GitHub."""
    places = {name: Page(text.decode()).places for name, text in files(site).items() if name.endswith(".html")}
    seen = 0
    for name, link in linked(site):
        if link.startswith("https://github.com/dask/distributed/issues/9041"):
            continue
        path = leads_to(site, name, link)
        assert path.is_file(), (name, link)
        assert site.resolve() in path.resolve().parents, (name, link)
        fragment = link.partition("#")[2]
        target = path.resolve().relative_to(site.resolve()).as_posix()
        assert not fragment or fragment in places[target], (name, link)
        seen += 1
    assert seen > 1000


def test_what_evidence_says_is_no_link(site: Path) -> None:
    """However much it looks like one: it is read as it was written, on pages, in feeds and in JSON."""
    row, cell = links.scenario(TURNS), links.cell(TURNS, KEYS[3])
    assert f"x = '{2 * chr(39)}{HOSTILE}" in Page((site / file_name(row)).read_text()).text
    assert Page((site / file_name(cell)).read_text()).text.count(HOSTILE) >= 4
    assert HOSTILE in Page((site / "feed.xml").read_text()).text
    assert json.loads((site / file_name(links.twin(row))).read_bytes())["title"] == f"It {HOSTILE}"


def test_no_file_names_a_server_or_this_machine(data: Path, site: Path) -> None:
    """Nor the folder that the evidence came from."""
    for name, content in files(site).items():
        for secret in (b"site.invalid", b"127.0.0.1", b"localhost", str(data).encode(), str(site).encode()):
            if name != "api/openapi.json":
                assert secret not in content, name
    assert b"environments/x/lib/dask.py says so" in (site / file_name(links.cell(TURNS, KEYS[3]))).read_bytes()


def test_every_page_has_its_twin(site: Path) -> None:
    """Under api/v1, at the same place; what the matrix is drawn from is the very object."""
    names = set(files(site))
    for kind in ("scenarios", "environments", "cells", "upgrade"):
        pages = {name for name in names if name.startswith(f"{kind}/") and name.endswith(".html")}
        assert pages
        assert {f"api/v1/{name.removesuffix('.html')}.json" for name in pages} <= names
    assert {"index.html", "all.html", "area/bag.html", "feed.xml", "feed.json", "api/docs.html"} <= names
    grid = json.loads((site / "api/v1/matrix.json").read_bytes())
    assert [row["id"] for row in grid["scenarios"]]
    narrowed = json.loads((site / "api/v1/matrix/area/bag.json").read_bytes())
    assert {row["area"] for row in narrowed["scenarios"]} == {"bag"}


def test_a_cell_has_a_page_where_it_has_something_to_tell(site: Path, whole_site: Path) -> None:
    """Where it does not pass, where its row turns, and just before that; of others the row says all. Or for all."""
    cells = {name for name in files(site) if name.startswith("cells/")}
    assert {file_name(links.cell(TURNS, key)) for key in KEYS[2:]} == {each for each in cells if "futures" in each}
    assert not [each for each in cells if each.startswith("cells/bag/sums/")]
    row = (site / file_name(links.scenario(HOLDS))).read_text()
    assert f'href="{Path(file_name(links.scenario(HOLDS))).name}"' in row
    assert " data-all-cells" in (whole_site / "all.html").read_text()  # so that a script in the page knows
    assert " data-all-cells" not in (site / "all.html").read_text()
    every = {name for name in files(whole_site) if name.startswith("cells/")}
    assert {file_name(links.cell(name, key)) for name in (TURNS, HOLDS, *ODD) for key in KEYS} == every


def test_a_result_has_a_page_where_the_cell_shows_not_all(data: Path, site: Path, tmp_path: Path) -> None:
    """Where executions ended differently, or each tells something else. Or all have."""
    assert not (site / "results").exists()
    folder = Path(shutil.copytree(data, tmp_path / "data"))
    with Store.open(f"sqlite:///{folder / 'matrix.sqlite'}") as store:
        made = fill(store)
        made.records.clear()
        for outcome in ("passed", "failed"):
            made.result(HOLDS, KEYS[3], outcome, id=outcome)
        made.take()
    exported(tmp_path / "site", data=folder)
    results = {name for name in files(tmp_path / "site") if "results/" in name}
    assert {"results/passed.html", "results/failed.html", "api/v1/results/failed.json"} <= results
    exported(tmp_path / "site", "--all-cells", data=folder)
    assert results < {name for name in files(tmp_path / "site") if "results/" in name}


def test_what_is_said_is_said_as_of_the_evidence(data: Path, tmp_path: Path) -> None:
    """Not of today: what was known then is marked, and no page says that results are coming in."""
    folder = Path(shutil.copytree(data, tmp_path / "data"))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "known.toml").write_text(KNOWN)
    exported(tmp_path / "site", "--scenarios", tmp_path / "set", data=folder)
    assert (
        "It was so on the day of the evidence."
        in (tmp_path / "site" / file_name(links.cell(TURNS, KEYS[3]))).read_text()
    )
    with Store.open(f"sqlite:///{folder / 'matrix.sqlite'}") as store:
        made = fill(store)
        made.records.clear()
        made.result(HOLDS, KEYS[3], id="new", at=datetime.now(UTC), started=datetime.now(UTC))
        made.take()
    exported(tmp_path / "site", data=folder)
    assert not [
        name
        for name, text in files(tmp_path / "site").items()
        if b"<strong>Results are coming in" in text or b" data-poll=" in text
    ]


def test_main_is_no_release_that_moves_and_badges_are_about(data: Path, tmp_path: Path) -> None:
    """It has pages, and the move from the newest release to it is answered; all links lead to files still."""
    folder = Path(shutil.copytree(data, tmp_path / "data"))
    commits = {project: {"commit": "a" * 40, "at": "2026-02-01T00:00:00Z"} for project in ("dask", "distributed")}
    with Store.open(f"sqlite:///{folder / 'matrix.sqlite'}") as store:
        made = fill(store)
        made.records.clear()
        made.add(
            EnvironmentRecord, id="m", key=MAIN, release="2026.1.0+3.gaaaaaaaaa", python="3.11", lane="as-released",
            platform="linux-x86_64", lock="dask==2\n", pair={**commits, "ref": "main"},
        )  # fmt: skip
        made.result(TURNS, MAIN, id="in-main")
        made.take()
        found = Contents(store.matrix(), lambda *_: ())
    assert found.releases == [*RELEASES, "2026.1.0"]
    assert {target for start, target in found.upgrades if start == RELEASES[0]} == {RELEASES[1], "2026.1.0"}
    assert ("2026.1.0", "main") in found.upgrades
    site = tmp_path / "site"
    assert exported(site, data=folder)["missed"] == []
    names = set(files(site))
    assert {"releases/main.html", "upgrade/2026.1.0/main.html", "upgrade/2024.12.0/2026.1.0.html"} <= names
    assert 'href="upgrade/2026.1.0/main.html"' in (site / "upgrade.html").read_text()
    assert "badge/upgrade/2024.12.0/latest.svg" in names
    assert not [name for name in names if name.startswith("badge/") and "aaaa" in name]
    assert not [each for each in linked(site) if "//" not in each[1] and not leads_to(site, *each).is_file()]


def test_a_link_that_nothing_answers_is_none(tmp_path: Path) -> None:
    """A result may stand without its run; that is told, and the rest is written."""
    with Store.open(f"sqlite:///{tmp_path / 'matrix.sqlite'}") as store:
        fill(store, run="another")
    done = dask_matrix("export", tmp_path / "site", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "/runs/r (404): it answered with an error" in done.stderr
    assert "<a>r</a>" in (tmp_path / "site" / file_name(links.cell(TURNS, KEYS[3]))).read_text()
    assert all(
        leads_to(tmp_path / "site", *each).is_file() for each in linked(tmp_path / "site") if "//" not in each[1]
    )


def test_a_link_of_json_that_leads_nowhere_is_null(site: Path) -> None:
    """An empty text would be the document itself; what says nothing else than before stays as it is."""
    told = {
        "page": "/results/x",
        "feed_url": "/feed.json",
        "next": None,
        "stdout": '"page":"/x"',
        "each": {"url": "/no"},
    }
    leads = {"/feed.json": "../feed.json"}
    kept = json.loads(relative_links.json(json.dumps(told), leads.get))
    assert kept == {**told, "page": None, "feed_url": "../feed.json", "each": {"url": None}}
    assert [each for each in linked(site) if not each[1]] == []


def test_feeds_name_whole_addresses_where_the_site_has_one(data: Path, tmp_path: Path) -> None:
    """Their readers want them; nothing else in the site does."""
    exported(tmp_path / "site", "--address", "https://x.org/m", data=data)
    feed = json.loads((tmp_path / "site" / "feed.json").read_bytes())
    assert feed["feed_url"] == "https://x.org/m/feed.json"
    assert {f"https://x.org/m/{file_name(links.cell(TURNS, KEYS[3]))}"} <= {each["url"] for each in feed["items"]}
    assert 'href="https://x.org/m/feed.xml"' in (tmp_path / "site" / "feed.xml").read_text()
    assert [name for name, text in files(tmp_path / "site").items() if b"x.org" in text] == ["feed.json", "feed.xml"]


@pytest.mark.parametrize("name", [TURNS, *ODD])
def test_names_of_files_are_safe(name: str) -> None:
    """On every system: short, plain, none a device, none a way out."""
    for address in (links.scenario(name), links.cell(name, KEYS[0]), links.twin(links.scenario(name))):
        parts = file_name(address).split("/")
        assert all(PART.fullmatch(each) and len(each.encode()) < 255 for each in parts), parts
        assert not {"con", "con.html", ".."} & set(parts)
        assert not [each for each in parts[:-1] if each.endswith(KINDS)]


@pytest.mark.parametrize("name", [TURNS, *ODD])
def test_the_cells_of_a_row_are_named_by_its_file(name: str) -> None:
    """So that a script in the page knows where they are."""
    row, cell = file_name(links.scenario(name)), file_name(links.cell(name, KEYS[0]))
    assert cell == re.sub(r"^scenarios/(.*)\.html$", rf"cells/\1/{KEYS[0]}.html", row)


def test_names_of_files_are_readable_where_they_can_be() -> None:
    """As their addresses are."""
    assert file_name("/") == "index.html"
    assert file_name("/scenarios/a/b") == "scenarios/a/b.html"
    assert file_name("/api/v1/scenarios/a/b") == "api/v1/scenarios/a/b.json"
    assert file_name("/environments/0f/lock.txt") == "environments/0f/lock.txt"
    assert file_name("/badge/release/2025.2.0.svg") == "badge/release/2025.2.0.svg"
    assert file_name("/feed.atom") == "feed.xml"
    assert re.fullmatch(r"scenarios/bag/works-a-1--[0-9a-f]{12}\.html", file_name("/scenarios/bag/works%5Ba%201%5D"))
    assert relative("scenarios/a/b.html", "static/site.css") == "../../static/site.css"
    assert relative("index.html", "all.html") == "all.html"


@given(st.text(), st.text())
def test_no_two_names_meet(one: str, other: str) -> None:
    """Not even where capitals are the same as small letters."""
    assert (safe_component(one).casefold() == safe_component(other).casefold()) == (one == other)
    assert len(safe_component(one).encode()) < 200
    assert PART.fullmatch(safe_component(one))


@given(st.text(min_size=1))
def test_no_page_is_in_the_way_of_a_folder(name: str) -> None:
    """A row may be called like the file of another, with more below it."""
    below = file_name(f"{links.scenario(name)}/x")
    assert not below.startswith(f"{file_name(links.scenario(name))}/")


@pytest.mark.parametrize(
    ("link", "file", "rest"),
    [
        ("/", "index.html", ""),
        ("/?changes=false&last=0", "all.html", ""),
        ("/?area=bag", "area/bag.html", ""),
        ("/?area=bag&changes=false&last=0", "area/bag.html", ""),
        ("/?area=nowhere", "all.html", "?area=nowhere"),
        ("/?q=a+b&last=0#x", "all.html", "?q=a+b&last=0#x"),
        ("/?changes=true", "all.html", "?changes=true"),
        ("/upgrade?from=2025.1.0&to=2025.2.0", "upgrade/2025.1.0/2025.2.0.html", ""),
        ("/upgrade?from=2024.12.0&to=2025.2.0", "upgrade.html", "#2024.12.0"),
        ("/upgrade?from=2025.1.0&to=2025.2.0&q=x", "upgrade.html", "#2025.1.0"),
        (links.cell(HOLDS, KEYS[1]), "scenarios/bag/sums/adds.html", ""),
        (links.cell(TURNS, REFUSED), "scenarios/futures/from_delayed/computes_again.html", ""),
        ("/static/site.css?v=1", "static/site.css", ""),
        ("/feed.atom?area=bag", file_name("/feed.atom", "area=bag"), ""),
        ("/runs?after=3", file_name("/runs", "after=3"), ""),
        ("/releases?x=1#2025.1.0", "releases.html", "?x=1#2025.1.0"),
        ("/api/v1/matrix?area=bag&changes=false", "api/v1/matrix/area/bag.json", ""),
    ],
)
def test_a_link_leads_to_what_is_nearest(data: Path, link: str, file: str, rest: str) -> None:
    """A script in the page reads the rest."""
    with Store.open(f"sqlite:///{data / 'matrix.sqlite'}") as store:
        target = Contents(store.matrix(), lambda *_: ()).target(link)
    assert isinstance(target, LinkTarget)
    assert (target.place.file, target.rest) == (file, rest)


@pytest.mark.parametrize(
    "link",
    ["/?at=2025-01-01", "/releases?at=2025-01-01", "/healthz", "/api/v1/matrix.parquet", "/api/v1/matrix?format=csv", "//x.org/", "/api/v1/runs/x/events", "/api/v1/events",
     "/api/v1/upgrade?from=2024.12.0&to=2025.2.0"],
)  # fmt: skip
def test_what_needs_a_server_is_no_link(data: Path, link: str) -> None:
    """It could not answer."""
    with Store.open(f"sqlite:///{data / 'matrix.sqlite'}") as store:
        assert Contents(store.matrix(), lambda *_: ()).target(link) is None


@pytest.mark.parametrize("link", ["/scenarios/bag/events", "/api/v1/scenarios/bag/events", "/scenarios/healthz"])
def test_a_row_may_be_called_as_what_needs_a_server(data: Path, link: str) -> None:
    """Only the streams themselves are left out."""
    with Store.open(f"sqlite:///{data / 'matrix.sqlite'}") as store:
        assert Contents(store.matrix(), lambda *_: ()).target(link) == LinkTarget(SiteFile(link, file_name(link)))


def test_what_is_wanted_no_more_is_removed_and_nothing_else(
    data: Path, site: Path, whole_site: Path, tmp_path: Path
) -> None:
    """A file that somebody put there stays."""
    folder = Path(shutil.copytree(whole_site, tmp_path / "site"))
    (folder / "CNAME").write_text("x.org")
    (folder / "cells" / "mine.txt").write_text("mine")
    assert exported(folder, data=data)["removed"] > 0
    assert files(folder) == {**files(site), "CNAME": b"x.org", "cells/mine.txt": b"mine"}
    assert not [path for path in folder.rglob("*") if path.is_dir() and not any(path.iterdir())]


def unusable(folder: Path, told: str) -> None:
    """Begin to write a site; it must be refused."""
    with pytest.raises(RefusedFolder, match=told), staged_site(folder):
        pass


def test_a_folder_of_others_is_left_alone(data: Path, tmp_path: Path) -> None:
    """One with files that no export wrote, a file, a list that is none, a list that leads out."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all of it")
    refused(tmp_path / "mine", data=data, told="contains files that no export wrote (it has no site-files.json)")
    unusable(tmp_path / "mine" / "thesis.txt", "is not a folder")
    unusable(Path("/"), "is a root folder")
    for text in ("{", "[]", '{"v": 2, "files": []}', '{"v": 1, "files": ["../thesis.txt"]}', '{"v": 1}'):
        (tmp_path / "mine" / FILE_LIST).write_text(text)
        unusable(tmp_path / "mine", "was not written by this version of dask-matrix")
    assert sorted(files(tmp_path)) == ["mine/site-files.json", "mine/thesis.txt"]


def test_a_file_of_others_is_not_replaced(tmp_path: Path) -> None:
    """Nothing is changed before that is known."""
    with staged_site(tmp_path / "site") as staged:
        staged.put("a.html", b"a")
        staged.publish()
    (tmp_path / "site" / "b.html").write_text("mine")
    before = files(tmp_path / "site")
    with staged_site(tmp_path / "site") as staged:
        staged.put("a.html", b"new")
        staged.put("b.html", b"b")
        with pytest.raises(RefusedFolder, match=r"b.html was not written by an export. Move it away"):
            staged.publish()
    assert files(tmp_path / "site") == before


def test_two_exports_at_once_are_refused(data: Path, tmp_path: Path) -> None:
    """The second says so; the first goes on."""
    with FileLock(tmp_path / ".site.lock"):
        refused(tmp_path / "site", data=data, told="Another export is writing")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Nothing to write. Give a folder for the site, --snapshot FOLDER, or both."),
        (("--from-snapshot", "--snapshot", "s"), "need a site folder: dask-matrix export FOLDER"),
        (("s", "--address", "x.org"), "--address x.org: give a full URL"),
        (("s",), "No results yet. Run `dask-matrix run` first"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """And nothing is written."""
    done = dask_matrix("export", *arguments, data=tmp_path / "data", cwd=tmp_path, PYTHONPATH=str(Path.cwd()))
    assert done.returncode == 2, done
    assert told in " ".join(done.stderr.split())
    assert not [path for path in tmp_path.iterdir() if path.name != "data"]


def test_results_that_come_in_meanwhile_leave_the_site_as_it_was(data: Path, site: Path, tmp_path: Path) -> None:
    """Its pages would not agree with each other."""
    folder = Path(shutil.copytree(data, tmp_path / "data"))
    before = files(Path(shutil.copytree(site, tmp_path / "site")))
    with writer(tmp_path, folder) as process, Store.open(f"sqlite:///{folder / 'matrix.sqlite'}") as store:
        begun(tmp_path)
        made = fill(store)
        made.result(HOLDS, KEYS[3], id="new")
        made.take()
        _, told = process.communicate(timeout=300)
    assert process.returncode == 2, told
    assert "New results arrived during the export" in told
    assert files(tmp_path / "site") == before


class writer:  # noqa: N801 - read as what it does
    """An export with all cells, in a process of its own."""

    def __init__(self, folder: Path, data: Path) -> None:
        command = command_line("export", folder / "site", "--all-cells")
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ(data))

    def __enter__(self) -> subprocess.Popen[str]:
        """Return the process."""
        return self.process

    def __exit__(self, *_: object) -> None:
        """Leave nothing running."""
        self.process.kill()
        self.process.communicate()


def begun(folder: Path) -> None:
    """Wait until an export has written something."""
    wait(lambda: any((folder / ".site.part").rglob("*.html")))


def wait(until: object) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 120
    while not until():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_kill_in_the_middle_leaves_the_old_site(data: Path, site: Path, whole_site: Path, tmp_path: Path) -> None:
    """And the next export is as if nothing had been."""
    shutil.copytree(site, tmp_path / "site")
    with writer(tmp_path, data) as process:
        begun(tmp_path)
        process.send_signal(signal.SIGKILL)
    assert files(tmp_path / "site") == files(site)
    assert (tmp_path / ".site.part").exists()
    exported(tmp_path / "site", "--all-cells", data=data)
    assert not (tmp_path / ".site.part").exists()
    assert files(tmp_path / "site") == files(whole_site)


def test_an_interrupt_is_told(data: Path, tmp_path: Path) -> None:
    """Nothing is left beside, and nothing is written."""
    with writer(tmp_path, data) as process:
        begun(tmp_path)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert "the next export starts over" in told
    assert [path.name for path in tmp_path.iterdir()] == [".site.lock"]


MANY = """
import sys
from pathlib import Path
from dask_matrix.site.output_folder import staged_site
with staged_site(Path(sys.argv[1])) as draft:
    for number in range(3000):
        draft.put(f"{number % 10}/{number}.html", b"new")
    draft.publish()
"""


def test_a_kill_while_files_are_moved_loses_none(tmp_path: Path) -> None:
    """What is there was written by an export, and the next one knows it."""
    folder = tmp_path / "site"
    with staged_site(folder) as staged:
        staged.put("0/0.html", b"old")
        staged.put("gone.html", b"old")
        staged.publish()
    with subprocess.Popen([sys.executable, "-c", MANY, str(folder)]) as process:
        wait((folder / "0" / "10.html").exists)
        process.kill()
    told = set(json.loads((folder / FILE_LIST).read_bytes())["files"])
    assert set(files(folder)) - {FILE_LIST} <= told
    with staged_site(folder) as staged:
        staged.put("index.html", b"new")
        staged.publish()
    assert set(files(folder)) == {FILE_LIST, "index.html"}


@pytest.fixture
def snapshot(tmp_path: Path) -> dict[str, str]:
    """Return the variables of a user whose dask-matrix carries a broken snapshot."""
    return {"DASK_MATRIX_SNAPSHOT": str(tmp_path / "none"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_a_snapshot_that_cannot_be_shown_is_refused_here_too(tmp_path: Path, snapshot: dict[str, str]) -> None:
    """With the way out."""
    done = dask_matrix("export", tmp_path / "site", "--from-snapshot", **snapshot)
    assert done.returncode == 2
    assert "snapshot.json is missing" in done.stderr
    assert not (tmp_path / "site").exists()


def test_a_site_and_a_snapshot_are_written_at_once(real_data: Path, tmp_path: Path) -> None:
    """Of real evidence; the site of the snapshot says of when it is, and is the same again."""
    tests = real_data.parent / "set"
    done = dask_matrix(
        "export", tmp_path / "site", "--snapshot", tmp_path / "s", "--scenarios", tests, "--json", data=real_data
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["counts"]["results"] == 4
    assert told["site"]["files"] == len(files(tmp_path / "site")) - 1
    variables = {"DASK_MATRIX_SNAPSHOT": str(tmp_path / "s"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for name in ("one", "two"):
        done = dask_matrix("export", tmp_path / name, "--from-snapshot", data=tmp_path / "no", **variables)
        assert done.returncode == 0, done.stderr
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert "The snapshot that ships with dask-matrix" in (tmp_path / "one" / "index.html").read_text()
    assert not (tmp_path / "no").exists()


def test_the_page_for_publishing_tells_of_every_option() -> None:
    """Of the command, as it is declared."""
    root = Path(__file__).parents[2]
    declared = (root / "service" / "dask_matrix" / "commands" / "export.py").read_text(encoding="utf-8")
    options = {*re.findall(r'"(--[a-z-]+)"', declared), "--data", "--scenarios", "--json"}
    page = (root / "docs" / "publishing.md").read_text(encoding="utf-8")
    assert [option for option in sorted(options) if f"| `{option}" not in page] == []
