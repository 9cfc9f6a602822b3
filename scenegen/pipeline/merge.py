"""What slices of a run recorded, joined into its manifest."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from scenegen.errors import RunError
from scenegen.pipeline.lock import manifest_writer, only_run
from scenegen.pipeline.manifest import require_manifest, write_manifest
from scenegen.pipeline.slices import Slice
from scenegen.shards.manifest import Manifest
from scenegen.shards.records import RECORD, record_paths


@dataclass(frozen=True)
class Merged:
    """What joining came to."""

    manifest: Manifest
    joined: int
    """Records that were taken away, as the manifest says now what they said."""
    at_work: int
    """Records that were left to slices that are at work."""


def merge(out: Path) -> Merged:
    """Write the manifest with all that the records of slices say, and take away the records of those that have ended.

    A slice that is still at work keeps its record, so nothing that it writes meanwhile is lost; the same call again
    changes nothing. Raises RunError where the folder holds no run, a record is of another one, or it cannot be locked.
    """
    require_manifest(out)
    with contextlib.ExitStack() as held:
        records = record_paths(out)
        ended = [path for path in records if _ended(out, path, held)]
        with manifest_writer(out):
            manifest = require_manifest(out)
            write_manifest(out, manifest)
            for path in ended:
                path.unlink(missing_ok=True)
    return Merged(manifest, len(ended), len(records) - len(ended))


def _ended(out: Path, record: Path, held: contextlib.ExitStack) -> bool:
    """Whether the slice that keeps a record is not at work; it cannot begin again while the locks are held."""
    name = RECORD.fullmatch(record.name)
    assert name is not None
    try:
        held.enter_context(only_run(out, Slice(int(name[1]), int(name[2]))))
    except RunError:
        return False
    return True
