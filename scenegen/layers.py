"""The layers of a picture as one table: what each holds, who makes it, how it is audited, who draws it.

A new layer is an entry here and the functions that it names; options, format, plan, audit, figures and tables follow.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

ENUM = "status"
"""Type name of the enum of verdicts, stored as uint8."""


@dataclass(frozen=True)
class Layer:
    """One layer: a value, or some, for each pixel of each view."""

    name: str
    """Of the option, of the dataset, and for `Sample.layer`."""
    dims: tuple[str, ...]
    """Labels of what a pixel has, beyond sample, view, y and x."""
    dtype: str
    """One of `ITEM_BYTES`: what the maker's arrays have, or `ENUM`. Another type of NumPy's is an entry there."""
    units: str
    """Unit of the numbers; "1" where there is none."""
    description: str
    """What it holds, with frames and conventions, in one line."""
    made_by: str
    """`module:function`, (`Taken`) to an array (H, W, ...) for each view."""
    differs_by: str
    """`module:function`, two arrays (H, W, ...) to a mask (H, W) of pixels that differ beyond rounding."""
    drawn_by: str | None
    """`module:function`, (`Subject`, matplotlib axes, one for each of its views); None for the picture itself."""
    on_request: bool = False
    """Whether it is stored only where it is asked for."""
    since: str = "1.0"
    """Format version that brought it; a layer of your own leaves it out."""
    names: str | None = None
    """Dataset of the names of its values, row by row; None where the values are numbers, or an enum."""
    named_by: str | None = None
    """`module:function`, (`Taken`) to the names of the values 0.. that the maker gives; a shard numbers them anew."""
    beside: str | None = None
    """`module:function`, (`Taken`) to further arrays of a sample, by dataset: those of the objects, for one."""
    audited_by: str | None = None
    """`module:function`, as `made_by`, by a way of its own, without pictures; None where the audit makes it again."""

    def bytes_per_pixel(self, views: int) -> int:
        """Bytes of a pixel before compression, in samples of so many views."""
        sizes = {"other_view": views - 1}
        return ITEM_BYTES[self.dtype] * prod(sizes.get(label, 3) for label in self.dims)


ITEM_BYTES = {"u1": 1, "i1": 1, "<u2": 2, "<f4": 4, ENUM: 1}
"""Bytes of a number of each type that a layer may have."""

_MADE, _DRAWN = "scenegen.pipeline.layers", "scenegen.inspect.figure.layers"

LAYERS: tuple[Layer, ...] = (
    Layer("rgb", ("rgb",), "u1", "1", "pictures, sRGB", f"{_MADE}:rgb", f"{_MADE}:colors_differ", None),
    Layer(
        name="depth",
        dims=(),
        dtype="<f4",
        units="m",
        description="z-depth of each pixel; 0 where nothing is hit",
        made_by=f"{_MADE}:depth",
        differs_by=f"{_MADE}:depths_differ",
        drawn_by=f"{_DRAWN}:draw_depth",
    ),
    Layer(
        name="instance",
        dims=(),
        dtype="<u2",
        units="1",
        description="instance of each pixel: 0 nothing, 1 room, 2.. object slot + 2",
        made_by=f"{_MADE}:instance",
        differs_by="numpy:not_equal",
        drawn_by=f"{_DRAWN}:draw_instances",
    ),
    Layer(
        name="normal",
        dims=("xyz",),
        dtype="i1",
        units="1/127",
        description="unit normal of each pixel x 127, camera axes, towards the camera; 0: no hit",
        made_by=f"{_MADE}:normal",
        differs_by=f"{_MADE}:colors_differ",
        drawn_by=f"{_DRAWN}:draw_normals",
    ),
    Layer(
        name="visibility",
        dims=("other_view",),
        dtype=ENUM,
        units="1",
        description="verdict on each pixel in the other views, in their order, its own left out; as rays/status",
        made_by=f"{_MADE}:visibility",
        differs_by="numpy:not_equal",
        drawn_by=f"{_DRAWN}:draw_visibility",
        on_request=True,
        since="1.2",
    ),
    Layer(
        name="semantic",
        dims=(),
        dtype="<u2",
        units="1",
        description="category of each pixel, a row of categories/name; 0: not known, or nothing is hit",
        made_by=f"{_MADE}:semantic",
        differs_by="numpy:not_equal",
        drawn_by=f"{_DRAWN}:draw_semantic",
        on_request=True,
        since="1.3",
        names="categories/name",
        named_by=f"{_MADE}:category_names",
        beside="scenegen.pipeline.objects_seen:objects_seen",
        audited_by="scenegen.verify.semantic:retraced_categories",
    ),
)
"""Every layer, in the order in which it is stored and drawn."""

LAYER: dict[str, Layer] = {layer.name: layer for layer in LAYERS}
"""The layers by name."""

DEFAULT: tuple[str, ...] = tuple(layer.name for layer in LAYERS if not layer.on_request)
"""Names of those that are stored unless told otherwise."""


def named(place: str) -> Callable[..., Any]:
    """The function that an entry names."""
    module, _, function = place.partition(":")
    return getattr(importlib.import_module(module), function)
