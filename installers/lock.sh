#!/usr/bin/env bash
# Writes the two lock files from pyproject.toml: every version and every hash, for every system.
# Needs uv (pip install uv). Run it after changing a dependency; commit the result.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--universal --generate-hashes --python-version 3.11 --no-header --quiet --no-annotate)
uv pip compile "${options[@]}" "$@" pyproject.toml --group build -o installers/requirements.txt
uv pip compile "${options[@]}" "$@" pyproject.toml --group build --group dev \
    -c installers/requirements.txt -o installers/requirements-dev.txt
