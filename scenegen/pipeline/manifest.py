"""The manifest of a run that is being made: begun, kept up to date, checked against what is asked for.

A whole run keeps `manifest.json`. A slice of a run leaves it as the first one began it, and keeps a record of its own
beside it, so that slices on many machines never write one file.
"""

import contextlib
import json
import os
import platform
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from scenegen.config import GenerationConfig
from scenegen.errors import RecordError, RunError, first_line
from scenegen.pipeline.lock import manifest_writer
from scenegen.pipeline.places import absolute, is_there, known_places, sources, write_places
from scenegen.pipeline.plan import RunPlan
from scenegen.pipeline.slices import WHOLE, Slice
from scenegen.remote import is_remote, present, require_writable
from scenegen.shards.faults import bad_record, trouble
from scenegen.shards.lens import coefficients
from scenegen.shards.manifest import Entry, Manifest, Record
from scenegen.shards.recording import manifest_json, record_json
from scenegen.shards.records import (
    LOCAL,
    MANIFEST,
    UNREADABLE,
    read_manifest,
    record_paths,
)
from scenegen.shards.schema import version_of
from scenegen.shards.writer import publish
from scenegen.version import __version__

CONFIG = "config.json"
_PROBE = "probe"
PACKAGES = ("numpy", "h5py", "embreex", "numba", "mapbox_earcut", "scipy", "pillow")


def fresh_manifest(config: GenerationConfig, codec: str, plan: RunPlan, licenses: str) -> Manifest:
    """The manifest of a rendered run that has made nothing yet; no folder of this machine is in it."""
    portable = config.portable()
    said = json.loads(portable.to_json())
    named = [*config.layers, *coefficients([config.cameras.optics])]
    return new_manifest(version_of(named), said, portable.sha256(), codec, plan, licenses)


def new_manifest(
    version: str, config: Mapping[str, Any], config_sha256: str, codec: str, plan: RunPlan, licenses: str
) -> Manifest:
    """The manifest of a run that has made nothing yet, of shards of a format version."""
    return Manifest(
        format_version=version,
        generator_version=__version__,
        config=config,
        config_sha256=config_sha256,
        assets_sha256=plan.assets_sha256,
        codec=codec,
        license=licenses,
        planned=plan.jobs,
        num_shards=len(plan.jobs),
        made_with=made_with(),
    )


def made_with() -> dict[str, str]:
    """Versions and class of machine: what equal bytes depend on."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "unknown"
    return {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system(), **versions}


@contextlib.contextmanager
def said_of(out: Path) -> Iterator[None]:
    """While the manifest of a run folder is read: RunError where there is none, or it is none."""
    if not (out / MANIFEST).is_file():
        raise RunError(f"{out}: holds no run (no manifest.json): give the --out of a scenegen render or import")
    try:
        yield
    except RecordError as error:
        raise RunError(bad_record(error)) from None
    except UNREADABLE as error:
        what = f"is not a manifest of a run ({first_line(error)}); move it away or choose another --out"
        raise RunError(f"{out / MANIFEST}: {trouble(error, what)}") from None


def load_manifest(out: Path) -> Manifest | None:
    """The manifest of a run folder, slices included; None where there is none. Raises RunError where it is not one."""
    return require_manifest(out) if (out / MANIFEST).is_file() else None


def require_manifest(folder: Path) -> Manifest:
    """The manifest of a run folder. Raises RunError where there is none, or it cannot be read."""
    with said_of(folder):
        manifest = read_manifest(folder)
    if manifest is None:  # taken away while it was read
        raise RunError(f"{folder}: its manifest.json is gone: run the same command again")
    return manifest


def write_manifest(out: Path, manifest: Manifest) -> None:
    """Write the manifest, durably and whole. Raises ShardError where that cannot be."""
    publish(out / MANIFEST, manifest_json(manifest).encode())


def require_same_run(out: Path, old: Manifest, new: Manifest, places: Mapping[str, str]) -> None:
    """Raise RunError, naming the differences, unless both manifests are of one and the same run.

    `places` are the run's sources by role, with their folders: compared where the old ones are known and still there;
    else what they list decides.
    """
    differences = [
        f"{key} {getattr(old, key)!r} there, {getattr(new, key)!r} now"
        for key in ("format_version", "generator_version", "codec")
        if getattr(old, key) != getattr(new, key)
    ]
    there = {role: absolute(spec) for role, spec in known_places(out, old.config).items() if role in places}
    now = {role: absolute(spec) for role, spec in places.items()}
    for role in [role for role in now if not is_there(there[role])]:
        there[role], now[role] = (spec.partition(":")[0] for spec in (there[role], now[role]))
    differences += _changed({**old.config, **there}, {**new.config, **now})
    if not differences and old.assets_sha256 != new.assets_sha256:
        differences.append(f"the {'rooms or objects in the sources have' if places else 'data has'} changed")
    if differences:
        raise RunError(
            f"{out}: holds a run with another configuration ({'; '.join(differences)}): "
            "choose another --out, or give the same options to go on"
        )


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Options that differ between two nested configurations."""
    out: list[str] = []
    for key in sorted(old.keys() | new.keys()):
        a, b = old.get(key), new.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            out += _changed(a, b, f"{prefix}{key}.")
        elif a != b:
            out.append(f"{prefix}{key} {a!r} there, {b!r} now")
    return out


