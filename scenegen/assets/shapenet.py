"""ShapeNetCore as a source of objects: layouts v2 and v1, found on disk, mixed if need be."""

import re
from functools import cached_property
from pathlib import Path

import numpy as np

from scenegen.assets import manifest
from scenegen.assets.cleaning import centred, clean_object, diagonal, rotated
from scenegen.assets.digest import files_digest, source_files
from scenegen.assets.facts import FactStore
from scenegen.assets.limits import OBJECT_LIMITS
from scenegen.assets.mesh import Mesh
from scenegen.assets.proportions import surface_split
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.source import Defect, ObjectModel
from scenegen.assets.taxonomy import Taxonomy, read_taxonomy
from scenegen.assets.wording import plain_path
from scenegen.errors import AssetError, UsageError
from scenegen.seeding import Stage, generator, stable_key

V2 = "models/model_normalized.obj"
"""Version 2: +Y up, front along -Z."""
V1 = "model.obj"
"""Version 1: +Y up, front along +X."""
ROTATIONS = {
    V2: np.array([[-1, 0, 0], [0, 0, 1], [0, 1, 0]]),
    V1: np.array([[0, 0, -1], [-1, 0, 0], [0, 1, 0]]),
}
"""To +Z up, front along -Y."""
DEFAULT_SIZE_M = (0.3, 1.0)
"""Diagonal of objects of unknown kind."""
_SYNSET = re.compile(r"^[0-9]{8}\Z")


class ShapeNetObjects:
    """The models under `<synset>/<model>/` of a folder; ids are "03001627/1a6f...".

    Raises UsageError where the folder is missing or holds no model.
    """

    name = "shapenet"
    license = "ShapeNet terms of use: non-commercial research and education; no redistribution of models or textures"

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self._sizes = manifest.shapenet_synsets()
        if not self.root.is_dir():
            raise UsageError(f"{self.root}: no such folder; give the folder that holds ShapeNet's synset folders")
        if not self._layout:
            raise UsageError(
                f"{self.root}: no ShapeNet models; looked for <synset>/<model>/{V2} and <synset>/<model>/{V1}"
            )

    @cached_property
    def _layout(self) -> dict[str, str]:
        """Path of the mesh below the model's folder, by object id, sorted; denied ones included."""
        out: dict[str, str] = {}
        for synset in sorted(p for p in self.root.iterdir() if _SYNSET.match(p.name) and p.is_dir()):
            for model in sorted(synset.iterdir()):
                found = next((v for v in (V2, V1) if (model / v).is_file()), None)
                if found is not None:
                    out[plain_path(model, self.root).relative_to(self.root).as_posix()] = found
        return out

    @cached_property
    def _taxonomy(self) -> Taxonomy:
        return read_taxonomy(self.root / "taxonomy.json")

    def denied(self) -> dict[str, str]:
        """Models that are here and on the denylist, by their own id or their synset's: reason by id."""
        reasons = manifest.denylist()
        named = ((i, reasons.get(i, reasons.get(i.split("/")[0]))) for i in self._layout)
        return {i: reason for i, reason in named if reason is not None}

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Object ids by category, both sorted; without the denied ones."""
        denied = self.denied()
        by_category: dict[str, list[str]] = {}
        for object_id in self._layout:
            if object_id not in denied:
                by_category.setdefault(self.category(object_id), []).append(object_id)
        return {c: tuple(sorted(by_category[c])) for c in sorted(by_category)}

    def category(self, object_id: str) -> str:
        """First name in the taxonomy, else in the manifest (of the synset or the nearest above), else the synset id."""
        synset = object_id.split("/")[0]
        for candidate in self._taxonomy.lineage(synset):
            if names := self._taxonomy.names.get(candidate):
                return names[0]
            if candidate in self._sizes:
                return self._sizes[candidate].name.lower()
        return synset

    def listed_split(self, object_id: str) -> str | None:
        """None: ShapeNet has one model under several ids, so a split is found from the surface."""
        return None

    def split(self, object_id: str) -> str:
        """The split, "train" or "val", by the surface, 80/20. Raises AssetError where it cannot be read."""
        return surface_split(self.load(object_id).mesh)

    def digest(self, object_id: str) -> str:
        """sha256 (hex) of the mesh, its materials and the pictures they name."""
        path = self._path(object_id)
        folder = self._folder(object_id)
        return files_digest(source_files(path, folder), folder)

    def load(self, object_id: str) -> ObjectModel:
        """Read, clean, turn and scale one model. Raises AssetError with a reason where it cannot be used."""
        path = self._path(object_id)
        mesh, defects = read_mesh_file(path, root=self._folder(object_id), limits=OBJECT_LIMITS)
        mesh, mended = clean_object(rotated(mesh, ROTATIONS[self._layout[object_id]]))
        mesh, more = self._sized(object_id, mesh)
        return ObjectModel(object_id, self.category(object_id), mesh, diagonal(mesh), defects + mended + more)

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all objects together: nothing."""
        return ()

    def _sized(self, object_id: str, mesh: Mesh) -> tuple[Mesh, tuple[Defect, ...]]:
        """Centred, with a diagonal drawn from the range of its kind (of scale models, where real ones fit no room)."""
        lineage = self._taxonomy.lineage(object_id.split("/")[0])
        known = next((self._sizes[s] for s in lineage if s in self._sizes), None)
        low, high = DEFAULT_SIZE_M if known is None else known.room_size_m
        size_m = generator(0, Stage.ASSET, room=stable_key(object_id)).uniform(low, high)
        return centred(mesh, size_m / diagonal(mesh)), (() if known else (Defect("no_size_prior", lineage[0]),))

    def _folder(self, object_id: str) -> Path:
        """The model's own folder."""
        return self.root / object_id

    def _path(self, object_id: str) -> Path:
        """The model's mesh. Raises AssetError `missing` for ids that are not here."""
        if object_id not in self._layout:
            raise AssetError("missing", f"{object_id}: not in {self.root}")
        return self._folder(object_id) / self._layout[object_id]


def shapenet_objects(path: Path, facts: FactStore) -> ShapeNetObjects:
    """ShapeNet's models; no fact about their meshes is needed beforehand."""
    return ShapeNetObjects(path)
