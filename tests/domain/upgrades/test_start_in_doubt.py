"""A start that may never have worked, or that is ambiguous, is never safe to move from."""

from __future__ import annotations

import pytest

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.upgrades.answer import Answer, Question, Safety, Step

DOUBTS = ("Pipfile.lock has dask 2026.8.0 but distributed 2025.2.0.", "Bring both to one release.")


def answer(verdict: Safety) -> Answer:
    """Return an answer with a release in between that has the same verdict."""
    step = Step(
        release="2026.8.0",
        released_at=None,
        late=False,
        verdict=verdict,
        regressed=0,
        fixed=0,
        unknown=0,
        installs=True,
    )
    return Answer(
        question=Question(start="2025.2.0", target="2026.8.0", lane=Lane.AS_RELEASED),
        verdict=verdict,
        reasons=("Because.",),
        start=None,
        target=None,
        road=(step,),
        specifier="dask>=2025.2.0,<=2026.8.0",
        recommended="2026.8.0",
        next_safe="2026.9.0",
    )


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(Safety.SAFE, Safety.UNKNOWN), (Safety.UNSAFE, Safety.UNSAFE), (Safety.UNKNOWN, Safety.UNKNOWN)],
)
def test_a_start_in_doubt_is_never_safe(verdict: Safety, expected: Safety) -> None:
    """Neither to the target nor to a release in between; the doubts are the first reasons, and nothing is recommended."""
    found = answer(verdict).with_doubts(DOUBTS)
    assert (found.verdict, found.road[0].verdict, found.doubts) == (expected, expected, DOUBTS)
    assert found.reasons == (*DOUBTS, "Because.")
    assert (found.specifier, found.recommended, found.next_safe) == ("", None, None)


def test_without_doubts_the_answer_stays() -> None:
    """As it is."""
    assert answer(Safety.SAFE).with_doubts(()) == answer(Safety.SAFE)
