"""The Dask names that code uses, with their lines: known ones are found, unknown ones are never guessed."""

import keyword
import re
import tempfile
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dask_matrix.project.code.usage import usage


def uses(code: str, folder: Path) -> set[str]:
    """Return each name used in a module, with its lines: ``dask.compute 3``."""
    (folder / "a.py").write_text(dedent(code), encoding="utf-8")
    return flat(folder)


def flat(folder: Path) -> set[str]:
    """Return each name used in a folder, with its lines."""
    found = usage([folder])
    assert found.unread == ()
    return {f"{name} {','.join(str(place.line) for place in places)}" for name, places in found.names.items()}


def short(names: str) -> set[str]:
    """Expand ``dd.``, ``da.`` and so on in a list of names with lines."""
    long = {
        "dd": "dask.dataframe",
        "da": "dask.array",
        "db": "dask.bag",
        "d": "distributed",
        "Delayed": "dask.delayed.Delayed",
        "groupby": "dask.dataframe.groupby",
    }
    words = [re.sub(r"^(\w+)\.", lambda match: f"{long.get(match[1], match[1])}.", word) for word in names.split()]
    return {f"{name} {lines}" for name, lines in zip(words[::2], words[1::2], strict=True)}


def check(tmp_path: Path, code: str, names: str) -> None:
    """Assert that a module, with an empty first line, uses exactly these names."""
    assert uses(code, tmp_path) == short(names)


