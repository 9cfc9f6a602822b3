"""The asset doctor: reads every asset of a source and says what each is and what is wrong with it."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenegen.assets.cache import AssetCache
from scenegen.assets.cleaning import geometric_hash
from scenegen.assets.library import KINDS, ROLES, open_objects, open_rooms, roles_of
from scenegen.assets.mesh import Mesh, bounds
from scenegen.assets.reading import LOADER_VERSION
from scenegen.assets.source import Defect, ObjectModel, ObjectSource, Room, RoomSource, hashed_split
from scenegen.errors import AssetError, RunError, UsageError

REMOVING = ("degenerate_faces", "coincident_faces", "fragments", "decimated")
"""Defects whose detail begins with the number of faces removed."""
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class AssetReport:
    """What was found of one asset."""

    id: str
    category: str
    split: str
    sha256: str
    """Of what the asset is made from; "" where it cannot be read."""
    status: str
    """ "ok" or "failed"."""
    seconds: float
    """Time to load it; for people, never in a manifest."""
    reason: str = ""
    """Stable code of a failure."""
    message: str = ""
    faces_in: int = 0
    """Faces of the file."""
    faces: int = 0
    """Faces after cleaning."""
    extents_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    diagonal_m: float = 0.0
    geometry: str = ""
    """sha256 of the surface alone: equal for duplicates."""
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True)
class SourceReport:
    """What was found in a source."""

    source: str
    """The kind: the word before the colon."""
    role: str
    license: str
    assets: tuple[AssetReport, ...]
    """Sorted by id."""
    remarks: tuple[str, ...] = ()
    """What was decided for all of them together: the unit, and why."""

    @property
    def usable(self) -> int:
        """Number of assets that can be used."""
        return sum(a.status == "ok" for a in self.assets)

    @property
    def categories(self) -> dict[str, int]:
        """Usable assets by category, sorted."""
        return dict(sorted(Counter(a.category for a in self.assets if a.status == "ok").items()))

    @property
    def defects(self) -> dict[str, int]:
        """Usable assets by defect code, sorted."""
        return dict(sorted(Counter(c for a in self.assets for c in {d.code for d in a.defects}).items()))

    @property
    def failures(self) -> dict[str, int]:
        """Unusable assets by reason, sorted."""
        return dict(sorted(Counter(a.reason for a in self.assets if a.status != "ok").items()))

    @property
    def duplicates(self) -> tuple[tuple[str, ...], ...]:
        """Groups of ids with the same surface to the last digit; they share a split, as rounded copies do."""
        groups: dict[str, list[str]] = {}
        for asset in self.assets:
            if asset.geometry:
                groups.setdefault(asset.geometry, []).append(asset.id)
        return tuple(sorted(tuple(ids) for ids in groups.values() if len(ids) > 1))


def default_role(spec: str) -> str:
    """The only role that a source can have. Raises UsageError where it can have both, or none."""
    roles = roles_of(spec)
    if len(roles) == 1:
        return roles[0]
    known = " | ".join(KINDS)
    problem = f"{spec!r} may hold rooms or objects; add --role rooms or --role objects"
    raise UsageError(problem if roles else f"unknown source {spec!r}; use {known}, with :PATH for files")


def examine(spec: str, role: str, cache: AssetCache | None = None, progress: Progress | None = None) -> SourceReport:
    """Read every asset of a source, one after the other; `progress` gets (done, total, id) before each.

    Never stops at an asset. Raises UsageError where the source itself cannot be opened.
    """
    if role not in ROLES:
        raise UsageError(f"unknown role {role!r}; use {' or '.join(ROLES)}")
    source = open_rooms(spec, cache) if role == "rooms" else open_objects(spec, cache)
    listed = _listed(source)
    reports = []
    for done, (asset_id, category) in enumerate(listed):
        if progress is not None:
            progress(done, len(listed), asset_id)
        reports.append(_examine_one(source, asset_id, category))
    if progress is not None:
        progress(len(listed), len(listed), "")
    assets = tuple(sorted(reports, key=lambda a: a.id))
    return SourceReport(source.name, role, source.license, assets, source.remarks())


def _listed(source: RoomSource | ObjectSource) -> list[tuple[str, str]]:
    """(id, category) of everything in a source; rooms have the category "room"."""
    ids = source.ids()
    if isinstance(ids, dict):
        return [(asset_id, category) for category, members in ids.items() for asset_id in members]
    return [(asset_id, "room") for asset_id in ids]


def _examine_one(source: RoomSource | ObjectSource, asset_id: str, category: str) -> AssetReport:
    """Load one asset and describe it, or the reason why it cannot be used."""
    start, digest, split = time.perf_counter(), "", source.listed_split(asset_id) or hashed_split(asset_id)
    try:
        digest = source.digest(asset_id)
        asset = source.load(asset_id)
        split = source.split(asset_id)
    except AssetError as error:
        return _failed(asset_id, category, split, digest, start, error.reason, str(error))
    except Exception as error:  # an asset that breaks the loader must not hide what is wrong with the others
        return _failed(asset_id, category, split, digest, start, "loader_error", f"{type(error).__name__}: {error}")
    return _described(asset, category, split, digest, time.perf_counter() - start)


def _failed(
    asset_id: str, category: str, split: str, digest: str, start: float, reason: str, message: str
) -> AssetReport:
    """The report of an asset that cannot be used."""
    seconds = time.perf_counter() - start
    return AssetReport(asset_id, category, split, digest, "failed", seconds, reason, " ".join(message.split()))


def _described(asset: Room | ObjectModel, category: str, split: str, digest: str, seconds: float) -> AssetReport:
    """The report of a usable asset."""
    low, high = bounds(asset.mesh)
    size = [float(v) for v in high - low]
    return AssetReport(
        id=asset.id,
        category=category,
        split=split,
        sha256=digest,
        status="ok",
        seconds=seconds,
        faces_in=_faces_before(asset.mesh, asset.defects),
        faces=len(asset.mesh.faces),
        extents_m=(size[0], size[1], size[2]),
        diagonal_m=sum(v * v for v in size) ** 0.5,
        geometry=geometric_hash(asset.mesh),
        defects=asset.defects,
    )


def _faces_before(mesh: Mesh, defects: tuple[Defect, ...]) -> int:
    """Faces of the file: those left and those that cleaning counted."""
    return len(mesh.faces) + sum(int(d.detail.split()[0]) for d in defects if d.code in REMOVING)


def write_report(report: SourceReport, path: Path) -> None:
    """Everything that was found, with totals, as JSON. Raises RunError where it cannot be written."""
    totals = {
        "count": len(report.assets),
        "usable": report.usable,
        "categories": report.categories,
        "failures": report.failures,
        "defects": report.defects,
        "duplicates": report.duplicates,
    }
    head = {"source": report.source, "role": report.role, "license": report.license, "remarks": report.remarks}
    _write_json(path, {**head, **totals, "assets": [asdict(a) for a in report.assets]})


def write_asset_manifest(report: SourceReport, path: Path) -> None:
    """What the source holds, as `$defs/checked_assets` of the schema: the same assets give the same bytes.

    Raises RunError where it cannot be written.
    """
    head = {"name": report.source, "version": LOADER_VERSION, "license": report.license, "count": len(report.assets)}
    _write_json(path, {**head, "role": report.role, "assets": [_entry(a) for a in report.assets]})


def _entry(asset: AssetReport) -> dict[str, Any]:
    """One line of a manifest."""
    entry: dict[str, Any] = {k: getattr(asset, k) for k in ("id", "category", "split", "sha256", "status")}
    if asset.status != "ok":
        return {**entry, "reason": asset.reason}
    extents = [round(v, 6) for v in asset.extents_m]
    defects = sorted({d.code for d in asset.defects})
    return {**entry, "faces": asset.faces, "extents_m": extents, "geometry": asset.geometry, "defects": defects}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    """All or nothing: written beside and renamed."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise RunError(f"{path}: cannot be written ({error.strerror}); choose another place") from None
