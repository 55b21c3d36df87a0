"""A signature is narrowed where a call that it accepted is refused, and nowhere else."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.surface.signature import Signature, defaults_changed, narrowed


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("(x)", "(x)", []),
        ("(x)", "(x, y=1)", []),
        ("(x)", "(x, **kwargs)", []),
        ("(x, y=1)", "(x)", ["no keyword y", "at most 1 positional argument"]),
        ("(x, y=1)", "(x, *, y=1)", ["at most 1 positional argument"]),
        ("(x, y=1)", "(x, **kwargs)", ["at most 1 positional argument"]),
        ("(x, y=1)", "(x, y)", ["y must be given"]),
        ("(x)", "(x, y)", ["y must be given"]),
        ("(x)", "(x, *, y)", ["y must be given"]),
        ("(dsk)", "(task)", ["no keyword dsk"]),
        ("(x)", "(x, /)", ["no keyword x"]),
        ("(x, **kwargs)", "(x)", ["no other keywords"]),
        ("(*args)", "(a, b)", ["at most 2 positional arguments", "a must be given"]),
        ("(a, b)", "(*args, b)", ["no keyword a", "b must be given"]),
        ("(a=1, b=2)", "(b=2, a=1)", ["b where a was, by position", "a where b was, by position"]),
    ],
)
def test_what_no_longer_fits_is_said(before: str, after: str, told: list[str]) -> None:
    """In the order of keywords, positions, required arguments."""
    assert narrowed(Signature.parse(before), Signature.parse(after)) == told


def test_a_changed_default_is_told_where_both_have_one() -> None:
    """A default that is new or gone is told otherwise."""
    before, after = Signature.parse("(a, b=1, *, c='x')"), Signature.parse("(a=0, b=2, *, c='x')")
    assert defaults_changed(before, after) == ["b: 1 → 2"]


def test_a_method_is_compared_as_it_is_called() -> None:
    """Without its first parameter."""
    assert Signature.parse("(self, x, /, y)").bound() == Signature.parse("(x, /, y)")


@pytest.mark.parametrize("text", ["(", "x", "(x) -> 1 else"])
def test_what_is_no_signature_is_refused(text: str) -> None:
    """Records may hold anything."""
    with pytest.raises(SyntaxError):
        Signature.parse(text)


NAMES = ("a", "b", "c")
PARAMETERS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["/", "p", "k"]), st.booleans()),
    max_size=3,
    unique_by=lambda p: p[0],
)


def _text(parameters: list[tuple[str, str, bool]], *, args: bool, kwargs: bool) -> str | None:
    """Return a signature with these parameters in the order that Python demands; None if it allows none such."""
    kinds = {
        "/": inspect.Parameter.POSITIONAL_ONLY,
        "p": inspect.Parameter.POSITIONAL_OR_KEYWORD,
        "k": inspect.Parameter.KEYWORD_ONLY,
    }
    made: list[Any] = [
        inspect.Parameter(name, kinds[kind], default=0 if has_default else inspect.Parameter.empty)
        for name, kind, has_default in parameters
    ]
    made += [inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)] if args else []
    made += [inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)] if kwargs else []
    made.sort(key=lambda each: each.kind)
    try:
        return str(inspect.Signature(made))
    except ValueError:
        return None


def _refusal(text: str, positional: int, keywords: frozenset[str]) -> str:
    """What Python says of a call; empty if it accepts it."""
    namespace: dict[str, Any] = {}
    exec(f"def f{text}: pass", namespace)  # noqa: S102 - the text is of the test
    try:
        namespace["f"](*range(positional), **dict.fromkeys(keywords))
    except TypeError as problem:
        return str(problem)
    return ""


def _is_lost(before: str, after: str, call: tuple[int, frozenset[str]]) -> bool:
    """Whether a call was accepted and is not; one that now gives an argument twice is nobody's call."""
    refusal = _refusal(after, *call)
    return not _refusal(before, *call) and refusal != "" and "multiple values" not in refusal


CALLS = [
    (count, frozenset(name for name, used in zip((*NAMES, "other"), bits, strict=True) if used))
    for count in range(5)
    for bits in [(a, b, c, d) for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1)]
]
SIGNATURES = st.builds(_text, PARAMETERS, args=st.booleans(), kwargs=st.booleans()).filter(bool)


@given(SIGNATURES, SIGNATURES)
def test_a_call_that_python_refuses_is_always_told(before: str, after: str) -> None:
    """Held against Python itself, over all calls with few arguments."""
    lost = [call for call in CALLS if _is_lost(before, after, call)]
    if lost:
        assert narrowed(Signature.parse(before), Signature.parse(after)), lost[0]