IMPORTS = [
    ("import dask.dataframe as dd\ndd.read_csv('x')", "dd.read_csv 2"),
    ("import dask.dataframe\ndask.dataframe.read_csv('x')", "dd.read_csv 2"),
    ("import dask\ndask.dataframe.read_csv('x')", "dd.read_csv 2"),
    ("from dask import dataframe as dd\ndd.read_csv('x')", "dd.read_csv 2"),
    ("from dask.dataframe import read_csv as r\nr('x')", "dd.read_csv 2"),
    ("def f():\n  import dask.dataframe as dd\n  dd.read_csv('x')", "dd.read_csv 3"),
    ("from dask.distributed import *\nc = Client()\nc.submit(f)", "d.Client 2 d.Client.submit 3"),
    ("from dask import delayed\ndelayed(f)", "dask.delayed 2"),
    ("import dask.delayed\ndask.delayed.delayed(f)", "dask.delayed 2"),
    (
        "from dask.delayed import Delayed\nisinstance(x, Delayed)",
        "dask.delayed.Delayed 2",
    ),
    ("from distributed.client import Client, wait\nwait(Client())", "d.wait 2 d.Client 2"),
    ("from dask.array.core import from_array\nfrom_array(x)", "da.from_array 2"),
    ("import dask_expr as dx\ndx.from_pandas(x)", "dd.from_pandas 2"),
    ("import pytest\ndd = pytest.importorskip('dask.dataframe')\ndd.read_csv('x')", "dd.read_csv 3"),
    ("try:\n  import dask.bag as db\nexcept ImportError:\n  db = None\ndb.range(3)", "db.range 5"),
    ("import dask\ngetattr(dask, 'compute')(x)", "dask.compute 2"),
    ("import dask.dataframe as dd\ndd.DataFrame.from_dict({})", "dd.DataFrame 2 dd.DataFrame.from_dict 2"),
    ("from dask.base import normalize_token\nnormalize_token.register(X)", "dask.base.normalize_token 2"),
]
NO_USE = [
    "import dask.dataframe as dd\nfrom dask.distributed import Client",
    "import dask\nprint(dask.__version__)",
    "import dask.dataframe as dd\nuse(dd)",
    "def f(x): x.compute().submit()",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from dask.dataframe import DataFrame\ndef f(x: DataFrame): ...",
    "from dask.dataframe import DataFrame\nx: 'list[DataFrame]' = []\ndef f() -> DataFrame | None: ...",
    "import distributed\ndef f(distributed): distributed.wait()",
    "import dask\ndask = other\ndask.compute()",
    "import dask\ndask._private()",
    "from sklearn.dask import compute\ncompute()",
    "x = 'dask.compute()'  # dask.compute()",
]
CLIENT = "from dask.distributed import *\nimport dask\nc = Client()\n"
CLIENTS = [
    ("c.submit(f).result()", "d.Client.submit 4 d.Future.result 4"),
    ("for f in as_completed(c.map(g, x)): f.result()", "d.as_completed 4 d.Client.map 4 d.Future.result 4"),
    ("for f, r in zip(c.map(g, x), y): f.cancel()", "d.Client.map 4 d.Future.cancel 4"),
    ("fs = []\nfor i in x:\n  fs.append(c.submit(i))\nfs[0].done()", "d.Client.submit 6 d.Future.done 7"),
    ("fs = {}\nfs['a'] = c.submit(i)\nfs['a'].done()", "d.Client.submit 5 d.Future.done 6"),
    ("[f.result() for f in c.map(g, x)]", "d.Client.map 4 d.Future.result 4"),
    ("{k: f.result() for k, f in {1: c.submit(g)}.items()}", "d.Client.submit 4 d.Future.result 4"),
    ("done, rest = wait(c.map(g, x))\nrest.pop().cancel()", "d.wait 4 d.Client.map 4 d.Future.cancel 5"),
    ("a, *rest = c.map(g, x)\nrest[0].key", "d.Client.map 4 d.Future.key 5"),
    ("if (f := c.submit(g)).done(): f.result()", "d.Client.submit 4 d.Future.done 4 d.Future.result 4"),
    ("f, = c.scatter([1])\nf.key", "d.Client.scatter 4 d.Future.key 5"),
    ("c.submit(A, actor=True).result().anything().more", "d.Client.submit 4 d.Future.result 4"),
    ("link = c.dashboard_link", "d.Client.dashboard_link 4"),
    ("c._hidden()\nc.other = 3", "d.Client.other 5"),
    ("with worker_client() as w: w.gather(x)", "d.worker_client 4 d.Client.gather 4"),
    ("async def f():\n  async with Client() as a: await a.gather(x)", "d.Client.gather 5"),
    (
        "with LocalCluster() as l, l.get_client() as d: d.who_has()",
        "d.LocalCluster 4 d.LocalCluster.get_client 4 d.Client.who_has 4",
    ),
    ("c.cluster.scale(3)", "d.Client.cluster 4 d.LocalCluster.scale 4"),
    ("from dask_jobqueue import SLURMCluster\nSLURMCluster().adapt()", "d.LocalCluster.adapt 5"),
    ("with Lock('x') as l: l.locked()", "d.Lock 4 d.Lock.locked 4"),
    ("Security(require_encryption=True)", "d.security.Security 4"),
    (
        "with dask.annotate(resources={'GPU': 1}): c.compute(x).result()",
        "dask.annotate 4 d.Client.compute 4 d.Future.result 4",
    ),
    ("c = 3\nc.submit()", ""),
    ("try: c.submit(f)\nexcept KilledWorker: pass", "d.Client.submit 4 d.KilledWorker 5"),
]
FRAME = "import dask.dataframe as dd\nimport numpy as np\ndf = dd.read_csv('x')\n"
FRAMES = [
    ("df.groupby('a').x.mean().compute()", "dd.DataFrame.groupby 4 groupby.SeriesGroupBy.mean 4 dd.Series.compute 4"),
    (
        "df.groupby('a')[['x']].agg(f).head()",
        "dd.DataFrame.groupby 4 groupby.DataFrameGroupBy.agg 4 dd.DataFrame.head 4",
    ),
    (
        "df['a'].str.upper().unique()",
        "dd.DataFrame.__getitem__ 4 dd.Series.str 4 dd.Series.str.upper 4 dd.Series.unique 4",
    ),
    ("df[['a']].sum().compute()", "dd.DataFrame.__getitem__ 4 dd.DataFrame.sum 4 dd.Series.compute 4"),
    ("df[df.a > 1].merge(df)", "dd.DataFrame.__getitem__ 4 dd.Series.__gt__ 4 dd.DataFrame.merge 4"),
    ("df[c].compute()", "dd.DataFrame.__getitem__ 4 dd.DataFrame.compute 4 dd.Series.compute 4"),
    ("df.column.any_column", ""),
    ("df.column.mean()", "dd.Series.mean 4"),
    ("df['b'] = df.a + 1", "dd.DataFrame.__setitem__ 4 dd.Series.__add__ 4"),
    ("df += 1\n(-df).persist()", "dd.DataFrame.__add__ 4 dd.DataFrame.__neg__ 5 dd.DataFrame.persist 5"),
    ("print(df.divisions)\ndf.columns = []", "dd.DataFrame.divisions 4 dd.DataFrame.columns 5"),
    ("df = df.compute()\ndf.groupby('a')", "dd.DataFrame.compute 4"),
    ("df.loc[1:2].join(df)", "dd.DataFrame.loc 4 dd.DataFrame.join 4"),
    ("df.index.max().compute()", "dd.DataFrame.index 4 dd.Index.max 4 dd.Scalar.compute 4"),
    ("np.log(df.a).sum()", "dd.Series.__array_ufunc__ 4 dd.Series.sum 4"),
    ("for part in df.to_delayed(): part.compute()", "dd.DataFrame.to_delayed 4 Delayed.compute 4"),
    ("df.rolling(3).sum().tail()", "dd.DataFrame.rolling 4 dd.rolling.Rolling.sum 4 dd.DataFrame.tail 4"),
    ("(\n  df\n  .dropna()\n  .drop('a')\n)", "dd.DataFrame.dropna 6 dd.DataFrame.drop 7"),
    ("def f(d): d.head()\ndf.pipe(f)", "dd.DataFrame.head 4 dd.DataFrame.pipe 5"),
    ("df.map_partitions(f).dropna()", "dd.DataFrame.map_partitions 4 dd.DataFrame.dropna 4 dd.Series.dropna 4"),
    (
        "class F(dd.DataFrame):\n  def mine(self): return self.dropna().more()\n  def more(self): return self.head()",
        "dd.DataFrame 4 dd.DataFrame.dropna 5 dd.DataFrame.head 6",
    ),
    ("x = df if a else df.b\nx.column.mean()\nx.name", "dd.Series.mean 5 dd.Series.name 6"),
    ("a = b = df\nb.head()", "dd.DataFrame.head 5"),
    ("x = df if y else None\nx.head()", "dd.DataFrame.head 5"),
    ("while x:\n  if df: pass\n  else: g.tail()\n  g = df", "dd.DataFrame.tail 6"),
]
ARRAY = "import dask.array as da\nimport numpy as np\nx = da.ones((3, 3))\n"
ARRAYS = [
    ("(x @ x.T).rechunk()", "da.Array.__matmul__ 4 da.Array.T 4 da.Array.rechunk 4"),
    ("x[x > 0] = 1", "da.Array.__setitem__ 4 da.Array.__gt__ 4"),
    ("x[::2].store(y)", "da.Array.__getitem__ 4 da.Array.store 4"),
    ("np.sin(x).mean()", "da.Array.__array_ufunc__ 4 da.Array.mean 4"),
    ("np.concatenate([x, x])\nnp.asarray(x)", "da.Array.__array__ 5"),
    ("np.mean(x).compute()", "da.Array.__array_function__ 4 da.Array.compute 4"),
    ("u, s, v = da.linalg.svd(x)\ns.compute()", "da.linalg.svd 4 da.Array.compute 5"),
    ("da.random.default_rng(0).normal().std()", "da.random.default_rng 4 da.random.Generator.normal 4 da.Array.std 4"),
    (
        "x.vindex[0].compute()\nx.blocks[0].sum()",
        "da.Array.vindex 4 da.Array.compute 4 da.Array.blocks 5 da.Array.sum 5",
    ),
    ("(2 - x).min()", "da.Array.__rsub__ 4 da.Array.min 4"),
    ("x.to_delayed()[0].key", "da.Array.to_delayed 4 Delayed.key 4"),
]
OTHERS = [
    (
        "import dask\n@dask.delayed\ndef f(): ...\nf().x[0](3).compute()",
        "dask.delayed 2 Delayed.__getitem__ 4 Delayed.compute 4",
    ),
    ("from dask import delayed\n@delayed(pure=True)\ndef f(): ...\nf().compute()", "dask.delayed 2 Delayed.compute 4"),
    ("from dask import delayed\nfor d in [delayed(f)(i) for i in x]: d.compute()", "dask.delayed 2 Delayed.compute 2"),
    ("from dask import delayed\nsum([delayed(f)(i) for i in x]).compute()", "dask.delayed 2 Delayed.compute 2"),
    (
        "import dask\na, b = dask.persist(dask.delayed(f), 3)\na.compute()",
        "dask.persist 2 dask.delayed 2 Delayed.compute 3",
    ),
    (
        "import dask.bag as db\ndb.from_sequence(x).map(f).sum().compute()",
        "db.from_sequence 2 db.Bag.map 2 db.Bag.sum 2 db.Item.compute 2",
    ),
    (
        "import dask\ndask.config.set({'a.b': {'c_d': 1, 'e': 2}}, f__g=3)",
        "dask.config.set 2 config:a.b.c-d 2 config:a.b.e 2 config:f.g 2",
    ),
    ("from dask import config\nconfig.get('a.b', 3)", "dask.config.get 2 config:a.b 2"),
    ("from dask.diagnostics import ProgressBar\nwith ProgressBar(): ...", "dask.diagnostics.ProgressBar 2"),
]
OWN = [
    (
        "class A:\n  def __init__(self): self.c = Client()\n  def go(self): self.c.submit(f)",
        "d.Client 5 d.Client.submit 6",
    ),
    ("class A:\n  def go(self): self.c.submit(f)\n  def __init__(self, c): self.c = c\nA(c)", "d.Client.submit 5"),
    ("class A:\n  @property\n  def c(self): return Client()\nA().c.submit(f)", "d.Client 6 d.Client.submit 7"),
    ("class A:\n  c: Client\ndef f(a: A): a.c.submit(g)", "d.Client.submit 6"),
    (
        "class B:\n  def make(self): return Client()\nclass A(B):\n  def go(self): self.make().submit(f)",
        "d.Client 5 d.Client.submit 7",
    ),
    (
        "class B:\n  def make(self): return Client()\nclass A(B):\n  def make(self): return super().make().submit(f)",
        "d.Client 5 d.Client.submit 7",
    ),
    (
        "class P(WorkerPlugin):\n  def setup(self, worker): ...\n  def mine(self): ...",
        "d.WorkerPlugin 4 d.WorkerPlugin.setup 5",
    ),
    (
        "class C(Client):\n  def go(self): self.submit(f); self.mine()\n  def mine(self): ...",
        "d.Client 4 d.Client.submit 5",
    ),
    (
        "def f(a: 'Client | None', *, b: Optional[Client]): a.submit(g); b.gather(x)",
        "d.Client.submit 4 d.Client.gather 4",
    ),
    ("def f(cs: list[Client]):\n  for a in cs: a.submit(g)", "d.Client.submit 5"),
    ("def f(): return Client()\nf().submit(g)", "d.Client 4 d.Client.submit 5"),
    ("f().submit(g)\ndef f(): return h()\ndef h(): return Client()", "d.Client.submit 4 d.Client 6"),
    ("def f() -> Client: ...\nf().submit(g)", "d.Client.submit 5"),
    ("def f(a): a.submit(g)\nf(c)", "d.Client.submit 4"),
    ("def f(a): a.submit(g)\nf(c)\nf(unknown)", ""),
    ("def f(a=None): a.submit(g)\nf(a=c)\nf(None)", "d.Client.submit 4"),
    ("def f(): c.submit(g)", "d.Client.submit 4"),
    ("a = None\ndef f():\n  global a\n  a = Client()\ndef g(): a.submit(f)", "d.Client 7 d.Client.submit 8"),
    ("def f():\n  yield Client()\nwith f() as a: a.submit(g)", "d.Client 5 d.Client.submit 6"),
    ("def f(x):\n  if isinstance(x, Client): x.submit(g)\n  else: x.gather(g)", "d.Client 5 d.Client.submit 5"),
    (
        "def f(x):\n  if not isinstance(x, (Client, Future)): return\n  x.retry()",
        "d.Client 5 d.Future 5 d.Client.retry 6 d.Future.retry 6",
    ),
    ("f = lambda x: c.submit(x)", "d.Client.submit 4"),
    ("from functools import partial\npartial(Client, 'x')().submit(f)", "d.Client 5 d.Client.submit 5"),
]


