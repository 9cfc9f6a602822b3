"""Manifests of a run that never was."""

from dataclasses import replace

from scenegen.shards.manifest import Entry, Manifest, Record, ShardJob
from scenegen.shards.remarks import Remarks

FILES = [f"train-r{k}-000.h5" for k in range(6)]
JOBS = tuple(ShardJob(k, f"r{k}", "train", 0, 3, file) for k, file in enumerate(FILES))


def entry(k, **changes):
    return replace(Entry(FILES[k], f"r{k}", "train", 3, k, 100 + k, "aa", "bb", {"rays": {"visible": 5}}), **changes)


def manifest(*made, failed=(), remarks=Remarks()):  # noqa: B008
    record = Record(tuple(made), tuple(failed), remarks)
    return Manifest("1.0", "0.3", {"rooms": 6}, "c", "a", "gzip", "CC0", JOBS, len(JOBS), record, {"numpy": "2"})