def surviving(out: Path, shards: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries of a manifest whose file is there in its full size."""
    listed = tuple(shards)
    there = present(out, (entry.file for entry in listed))
    return tuple(entry for entry in listed if there.get(entry.file) == entry.bytes)


def begin(out: Path, fresh: Manifest, part: Slice, places: Mapping[str, str]) -> Manifest:
    """The run to go on with: what earlier calls left, less what has gone and the failures that are tried again.

    Raises RunError where the folder holds another run.
    """
    with manifest_writer(out):
        sweep(out, (MANIFEST, CONFIG, LOCAL, record_name(part)))
        old = load_manifest(out)
        if old is not None:
            require_same_run(out, old, fresh, places)
            failed = tuple(item for item in old.failed if not part.holds(item.index))
            fresh = replace(fresh, record=Record(surviving(out, old.shards), failed, old.remarks))
        if part == WHOLE or old is None:
            write_manifest(out, fresh)
        if part == WHOLE:
            for path in record_paths(out):
                path.unlink(missing_ok=True)
    return fresh


def record_run(out: Path, manifest: Manifest, part: Slice) -> None:
    """Write down what there is of the run, or of this slice of it. Raises ShardError where that cannot be."""
    if part == WHOLE:
        write_manifest(out, manifest)
    else:
        publish(out / record_name(part), record_json(_of_slice(manifest.record, part), manifest).encode())


def _of_slice(record: Record, part: Slice) -> Record:
    shards = tuple(entry for entry in record.shards if part.holds(entry.index))
    return replace(record, shards=shards, failed=tuple(item for item in record.failed if part.holds(item.index)))


def record_name(part: Slice) -> str:
    """Name of the file that a slice keeps."""
    return f"record-{part.index}-of-{part.count}.json"


def write_config(out: Path, config: GenerationConfig) -> None:
    """Leave the configuration beside the shards, in the form that --config reads; where its sources lie, apart."""
    with manifest_writer(out):
        publish(out / CONFIG, (json.dumps(json.loads(config.portable().to_json()), indent=2) + "\n").encode())
        if not is_remote(out):  # folders of this machine are nobody else's business
            write_places(out, sources(config))


def make_folder(out: Path) -> None:
    """Make the run folder and see that it can be written. Raises RunError or ShardError where it cannot."""
    if is_remote(out):
        require_writable(out)
        return
    probe = out / f".{_PROBE}.tmp-{os.getpid()}"
    if out.is_file():
        raise RunError(f"{out}: is a file; choose another --out, a folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink(missing_ok=True)  # another slice may have swept it away
    except OSError as error:
        raise RunError(
            f"{out}: cannot be written ({error.strerror}); choose another --out or mend its rights"
        ) from None


def sweep(out: Path, files: Collection[str]) -> None:
    """Remove the temporary files that killed workers left behind for `files`, which nobody else may be writing now."""
    if is_remote(out):
        return
    ours = {*files, _PROBE}
    for path in sorted(out.glob(".*.tmp-*")):
        if path.name[1:].rpartition(".tmp-")[0] in ours:
            path.unlink(missing_ok=True)
