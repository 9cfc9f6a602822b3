"""The figures of an evaluation, by name, and all of them for one descriptor."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from scenegen.evenly import from_first
from training.errors import DataError
from training.evaluation.claims import describe
from training.evaluation.descriptor import Descriptor
from training.evaluation.figure_curves import Records, curves
from training.evaluation.figure_maps import Array, channels, false_colors, location_maps, matches, nearest_locations
from training.evaluation.figure_style import save_figure
from training.evaluation.labelled import LabelledSample
from training.evaluation.nearest import nearest

__all__ = [
    "History",
    "channels",
    "curves",
    "false_colors",
    "location_maps",
    "matches",
    "nearest_locations",
    "save_figure",
    "write_figures",
]
DRAWN = 80
"""Matches in the picture of matches."""


@dataclass(frozen=True)
class History:
    """What a run has logged about itself: the records of its JSON-lines files."""

    training: Records
    """log.jsonl."""
    validation: Records
    """validation.jsonl."""
    health: Records = ()
    """health.jsonl."""
    bounds: tuple[float, float] | None = None
    """Loss at collapse and at the optimum, where they are known."""


def write_figures(
    descriptor: Descriptor,
    samples: Sequence[LabelledSample],
    out_dir: Path,
    history: History | None = None,
    device: torch.device | str = "cpu",
    suffix: str = ".png",
) -> list[Path]:
    """Write every figure of a descriptor into `out_dir`; returns the paths.

    The pair shown is the first sample, the unrelated target of the location maps is view 0 of the last one. The curve
    is left out without a history (or with one that logged nothing). Raises DataError without a sample.
    """
    if not len(samples):
        raise DataError("no sample to draw: render more pairs or raise the limit")
    last = samples[len(samples) - 1]
    shown, stranger = samples[0].sample, last.sample
    strange = "another room" if last.room != samples[0].room else "another scene of the room"
    views = (shown.rgb[0], shown.rgb[1])
    features = (describe(descriptor, views[0], device), describe(descriptor, views[1], device))
    xy0, xy1 = shown.matches()
    found, error_px = found_matches(features, xy0, xy1)
    some = from_first(len(xy0), DRAWN)
    figures = {
        "false_colors": false_colors(views, features, xy0, xy1),
        "channels": channels(views[0], features[0], f"all {len(features[0])} channels of {descriptor.name}"),
        "matches": matches(views, xy0[some], found[some], error_px[some]),
        "location_maps": location_maps(
            views[0],
            [("the other view", views[1]), (strange, stranger.rgb[0])],
            lambda picture: describe(descriptor, picture, device),
        ),
    }
    if history is not None and (history.training or history.validation):
        figures["curves"] = curves(history.training, history.validation, history.health, history.bounds)
    return [save_figure(figure, out_dir / f"{name}{suffix}") for name, figure in figures.items()]


def found_matches(features: tuple[Array, Array], xy0: Array, xy1: Array) -> tuple[Array, Array]:
    """The pixel (M, 2) of view 1 nearest (l2, all pixels searched) to each `xy0`, and its distance (M,) px to `xy1`.

    `features` (D, H, W) float32 of both views, `xy0` and `xy1` (M, 2) true matches.
    """
    x, y = np.asarray(xy0, np.int64).T
    queries = torch.from_numpy(np.ascontiguousarray(features[0][:, y, x].T)).float()
    bank = torch.from_numpy(np.ascontiguousarray(features[1].reshape(len(features[1]), -1).T)).float()
    row, column = np.divmod(nearest(queries, bank)[0].numpy(), features[1].shape[2])
    found = np.stack([column, row], -1)
    return found, np.linalg.norm(found - xy1, axis=1)
