"""Matching two photos by their descriptors, and the picture of it.

A grid of pixels of photo A looks for its nearest descriptors in photo B, and these look back in A. Where a network has
a cell for several pixels, and pixels between are interpolated, one pixel a cell is asked first and then all around the
best: for cells of 2 x 2 a third of the time, and one match in eight less. A match is kept when it comes back to where
it began (to within a few pixels: neighbouring pixels have nearly equal descriptors) and is distinct: clearly nearer
than anything elsewhere in B.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.applying.match_picture import check_ending, draw_matches
from training.applying.output import check_output
from training.devices import choose_device
from training.errors import RequestError
from training.evaluation.descriptor import Descriptor
from training.evaluation.nearest import NORM, Metric, comparable, grid_pixels, nearest
from training.evaluation.pair import size_of
from training.evaluation.truths.scaled import long_side, resized
from training.models.describe import NetworkDescriptor
from training.photo import as_batch, read_photo
from training.settings import Distance
from training.weights.trained import open_trained

SIDE = 640
"""Photos are made smaller until their longer side is at most this many pixels."""
ELSEWHERE_PX = 16.0
"""A competitor of a match lies at least this far from it: nearer ones see the same thing."""
_COARSE = 4
"""Competitors are sought on every fourth pixel of every fourth row."""


@dataclass(frozen=True)
class PhotoMatches:
    """Matches of two photos, the most distinct first. Pixels are (x, y), the centre of the top-left one at (0, 0)."""

    asked: int
    """Number of grid pixels of A that looked for a match."""
    xy0: np.ndarray
    """(M, 2) float32 pixels of A, as given on disk (before any shrinking)."""
    xy1: np.ndarray
    """(M, 2) float32 pixels of B, likewise."""
    distance: np.ndarray
    """(M,) float32 distance of the descriptors."""
    ratio: np.ndarray
    """(M,) float32 that distance over the distance of the best competitor: small is distinct."""

    def __len__(self) -> int:
        return len(self.xy0)


def match(
    run: Path,
    a: Path,
    b: Path,
    out: Path,
    device: str,
    grid: int = 8,
    ratio: float = 0.9,
    back_px: float = 2.0,
    distance: Distance | None = None,
) -> PhotoMatches:
    """Match two photos with the network that `--run` names and draw it to `out` (PNG, or as its ending says).

    `grid` is the distance of the pixels that ask, in pixels of the (at most SIDE px long) photo; `back_px` is how far
    from its beginning a match may come back, `ratio` the largest ratio that is kept (1 keeps all), `distance` how
    descriptors are compared (by default as the objective of the run does).
    Raises CheckpointError, ImageError or RequestError.
    """
    _check_search(grid, ratio, back_px)
    check_ending(out)
    check_output(out, (a, b))
    place = choose_device(device)
    trained = open_trained(run, place)
    distance = distance or trained.about.distance
    photos = (read_photo(a), read_photo(b))
    describe, step = NetworkDescriptor("network", trained.network), trained.network.lattice.step_px
    found = match_photos(describe, *photos, grid, ratio, back_px, distance, place, step)
    draw_matches(out, photos, (a.name, b.name), (found.xy0, found.xy1), found.asked)
    return found


def match_photos(
    describe: Descriptor,
    photo0: np.ndarray,
    photo1: np.ndarray,
    grid: int = 8,
    ratio: float = 0.9,
    back_px: float = 2.0,
    distance: Distance = "l2",
    device: torch.device | str = "cpu",
    step: int = 1,
) -> PhotoMatches:
    """The matches of two (H, W, 3) uint8 photos, which need not be of one size, by a descriptor on `device`.

    `step` pixels in each direction have one cell of the descriptor. Raises RequestError for impossible options.
    """
    _check_search(grid, ratio, back_px)
    (small0, scale0), (small1, scale1) = (resized(photo, _small(photo)) for photo in (photo0, photo1))
    features0, features1 = (describe(as_batch(small).to(device))[0] for small in (small0, small1))
    found = match_features(features0, features1, grid, ratio, back_px, distance, step)
    xy0, xy1 = scale0.back(found.xy0), scale1.back(found.xy1)
    return PhotoMatches(found.asked, xy0.astype(np.float32), xy1.astype(np.float32), found.distance, found.ratio)


def _check_search(grid: int, ratio: float, back_px: float) -> None:
    if grid < 1 or not 0 < ratio <= 1 or not back_px >= 0:
        raise RequestError(
            f"--grid {grid} --ratio {ratio} --back-px {back_px}: give grid >= 1, 0 < ratio <= 1, back >= 0"
        )


def match_features(
    features0: Tensor,
    features1: Tensor,
    grid: int = 8,
    ratio: float = 0.9,
    back_px: float = 2.0,
    distance: Distance = "l2",
    step: int = 1,
) -> PhotoMatches:
    """The matches of two maps (D, H, W) float32 in their own pixels; `step` as in `match_photos`."""
    (features0, norm), (features1, _) = (comparable(features, distance) for features in (features0, features1))
    xy0 = grid_pixels(features0, grid)
    queries = features0[:, xy0[:, 1], xy0[:, 0]].T
    xy1, value = sought(queries, features1, norm, step)
    back, _ = sought(features1[:, xy1[:, 1], xy1[:, 0]].T, features0, norm, step)
    returned = (back - xy0).float().norm(dim=1) <= back_px
    rival = competitor(queries, features1, xy1, norm)
    ratios = torch.where(rival > 0, value / rival, 1.0)  # a collapsed network has both 0, and nothing distinct
    kept = (returned & (ratios <= ratio)).nonzero()[:, 0]
    kept = kept[ratios[kept].argsort(stable=True)]
    parts = (xy0[kept].float(), xy1[kept].float(), value[kept], ratios[kept])
    return PhotoMatches(len(xy0), *(part.cpu().numpy() for part in parts))


def sought(queries: Tensor, features: Tensor, norm: Metric, step: int = 1) -> tuple[Tensor, Tensor]:
    """The pixel (Q, 2) of a map (D, H, W) nearest to each query (Q, D), and the distances (Q,).

    Every `step`-th pixel of every `step`-th row is asked, then all that lie no farther than that around the nearest.
    """
    places = grid_pixels(features, step)
    index, value = nearest(queries.contiguous(), features[:, places[:, 1], places[:, 0]].T.contiguous(), norm)
    if step == 1:
        return places[index], value
    reach = torch.arange(-step, step + 1, device=places.device)
    around = places[index][:, None] + torch.cartesian_prod(reach, reach).flip(1)
    last = torch.tensor([features.shape[2] - 1, features.shape[1] - 1], device=places.device)
    around = torch.minimum(around.clamp(min=0), last)
    gaps = features[:, around[..., 1], around[..., 0]] - queries.T[:, :, None]
    value, best = torch.linalg.vector_norm(gaps, ord=NORM[norm], dim=0).min(1)
    return around.gather(1, best[:, None, None].expand(-1, 1, 2))[:, 0], value


def competitor(queries: Tensor, features: Tensor, xy: Tensor, distance: Metric) -> Tensor:
    """Distance of (Q, D) queries to the nearest of `features` (D, H, W) at least ELSEWHERE_PX from `xy` (Q, 2): (Q,).

    Sought on a coarse grid of pixels; infinite where the photo is too small for a competitor.
    """
    places = grid_pixels(features, _COARSE)
    bank, p = features[:, places[:, 1], places[:, 0]].T, NORM[distance]
    exact = {"p": p, "compute_mode": "donot_use_mm_for_euclid_dist"}  # the product's roundoff would hide equal ones
    best = [
        torch.cdist(some, bank, **exact).masked_fill_(torch.cdist(at, places.float()) < ELSEWHERE_PX, torch.inf).amin(1)
        for some, at in zip(queries.split(256), xy.float().split(256), strict=True)
    ]
    return torch.cat(best)


def _small(photo: np.ndarray) -> tuple[int, int]:
    """The (width, height) at which a photo is matched."""
    return long_side(size_of(photo), SIDE)