@pytest.mark.parametrize(("code", "names"), IMPORTS)
def test_name_is_found_however_it_is_imported(tmp_path: Path, code: str, names: str) -> None:
    """And is reported in one spelling."""
    check(tmp_path, code, names)


@pytest.mark.parametrize("code", NO_USE)
def test_other_code_is_not_a_use(tmp_path: Path, code: str) -> None:
    """Imports, modules, annotations, other objects of the same name, objects of unknown class."""
    check(tmp_path, code, "")


@pytest.mark.parametrize(("code", "names"), CLIENTS)
def test_client_and_futures_are_followed(tmp_path: Path, code: str, names: str) -> None:
    """Through lists, loops and with statements."""
    assert uses(CLIENT + code, tmp_path) - {"distributed.Client 3"} == short(names) | (
        {"distributed.Client 3,5"} if "async with Client" in code else set()
    )


@pytest.mark.parametrize(("code", "names"), FRAMES)
def test_data_frame_and_columns_are_followed(tmp_path: Path, code: str, names: str) -> None:
    """Through chains, subscripts and operators."""
    assert uses(FRAME + code, tmp_path) - {"dask.dataframe.read_csv 3"} == short(names)


@pytest.mark.parametrize(("code", "names"), ARRAYS)
def test_array_is_followed(tmp_path: Path, code: str, names: str) -> None:
    """Also through NumPy."""
    assert uses(ARRAY + code, tmp_path) - {"dask.array.ones 3"} == short(names)


