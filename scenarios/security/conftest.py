"""Fixtures for the scenarios of security.

The two certificates are made for these tests and protect nothing. Each signed itself, and is valid from 2020 to 2099;
made with OpenSSL 3.0, where `-config` names a file with `basicConstraints=critical,CA:true` and
`subjectAltName=IP:127.0.0.1,DNS:localhost` among its extensions:

    openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out ours.key
    openssl req -new -key ours.key -subj "/CN=dask-matrix ours" -out ours.csr -config ca.cnf
    openssl ca -batch -selfsign -keyfile ours.key -in ours.csr -out ours.crt -notext -config ca.cnf \\
        -startdate 20200101000000Z -enddate 20991231235959Z
"""

import pytest
from distributed import Client, LocalCluster
from distributed.security import Security

OURS = """\
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIBATAKBggqhkjOPQQDAjAbMRkwFwYDVQQDDBBkYXNrLW1h
dHJpeCBvdXJzMCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkxMjMxMjM1OTU5WjAbMRkw
FwYDVQQDDBBkYXNrLW1hdHJpeCBvdXJzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAEaoaaYNBdYebu47pI22jhNFrebKl8r6onGbImh74RmuKjhqY39kOnMUmqdt0K
2//IYLDfvzNtqAclo8SohrOrRKNOMEwwDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREE
EzARhwR/AAABgglsb2NhbGhvc3QwHQYDVR0OBBYEFNld1nZTEDqD3J84L/cDINk5
hvQiMAoGCCqGSM49BAMCA0gAMEUCICOfzKwoPBb+14QbFvlmO6mxUeCkKsCMyCEV
mAij1A/ZAiEAsAGi+ooF1CLNyL+qxGLrqqeouQ41NHlrdvrkGAttkLg=
-----END CERTIFICATE-----
"""
OUR_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNNHNdpGAIy+UQhBu
O+7ZNDW4RiXhr9wNI84aMphZ+IGhRANCAARqhppg0F1h5u7jukjbaOE0Wt5sqXyv
qicZsiaHvhGa4qOGpjf2Q6cxSap23Qrb/8hgsN+/M22oByWjxKiGs6tE
-----END PRIVATE KEY-----
"""
THEIRS = """\
-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIBATAKBggqhkjOPQQDAjAdMRswGQYDVQQDDBJkYXNrLW1h
dHJpeCB0aGVpcnMwIBcNMjAwMTAxMDAwMDAwWhgPMjA5OTEyMzEyMzU5NTlaMB0x
GzAZBgNVBAMMEmRhc2stbWF0cml4IHRoZWlyczBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABCfDxBHR0AhCx7lZFmJdd2DAW3iozCGMAtpfVtGjjdvoBRs8ioWdH9Nc
SWtikfIePrii7hQ3JZw6LvMB+0qbNvOjTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYD
VR0RBBMwEYcEfwAAAYIJbG9jYWxob3N0MB0GA1UdDgQWBBRZYNvu5IA8M0m/VofX
hCldT4KpFzAKBggqhkjOPQQDAgNIADBFAiAYX25eBj3Mnla94f5P+h6N5NaN6KPt
oTGlqX51yuI24QIhAJDw3PhpXyT4t+DjnJLL0TRB9bpkImk8t46I+DaJMKpe
-----END CERTIFICATE-----
"""
THEIR_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSwnmhQRixhI4gvO+
J05iad9O/0VeyYXctyuOCEZXlzChRANCAAQnw8QR0dAIQse5WRZiXXdgwFt4qMwh
jALaX1bRo43b6AUbPIqFnR/TXElrYpHyHj64ou4UNyWcOi7zAftKmzbz
-----END PRIVATE KEY-----
"""

SHAPE = {
    "n_workers": 1,
    "threads_per_worker": 1,
    "processes": False,
    "host": "127.0.0.1",
    "dashboard_address": "127.0.0.1:0",
    "worker_dashboard_address": "127.0.0.1:0",
}


def secured(certificate, key):
    """TLS for every role with one certificate, which is also the only one that is trusted."""
    roles = ("client", "scheduler", "worker")
    own = {f"tls_{role}_{part}": value for role in roles for part, value in (("cert", certificate), ("key", key))}
    return Security(tls_ca_file=certificate, require_encryption=True, **own)


@pytest.fixture
def files(tmp_path):
    """The paths of our certificate and its key."""
    for name, text in (("certificate.pem", OURS), ("key.pem", OUR_KEY)):
        (tmp_path / name).write_text(text)
    return str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")


@pytest.fixture
def ours(files):
    """TLS with the files of our certificate."""
    return secured(*files)


@pytest.fixture
def ours_as_text():
    """TLS with our certificate and its key as texts."""
    return secured(OURS, OUR_KEY)


@pytest.fixture
def theirs():
    """TLS with another certificate, which ours does not trust."""
    return secured(THEIRS, THEIR_KEY)


@pytest.fixture
def start(tmp_path):
    """A function that starts a cluster of one worker in this process, as a context."""

    def start_cluster(**options):
        return LocalCluster(**SHAPE, local_directory=str(tmp_path), **options)

    return start_cluster


@pytest.fixture
def tls_cluster(ours, start):
    """A cluster that talks TLS with our certificate."""
    with start(security=ours) as cluster:
        yield cluster


@pytest.fixture
def plain_cluster(start):
    """A cluster that talks TCP in the clear."""
    with start(protocol="tcp://") as cluster:
        yield cluster


@pytest.fixture
def connect():
    """A function that connects a client to an address with little patience, as a context."""

    def connect_client(address, security):
        return Client(address, security=security, timeout="1s", set_as_default=False)

    return connect_client
