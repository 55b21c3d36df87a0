"""No text of ours has the credentials of an address in it."""

import pytest

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.redaction import without_secrets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://me:secret@x.invalid/simple/", "https://x.invalid/simple/"),
        ("https://secret@x.invalid:8080/simple", "https://x.invalid:8080/simple"),
        ("https://me:p@secret@x.invalid/", "https://x.invalid/"),
        ("git+ssh://secret@x.invalid/dask.git@main", "git+ssh://x.invalid/dask.git@main"),
        ("https://x.invalid/simple/?token=secret&a=b", "https://x.invalid/simple/"),
        ("https://x.invalid?token=secret#sha256=1", "https://x.invalid#sha256=1"),
        ("https://x.invalid/t/secret/channel", "https://x.invalid/channel"),
        ("`https://a:secret@x.invalid/`, 'https://b:secret@y.invalid/'", "`https://x.invalid/`, 'https://y.invalid/'"),
        ("error: (url: https://a:secret@x.invalid/b?c=secret)", "error: (url: https://x.invalid/b)"),
        ("UV_INDEX_URL=https://me:secret@x.invalid/", "UV_INDEX_URL=https://x.invalid/"),
    ],
)
def test_addresses_lose_their_secrets_and_nothing_else(text: str, expected: str) -> None:
    """User, password, token and query, several times in one text."""
    assert without_secrets(text) == expected


@pytest.mark.parametrize(
    "text", ["", "mail me@x.invalid", "dask @ git+https://x.invalid/dask@main", "a ? b : c@d", "/data/t/nightly/x"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Only what follows a scheme is an address."""
    assert without_secrets(text) == text


def test_no_error_quotes_a_secret() -> None:
    """Whatever it was made from."""
    assert str(DaskMatrixError("cannot reach https://me:secret@x.invalid/")) == "cannot reach https://x.invalid/"
