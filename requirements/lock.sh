#!/bin/sh
# Resolves pyproject.toml into the three locked sets, for every supported Python and platform at once.
# The files name versions and hashes but no address: where packages come from is each machine's own setting.
set -eu

cd "$(dirname "$0")/.."
if ! command -v uv >/dev/null; then
    echo "make lock needs uv (only this target does): pip install uv" >&2
    exit 1
fi

compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml "$@"
}

compile --group build -o requirements/base.txt ${1:-}
compile --group build --group dev -c requirements/base.txt -o requirements/dev.txt ${1:-}
compile --group build --group dev --group bench -c requirements/dev.txt -o requirements/bench.txt ${1:-}
