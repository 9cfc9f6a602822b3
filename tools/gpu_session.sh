#!/bin/sh
# The first quarter of an hour on a GPU, see tools/gpu_session.py: tools/gpu_session.sh OUT [--dry] [--only NAME,NAME]
cd "$(dirname "$0")/.." || exit 2
exec "${PYTHON:-.venv/bin/python}" tools/gpu_session.py "$@"
