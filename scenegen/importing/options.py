"""What an import makes, besides the data itself: written into the manifest and every shard."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal

from scenegen.config import Range, Size
from scenegen.errors import UsageError
from scenegen.shards.origin import DEPTH_NOISE, IMPORTED_FROM

if TYPE_CHECKING:  # the manual is shown without them
    import numpy as np
    from numpy.typing import NDArray

    from scenegen.shards.by_depth import Noise

NOT_STATED = "not stated: ask whoever the data belongs to"
"""Licence of an import for which none was given."""
FEWEST_PX, MOST_PX = 16, 8192
MOST_FOCAL_PX = 1e6


@dataclass(frozen=True)
class ImportOptions:
    """All that decides what an import contains, besides its data; equal values and data give equal shards."""

    size: Size = Size(0, 0)
    """Picture size, WIDTHxHEIGHT; larger pictures are shrunk to fit, what is left over is black. 0x0: that of the
    data, or what holds them all, at most 640x480, where it has several."""
    pairs: int = 0
    """Pairs chosen of each sequence of depth frames; 0: as many as it has frames. Given pairs are all taken."""
    overlap: Range = Range(0.2, 0.95)
    """Accepted share of each view's measured surface that the other view sees, LOW:HIGH, of depth frames."""
    split: Literal["hash", "train", "val", "test"] = "hash"
    """hash: a sequence is train or val (80/20) by its name. Else all of it is of this split."""
    seed: int = 0
    """Root of all that is random: which frames pair up, which pixel of each cell of 2 x 4 is followed."""
    focal_px: float | None = None
    """Focal length in pixels where the data has no intrinsics; the principal point is the picture's middle."""
    intrinsics: tuple[str, ...] = ()
    """FX,FY,CX,CY in pixels where the data has none, pixel (0, 0) being the centre of the top-left one."""
    noise_m: float | None = None
    """Two depths agree within the largest of this, metres; of --noise-per-m times depth; ..."""
    noise_per_m: float | None = None
    """... of this times depth; ..."""
    noise_per_m2: float | None = None
    """... and of this times the square of depth. By default what suits the layout's usual sensor."""
    disparity_scale: float | None = None
    """Grey levels for one pixel of disparity in maps of whole numbers; by default 4 in 8 bits (Middlebury 2003, quarter
    size), 256 in 16 bits (KITTI)."""
    license: str = NOT_STATED
    """Terms of the data, in words; written into every shard."""

    def noise(self, usual: "Noise") -> "Noise":
        """The noise of the depth: what was given, else what is `usual` for the layout."""
        given = (self.noise_m, self.noise_per_m, self.noise_per_m2)
        if all(value is None for value in given):
            return usual
        floor_m, per_m, per_m2 = (value or 0.0 for value in given)
        return replace(usual, floor_m=floor_m, per_m=per_m, per_m2=per_m2)

    def K(self, width: int, height: int) -> "NDArray[np.float64] | None":
        """(3, 3) the intrinsics that were given, for pictures of a size; None where none were."""
        from scenegen.importing.poses import intrinsics

        if self.intrinsics:
            fx, fy, cx, cy = map(float, self.intrinsics)
        elif self.focal_px:
            fx, fy, cx, cy = self.focal_px, self.focal_px, (width - 1) / 2, (height - 1) / 2
        else:
            return None
        return intrinsics(fx, fy, cx, cy)


def config_json(options: ImportOptions, layout: str, noise: "Noise | None") -> str:
    """Canonical JSON of all that an import is by: sorted keys, no spaces. `noise`: of its depth, if it has any."""
    known = {IMPORTED_FROM: layout, DEPTH_NOISE: noise and asdict(noise), **asdict(options)}
    return json.dumps(known, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """sha256 (hex) of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def checked_options(options: ImportOptions) -> ImportOptions:
    """The same options, or UsageError that names the first impossible value and what is possible."""
    for holds, message in _rules(options):
        if not holds:
            raise UsageError(message)
    return options


def _rules(o: ImportOptions) -> list[tuple[bool, str]]:
    """Rules, each with the message for when it does not hold."""
    noise = (o.noise_m, o.noise_per_m, o.noise_per_m2)
    given = any(v is not None for v in noise)
    size, low, high = f"{o.size.width}x{o.size.height}", f"{o.overlap.low:g}", f"{o.overlap.high:g}"
    return [
        (_possible_size(o.size), f"--size {size}: width and height must be {FEWEST_PX} to {MOST_PX} pixels"),
        (o.pairs >= 0, f"--pairs {o.pairs}: must be 1 or more, or 0 for as many as there are frames"),
        (0 <= o.overlap.low <= o.overlap.high <= 1, f"--overlap {low}:{high}: must be LOW:HIGH within 0:1"),
        (0 <= o.seed < 2**63, f"--seed {o.seed}: must be 0 or a positive 63-bit integer"),
        (
            o.focal_px is None or 0 < o.focal_px < MOST_FOCAL_PX,
            f"--focal-px {o.focal_px}: must be a positive number of pixels",
        ),
        (
            not o.intrinsics or _possible_intrinsics(o.intrinsics),
            f"--intrinsics {','.join(o.intrinsics)}: must be FX,FY,CX,CY in pixels, as in 525,525,319.5,239.5",
        ),
        (not (o.intrinsics and o.focal_px), "--focal-px, --intrinsics: give one of them"),
        (
            all(v is None or (math.isfinite(v) and v >= 0) for v in noise) and (any(noise) or not given),
            "--noise-m, --noise-per-m, --noise-per-m2: must be 0 or more, and one of them above 0",
        ),
        (
            o.disparity_scale is None or 0 < o.disparity_scale < 1e6,
            f"--disparity-scale {o.disparity_scale}: must be above 0",
        ),
        (bool(o.license.strip()) and o.license.isprintable(), "--license: must be one line of text"),
    ]


def _possible_size(size: Size) -> bool:
    return tuple(size) == (0, 0) or all(FEWEST_PX <= side <= MOST_PX for side in size)


def _possible_intrinsics(words: tuple[str, ...]) -> bool:
    try:
        values = [float(word) for word in words]
    except ValueError:
        return False
    return len(values) == 4 and all(map(math.isfinite, values)) and min(values[:2]) > 0
