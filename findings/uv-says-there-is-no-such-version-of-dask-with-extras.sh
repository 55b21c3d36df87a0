#!/usr/bin/env bash
# Refused by the index, uv says that dask was not found; asked for dask with extras, it says that there is no such version.
#
# Versions: uv 0.13.9, asked for dask 2026.8.0, and an index on 127.0.0.1 that answers nothing but one status.
# Guess:    an index that refuses or lacks the name is told the same way for dask and dask[array], as it is the same page that is asked for,
#           with another exit code than a conflict among requirements.
# Fact:     with extras a virtual package stands for the pair, and of that one "there is no version", whatever the number. 401, 403 and 404
#           are unsatisfiable requirements, exit code 1; 429 and 5xx are failures, exit code 2. A hint mentions 401 and 403, not 404.
# Seen:     dask==2026.8.0, 401, 403 or 404           dask was not found in the package registry … unsatisfiable
#           dask[array]==2026.8.0, 401, 403 or 404    there is no version of dask[array]==2026.8.0 … unsatisfiable
#           either, 503                               Failed to fetch … 503 Service Unavailable
# Matters:  dask is mostly asked for with extras, so an expired token reads as a release that was withdrawn or never made.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 tool
uv pip install --quiet --python tool uv==0.13.9
cat >serve.py <<'END'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Index(BaseHTTPRequestHandler):
    def do_GET(self):  # /STATUS/simple/NAME/
        self.send_response(int(self.path.split("/")[1]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
Path("port").write_text(f"{server.server_port}\n")
server.serve_forever()
END
tool/bin/python serve.py &
server=$!
for _ in $(seq 100); do [ -s port ] || sleep 0.1; done

resolve() { # STATUS REQUIREMENT
    local code=0
    echo "$2" | UV_HTTP_RETRIES=0 tool/bin/uv pip compile --no-config --no-cache --python tool \
        --default-index "http://127.0.0.1:$(cat port)/$1/simple/" - >said 2>&1 || code=$?
    echo "$1 $2: $code $(grep -o -E 'was not found in the package registry|there is no version of dask\S*|Failed to fetch' said)" \
        "$(grep -q '^hint: An index' said && echo with a hint || echo without a hint)"
}

for status in 401 403 404 503; do
    resolve "$status" dask==2026.8.0
    resolve "$status" 'dask[array]==2026.8.0'
done | tee seen
diff - seen <<'END'
401 dask==2026.8.0: 1 was not found in the package registry with a hint
401 dask[array]==2026.8.0: 1 there is no version of dask[array]==2026.8.0 with a hint
403 dask==2026.8.0: 1 was not found in the package registry with a hint
403 dask[array]==2026.8.0: 1 there is no version of dask[array]==2026.8.0 with a hint
404 dask==2026.8.0: 1 was not found in the package registry without a hint
404 dask[array]==2026.8.0: 1 there is no version of dask[array]==2026.8.0 without a hint
503 dask==2026.8.0: 2 Failed to fetch without a hint
503 dask[array]==2026.8.0: 2 Failed to fetch without a hint
END
