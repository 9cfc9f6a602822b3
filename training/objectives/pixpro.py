"""Pixel-to-propagation consistency with a momentum teacher: PixPro (Xie et al. 2021, arXiv 2011.10043, Eq. 3-5).

In each view, with x_i the projected descriptors of its pixels, x'_i those of the teacher, and g a linear map:

    (3)  y_i = sum_j s(x_i, x_j) g(x_j)                      (propagation over the pixels of the same view)
    (4)  s(x_i, x_j) = max(cos(x_i, x_j), 0)^gamma
    (5)  L = mean over matches (i, j) of  -cos(y_i, x'_j) - cos(y_j, x'_i)

The teacher is a copy of network and projector that takes no gradient: after step k of K its weights w' become
m w' + (1 - m) w with 1 - m = (1 - momentum) (1 + cos(pi k / K)) / 2, so that it stands still at the end.

L lies in [-2, 2]. Constant descriptors have the optimum -2, as matches that agree and are at right angles to all
others do: the value does not tell collapse from success. What keeps training from it is that only one branch
propagates and that the teacher lags behind.

What differs from the paper and its code, and why:

- The pairs are true matches at full resolution, not the bins of two 7 x 7 maps that lie near each other. So
  descriptors are trained pixel by pixel; the mean of a block would leave the pixels in it undefined.
- Each anchor is reached by itself and by OTHERS random pixels of its view, as many as a 7 x 7 map has, not by all of
  them. Eq. 3 is a sum: among a thousand pixels the anchor's own part would be lost. Memory is O(B ANCHORS OTHERS).
- As in the code, the values g(x_j) are scaled to length 1; its loss is twice Eq. 5.
- The projector normalises each pixel over its channels, not over the batch: statistics of a batch that are kept would
  differ between processes, and padding would enter them. It is narrower, as the network is.
- The teacher is always in evaluation mode: its targets carry no noise of dropout, which ResNets have not.
"""

import copy
import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, normalize

from training.devices import network_arithmetic
from training.models.network import Network
from training.objectives.anchors import Anchors, first, join
from training.objectives.gather import gather
from training.objectives.objective import Kind
from training.objectives.options import PixProSettings, by_angle
from training.objectives.seen import Seen, Shown
from training.objectives.stable import masked_mean
from training.settings import AnySettings, Precision, Sampling

ANCHORS = 512
"""Largest number of matches per pair."""
OTHERS = 48
"""Pixels of a view that are propagated to each of its anchors: with the anchor itself the 49 of a 7 x 7 map."""


class PixPro(nn.Module):
    """The projector, the linear map of the propagation, and the teacher."""

    def __init__(self, settings: PixProSettings, network: nn.Module, channels: int, precision: Precision) -> None:
        super().__init__()
        self.settings = settings
        self.precision: Precision = precision
        self.projector = make_projector(channels, settings.hidden, settings.projected)
        self.transform = nn.Linear(settings.projected, settings.projected)
        self.teacher, self.teacher_projector = frozen_copy(network), frozen_copy(self.projector)

    def train(self, mode: bool = True) -> "PixPro":
        """As any module, but the teacher stays in evaluation mode."""
        super().train(mode)
        self.teacher.eval()
        return self

    def forward(self, seen: Seen) -> dict[str, Tensor]:
        """`total` and its parts, `forward` (view 0 to the teacher's view 1) and `backward`, of each pair, (B,)."""
        anchors = first(seen.matches, seen.matches.positive, ANCHORS)
        others = first(seen.matches, seen.matches.valid, OTHERS)
        pixels = join(anchors, others)
        with torch.autocast(pixels.present.device.type, enabled=False):
            x0 = project(self.projector, seen.features0, pixels.xy0, "nearest")
            x1 = project(self.projector, seen.features1, pixels.xy1, seen.shown.sampling)
            taught0, taught1 = self._taught(seen.shown, anchors)
            y0, y1 = (self._propagated(x, others.present) for x in (x0, x1))
        forward = masked_mean(-cosine_similarity(y0, taught1, dim=2), anchors.present)
        backward = masked_mean(-cosine_similarity(y1, taught0, dim=2), anchors.present)
        return {"total": forward + backward, "forward": forward, "backward": backward}

    def follow(self, network: nn.Module, step: int, steps: int) -> None:
        """Let the teacher go a little of the way to the network, after `step` of `steps` steps."""
        share = 1 - momentum_after(step, steps, self.settings.momentum)
        with torch.no_grad():
            for teacher, student in ((self.teacher, network), (self.teacher_projector, self.projector)):
                for kept, new in zip(teacher.parameters(), student.parameters(), strict=True):
                    kept.lerp_(new, share)

    def _propagated(self, x: Tensor, present: Tensor) -> Tensor:
        """Eq. 3 at the first M of the pixels x (B, M + K, C), with the last K where present (B, K): (B, M, C)."""
        count = x.shape[1] - present.shape[1]
        values = normalize(self.transform(x), dim=2)
        similarity = propagation(x[:, :count], x[:, count:], self.settings.gamma) * present.unsqueeze(1)
        return values[:, :count] + similarity @ values[:, count:]

    @torch.no_grad()
    def _taught(self, shown: Shown, anchors: Anchors) -> tuple[Tensor, Tensor]:
        """The teacher's descriptors x' of the anchors in both views: (B, M, C) each."""
        images = torch.cat([shown.images0, shown.images1])
        with network_arithmetic(images.device, self.precision):
            maps0, maps1 = self.teacher(images).chunk(2)
        x0 = project(self.teacher_projector, maps0, anchors.xy0, "nearest")
        return x0, project(self.teacher_projector, maps1, anchors.xy1, shown.sampling)


def propagation(x: Tensor, others: Tensor, gamma: float) -> Tensor:
    """Eq. 4 of pixels (B, M, C) with others (B, K, C): (B, M, K)."""
    return (normalize(x, dim=2) @ normalize(others, dim=2).transpose(1, 2)).clamp(min=0).pow(gamma)


def momentum_after(step: int, steps: int, momentum: float) -> float:
    """Share of its weights that the teacher keeps after `step` of `steps` steps: from `momentum` to 1 by a cosine."""
    return 1 - (1 - momentum) * (1 + math.cos(math.pi * step / steps)) / 2


def make_projector(channels: int, hidden: int, projected: int) -> nn.Sequential:
    """Two linear maps of each pixel (*, D) to (*, C), with a normalisation of the pixel between them."""
    return nn.Sequential(nn.Linear(channels, hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Linear(hidden, projected))


def project(projector: nn.Module, features: Tensor, xy: Tensor, sampling: Sampling) -> Tensor:
    """Project the descriptors (B, D, H, W) at pixels (B, N, 2), in the projector's type: (B, N, C)."""
    read = gather(features, xy, sampling).transpose(1, 2)
    return projector(read.to(next(projector.parameters()).dtype))


def frozen_copy(module: nn.Module) -> nn.Module:
    """A copy that takes no gradient, in evaluation mode."""
    return copy.deepcopy(module).requires_grad_(False).eval()


def _make(settings: PixProSettings, network: Network, run: AnySettings) -> PixPro:
    return PixPro(settings, cast(nn.Module, network), run.model.channels, run.precision)


KIND = Kind(
    PixProSettings,
    _make,
    "PixPro: propagated pixels of one view predict those of a momentum teacher in the other",
    by_angle,
    prices_collapse=False,
)
