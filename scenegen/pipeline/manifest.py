"""The record of a run beside its shards: what was made, from what, by what; the list readers go by."""

import json
import os
import platform
from collections.abc import Collection, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from scenegen import __version__
from scenegen.config import GenerationConfig
from scenegen.errors import RunError
from scenegen.pipeline.lock import manifest_writer
from scenegen.pipeline.places import absolute, is_there, known_places, sources, write_places
from scenegen.pipeline.plan import Plan
from scenegen.pipeline.slices import Slice
from scenegen.pipeline.work import Entry
from scenegen.shards.opening import first_line, shard_path, trouble
from scenegen.shards.reader import MANIFEST
from scenegen.shards.remarks import Remarks, joined, remarks_of
from scenegen.shards.schema import FORMAT, FORMAT_VERSION
from scenegen.shards.verify import LOCAL
from scenegen.shards.writer import publish

CONFIG = "config.json"
REMARKS = ("assets", "skipped")
"""Parts of a finished shard's entry that the manifest joins at its top."""
_PROBE = "probe"
_ENTRY = {"index": int, "split": str, "samples": int, "bytes": int}
_FAILURE = {"index": int, "why": str}
PACKAGES = ("numpy", "h5py", "embreex", "numba", "mapbox_earcut", "scipy", "pillow")


def fresh_manifest(config: GenerationConfig, codec: str, plan: Plan, licenses: str) -> dict:
    """The manifest of a rendered run that has made nothing yet; no folder of this machine is in it."""
    portable = config.portable()
    return new_manifest(FORMAT_VERSION, json.loads(portable.to_json()), portable.sha256(), codec, plan, licenses)


def new_manifest(version: str, config: dict, config_sha256: str, codec: str, plan: Plan, licenses: str) -> dict:
    """The manifest of a run that has made nothing yet, of shards of a format version."""
    return {
        "format": FORMAT,
        "format_version": version,
        "generator_version": __version__,
        "config": config,
        "config_sha256": config_sha256,
        "assets_sha256": plan.assets_sha256,
        "codec": codec,
        "license": licenses,
        "num_shards": len(plan.jobs),
        "complete": False,
        "planned": [asdict(job) for job in plan.jobs],
        "shards": [],
        "failed": [],
        **Remarks().to_manifest(),
        "made_with": made_with(),
    }


def made_with() -> dict[str, str]:
    """Versions and class of machine: what equal bytes depend on."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "unknown"
    return {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system(), **versions}


def load_manifest(out: Path) -> dict | None:
    """The manifest of a run folder; None where there is none. Raises RunError where it cannot be read."""
    path = out / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        _check(out, manifest)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = f"is not a manifest of a run ({first_line(error)}); move it away or choose another --out"
        raise RunError(f"{path}: {trouble(error, what)}") from None
    return manifest


def _check(out: Path, manifest: dict) -> None:
    """Raise an error of Python's own unless a manifest has the parts that a run goes on with."""
    if not isinstance(manifest["config"], dict):
        raise TypeError("config is no table")
    for part, kinds in (("shards", _ENTRY), ("failed", _FAILURE), ("planned", {})):
        for item in manifest[part] if part != "planned" else manifest.get(part, []):
            shard_path(out, item["file"])
            if wrong := [key for key, kind in kinds.items() if type(item[key]) is not kind]:
                raise TypeError(f"{wrong[0]} in {part} is not {kinds[wrong[0]].__name__}")
    remarks_of(manifest)


def require_manifest(out: Path) -> dict:
    """The manifest of a run folder. Raises RunError where there is none, or it cannot be read."""
    manifest = load_manifest(out)
    if manifest is None:
        raise RunError(f"{out}: holds no run (no manifest.json): give the --out of a scenegen render or import")
    return manifest


def write_manifest(out: Path, manifest: dict) -> None:
    """Write the manifest, durably and whole. Raises ShardError where that cannot be."""
    publish(out / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())


