"""Any folder of meshes as a source of objects, with or without an `assets.jsonl` that describes them."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from scenegen.assets.cleaning import centred, clean_object, diagonal, rotated
from scenegen.assets.facts import FactStore
from scenegen.assets.folder import FolderAsset, asset_digest, folder_assets, found_asset, named_licenses, read_best
from scenegen.assets.habits import BOP, FOLDER, GSO, Habit, category_of, habit_of
from scenegen.assets.limits import OBJECT_LIMITS
from scenegen.assets.name_lists import listed_categories
from scenegen.assets.notes import UP_AXES
from scenegen.assets.proportions import surface_split
from scenegen.assets.source import ObjectModel
from scenegen.assets.units import Unit, folder_unit
from scenegen.errors import AssetError
from scenegen.geometry import rotation_between

SIZE_M = (1e-3, 1e3)
"""Box diagonals that an object can have."""


@dataclass(frozen=True)
class ObjectFolderLayout:
    """A data set's own way to lay out a folder of objects."""

    name: str
    habits: tuple[Habit, ...] = FOLDER
    only: re.Pattern[str] | None = None
    """What the names of its meshes hold; None: any mesh."""
    license: str | None = None
    """Its terms where `assets.jsonl` states none; None: not known."""


ANY = ObjectFolderLayout("folder")
SCANNED_OBJECTS = ObjectFolderLayout("gso", only=GSO.pattern, license="Google Scanned Objects, CC BY 4.0")
BENCHMARK = ObjectFolderLayout("bop", only=BOP.pattern, license="terms of the BOP data set the models are from")


class FolderObjects:
    """The models below a folder; ids are paths below it, without suffix, unless `assets.jsonl` says otherwise.

    Each line of `assets.jsonl` is an object with `path` (or `id`) and any of id, role, category, up_axis, unit_m,
    license; meshes with the role "room" are left out. Files that are forms of one model (see `forms`) are one object.
    Raises UsageError where folder or file cannot be used.
    """

    def __init__(self, path: str | Path, facts: FactStore | None = None, layout: ObjectFolderLayout = ANY) -> None:
        self.root = Path(path)
        self.layout = layout
        self.name = layout.name
        self._facts = facts or FactStore()
        self.assets = folder_assets(self.root, "object", layout.only)
        """All objects by id, sorted."""

    @property
    def license(self) -> str:
        """Licences named in `assets.jsonl`, else the layout's, or that none is known."""
        return named_licenses(self.assets, self.layout.license)

    @cached_property
    def _categories(self) -> dict[str, str]:
        """Category by object id."""
        listed = listed_categories(self.root, self.assets)
        return {i: (a.category or listed.get(i) or self._told(a)).lower() for i, a in self.assets.items()}

    def _told(self, asset: FolderAsset) -> str:
        """The category that the path tells: by the data set's habit, else the folder, else the name."""
        path = asset.forms[0]
        return category_of(self._name(path), self._habit(path)) or Path(asset.name).parent.name or path.stem

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Object ids by category, both sorted."""
        by_category: dict[str, list[str]] = {}
        for object_id, category in self._categories.items():
            by_category.setdefault(category, []).append(object_id)
        return {c: tuple(by_category[c]) for c in sorted(by_category)}

    def listed_split(self, object_id: str) -> str | None:
        """None: a split is found from the surface."""
        return None

    def split(self, object_id: str) -> str:
        """The split, "train" or "val", by the surface, 80/20. Raises AssetError where it cannot be read."""
        return surface_split(self.load(object_id).mesh)

    def digest(self, object_id: str) -> str:
        """sha256 (hex) of its files, the materials and pictures they name, and of axis, unit and category."""
        asset = found_asset(self.assets, object_id, self.root)
        units = [self.unit(asset, path).metres for path in asset.forms]
        return asset_digest(asset, self.root, f"{asset.up_axis} {units} {self._categories[object_id]}")

    def load(self, object_id: str) -> ObjectModel:
        """Read, clean, turn and scale one mesh. Raises AssetError with a reason where it cannot be used."""
        asset = found_asset(self.assets, object_id, self.root)
        path, mesh, defects = read_best(asset, self.root, OBJECT_LIMITS)
        up = UP_AXES[asset.up_axis or self._habit(path).up_axis]
        mesh, mended = clean_object(rotated(mesh, np.rint(rotation_between(up, (0, 0, 1)))))
        unit = self.unit(asset, path)
        mesh = centred(mesh, unit.metres)
        if not SIZE_M[0] <= diagonal(mesh) <= SIZE_M[1]:
            size = f"{diagonal(mesh):.3g} m across, objects are {SIZE_M[0]:g} to {SIZE_M[1]:g} m"
            raise AssetError("implausible_size", f"{object_id}: {size}; state unit_m in assets.jsonl")
        category = self._categories[object_id]
        return ObjectModel(object_id, category, mesh, diagonal(mesh), defects + mended + unit.defects)

    def unit(self, asset: FolderAsset, path: Path) -> Unit:
        """The unit of one file of an object: stated, by its kind, else by the sizes of all such files here."""
        habit = self._habit(path)
        if asset.unit_m is not None:
            return Unit(asset.unit_m, "stated in assets.jsonl")
        return self._unit if habit.unit_m is None else Unit(habit.unit_m, habit.why, habit.assumed)

    @cached_property
    def _unit(self) -> Unit:
        """One decision for all files whose unit nothing states, from the first such form of each object."""
        asked = [[p for p in a.forms if self._habit(p).unit_m is None] for a in self.assets.values() if not a.unit_m]
        return folder_unit([forms[0] for forms in asked if forms], self.root, self._facts)

    def remarks(self) -> tuple[str, ...]:
        """Which unit was taken for how many objects, and why: for the doctor."""
        units = Counter(self._units(a) for a in self.assets.values())
        return tuple(f"unit of {n} of {len(self.assets)} objects: {unit}" for unit, n in sorted(units.items()))

    def _units(self, asset: FolderAsset) -> str:
        """The unit of an object's first form, and those of its other forms where they are in another."""
        by_metres = {unit.metres: str(unit) for unit in (self.unit(asset, p) for p in reversed(asset.forms))}
        first = self.unit(asset, asset.forms[0])
        others = sorted(text for metres, text in by_metres.items() if metres != first.metres)
        return "; other forms: ".join([str(first), *others])

    def _habit(self, path: Path) -> Habit:
        """What the name of a file tells."""
        return habit_of(self._name(path), self.layout.habits)

    def _name(self, path: Path) -> str:
        """Path below the folder."""
        return path.relative_to(self.root).as_posix()


def scanned_objects(path: Path, facts: FactStore) -> FolderObjects:
    """Google Scanned Objects: `NAME/meshes/model.obj`."""
    return FolderObjects(path, facts, SCANNED_OBJECTS)


def benchmark_objects(path: Path, facts: FactStore) -> FolderObjects:
    """Models of a BOP data set: `models/obj_000001.ply`, in millimetres."""
    return FolderObjects(path, facts, BENCHMARK)
