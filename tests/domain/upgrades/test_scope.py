"""Which scenarios are about some code: those of which it uses all that they cover."""

import pytest

from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.rows_and_columns import Scenario
from dask_matrix.domain.upgrades.answer import Question
from dask_matrix.domain.upgrades.scope import Scope, exercises_only, with_implied

SUBMITS = ("distributed.Client", "distributed.Client.submit", "distributed.Future.result")


@pytest.mark.parametrize(
    ("uses", "covers", "included"),
    [
        (("dask.delayed",), ("dask.delayed",), True),
        (("dask.delayed", "dask.compute"), ("dask.delayed",), True),
        (("dask.delayed",), ("dask.delayed", "dask.dataframe.from_delayed"), False),
        (SUBMITS, ("dask.bag.from_delayed", "distributed.Future"), False),
        (("distributed.Future.result",), ("distributed.Future",), True),
        (("distributed.Client",), ("distributed.Client.submit",), False),
        (("dask.array.sum",), ("dask.array",), False),
        (("dask.dataframe.from_delayed", "distributed.Client.map"), ("dask.dataframe.from_delayed", "distributed.Future"), True),
        (("dask.dataframe.from_delayed", "distributed.Client.scatter"), ("distributed.Future",), True),
        (("dask.dataframe.from_delayed",), ("dask.dataframe.from_delayed", "distributed.Future"), False),
        ((), ("dask.delayed",), False),
        (("dask.delayed",), (), False),
    ],
)  # fmt: skip
def test_code_must_use_all_that_a_scenario_covers(
    uses: tuple[str, ...], covers: tuple[str, ...], included: bool
) -> None:
    """The class of a member counts as used, and futures where a method that gives them is called; a module does not."""
    scenario = Scenario("a/b", "B", "a", "f", covers=covers)
    question = Question(start="2025.2.0", target=str(Release.parse("2025.3.0")), uses=uses)
    assert Scope.of(question, {}).includes(scenario) is included
    assert exercises_only(covers, with_implied(uses)) is included
