"""The command line as a user has it: in a process of its own."""

import json
import os
import subprocess
import sys


def scenegen(*words, cwd=None, env=None):
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **(env or {})}
    return subprocess.run(
        [sys.executable, "-m", "scenegen", *map(str, words)], capture_output=True, text=True, cwd=cwd, env=environment
    )


def small(world, out, *more):
    return ["render", "--rooms", 2, "--pairs-per-room", 1, "--size", "96x72", "--room-source", f"folder:{world / 'rooms'}",
            "--object-source", f"folder:{world / 'objects'}", "--out", out, "--no-cache", *more]  # fmt: skip


def content(out):
    return {s["file"]: s["content_sha256"] for s in json.loads((out / "manifest.json").read_text())["shards"]}


def started(world, out, *more, **options):
    words = [sys.executable, "-m", "scenegen", *map(str, small(world, out, *more))]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options)
