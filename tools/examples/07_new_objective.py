"""An objective of one's own, which in the package is a file and one line: 07_new_objective.py SHARDS RUN [STEPS]."""

import sys
from dataclasses import dataclass

import torch

from training.cli import main
from training.objectives import registry
from training.objectives.anchors import first
from training.objectives.gather import gather
from training.objectives.objective import Kind, stateless
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean


@dataclass(frozen=True)
class MarginSettings:
    """Options, as they stand on the command line."""

    margin: float = 0.5


def margin(seen: Seen, settings: MarginSettings) -> dict[str, torch.Tensor]:
    """`total` of each pair, (B,): what the cosine of a match lacks to the others' mean plus the margin."""
    points = first(seen.matches, seen.matches.positive, 256)
    a, b = gather(seen.features0, points.xy0, "nearest"), gather(seen.features1, points.xy1, seen.shown.sampling)
    cosines = torch.einsum("bdm,bdn->bmn", a.float(), b.float())
    lacking = settings.margin + cosines.mean(2) - cosines.diagonal(dim1=1, dim2=2)
    return {"total": masked_mean(lacking.clamp(min=0), points.present)}


KIND = Kind(MarginSettings, stateless(margin), "margin to the mean", lambda _: "cosine")

if __name__ == "__main__":
    sys.modules["training.objectives.margin"] = sys.modules[__name__]
    registry.FILES["margin"] = "margin"
    words = sys.argv[1:] if len(sys.argv) > 2 else sys.exit(f"usage: {sys.argv[0]} SHARDS RUN [STEPS]")
    small = ["--preset", "compare", "--crop", "64", "--batch", "2", "--steps", [*words, "300"][2], "--margin", "0.6"]
    sys.exit(main(["fit", "--objective", "margin", "--shards", words[0], "--out", words[1], *small]))
