"""What goes into one shard, and the checks that it is complete and believable before it is written.

A failed check is a mistake of the program that made the arrays, so it is a ValueError with the
dataset's name, never a message for the user.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from scenegen.shards import schema
from scenegen.shards.lens import LENSES
from scenegen.status import Status

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class ShardContent:
    """The data of one shard in memory."""

    arrays: dict[str, NDArray[Any]]
    """Whole-shard arrays by dataset name, as `schema.FIELDS` lists them; text as `str` arrays."""
    attributes: dict[str, str | int | float]
    """Root attributes of the run and the shard, as `schema.ATTRIBUTES` lists them, and of imported data
    `schema.IMPORTED_ATTRIBUTES`."""


@dataclass(frozen=True)
class ContentRule:
    """A condition on the values of one dataset; skipped when an optional layer is absent."""

    name: str
    """The dataset."""
    wish: str
    """What its entries should be, to follow "are not"."""
    holds: Callable[[Arrays], NDArray[np.bool_]]
    """Arrays of a shard by name, to a mask of the entries that are so."""


def _finite(name: str) -> ContentRule:
    return ContentRule(name, "finite", lambda a: np.isfinite(a[name]))


def _not_negative(name: str) -> ContentRule:
    return ContentRule(name, "finite and not negative", lambda a: np.isfinite(a[name]) & (a[name] >= 0))


def _pixels_inside(a: Arrays) -> NDArray[np.bool_]:
    height, width = a["rgb"].shape[2:4]
    return a["rays/xy0"] < (width, height)


def _projection_where_due(a: Arrays) -> NDArray[np.bool_]:
    """Finite where there is a projection, NaN where there is none, either where it is ambiguous.

    Either, too, outside of pictures through a lens, which has a reach.
    """
    status = a["rays/status"]
    finite = np.isfinite(a["rays/xy"]).all(-1)
    none = np.isin(status, [Status.NO_HIT, Status.BEHIND_CAMERA])
    has_lens = any(name in a for name in LENSES.values())
    due = np.isin(status, [Status.VISIBLE, Status.OCCLUDED, *([] if has_lens else [Status.OUT_OF_VIEW])])
    return np.where(none, np.isnan(a["rays/xy"]).all(-1), finite | ~due)


def _assets_known(a: Arrays) -> NDArray[np.bool_]:
    return (a["objects/asset"] >= -1) & (a["objects/asset"] < len(a.get("assets/id", ())))


def _share(a: Arrays) -> NDArray[np.bool_]:
    return (a["sample/overlap"] >= 0) & (a["sample/overlap"] <= 1)


def _names_in_order(a: Arrays) -> NDArray[np.bool_]:
    """(K,) whether each name of a category is where it belongs: `unknown`, then the others, sorted, each once."""
    names = a["categories/name"]
    return np.concatenate([names[:1] == "unknown", names[1:2] != "unknown", names[2:] > names[1:-1]])


def _box_where_due(a: Arrays) -> NDArray[np.bool_]:
    """(P, M) whether there is a box where there is an object, and none elsewhere."""
    box, used = a["objects/box"], a.get("objects/asset", np.zeros(a["objects/box"].shape[:2], np.int32)) >= 0
    return np.where(used, np.isfinite(box).all((-1, -2)), np.isnan(box).all((-1, -2)))


RULES = (
    _not_negative("depth"),
    _finite("camera/K"),
    *map(_finite, LENSES.values()),
    _finite("camera/T_world_cam"),
    ContentRule("rays/xy0", "inside the picture", _pixels_inside),
    _not_negative("rays/depth0"),
    ContentRule("rays/status", f"one of {sorted(schema.STATUS.values())}", lambda a: a["rays/status"] <= max(Status)),
    ContentRule(
        "rays/xy", "finite where seen, hidden or outside, NaN where there is no projection", _projection_where_due
    ),
    ContentRule("objects/asset", "-1 or a row of assets/id", _assets_known),
    _finite("objects/T_world_object"),
    ContentRule("sample/overlap", "in [0, 1]", _share),
    _not_negative("sample/baseline_m"),
    _not_negative("sample/view_angle_deg"),
    ContentRule("categories/name", "`unknown`, then names in order, each once", _names_in_order),
    ContentRule("objects/box", "finite where there is an object, NaN in empty slots", _box_where_due),
    ContentRule("objects/seen_px", "at most alone_px", lambda a: a["objects/seen_px"] <= a["objects/alone_px"]),
    ContentRule("semantic", "rows of categories/name", lambda a: a["semantic"] < len(a.get("categories/name", ()))),
)
"""What the values of every shard must fulfil."""


def validate(content: ShardContent) -> None:
    """Raise ValueError, naming the dataset, unless `content` is a shard as the schema describes it."""
    _check_names(content)
    for name, array in content.arrays.items():
        _check_dtype(schema.FIELD[name], array)
    lacking = schema.absent(content.attributes)
    sizes = schema.check_shapes({name: array.shape for name, array in content.arrays.items()}, lacking)
    if sizes["sample"] < 1 or sizes["view"] < 2:
        raise ValueError(f"rgb: {sizes['sample']} samples of {sizes['view']} views; at least 1 of 2 views are needed")
    for problem in broken_rules(content.arrays, RULES):
        raise ValueError(problem)


def broken_rules(arrays: Arrays, rules: Iterable[ContentRule]) -> Iterator[str]:
    """One line for each rule that the values break."""
    for rule in rules:
        if rule.name in arrays and not (holds := rule.holds(arrays)).all():
            where = tuple(int(i) for i in np.argwhere(~holds)[0])
            yield f"{rule.name}: {int((~holds).sum())} entries are not {rule.wish}, the first at {where}"


def _check_names(content: ShardContent) -> None:
    """Unknown datasets, and missing, unknown or wrongly typed attributes."""
    for name in content.arrays:
        if name not in schema.FIELD:
            raise ValueError(f"{name}: not a dataset of this format")
    due = schema.attributes_due(content.attributes)
    if odd := set(content.attributes) ^ set(due):
        raise ValueError(f"{min(odd)}: missing, or not a root attribute of this format")
    for name, (kind, _) in due.items():
        if type(content.attributes[name]) is not kind:
            raise ValueError(f"{name}: {content.attributes[name]!r} is not {kind.__name__}")


def _check_dtype(field: schema.Field, array: NDArray[Any]) -> None:
    wanted = field.memory_dtype
    fits = array.dtype.kind == "U" if field.dtype == schema.TEXT else array.dtype == wanted
    if not fits:
        raise ValueError(f"{field.name}: type {array.dtype} is not {wanted.name}")


def stored(field: schema.Field, array: NDArray[Any]) -> NDArray[Any]:
    """The array in the type that is stored: text encoded, status codes with their names."""
    if field.dtype == schema.TEXT:
        text = np.char.encode(array, "utf-8")
        return text.astype(h5py.string_dtype("utf-8", max(1, text.itemsize)))
    return array.view(schema.enum_dtype()) if field.dtype == schema.ENUM else array
