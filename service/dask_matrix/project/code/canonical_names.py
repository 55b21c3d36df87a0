"""Canonical names of Dask's public API: one spelling for each object, whichever module code imports it from.

It is the spelling that scenarios use in ``covers=[…]``: as short as Dask exports it, ``distributed`` for
``dask.distributed``, and if Dask has a name in two places, the one that scenarios use.
"""

from __future__ import annotations

DASK = ("dask", "distributed")
"""The packages whose names are reported; ``dask_expr`` counts as ``dask.dataframe``, which absorbed it."""
PACKAGE_ALIASES = {
    "dask.distributed": "distributed",
    "dask_expr._collection": "dask.dataframe",
    "dask_expr": "dask.dataframe",
    "dask.dataframe.dask_expr._collection": "dask.dataframe",
    "dask.dataframe.dask_expr": "dask.dataframe",
    "dask.dataframe.api": "dask.dataframe",
    "dask.array.api": "dask.array",
}
"""Package -> canonical package; the longest match wins."""
ALIASES = {
    "dask.base.annotate": "dask.annotate",
    "dask.base.compute": "dask.compute",
    "dask.base.get_annotations": "dask.get_annotations",
    "dask.base.is_dask_collection": "dask.is_dask_collection",
    "dask.base.optimize": "dask.optimize",
    "dask.base.persist": "dask.persist",
    "dask.base.visualize": "dask.visualize",
    "dask.core.istask": "dask.istask",
    "dask.delayed.compute": "dask.compute",
    "dask.delayed.delayed": "dask.delayed",
    "dask.diagnostics.Callback": "dask.callbacks.Callback",
    "dask.local.get_sync": "dask.get",
    "dask.normalize_token": "dask.base.normalize_token",
    "dask.tokenize": "dask.base.tokenize",
    "dask.tokenize.normalize_token": "dask.base.normalize_token",
    "dask.tokenize.tokenize": "dask.base.tokenize",
    "dask.typing.DaskCollection": "dask.typing.DaskCollection",
    "dask.dataframe.DataFrameGroupBy": "dask.dataframe.groupby.DataFrameGroupBy",
    "dask.dataframe.GroupBy": "dask.dataframe.groupby.DataFrameGroupBy",
    "dask.dataframe.SeriesGroupBy": "dask.dataframe.groupby.SeriesGroupBy",
    "dask.dataframe._groupby.GroupBy": "dask.dataframe.groupby.DataFrameGroupBy",
    "dask.dataframe._groupby.SeriesGroupBy": "dask.dataframe.groupby.SeriesGroupBy",
    "dask.dataframe._rolling.Rolling": "dask.dataframe.rolling.Rolling",
    "dask.dataframe.api.extensions": "dask.dataframe.extensions",
    "dask.dataframe.core.Scalar": "dask.dataframe.Scalar",
    "distributed.Security": "distributed.security.Security",
    "distributed.SchedulerPlugin": "distributed.diagnostics.plugin.SchedulerPlugin",
    "distributed.diagnostics.SchedulerPlugin": "distributed.diagnostics.plugin.SchedulerPlugin",
    "distributed.FutureCancelledError": "distributed.client.FutureCancelledError",
    "distributed.deploy.Cluster": "distributed.deploy.cluster.Cluster",
    "distributed.deploy.cluster.SyncCluster": "distributed.deploy.cluster.Cluster",
}
"""Name -> canonical name, including everything below it, where the rules below would give another spelling."""
MEMBER_ALIASES = {
    "distributed.SSHCluster.": "distributed.LocalCluster.",
    "distributed.SpecCluster.": "distributed.LocalCluster.",
    "distributed.SubprocessCluster.": "distributed.LocalCluster.",
    "distributed.deploy.cluster.Cluster.": "distributed.LocalCluster.",
}
"""Prefix of a class's members -> prefix that scenarios use for them: every cluster scales alike."""
PUBLIC = {
    "dask": """
        annotate compute delayed get get_annotations is_dask_collection istask optimize persist visualize
    """,
    "dask.array": """
        Array PerformanceWarning abs absolute add all allclose angle any append apply_along_axis apply_gufunc
        apply_over_axes arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argtopk argwhere
        around array as_gufunc asanyarray asarray atleast_1d atleast_2d atleast_3d atop average bincount bitwise_and
        bitwise_not bitwise_or bitwise_xor block blockwise bool broadcast_arrays broadcast_to cbrt ceil choose clip
        coarsen complex128 complex64 compress compute concatenate conj copysign corrcoef cos cosh count_nonzero cov
        cumprod cumsum deg2rad degrees delete diag diagonal diff digitize divide divmod dot dstack e ediff1d einsum
        empty empty_like equal euler_gamma exp exp2 expand_dims expm1 extract eye fabs fix flatnonzero flip fliplr
        flipud float32 float64 float_power floor floor_divide fmax fmin fmod frexp from_array from_delayed
        from_npy_stack from_tiledb from_zarr fromfunction frompyfunc full full_like gradient greater greater_equal
        histogram histogram2d histogramdd hstack hypot i0 imag indices inf insert int16 int32 int64 int8 invert
        isclose iscomplex isfinite isin isinf isnan isneginf isnull isposinf isreal ldexp left_shift less less_equal
        linspace log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor map_blocks
        map_overlap matmul max maximum mean median meshgrid min minimum mod modf moment moveaxis multiply nan
        nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod
        nanquantile nanstd nansum nanvar ndim negative newaxis nextafter nonzero not_equal notnull ones ones_like
        optimize outer pad percentile pi piecewise positive power prod ptp push quantile rad2deg radians ravel
        ravel_multi_index real rechunk reciprocal reduction register_chunk_type remainder repeat reshape
        reshape_blockwise result_type right_shift rint roll rollaxis rot90 round searchsorted select shape shuffle
        sign signbit sin sinc sinh spacing sqrt square squeeze stack std store subtract sum swapaxes take tan tanh
        tensordot tile to_hdf5 to_npy_stack to_tiledb to_zarr topk trace transpose tri tril tril_indices
        tril_indices_from triu triu_indices triu_indices_from true_divide trunc uint16 uint32 uint64 uint8
        unify_chunks union1d unique unravel_index var vdot vstack where zeros zeros_like
    """,
    "dask.bag": """
        Bag Item compute concat from_delayed from_sequence from_url map map_partitions
        range read_avro read_text  to_textfiles zip
    """,
    "dask.dataframe": """
        Aggregation DataFrame Index Scalar Series compute concat from_array from_bcolz from_dask_array from_delayed
        from_dict from_graph from_map from_pandas get_collection_type get_dummies isna map_overlap map_partitions
        melt merge merge_asof optimize pivot_table read_csv read_fwf read_hdf read_json read_orc read_parquet
        read_sql read_sql_query read_sql_table read_table repartition to_bag to_csv to_datetime to_hdf to_json
        to_numeric to_orc to_parquet to_records to_sql to_timedelta
    """,
    "dask.diagnostics": """
        CacheProfiler Profiler ProgressBar ResourceProfiler visualize
    """,
    "distributed": """
        Actor ActorFuture Adaptive BaseActorFuture CancelledError Client CondaInstall Environ Event Future
        InstallPlugin KilledWorker LocalCluster Lock MultiLock Nanny NannyPlugin PipInstall Pub Queue Reschedule
        SSHCluster Scheduler SchedulerPlugin Security Semaphore SpecCluster Status Sub SubprocessCluster
        TimeoutError UploadDirectory UploadFile Variable Worker WorkerPlugin as_completed connect default_client
        fire_and_forget futures_of get_client get_task_metadata get_task_stream get_versions get_worker local_client
        performance_report print progress rejoin rpc secede span sync wait warn worker_client
    """,
    "distributed.diagnostics": """
        GraphLayout MemorySampler
    """,
}
"""What each package exports, over its releases since 2021. A name imported from a deeper module is shortened:
``dask.array.core.from_array`` to ``dask.array.from_array``."""
APART = {
    "dask.array": "chunk fft image lib linalg ma numpy_compat random stats svg utils",
    "dask.bag": "chunk random utils",
    "dask.dataframe": "accessor backends dispatch extensions methods utils",
    "distributed": "cli comm config dashboard http metrics protocol shuffle utils_test",
}
"""Modules whose names are not shortened: ``dask.array.random.random`` is not ``dask.array.random``."""
MODULES = frozenset(
    f"{package}.{module}".strip(".")
    for package, modules in {
        "": "dask distributed",
        "dask": """
            array backends bag base blockwise bytes cache callbacks config core dataframe datasets diagnostics dot
            graph_manipulation hashing highlevelgraph layers local multiprocessing optimization order rewrite sizeof
            system threaded typing utils utils_test
        """,
        "dask.array": """
            api backends chunk core creation dispatch einsumfuncs fft gufunc image lib linalg ma numpy_compat
            optimization overlap random reductions routines slicing stats ufunc utils wrap
        """,
        "dask.bag": "avro chunk core random text utils",
        "dask.dataframe": """
            accessor api backends categorical core dispatch extensions groupby hyperloglog indexing io methods multi
            numeric optimize partitionquantiles reshape rolling shuffle tseries utils
        """,
        "dask.dataframe.io": "csv demo hdf io json orc parquet sql utils",
        "distributed": """
            active_memory_manager actor batched cfexecutor cli client cluster_dump comm compatibility config core
            dashboard deploy diagnostics diskutils event exceptions http lock metrics multi_lock nanny node objects
            preloading process proctitle profile protocol publish pubsub queues scheduler security semaphore shuffle
            sizeof spans spill stealing system system_monitor threadpoolexecutor utils utils_comm utils_perf
            utils_test variable versions worker worker_memory worker_state_machine
        """,
        "distributed.deploy": "adaptive adaptive_core cluster local old_ssh spec ssh subprocess utils",
        "distributed.diagnostics": """
            cluster_dump eventstream graph_layout memory_sampler memray nvml plugin progress_stream progressbar rmm
            task_stream websocket
        """,
    }.items()
    for module in modules.split()
)
"""Names of modules: a module name alone is not a use of an API."""
CONFIG = "config:"
"""Prefix of configuration keys, to tell them from API names: ``config:array.slicing``."""