@pytest.mark.parametrize(("code", "names"), OTHERS)
def test_delayed_bags_and_configuration_are_followed(tmp_path: Path, code: str, names: str) -> None:
    """Decorators, lists of Delayed, configuration keys with dots."""
    check(tmp_path, code, names)


@pytest.mark.parametrize(("code", "names"), OWN)
def test_users_functions_and_classes_are_followed(tmp_path: Path, code: str, names: str) -> None:
    """Their results, arguments and attributes."""
    own = uses(CLIENT.replace("c = Client()", "c = get_client()") + code, tmp_path)
    assert own - {"distributed.get_client 3"} == short(names)


def test_values_are_followed_across_files(tmp_path: Path) -> None:
    """By absolute and relative imports, of files and of packages."""
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("from .made import client as again")
    (tmp_path / "pkg" / "made.py").write_text("from dask.distributed import Client\ndef client(): return Client()")
    (tmp_path / "pkg" / "near.py").write_text(
        "from . import made\nfrom .made import *\nmade.client().submit(f)\n\nclient().map(f)"
    )
    (tmp_path / "far.py").write_text("import pkg.made\nfrom pkg import again\npkg.made.client()\n\n\nagain().gather(f)")
    assert flat(tmp_path) == short("d.Client 2 d.Client.submit 3 d.Client.map 5 d.Client.gather 6")


