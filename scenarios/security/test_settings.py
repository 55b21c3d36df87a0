"""What Security and the security of a client may be."""

import ssl

import pytest
from distributed import Client
from distributed.security import Security


@pytest.mark.scenario(issue="https://github.com/dask/distributed/pull/8980", covers=["distributed.Client"])
def test_security_false_is_none(plain_cluster):
    """Client(address, security=False) connects without TLS."""
    with Client(plain_cluster.scheduler_address, security=False) as client:
        assert client.submit(int, 7).result(timeout=20) == 7


@pytest.mark.scenario(covers=["distributed.security.Security"])
def test_a_misspelt_setting_is_refused():
    """Security of a setting that does not exist raises a TypeError that names it."""
    with pytest.raises(TypeError, match="tls_worker_certificate"):
        Security(tls_worker_certificate="certificate.pem")


@pytest.mark.scenario(covers=["distributed.security.Security"])
def test_a_key_given_as_text_is_not_shown(ours_as_text):
    """The repr of a Security does not show a private key that was given as text."""
    assert "PRIVATE KEY" not in repr(ours_as_text)


@pytest.mark.scenario(covers=["distributed.security.Security"])
def test_old_versions_of_tls_are_refused(ours):
    """TLS before version 1.2 is neither spoken by default nor to be had."""
    assert ours.tls_min_version is ssl.TLSVersion.TLSv1_2
    with pytest.raises(ValueError, match="TLS"):
        Security(tls_min_version=1.1)
