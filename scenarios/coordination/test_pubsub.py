"""Pub and Sub, which are gone."""

import warnings

import pytest

DEPRECATED = "https://github.com/dask/distributed/pull/8724"
REMOVED = "https://github.com/dask/distributed/pull/9039"


@pytest.mark.usefixtures("client")
@pytest.mark.scenario(issue=REMOVED, covers=["distributed.Pub", "distributed.Sub"])
def test_what_is_published_reaches_the_subscriber():
    """What a Pub puts reaches the Sub of the same name, in order."""
    from distributed import Pub, Sub  # noqa: PLC0415 - whether they are there is the question

    sub = Sub("news")
    pub = Pub("news")
    for number in range(3):
        pub.put(number)
    assert [sub.get(timeout=10) for _ in range(3)] == [0, 1, 2]


@pytest.mark.usefixtures("client")
@pytest.mark.scenario(issue=[DEPRECATED, REMOVED], covers=["distributed.Pub", "distributed.Sub"])
def test_pub_is_not_deprecated():
    """Pub and Sub give no deprecation warning."""
    from distributed import Pub, Sub  # noqa: PLC0415 - whether they are there is the question

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Sub("news")
        Pub("news")
    assert [str(w.message) for w in caught if "deprecated" in str(w.message)] == []
