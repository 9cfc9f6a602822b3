"""A rendered set again with its pictures changed and nothing else, to see what of rendering would carry over.

A change that gains nothing here need not be built into the renderer. Depth, cameras and correspondences stay as they
are; the same set gives the same bytes.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ablating.occlusion import open_share
from scenegen.pipeline.manifest import load_manifest, make_folder, require_manifest, write_manifest
from scenegen.pipeline.repack import content_of
from scenegen.seeding import Generator, Stage, generator, stable_key
from scenegen.shards.content import ShardContent
from scenegen.shards.manifest import Entry, ShardJob
from scenegen.shards.published import published
from scenegen.srgb import linear_to_srgb, srgb_to_linear

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Rendered:
    """What a camera saw."""

    rgb: Picture
    """(H, W, 3) sRGB."""
    depth: NDArray[np.float32]
    """(H, W) z-depth in metres, 0 where nothing is hit."""
    K: NDArray[np.float64]
    """(3, 3) intrinsics in pixels."""


Change = Callable[[Rendered, Generator], Picture]
MEDIAN_PX = 9
WORST, BEST = 20, 90
"""Qualities of JPEG."""


def changed_set(source: Path, change: str, out: Path) -> Path:
    """`out`, a run like that in `source` with its pictures changed, made unless it is there.

    Raises KeyError for an unknown change, RunError for a folder without a run, ShardError for a damaged shard.
    """
    manifest = require_manifest(source)
    if load_manifest(out) is None:
        make_folder(out)
        entries = tuple(
            _changed_shard(source, entry, CHANGES[change], out, manifest.codec) for entry in manifest.shards
        )
        write_manifest(out, replace(manifest, record=replace(manifest.record, shards=entries)))
    return out


def _changed_shard(source: Path, entry: Entry, change: Change, out: Path, codec: str) -> Entry:
    content = content_of(source / entry.file)
    drawn = generator(0, Stage.LIGHT, room=stable_key(entry.file))
    arrays = content.arrays | {"rgb": _pictures(content.arrays, change, drawn)}
    job = ShardJob(entry.index, entry.room, entry.split, 0, entry.samples, entry.file)
    made = published(ShardContent(arrays, content.attributes), job, out, codec)
    return replace(made, figures=entry.figures)


def _pictures(arrays: dict[str, NDArray[Any]], change: Change, drawn: Generator) -> Picture:
    """(N, V, H, W, 3) every picture of a shard, changed."""
    seen = [arrays[name] for name in ("rgb", "depth", "camera/K")]
    made = np.empty_like(seen[0])
    for at in np.ndindex(made.shape[:2]):
        made[at] = change(Rendered(*(array[at] for array in seen)), drawn)
    return made


def stored_as_jpeg(rendered: Rendered, drawn: Generator) -> Picture:
    """Compressed by JPEG at a quality drawn from 20 to 90."""
    stream = io.BytesIO()
    Image.fromarray(rendered.rgb).save(stream, format="JPEG", quality=int(drawn.integers(WORST, BEST + 1)))
    return np.asarray(Image.open(stream).convert("RGB"))


def little_texture(rendered: Rendered, _: Generator) -> Picture:
    """The median of 9 x 9 pixels: edges of things stay, most of what is painted on them goes."""
    return np.asarray(Image.fromarray(rendered.rgb).filter(ImageFilter.MedianFilter(MEDIAN_PX)))


def ambient_occlusion(rendered: Rendered, _: Generator) -> Picture:
    """Darker where near surfaces cover the sky of a point."""
    light = srgb_to_linear(rendered.rgb / 255) * open_share(rendered.depth, rendered.K)[..., None]
    return np.rint(255 * linear_to_srgb(light)).astype(np.uint8)


CHANGES: dict[str, Change] = {
    "jpeg": stored_as_jpeg,
    "little-texture": little_texture,
    "occlusion": ambient_occlusion,
}
"""What pictures can be changed to; a new one is a line."""
