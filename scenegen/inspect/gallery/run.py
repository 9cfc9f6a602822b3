"""The folder of a run as it is at this moment: shards that are there, and why others are not.

A shard appears under its name only when it is complete (`shards.writer.publish`), so whatever `*.h5` lies in
the folder of a running `render` can be read, listed in the manifest or not yet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenegen.errors import UsageError
from scenegen.remote import sizes
from scenegen.shards.manifest import Manifest
from scenegen.shards.records import MANIFEST, known_manifest, require_folder
from scenegen.shards.remarks import NOTHING, Remarks

_SHARD = re.compile(r"(^|/)[^./][^/]*\.h5$")
"""Ways to shards; a name with a dot in front is not complete."""
FACTS = ("generator_version", "codec", "license")
"""What is shown of a whole run."""


@dataclass(frozen=True)
class RunFolder:
    """What lies in the folder of a run."""

    name: str
    """Last part of the folder's path."""
    shards: tuple[Path, ...]
    """Files to read, in the order of the run."""
    planned: int
    """Shards of the whole run; without a manifest those that are there."""
    skipped: Mapping[str, str]
    """Files that are missing, of another size or unlisted: the reason by name."""
    failed: Mapping[str, str]
    """Shards that `render` could not make: the reason by name."""
    facts: Mapping[str, str]
    """What the manifest says of the whole run: generator_version, codec, license; empty without one."""
    listed: bool
    """Whether there is a manifest."""
    remarks: Remarks = NOTHING
    """What the manifest says of assets, failed rooms left out."""


def run_folder(folder: Path) -> RunFolder:
    """Look at a folder. Raises UsageError where it is a file, ShardError where it or its manifest cannot be used."""
    if folder.is_file():
        raise UsageError(f"{folder}: is a file: give the folder of a run")
    require_folder(folder)
    there = {name: size for name, size in sorted(sizes(folder).items()) if _SHARD.search(name)}
    if manifest := known_manifest(folder):
        return _listed(folder, there, manifest)
    shards = tuple(folder / name for name in there)
    return RunFolder(folder.resolve().name, shards, len(there), {}, {}, {}, listed=False)


def _listed(folder: Path, there: Mapping[str, int], manifest: Manifest) -> RunFolder:
    """A folder with a manifest."""
    made = {entry.file: entry.bytes for entry in manifest.shards}
    failed = {item.file: item.why for item in manifest.failed}
    facts = {key: str(getattr(manifest, key)) for key in FACTS}
    names = list(dict.fromkeys([*(job.file for job in manifest.planned), *made]))
    skipped = _missing(there, made) | {file: f"is not listed in {MANIFEST}" for file in there if file not in names}
    shards = tuple(folder / file for file in names if file in there and file not in skipped)
    name = folder.resolve().name
    return RunFolder(name, shards, len(names), skipped, failed, facts, listed=True, remarks=manifest.remarks)


def _missing(there: Mapping[str, int], listed: Mapping[str, int]) -> dict[str, Any]:
    """Listed shards that are gone or of another size."""
    problems = {}
    for file, size in listed.items():
        if file not in there:
            problems[file] = "is listed but missing: run the command that made it again"
        elif (now := there[file]) != size:
            problems[file] = f"has {now:,} bytes, the manifest says {size:,}: run the command that made it again"
    return problems