def test_fixture_values_reach_tests(tmp_path: Path) -> None:
    """From the test's own file or a conftest.py above it."""
    (tmp_path / "sub").mkdir()
    fixture = "import pytest\nfrom distributed import Client\n@pytest.fixture\ndef client():\n  yield Client()"
    (tmp_path / "conftest.py").write_text(fixture)
    (tmp_path / "sub" / "test_a.py").write_text("def test_a(client): client.submit(f)")
    (tmp_path / "sub" / "b.py").write_text("def test_a(client): client.map(f)")
    assert flat(tmp_path) == short("d.Client 5 d.Client.submit 1")


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name.isidentifier() and not hasattr(__builtins__, name) and name not in {"f", "dask", "print"}
)
CODE = """\
import dask.dataframe as {0}
from dask.distributed import Client as {1}
def {2}({3}: {1}):
    {4} = {0}.read_csv("x")
    {4}["a"] = {4}.b + 1
    for {5} in {3}.map(f, [{4}]):
        {5}.result()
"""
PROJECT = {
    "a.py": "from b import make\nmake().submit(1).result()",
    "b.py": "from distributed import Client\nimport c\ndef make(): return c.same(Client())",
    "c.py": "def same(x):\n  x.get_versions()\n  return x",
    "d.py": "import a, b\nb.make().map(a)",
}


@given(st.lists(NAMES, min_size=6, max_size=6, unique=True))
@settings(max_examples=25, deadline=None)
def test_users_names_are_irrelevant(names: list[str]) -> None:
    """Aliases and variables may have any name."""
    names = [f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name for name in names]
    with tempfile.TemporaryDirectory() as folder:
        assert uses(CODE.format(*names), Path(folder)) == short(
            "dd.read_csv 4 dd.DataFrame.__setitem__ 5 dd.Series.__add__ 5 d.Client.map 6 d.Future.result 7"
        )


@given(st.permutations(sorted(PROJECT)))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_of_files_is_irrelevant(tmp_path: Path, files: list[str]) -> None:
    """Even if one depends on the other."""
    for name, text in PROJECT.items():
        (tmp_path / name).write_text(text)
    found = usage([tmp_path / name for name in files])
    assert found == usage([tmp_path])
    assert {"distributed.Client.get_versions", "distributed.Future.result"} <= set(found.names)
