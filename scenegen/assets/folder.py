"""The models below a folder, for objects and rooms alike: forms put together, with what is known beforehand."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from scenegen.assets.digest import files_digest, source_files
from scenegen.assets.forms import Forms, group_forms
from scenegen.assets.limits import Limits
from scenegen.assets.mesh import Mesh
from scenegen.assets.notes import FILE, Note, read_notes
from scenegen.assets.reading import MESH_SUFFIXES, read_mesh_file
from scenegen.assets.room_mesh import colored
from scenegen.assets.source import Defect
from scenegen.assets.tree import mesh_files
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError, UsageError


@dataclass(frozen=True)
class FolderAsset:
    """One model of a folder and what is known of it beforehand."""

    id: str
    name: str
    """Its path below the folder, without suffix and what tells the form: its id unless another is stated."""
    forms: tuple[Path, ...]
    """Its files, the one to try first in front."""
    labels: bool = False
    """Whether the colours of what there is are labels."""
    category: str | None = None
    """As stated."""
    up_axis: str | None = None
    """As stated: "-y" and the like."""
    unit_m: float | None = None
    """As stated: metres per unit of the file."""
    is_scan: bool | None = None
    """As stated."""
    license: str | None = None


OTHER_ROLE = {"room": "object", "object": "room"}


def folder_assets(root: Path, role: str, only: re.Pattern[str] | None = None) -> dict[str, FolderAsset]:
    """The models below a folder by id, sorted: all whose line in `assets.jsonl` does not state the other role.

    `role` is "room" or "object"; `only` is what the names of the meshes must hold. Raises UsageError where there is
    no such folder, no mesh in it, or `assets.jsonl` does not fit it.
    """
    if not root.is_dir():
        raise UsageError(f"{root}: no such folder; give a folder of {role} meshes ({' '.join(MESH_SUFFIXES)})")
    notes = read_notes(root / FILE)
    paths = {path.relative_to(root).as_posix(): path for path in mesh_files(root)}
    absent = sorted(notes.keys() - paths.keys())
    if absent:
        what = f"names {one_line(absent[0])}, which is no mesh here"
        raise UsageError(f"{root / FILE}: {what}; correct or remove the line")
    wanted = [name for name in paths if notes.get(name, {}).get("role") != OTHER_ROLE[role]]
    wanted = [name for name in wanted if only is None or only.search(name) or name in notes]
    models = group_forms(wanted, notes.keys())
    assets = [_asset(key, forms, paths, notes.get(forms.names[0], {})) for key, forms in models.items()]
    by_id = {a.id: a for a in sorted(assets, key=lambda a: a.id)}
    if len(by_id) < len(assets):
        twice = next(i for i in sorted(by_id) if sum(a.id == i for a in assets) > 1)
        raise UsageError(f"{root / FILE}: gives the id {twice!r} to two {role}s; rename one")
    if not by_id:
        raise UsageError(f"{root}: no {role} meshes in it; looked for {' '.join(MESH_SUFFIXES)} in all its folders")
    return by_id


def named_licenses(assets: dict[str, FolderAsset], usual: str | None) -> str:
    """Licences named in `assets.jsonl`, else the `usual` one of such a folder, or that none is known."""
    named = sorted({a.license for a in assets.values() if a.license})
    return "; ".join(named) or usual or "not stated: see where the meshes come from"


def found_asset(assets: dict[str, FolderAsset], asset_id: str, root: Path) -> FolderAsset:
    """The asset of an id. Raises AssetError `missing`."""
    if asset_id not in assets:
        raise AssetError("missing", f"{asset_id}: not in {root}")
    return assets[asset_id]


def read_best(asset: FolderAsset, root: Path, limits: Limits) -> tuple[Path, Mesh, tuple[Defect, ...]]:
    """The first form that can be read and has its colours, else the first that can be read: file, mesh, defects.

    A better form that is broken, or whose pictures are missing, is a defect (`form_passed_over`).
    Raises the AssetError of the first form where none can be read.
    """
    found: list[tuple[Path, Mesh, tuple[Defect, ...]]] = []
    passed: list[Defect] = []
    trouble: AssetError | None = None
    for path in asset.forms:
        try:
            mesh, defects = read_mesh_file(path, root=root, limits=limits)
        except AssetError as error:
            trouble = trouble or error
            passed.append(Defect("form_passed_over", f"{path.name}: {error.reason}"))
            continue
        defects += (Defect("label_colors", path.name),) if asset.labels else ()
        lost = [d for d in defects if d.code == "missing_texture"]
        if len(asset.forms) == 1 or (colored(mesh) and not lost):
            return path, mesh, (*defects, *passed)
        found.append((path, mesh, (*defects, *passed)))
        passed += [Defect("form_passed_over", f"{path.name}: missing_texture {d.detail}") for d in lost]
    if not found:
        raise trouble or AssetError("missing", f"{asset.id}: not in {root}")
    return found[0]


def asset_digest(asset: FolderAsset, root: Path, stated: str) -> str:
    """sha256 (hex) of all forms, the materials and pictures they name, and `stated`, unless that is ""."""
    files = files_digest(tuple(sorted({f for p in asset.forms for f in source_files(p, root)})), root)
    return hashlib.sha256(f"{files} {stated}".encode()).hexdigest() if stated else files


def _asset(key: str, forms: Forms, paths: dict[str, Path], note: Note) -> FolderAsset:
    """What is stated of a model."""
    return FolderAsset(
        id=str(note.get("id", key)),
        name=key,
        forms=tuple(paths[name] for name in forms.names),
        labels=forms.labels,
        category=note.get("category"),
        up_axis=note.get("up_axis"),
        unit_m=note.get("unit_m"),
        is_scan=note.get("scan"),
        license=note.get("license"),
    )
