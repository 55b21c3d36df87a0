#!/usr/bin/env bash
# Where an index answers a web page for the metadata of the newest dask, uv silently takes the release before.
#
# Versions: uv 0.13.9, and an index on 127.0.0.1 that serves the metadata (PEP 658) of dask 2026.7.1 and 2026.8.0, less requirements.
# Guess:    a page with status 200 is an error of the network, told as one; metadata that is not there (404) makes uv read the wheel.
# Fact:     it is the other way round. What cannot be read as metadata counts as a fault of the release, which is passed over: exit code 0,
#           no word about it, an older dask in the lock. A 404 ends it, and the wheel is not asked for.
# Seen:     dask 2026.8.0's metadata     dask                            dask==2026.8.0
#           as it is                     dask==2026.8.0                  dask==2026.8.0
#           <html>Sign in</html>, 200    dask==2026.7.1, exit code 0     dask==2026.8.0 has invalid metadata … unsatisfiable
#           empty, 200                   dask==2026.7.1, exit code 0     the same
#           404                          Failed to fetch, exit code 1    the same
# Matters:  behind a proxy that asks to sign in, "the newest dask" is the newest one whose metadata was in uv's cache. Pin, and such
#           a page is at least an error, if one that blames the release.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 tool
uv pip install --quiet --python tool uv==0.13.9
for version in 2026.7.1 2026.8.0; do
    uv pip install --quiet --no-deps --python tool --target "$version" "dask==$version"
    grep -v '^Requires-Dist' "$version/dask-$version.dist-info/METADATA" >"$version.metadata"
done
cat >serve.py <<'END'
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSIONS = ("2026.7.1", "2026.8.0")
LINKS = "".join(f'<a href="/dask-{v}-py3-none-any.whl" data-core-metadata="true">dask-{v}-py3-none-any.whl</a>' for v in VERSIONS)
WRONG = {"page": (200, b"<html>Sign in</html>"), "empty": (200, b""), "absent": (404, b"")}


def answer(path):
    mode = Path("mode").read_text().strip()
    version = re.search(r"dask-(.*)-py3-none-any\.whl\.metadata$", path)
    if path.endswith("/dask/"):
        return 200, "text/html", LINKS.encode()
    if not version:
        return 404, "text/plain", b""
    if version[1] == "2026.8.0" and mode in WRONG:
        return WRONG[mode][0], "text/html", WRONG[mode][1]
    return 200, "text/plain", Path(f"{version[1]}.metadata").read_bytes()


class Index(BaseHTTPRequestHandler):
    def do_GET(self):
        status, kind, body = answer(self.path)
        with open("asked", "a") as asked:
            asked.write(f"{self.path}\n")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
Path("port").write_text(f"{server.server_port}\n")
server.serve_forever()
END
tool/bin/python serve.py &
server=$!
for _ in $(seq 100); do [ -s port ] || sleep 0.1; done

resolve() { # REQUIREMENT
    local code=0
    echo "$1" | UV_HTTP_RETRIES=0 tool/bin/uv pip compile --no-config --no-cache --no-header --no-annotate --python tool \
        --default-index "http://127.0.0.1:$(cat port)/simple/" - >out 2>said || code=$?
    grep -q -i warning said && echo "there is a warning"
    echo "$(cat mode), $1: $code $(cat out)$(grep -o -E 'has invalid metadata|Failed to fetch' said || true)"
}

for mode in right page empty absent; do
    echo "$mode" >mode
    resolve dask
    resolve dask==2026.8.0
done | tee seen
diff - seen <<'END'
right, dask: 0 dask==2026.8.0
right, dask==2026.8.0: 0 dask==2026.8.0
page, dask: 0 dask==2026.7.1
page, dask==2026.8.0: 1 has invalid metadata
empty, dask: 0 dask==2026.7.1
empty, dask==2026.8.0: 1 has invalid metadata
absent, dask: 1 Failed to fetch
absent, dask==2026.8.0: 1 Failed to fetch
END
if grep 'whl$' asked; then
    echo "uv asked for a wheel"
    exit 1
fi
