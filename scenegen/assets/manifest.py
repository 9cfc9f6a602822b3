"""The JSON manifests that come with the package: published lists, size priors, the denylist."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenegen.errors import UsageError


@dataclass(frozen=True)
class Synset:
    """What is known of a ShapeNetCore category beforehand."""

    name: str
    """Plain lower-case word: "chair"."""
    size_m: tuple[float, float]
    """Lowest and highest typical length of the bounding box's diagonal of the real thing, metres."""
    scale_model_m: tuple[float, float] | None = None
    """The same as a toy or scale model, where the real thing does not fit into a room."""

    @property
    def room_size_m(self) -> tuple[float, float]:
        """Lowest and highest diagonal, in metres, of one that stands in a room."""
        return self.scale_model_m or self.size_m


def manifest_folder() -> Path:
    """`assets_manifest/` of a checkout, or of an installed wheel. Raises UsageError where neither is there."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "assets_manifest", package / "assets_manifest"):
        if (folder / "schema.json").is_file():
            return folder
    raise UsageError(f"assets_manifest not found beside {package}: install scenegen again")


def read_asset_manifest(name: str) -> dict[str, Any]:
    """The parsed manifest `name`.json; its form is `$defs/name` of schema.json."""
    return json.loads((manifest_folder() / f"{name}.json").read_text(encoding="utf-8"))


def scenenn_split() -> dict[str, str]:
    """Published split of the 76 annotated SceneNN rooms: id to "train" (56) or "test" (20)."""
    return {room["id"]: room["split"] for room in read_asset_manifest("scenenn_rooms")["rooms"] if room["split"]}


def shapenet_synsets() -> dict[str, Synset]:
    """Name and size prior of every known ShapeNetCore synset, by its eight digits."""
    return {key: _synset(entry) for key, entry in read_asset_manifest("shapenet_synsets")["synsets"].items()}


def denylist() -> dict[str, str]:
    """What is never drawn, with the reason: a synset ("04090263") or one model ("synset/model")."""
    return {entry["id"]: entry["reason"] for entry in read_asset_manifest("shapenet_synsets")["denylist"]}


def _synset(entry: dict[str, Any]) -> Synset:
    """One entry of the manifest, typed."""
    low, high = entry["size_m"]
    model = entry.get("scale_model_m")
    return Synset(entry["name"], (low, high), (model[0], model[1]) if model else None)