def require_same_run(out: Path, old: dict, new: dict, places: Mapping[str, str]) -> None:
    """Raise RunError, naming the differences, unless both manifests are of one and the same run.

    `places` are the run's sources by role, with their folders: compared where the old ones are known and still there;
    else what they list decides.
    """
    differences = [
        f"{key} {old.get(key)!r} there, {new[key]!r} now"
        for key in ("format_version", "generator_version", "codec")
        if old.get(key) != new[key]
    ]
    there = {role: absolute(spec) for role, spec in known_places(out, old["config"]).items() if role in places}
    now = {role: absolute(spec) for role, spec in places.items()}
    for role in [role for role in now if not is_there(there[role])]:
        there[role], now[role] = (spec.partition(":")[0] for spec in (there[role], now[role]))
    differences += _changed({**old["config"], **there}, {**new["config"], **now})
    if not differences and old.get("assets_sha256") != new["assets_sha256"]:
        differences.append(f"the {'rooms or objects in the sources have' if places else 'data has'} changed")
    if differences:
        raise RunError(
            f"{out}: holds a run with another configuration ({'; '.join(differences)}): "
            "choose another --out, or give the same options to go on"
        )


def _changed(old: dict, new: dict, prefix: str = "") -> list[str]:
    """Options that differ between two nested configurations."""
    out: list[str] = []
    for key in sorted(old.keys() | new.keys()):
        a, b = old.get(key), new.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            out += _changed(a, b, f"{prefix}{key}.")
        elif a != b:
            out.append(f"{prefix}{key} {a!r} there, {b!r} now")
    return out


def surviving(out: Path, manifest: dict) -> list[Entry]:
    """Entries of a manifest whose file is there in its full size."""
    return [entry for entry in manifest["shards"] if _size(out / entry["file"]) == entry["bytes"]]


def _size(path: Path) -> int:
    """Bytes of a file, -1 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return -1


def record(out: Path, manifest: dict, made: Collection[Entry] = (), failed: Collection[dict] = ()) -> dict:
    """Write down what was made and what failed, besides what others wrote down meanwhile; the manifest as it is now.

    Slices of one run share a manifest, so it is read again, joined and written, by one process at a time. Written
    durably and whole; raises ShardError where that cannot be.
    """
    with manifest_writer(out):
        there = load_manifest(out) or manifest
        new = [{key: value for key, value in entry.items() if key not in REMARKS} for entry in made]
        shards: dict[Any, Entry] = {entry["index"]: entry for entry in (*there["shards"], *new)}
        failures = {item["file"]: item for item in (*there["failed"], *failed)}
        done = {entry["file"] for entry in shards.values()}
        whole = {
            **manifest,
            **joined(map(remarks_of, (there, *made))).to_manifest(),
            "complete": len(shards) == manifest["num_shards"],
            "shards": [shards[index] for index in sorted(shards)],
            "failed": [failures[file] for file in sorted(failures) if file not in done],
        }
        write_manifest(out, whole)
    return whole


def begin(out: Path, fresh: dict, part: Slice, places: Mapping[str, str]) -> dict:
    """The manifest to go on with: what an earlier call left, less what has gone and the failures that are tried again.

    Raises RunError where the folder holds another run.
    """
    with manifest_writer(out):
        sweep(out, (MANIFEST, CONFIG, LOCAL))
        old = load_manifest(out)
        if old is not None:
            require_same_run(out, old, fresh, places)
            kept = [item for item in old["failed"] if not part.holds(item["index"])]
            fresh = {**fresh, **remarks_of(old).to_manifest(), "shards": surviving(out, old), "failed": kept}
        write_manifest(out, fresh)
    return fresh


def write_config(out: Path, config: GenerationConfig) -> None:
    """Leave the configuration beside the shards, in the form that --config reads; where its sources lie, apart."""
    with manifest_writer(out):
        publish(out / CONFIG, (json.dumps(json.loads(config.portable().to_json()), indent=2) + "\n").encode())
        write_places(out, sources(config))


def make_folder(out: Path) -> None:
    """Make the run folder and see that it can be written. Raises RunError where it cannot."""
    probe = out / f".{_PROBE}.tmp-{os.getpid()}"
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
    ours = {*files, _PROBE}
    for path in sorted(out.glob(".*.tmp-*")):
        if path.name[1:].rpartition(".tmp-")[0] in ours:
            path.unlink(missing_ok=True)
