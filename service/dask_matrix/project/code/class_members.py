"""Members of the Dask classes whose instances also have attributes of the user's own, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.method_results import (
    ACTOR,
    ARRAY,
    DATAFRAME,
    DELAYED,
    GROUPS,
    INDEX,
    SERIES,
    SERIES_GROUPS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_FRAMES = """
    abs add add_prefix add_suffix align all analyze any append apply applymap assign astype attrs axes bfill categorize
    clear_divisions clip columns combine combine_first compute compute_current_divisions copy corr count cov cummax
    cummin cumprod cumsum dask describe diff div divide divisions dot drop drop_duplicates dropna dtypes empty
    enforce_runtime_divisions eq eval explain explode expr ffill fillna first floordiv from_dict ge get_partition
    groupby gt head idxmax idxmin iloc index info isin isna isnull items iteritems iterrows itertuples join
    known_divisions kurt kurtosis last le loc lower_once lt map map_overlap map_partitions mask max mean median
    median_approximate melt memory_usage memory_usage_per_partition merge min mod mode mul nbytes ndim ne nlargest
    notnull npartitions nsmallest nunique nunique_approx optimize partitions persist pipe pivot_table pop pow pprint
    prod product quantile query radd random_split rdiv reduction rename rename_axis repartition replace resample
    reset_index rfloordiv rmod rmul rolling round rpow rsub rtruediv sample select_dtypes sem set_index shape shift
    shuffle simplify size skew sort_values squeeze std sub sum tail to_avro to_backend to_bag to_csv to_dask_array
    to_delayed to_hdf to_html to_json to_orc to_parquet to_records to_sql to_string to_timestamp truediv values var
    visualize where
"""
OF_ARRAYS = """
    A T all any argmax argmin argtopk astype blocks choose chunks chunksize clip compute compute_chunk_sizes conj copy
    cumprod cumsum dask dot dtype flatten imag itemsize map_blocks map_overlap max mean min moment name nbytes ndim
    nonzero npartitions numblocks partitions persist prod ravel real rechunk repeat reshape round shape shuffle size
    squeeze std store sum swapaxes to_backend to_dask_dataframe to_delayed to_hdf5 to_svg to_tiledb to_zarr topk trace
    transpose var view vindex visualize
"""
FRAMES_ALONE = """
    applymap assign categorize drop eval iloc info items iterrows itertuples join melt merge pivot_table pop query
    select_dtypes set_index sort_values to_html to_parquet
"""
OF_FRAMES_ALONE = frozenset(FRAMES_ALONE.split())
"""Members of data frames that series do not have."""
OF_GROUPS = """
    agg aggregate apply bfill compute corr count cov cumcount cumprod cumsum ffill fillna first get_group head idxmax
    idxmin index last max mean median min nunique obj prod rolling shift size std sum tail transform value_counts var
"""
OF_SERIES = """
    autocorr between case_when cat dt dtype is_monotonic_decreasing is_monotonic_increasing name str to_frame to_series
    unique value_counts view
"""
OF_SCHEDULER_PLUGINS = """
    add_client add_worker before_close close idempotent log_event name remove_client remove_worker restart start
    transition update_graph valid_workers_downscaling
"""
MEMBERS: Mapping[str, frozenset[str]] = {
    ARRAY: frozenset(OF_ARRAYS.split()),
    DATAFRAME: frozenset(OF_FRAMES.split()),
    SERIES: frozenset((OF_FRAMES + OF_SERIES).split()) - OF_FRAMES_ALONE,
    INDEX: frozenset((OF_FRAMES + OF_SERIES).split()) - OF_FRAMES_ALONE,
    GROUPS: frozenset(OF_GROUPS.split()),
    DELAYED: frozenset({"compute", "dask", "key", "persist", "visualize"}),
    ACTOR: frozenset(),
    "distributed.WorkerPlugin": frozenset({"idempotent", "name", "setup", "teardown", "transition"}),
    "distributed.NannyPlugin": frozenset({"idempotent", "name", "restart", "setup", "teardown"}),
    "distributed.diagnostics.plugin.SchedulerPlugin": frozenset(OF_SCHEDULER_PLUGINS.split()),
    "dask.callbacks.Callback": frozenset({"register", "unregister"}),
}
"""Class -> members, for classes whose instances also have attributes of the user's own: columns, a plugin's state."""
OTHER_NAMES = {DATAFRAME: SERIES, GROUPS: SERIES_GROUPS, DELAYED: DELAYED}
"""Class -> class of an attribute that is not a member: a column, or an attribute of a Delayed's result."""


def members(class_name: str) -> frozenset[str] | None:
    """Return the members of a class whose instances also have other attributes; None if all attributes are Dask's."""
    return MEMBERS.get(class_name)
