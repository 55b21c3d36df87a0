"""Results of Dask's functions, as data, in the notation of `dask_matrix.project.code.method_results`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dask_matrix.project.code.canonical_names import exported
from dask_matrix.project.code.method_results import (
    ARRAY,
    BAG,
    CLIENT,
    CLUSTER,
    DATAFRAME,
    DELAYED,
    FRAME_OR_SERIES,
    FUTURE,
    SERIES,
    lookup_result,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PANDAS = "pandas.DataFrame"
PANDAS_SERIES = "pandas.Series"
OF_ARRAYS = {
    "": """
        PerformanceWarning bool compute e euler_gamma float32 float64 complex64 complex128 inf int8 int16 int32 int64
        nan ndim newaxis pi register_chunk_type result_type shape store to_hdf5 to_npy_stack to_tiledb to_zarr uint8
        uint16 uint32 uint64 apply_gufunc as_gufunc gufunc frompyfunc
    """,
    f"[{ARRAY}]": "atleast_1d atleast_2d atleast_3d broadcast_arrays gradient meshgrid nonzero optimize unravel_index",
    f"{ARRAY}; {ARRAY}": "divmod frexp histogram modf",
    f"{ARRAY}; [{ARRAY}]": "histogramdd unify_chunks",
    f"{ARRAY}; {ARRAY}; {ARRAY}": "histogram2d",
}
"""Functions of ``dask.array`` that return something other than one array."""
FUNCTIONS: Mapping[str, Mapping[str, str]] = {
    "dask.array": OF_ARRAYS,
    "dask.array.linalg": {
        ARRAY: "cholesky inv norm solve solve_triangular",
        f"{ARRAY}; {ARRAY}": "qr tsqr sfqr",
        f"{ARRAY}; {ARRAY}; {ARRAY}": "svd svd_compressed lu",
        f"{ARRAY}; {ARRAY}; {ARRAY}; {ARRAY}": "lstsq",
    },
    "dask.array.fft": {
        ARRAY: """
            fft fft2 fftfreq fftn fftshift hfft ifft ifft2 ifftn ifftshift ihfft irfft irfft2 irfftn rfft rfft2
            rfftfreq rfftn
        """
    },
    "dask.array.image": {ARRAY: "imread"},
    "dask.array.ma": {
        ARRAY: """
            average empty_like filled fix_invalid getdata getmaskarray masked_array masked_equal masked_greater
            masked_greater_equal masked_inside masked_invalid masked_less masked_less_equal masked_not_equal
            masked_outside masked_values masked_where ones_like set_fill_value where zeros_like
        """
    },
    "dask.array.random": {"dask.array.random.Generator": "default_rng"},
    "dask.array.lib.stride_tricks": {ARRAY: "sliding_window_view"},
    "dask.bag": {
        BAG: "concat from_delayed from_sequence from_url map map_partitions range read_avro read_text zip",
        f"[{DELAYED}]": "to_textfiles",
    },
    "dask.dataframe": {
        DATAFRAME: """
            from_dict from_graph from_map get_dummies melt merge merge_asof pivot_table read_csv read_fwf read_hdf
            read_json read_orc read_parquet read_sql read_sql_query read_sql_table read_table
        """,
        FRAME_OR_SERIES: "concat from_array from_dask_array from_delayed map_overlap map_partitions",
        SERIES: "to_datetime to_numeric to_timedelta",
        "1": "isna repartition",
        BAG: "to_bag",
        ARRAY: "to_records",
    },
    "dask.datasets": {DATAFRAME: "timeseries", BAG: "make_people"},
    "dask.graph_manipulation": {"1": "bind clone wait_on", DELAYED: "checkpoint"},
    "distributed": {
        CLIENT: "default_client get_client local_client worker_client",
        "distributed.Worker": "get_worker",
        "distributed.get_task_stream": "get_task_stream",
        f"[{FUTURE}]": "futures_of",
        f"[{FUTURE}]; [{FUTURE}]": "wait",
        "distributed.as_completed": "as_completed",
    },
    # Clusters of other projects are distributed clusters.
    "dask_jobqueue": {
        CLUSTER: """
            HTCondorCluster LSFCluster MoabCluster OARCluster PBSCluster SGECluster SLURMCluster
        """
    },
    "dask_kubernetes": {CLUSTER: "HelmCluster KubeCluster"},
    "dask_kubernetes.operator": {CLUSTER: "KubeCluster"},
    "dask_cuda": {"distributed.LocalCluster": "LocalCUDACluster"},
    "dask_yarn": {CLUSTER: "YarnCluster"},
    "dask_gateway": {CLUSTER: "GatewayCluster"},
    "dask_cloudprovider.aws": {CLUSTER: "EC2Cluster ECSCluster FargateCluster"},
    "dask_cloudprovider.azure": {CLUSTER: "AzureVMCluster"},
    "dask_cloudprovider.gcp": {CLUSTER: "GCPCluster"},
    "coiled": {CLUSTER: "Cluster"},
    # Possible arguments of dask.dataframe.from_pandas.
    "pandas": {PANDAS: "DataFrame concat read_csv read_excel read_json read_parquet read_sql", PANDAS_SERIES: "Series"},
    "geopandas": {PANDAS: "GeoDataFrame read_file", PANDAS_SERIES: "GeoSeries"},
}
"""package -> result -> names of its functions. All other functions of ``dask.array`` return an array."""

OF_NUMPY = """
    absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_or bitwise_xor cbrt ceil conj
    copysign cos cosh deg2rad degrees divide equal exp exp2 expm1 fabs float_power floor floor_divide fmax fmin fmod
    greater greater_equal hypot invert isfinite isinf isnan ldexp less less_equal log log10 log1p log2 logaddexp
    logical_and logical_not logical_or logical_xor maximum minimum mod multiply negative nextafter not_equal positive
    power rad2deg radians reciprocal remainder rint sign signbit sin sinh spacing sqrt square subtract tan tanh
    true_divide trunc
"""
UFUNCS = frozenset(OF_NUMPY.split())
"""NumPy's universal functions: called with a Dask array, they call its ``__array_ufunc__``."""


@cache
def function_result(name: str) -> str | None:
    """Return the result of a function, by its canonical name, in this module's notation; None if unknown."""
    package, _, short = name.rpartition(".")
    given = lookup_result(FUNCTIONS.get(package, {}), short)
    if given is None and package == "dask.array" and short in exported("dask.array"):
        return None if short[0].isupper() else ARRAY
    return given
