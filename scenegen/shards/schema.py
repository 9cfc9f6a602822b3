"""The shard format as one table: every dataset and attribute, its shape, type, unit and meaning.

The writer, the reader, the checks, the README's table and the tests are driven by `FIELDS` and
`ATTRIBUTES`; nothing else knows the names' shapes. Sizes are named after the dimension they count:
P samples, V views, H x W pixels, R rays, M object slots, A assets.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from scenegen.layers import ENUM, LAYER, Layer
from scenegen.lenses import MODELS
from scenegen.shards.field import FORMAT_VERSION, LENS_VERSION, PICTURE, TEXT, Field, in_numbers
from scenegen.shards.lens import LENS_FIELDS, LENSES, camera_convention, require_one
from scenegen.status import Status

FORMAT = "scenegen-pairs"
IMPORTED_VERSION = "1.1"
"""Version of a shard that was made from data of elsewhere, and may lack what its source does not know."""
NEWEST_VERSION = max(IMPORTED_VERSION, LENS_VERSION, *(layer.since for layer in LAYER.values()), key=in_numbers)
"""The newest version that this program reads."""
MAJORS = (FORMAT_VERSION.split(".")[0], LENS_VERSION.split(".")[0])
"""Beginnings of the versions that it reads."""
ABSENT = "absent"
"""Root attribute of version 1.1: the datasets that the shard lacks, comma-separated."""

STATUS: dict[str, int] = {status.name.lower(): int(status) for status in Status}
"""Names and codes of the HDF5 enum of `rays/status`."""

_OTHERS = ("sample", "other_view")
NAN = float("nan")
"""Stands for a number that is not known."""


def _picture(layer: Layer) -> Field:
    """The dataset of a layer; all but the picture itself are optional."""
    name, dims, optional = layer.name, (*PICTURE, *layer.dims), None if layer.name == "rgb" else layer.name
    return Field(name, dims, layer.dtype, layer.units, layer.description, 2, optional)


FIELDS: tuple[Field, ...] = (
    *map(_picture, LAYER.values()),
    Field("camera/K", ("sample", "view", "row3", "column3"), "<f8", "px", "pinhole intrinsics", blank=NAN),
    *LENS_FIELDS,
    Field(
        name="camera/T_world_cam",
        dims=("sample", "view", "row4", "column4"),
        dtype="<f8",
        units="m",
        description="x_world = T_world_cam @ x_cam",
        blank=NAN,
    ),
    Field("rays/xy0", ("sample", "ray", "xy"), "<u2", "px", "pixel of view 0 that was traced, one in each cell", 1),
    Field(
        name="rays/depth0",
        dims=("sample", "ray"),
        dtype="<f4",
        units="m",
        description="z-depth of the hit in view 0; 0 where nothing is hit",
        chunk_axes=1,
        blank=NAN,
    ),
    Field(
        name="rays/instance",
        dims=("sample", "ray"),
        dtype="<u2",
        units="1",
        description="instance hit: 0 nothing, 1 room, 2.. object slot + 2",
        chunk_axes=1,
        blank=0,
    ),
    Field(
        "rays/xy", (*_OTHERS, "ray", "xy"), "<f4", "px", "the hit point in views 1.., sub-pixel; NaN: no projection", 2
    ),
    Field("rays/status", (*_OTHERS, "ray"), ENUM, "1", "verdict on the ray in views 1..; `visible` rays match", 2),
    Field("objects/asset", ("sample", "slot"), "<i4", "1", "row of assets/id; -1 marks an empty slot", blank=-1),
    Field(
        name="objects/T_world_object",
        dims=("sample", "slot", "row4", "column4"),
        dtype="<f8",
        units="m",
        description="x_world = T_world_object @ x_object, scale included; identity in an empty slot",
        blank=NAN,
    ),
    Field(
        name="objects/box",
        dims=("sample", "slot", "corner", "xyz"),
        dtype="<f8",
        units="m",
        description="box of each object, 8 corners in the world: 4 x + 2 y + z, 1 where high in its frame; NaN: empty",
        layer="semantic",
    ),
    Field(
        name="objects/seen_px",
        dims=("sample", "slot", "view"),
        dtype="<u4",
        units="px",
        description="pixels of each view that show the object",
        layer="semantic",
    ),
    Field(
        name="objects/alone_px",
        dims=("sample", "slot", "view"),
        dtype="<u4",
        units="px",
        description="pixels of each view that would show the object if nothing else were there; seen_px / alone_px is "
        "the share of it that the view sees, of what lies in the picture",
        layer="semantic",
    ),
    Field("assets/id", ("asset",), TEXT, "1", "identifier of each asset used in this shard", blank=0),
    Field("assets/category", ("asset",), TEXT, "1", "category of each asset used in this shard", blank=0),
    Field(
        name="categories/name",
        dims=("category",),
        dtype=TEXT,
        units="1",
        description="names of the values of `semantic`: `unknown`, then those of the room and of the objects, sorted",
        layer="semantic",
    ),
    Field("sample/seed", ("sample", "key"), "<u4", "1", "spawn key under the root seed: room key, layout, sample"),
    Field(
        name="sample/overlap",
        dims=("sample", "view", "seen_in_view"),
        dtype="<f4",
        units="1",
        description="share of the surface pixels of view i that view j sees; 1 on the diagonal",
        blank=NAN,
    ),
    Field(
        name="sample/baseline_m",
        dims=_OTHERS,
        dtype="<f4",
        units="m",
        description="distance of the camera centres of view 0 and views 1..",
        blank=NAN,
    ),
    Field(
        name="sample/view_angle_deg",
        dims=_OTHERS,
        dtype="<f4",
        units="deg",
        description="angle between the optical axes of view 0 and views 1..",
        blank=NAN,
    ),
    Field("preview", ("preview_y", "preview_x", "rgb"), "u1", "1", "one picture to recognise the shard by, sRGB"),
)
"""Every dataset of a shard, in the order in which it is written."""

FIELD: dict[str, Field] = {field.name: field for field in FIELDS}
"""The fields by name."""

MAY_BE_ABSENT: tuple[str, ...] = tuple(field.name for field in FIELDS if field.blank is not None)
"""Names of the datasets that an imported shard may lack."""

LAYERS: tuple[str, ...] = tuple(field.layer for field in FIELDS if field.layer and field.is_picture)
"""Names of the optional layers."""

NAMED: dict[str, str] = {layer.name: layer.names for layer in LAYER.values() if layer.names}
"""Layer to the dataset of the names of its values."""

CONVENTIONS: dict[str, str] = {
    "format": FORMAT,
    "format_version": FORMAT_VERSION,
    "camera_convention": "OpenCV pinhole: x right, y down, z forward",
    "pose_convention": "T_world_cam: x_world = T_world_cam @ x_cam; world right-handed, +Z up",
    "pixel_convention": "(x, y), x to the right, y down; the centre of the top-left pixel is (0.0, 0.0)",
    "depth_convention": "z-depth (not ray length), 0 where nothing is hit",
    "length_unit": "metre",
}
"""Root attributes that are the same in every rendered shard."""

IMPORTED_CONVENTIONS: dict[str, str] = CONVENTIONS | {
    "format_version": IMPORTED_VERSION,
    "pose_convention": "T_world_cam: x_world = T_world_cam @ x_cam; world right-handed, as the source has it",
    "length_unit": "metre, or the unit of the source where that has no scale",
}
"""Root attributes that are the same in every imported shard."""

ATTRIBUTES: dict[str, tuple[type, str]] = {
    "generator_version": (str, "version of the program that wrote the shard"),
    "config_json": (str, "the whole configuration of the run"),
    "config_sha256": (str, "sha256 of the configuration"),
    "assets_sha256": (str, "sha256 over the room and the objects of this shard"),
    "seed": (int, "root seed of the run"),
    "shard_index": (int, "number of this shard, from 0"),
    "num_shards": (int, "shards of the whole run"),
    "room": (str, "identifier of the room, or of the sequence that was imported"),
    "split": (str, "split of the room: train, val or test"),
    "object_split": (
        str,
        "split of the objects: train, val, all where the source is too small to be split, none where none are known",
    ),
    "license": (str, "terms of the data"),
}
"""Root attributes of one run and shard: type and meaning."""

IMPORTED_ATTRIBUTES: dict[str, tuple[type, str]] = {
    ABSENT: (str, "datasets that this shard lacks, as its source does not know them, comma-separated"),
}
"""Root attributes that imported shards have besides."""

FIXED = {"corner": 8, "rgb": 3, "xy": 2, "xyz": 3, "key": 3, "row3": 3, "column3": 3, "row4": 4, "column4": 4}
FIXED |= {name: len(model.names) for name, model in MODELS.items()}
"""Sizes of the dimensions that have the same size in every shard."""


def enum_dtype() -> np.dtype[Any]:
    """The HDF5 enum of `rays/status` as an h5py type."""
    return h5py.enum_dtype(STATUS, basetype="u1")


def is_imported(attributes: Mapping[str, Any]) -> bool:
    """Whether root attributes are those of an imported shard, which says what it lacks."""
    return ABSENT in attributes


def conventions(attributes: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """The root attributes that go without saying for a shard of these root attributes and datasets."""
    names = tuple(names)
    said = IMPORTED_CONVENTIONS if is_imported(attributes) else CONVENTIONS
    lens = next((name for name in LENSES.values() if name in names), None)
    cameras = {"camera_convention": camera_convention(lens)} if lens else {}
    return said | cameras | {"format_version": version_of(names, said["format_version"])}


def version_of(names: Iterable[str], least: str = FORMAT_VERSION) -> str:
    """The least format version that describes datasets of these names, those of another format left out."""
    return max([least, *(FIELD[name].since for name in names if name in FIELD)], key=in_numbers)


def attributes_due(attributes: Mapping[str, Any]) -> dict[str, tuple[type, str]]:
    """The root attributes that a shard of these root attributes must have, conventions apart: type and meaning."""
    return ATTRIBUTES | IMPORTED_ATTRIBUTES if is_imported(attributes) else ATTRIBUTES


def absent(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the datasets that a shard of these root attributes says it lacks."""
    return tuple(name for name in str(attributes.get(ABSENT, "")).split(",") if name)


