"""Clusters that talk TLS."""

import dask
import pytest
from distributed import Client
from distributed.security import Security

ROLES = ("client", "scheduler", "worker")


def doubled(client):
    """What the cluster makes of 21; fails if it is not secured."""
    assert client.scheduler.address.startswith("tls://127.0.0.1")
    assert all(address.startswith("tls://127.0.0.1") for address in client.scheduler_info()["workers"])
    return client.submit(lambda x: 2 * x, 21).result(timeout=20)


@pytest.mark.scenario(covers=["distributed.security.Security", "distributed.LocalCluster"])
def test_work_is_done_over_tls(tls_cluster, ours):
    """A cluster with TLS certificates in files does the work of a client that has them too."""
    with Client(tls_cluster.scheduler_address, security=ours) as client:
        assert doubled(client) == 42


@pytest.mark.scenario(covers=["distributed.security.Security"])
def test_certificates_may_be_texts(ours_as_text, start):
    """TLS certificates and keys may be given as texts in place of files."""
    with start(security=ours_as_text) as cluster, Client(cluster) as client:
        assert doubled(client) == 42


@pytest.mark.scenario(covers=["distributed.security.Security", "dask.config.set"])
def test_certificates_may_be_named_in_the_configuration(files, start):
    """A cluster and a client that are not told of TLS take the certificates from the configuration."""
    certificate, key = files
    settings = {f"{role}.{part}": own for role in ROLES for part, own in (("cert", certificate), ("key", key))}
    settings["ca-file"] = certificate
    configuration = dask.config.set({f"distributed.comm.tls.{name}": value for name, value in settings.items()})
    with configuration, start(protocol="tls://", security=Security()) as cluster:
        client = Client(cluster.scheduler_address)
        assert doubled(client) == 42
        client.close()


@pytest.mark.scenario(covers=["distributed.Client", "distributed.security.Security"], timeout=30)
def test_a_stranger_is_not_let_in(tls_cluster, connect, theirs):
    """A client whose certificate is of another authority cannot connect to a TLS cluster."""
    with pytest.raises(OSError, match=r"(?i)timed out|certificate|ssl"):
        connect(tls_cluster.scheduler_address, theirs)


@pytest.mark.scenario(covers=["distributed.Client"], timeout=30)
def test_who_talks_in_the_clear_is_not_let_in(tls_cluster, connect):
    """A client that talks plain TCP cannot connect to a TLS cluster."""
    with pytest.raises(OSError, match=r"(?i)timed out|closed"):
        connect(tls_cluster.scheduler_address.replace("tls://", "tcp://"), None)


@pytest.mark.scenario(covers=["distributed.Client", "distributed.security.Security"], timeout=30)
def test_who_requires_encryption_does_not_talk_in_the_clear(plain_cluster, connect, ours):
    """A client with require_encryption=True refuses to connect to a cluster that talks plain TCP."""
    with pytest.raises(RuntimeError, match="encryption"):
        connect(plain_cluster.scheduler_address, ours)