def canonical(name: str) -> str:
    """Return the canonical spelling of a dotted name; names that are not Dask's stay unchanged."""
    if name.startswith(CONFIG):
        return name.replace("_", "-")
    name = _replace_prefix(_shortened(_unaliased(name)), ALIASES)
    return next((new + name.removeprefix(old) for old, new in MEMBER_ALIASES.items() if name.startswith(old)), name)


def is_class(name: str) -> bool:
    """Whether a dotted name is a class, by Dask's naming conventions."""
    short = name.rpartition(".")[2]
    return short[:1].isupper() or short == "as_completed"


def is_dask_name(name: str) -> bool:
    """Whether a dotted name belongs to one of Dask's packages."""
    return name.partition(".")[0] in DASK


def exported(package: str) -> frozenset[str]:
    """Return the names that a package exports, for ``from package import *``; none for an unknown package."""
    return _EXPORTED.get(package, frozenset())


def _unaliased(name: str) -> str:
    return _replace_prefix(
        _replace_prefix(name, PACKAGE_ALIASES), PACKAGE_ALIASES
    )  # dask.dataframe.dask_expr.api has two aliases in a row


def _replace_prefix(name: str, table: dict[str, str]) -> str:
    """Replace the longest prefix of a dotted name that is in the table."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if new := table.get(".".join(parts[:length])):
            return ".".join([new, *parts[length:]])
    return name


def _shortened(name: str) -> str:
    """Drop the modules between a package and a name that it exports."""
    for package in _PACKAGES:
        if not name.startswith(f"{package}."):
            continue
        parts = name.removeprefix(f"{package}.").split(".")
        if parts[0] in _APART.get(package, ()):
            return name
        length = _length_to_class(parts)
        public = [number for number in range(length) if parts[number] in _EXPORTED[package]]
        if public:
            return ".".join([package, *parts[public[-1] :]])
    return name


def _length_to_class(parts: list[str]) -> int:
    """Return the number of parts up to the first capitalized one (a class), inclusive, or of all if there is none."""
    return next((number for number, part in enumerate(parts, 1) if part[:1].isupper()), len(parts))


_EXPORTED = {package: frozenset(names.split()) for package, names in PUBLIC.items()}
_PACKAGES = sorted(set(PUBLIC) - {"dask"}, key=len, reverse=True)
_APART = {package: frozenset(names.split()) for package, names in APART.items()}