def check_shapes(shapes: Mapping[str, tuple[int, ...]], lacking: Collection[str] = ()) -> dict[str, int]:
    """Sizes by dimension label, when the shapes agree with the table and with each other.

    `lacking` names datasets that the shard says it has not; their own dimensions have size 0. Raises ValueError with
    the dataset's name when another one is missing, one of these is there, or one has other dimensions, or disagrees
    with an earlier one.
    """
    if odd := sorted(set(lacking) - set(MAY_BE_ABSENT)):
        raise ValueError(f"{odd[0]}: no shard may lack it")
    sizes = dict(FIXED)
    for field in FIELDS:
        if field.name in shapes and field.name in lacking:
            raise ValueError(f"{field.name}: is there, though the shard says that it lacks it")
        if field.name in shapes:
            _match(field, shapes[field.name], sizes)
        elif field.name not in lacking and (not field.is_optional or _is_due(field, shapes)):
            raise ValueError(f"{field.name}: missing")
    require_one(shapes)
    return {label: 0 for field in FIELDS if field.name in lacking for label in field.dims} | sizes


def _is_due(field: Field, present: Collection[str]) -> bool:
    """Whether a dataset of a layer is missing because another one of that layer is there."""
    return field.layer is not None and any(f.name in present for f in FIELDS if f.layer == field.layer)


def blank(field: Field, sizes: Mapping[str, int]) -> NDArray[Any]:
    """What stands for a dataset that a shard of these sizes lacks: nothing known of any entry."""
    shape = tuple(sizes[label] for label in field.dims)
    return np.full(shape, field.blank, np.dtype("U1") if field.dtype == TEXT else field.dtype)


def _match(field: Field, shape: tuple[int, ...], sizes: dict[str, int]) -> None:
    """Bind the dimensions of `field` that are new, and compare the others."""
    if len(shape) == len(field.dims):
        for label, size in zip(field.dims, shape, strict=True):
            sizes.setdefault(label, size)
        if "view" in sizes:
            sizes |= {"other_view": sizes["view"] - 1, "seen_in_view": sizes["view"]}
    expected = tuple(sizes.get(label, label) for label in field.dims)
    if shape != expected:
        raise ValueError(f"{field.name}: shape {shape} is not {expected} ({', '.join(field.dims)})")


def dtype_text(field: Field) -> str:
    """Type of a field in words, such as `uint8` or `uint8 enum`."""
    return {TEXT: "text, utf-8", ENUM: "uint8 enum"}.get(field.dtype) or np.dtype(field.dtype).name
