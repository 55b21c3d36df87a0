"""Results of Dask's methods and properties, as data.

A result is written as the class of the object; ``[X]`` is a sequence of X, ``X; Y`` a tuple, ``X | Y`` either of
them, ``=`` an object like the method's owner, ``@`` the value inside the owner, ``1`` the first argument, and an empty
text an object that is not Dask's. What no table lists is unknown.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ARRAY = "dask.array.Array"
BAG = "dask.bag.Bag"
CLIENT = "distributed.Client"
DATAFRAME = "dask.dataframe.DataFrame"
DELAYED = "dask.delayed.Delayed"
FUTURE = "distributed.Future"
GROUPS = "dask.dataframe.groupby.DataFrameGroupBy"
INDEX = "dask.dataframe.Index"
ITEM = "dask.bag.Item"
ROLLING = "dask.dataframe.rolling.Rolling"
RESAMPLED = "dask.dataframe.DataFrame.resample"
SCALAR = "dask.dataframe.Scalar"
SERIES = "dask.dataframe.Series"
SERIES_GROUPS = "dask.dataframe.groupby.SeriesGroupBy"
CLUSTER = "distributed.SpecCluster"
ACTOR = "distributed.Actor"
FRAME_OR_SERIES = f"{DATAFRAME} | {SERIES}"

FRAME_LIKE = {
    "=": """
        abs add add_prefix add_suffix append astype bfill clear_divisions clip combine combine_first copy cummax cummin
        cumprod cumsum diff div divide drop_duplicates dropna enforce_runtime_divisions eq explode ffill fillna first
        floordiv ge get_partition gt isin isna isnull last le lower_once lt map_overlap mask mod mul ne nlargest
        notnull nsmallest optimize persist pow radd rdiv repartition replace rename rename_axis reset_index rfloordiv
        rmod rmul round rpow rsub rtruediv sample shift shuffle simplify sub to_backend to_timestamp truediv where
    """,
    BAG: "to_bag",
    ARRAY: "to_dask_array to_records",
    f"[{DELAYED}]": "to_delayed",
    f"[{DATAFRAME}]": "random_split",
}
METHODS: Mapping[str, Mapping[str, str]] = {
    DATAFRAME: {
        **FRAME_LIKE,
        DATAFRAME: """
            applymap assign categorize corr cov describe drop eval get_dummies join map melt merge mode pivot_table
            query select_dtypes set_index sort_values
        """,
        SERIES: """
            all any count idxmax idxmin kurt kurtosis max mean median median_approximate min nunique nunique_approx
            pop prod product quantile sem skew std sum var memory_usage
        """,
        FRAME_OR_SERIES: "align apply map_partitions pipe reduction squeeze",
        GROUPS: "groupby",
        DELAYED: "to_hdf",
    },
    SERIES: {
        **FRAME_LIKE,
        SERIES: """
            apply autocorr between case_when describe isin map mode rename sort_values str unique value_counts
        """,
        SCALAR: """
            all any corr count cov dot idxmax idxmin kurt kurtosis max mean median median_approximate memory_usage min
            nunique nunique_approx prod product sem skew std sum var
        """,
        f"{SCALAR} | {SERIES}": "quantile reduction squeeze",
        FRAME_OR_SERIES: "map_partitions pipe",
        DATAFRAME: "reset_index to_frame",
        SERIES_GROUPS: "groupby",
        "=": FRAME_LIKE["="].replace("reset_index", ""),
    },
    INDEX: {SERIES: "to_series", DATAFRAME: "to_frame", SCALAR: "max min count", INDEX: "map astype persist"},
    SCALAR: {SCALAR: "persist", DELAYED: "to_delayed", ARRAY: "to_dask_array", SERIES: "to_series"},
    GROUPS: {
        DATAFRAME: """
            agg aggregate bfill corr cov cumprod cumsum ffill fillna first get_group head idxmax idxmin last max mean
            median min nunique prod shift std sum tail transform var value_counts
        """,
        SERIES: "cumcount size",
        FRAME_OR_SERIES: "apply",
    },
    SERIES_GROUPS: {
        SERIES: """
            bfill corr count cov cumcount cumprod cumsum ffill fillna first get_group head idxmax idxmin last max mean
            median min nunique prod shift size std sum tail transform unique value_counts var
        """,
        FRAME_OR_SERIES: "agg aggregate apply",
    },
    ROLLING: {"@": "agg aggregate apply count cov kurt max mean median min quantile skew std sum var"},
    RESAMPLED: {
        "@": """
            agg aggregate count first last max mean median min nunique ohlc prod quantile sem size std sum var
        """
    },
    "dask.dataframe.Series.str": {DATAFRAME: "extractall", FRAME_OR_SERIES: "extract split rsplit", SERIES: "*"},
    "dask.dataframe.Series.dt": {SERIES: "*"},
    "dask.dataframe.Series.cat": {SERIES: "*"},
    ARRAY: {
        "": "store to_hdf5 to_svg to_tiledb to_zarr compute visualize tolist item",
        DATAFRAME: "to_dask_dataframe",
        f"[{DELAYED}]": "to_delayed",
        f"[{ARRAY}]": "nonzero",
        ARRAY: "*",
    },
    "dask.array.random.Generator": {"": "bit_generator", ARRAY: "*"},
    "dask.array.random.RandomState": {"": "seed", ARRAY: "*"},
    BAG: {
        BAG: """
            accumulate distinct filter flatten foldby frequencies groupby join map map_partitions persist pluck product
            random_sample remove repartition starmap topk
        """,
        ITEM: "all any count fold max mean min reduction std sum var",
        f"[{BAG}]": "unzip",
        DATAFRAME: "to_dataframe",
        f"[{DELAYED}]": "to_delayed",
        "dask.bag.Bag.str": "str",
    },
    "dask.bag.Bag.str": {BAG: "*"},
    ITEM: {ITEM: "apply from_delayed persist", DELAYED: "to_delayed"},
    DELAYED: {DELAYED: "persist"},
    CLIENT: {
        f"[{FUTURE}]": "map futures_of",
        FUTURE: "submit",
        "1": "persist normalize_collection",
        CLIENT: "current start",
    },
    CLUSTER: {CLIENT: "get_client", "distributed.Adaptive": "adapt", CLUSTER: "from_name"},
    "distributed.as_completed": {
        FUTURE: "next __next__",
        f"[{FUTURE}]": "next_batch",
        f"[[{FUTURE}]]": "batches",
    },
    "dask.highlevelgraph.HighLevelGraph": {"dask.highlevelgraph.HighLevelGraph": "cull from_collections merge"},
    "contextlib.ExitStack": {"1": "enter_context"},
    "contextlib.AsyncExitStack": {"1": "enter_context enter_async_context"},
}
"""class -> result -> names of its methods; ``*`` stands for all others."""
PROPERTIES: Mapping[str, Mapping[str, str]] = {
    DATAFRAME: {
        INDEX: "index",
        "dask.dataframe.DataFrame.loc": "loc iloc",
        "dask.dataframe.DataFrame.partitions": "partitions",
        ARRAY: "values",
    },
    SERIES: {
        INDEX: "index",
        "dask.dataframe.Series.loc": "loc",
        "dask.dataframe.Series.partitions": "partitions",
        ARRAY: "values",
        "dask.dataframe.Series.str": "str",
        "dask.dataframe.Series.dt": "dt",
        "dask.dataframe.Series.cat": "cat",
    },
    INDEX: {ARRAY: "values"},
    ARRAY: {
        ARRAY: "T real imag A",
        "dask.array.Array.vindex": "vindex",
        "dask.array.Array.blocks": "blocks partitions",
    },
    BAG: {"dask.bag.Bag.str": "str"},
    FUTURE: {CLIENT: "client"},
    CLIENT: {CLUSTER: "cluster"},
    CLUSTER: {"distributed.Scheduler": "scheduler"},
    "distributed.Worker": {CLIENT: "client"},
    "distributed.get_task_stream": {"": "data figure"},
}
"""class -> value -> names of its properties."""
ITEMS = {
    DATAFRAME: "",
    GROUPS: "",
    SERIES: SERIES,
    INDEX: INDEX,
    ARRAY: ARRAY,
    DELAYED: DELAYED,
    "dask.dataframe.DataFrame.loc": FRAME_OR_SERIES,
    "dask.dataframe.DataFrame.partitions": DATAFRAME,
    "dask.dataframe.Series.loc": SERIES,
    "dask.dataframe.Series.partitions": SERIES,
    "dask.dataframe.Series.str": SERIES,
    "dask.array.Array.vindex": ARRAY,
    "dask.array.Array.blocks": ARRAY,
}
"""class -> result of ``x[...]``. For a data frame and its groups it depends on the key."""
ELEMENTS = {ARRAY: ARRAY, DELAYED: DELAYED, "distributed.as_completed": FUTURE}
"""class -> class of its elements in a loop."""
OPERAND_CLASSES = (DATAFRAME, SERIES, ARRAY, DELAYED, INDEX, ITEM, SCALAR)
"""Classes with operators. An operator on two of them gives the one that is listed first."""
BEHAVES_LIKE = {
    "distributed.LocalCluster": CLUSTER,
    "distributed.SSHCluster": CLUSTER,
    "distributed.SubprocessCluster": CLUSTER,
    "distributed.deploy.cluster.Cluster": CLUSTER,
    INDEX: SERIES,
}
"""class -> the class whose entries apply if it has none itself."""


@cache
def method_result(class_name: str, method: str) -> str | None:
    """Return the result of a method of a class; None if unknown."""
    return _in_table(METHODS, class_name, method)


@cache
def property_result(class_name: str, name: str) -> str | None:
    """Return the value of a property of a class; None if it is not a known property."""
    return _in_table(PROPERTIES, class_name, name)


def _in_table(table: Mapping[str, Mapping[str, str]], class_name: str, name: str) -> str | None:
    found = lookup_result(table.get(class_name, {}), name)
    return (
        found
        if found is not None or class_name not in BEHAVES_LIKE
        else _in_table(table, BEHAVES_LIKE[class_name], name)
    )


def lookup_result(given: Mapping[str, str], name: str) -> str | None:
    """Return the result listed for a name, or else the one for ``*``; None if there is neither."""
    default = None
    for result, names in given.items():
        words = names.split()
        if name in words:
            return result
        if "*" in words:
            default = result
    return default
