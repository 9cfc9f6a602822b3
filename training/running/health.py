"""Is the representation alive? Cheap numbers of the features of one batch, and an alarm for collapse.

A descriptor trained with the stable loss in good order has entries near ± half the optimal distance (bits),
channels that take both signs about equally often and independently, negatives far from and positives near
each other, and an effective rank of a sizeable part of D. What each number means stands at its field.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from training.models.lattice import EVERY_PIXEL, Lattice
from training.objectives.gather import read_features
from training.objectives.objective import Scale
from training.objectives.pixel_pairs import PixelPairs

PIXELS = 4096
"""Pixels and pairs looked at, over the whole batch."""
BINS = 32
"""Bins of the distance histograms, from 0 to twice the optimal distance."""


@dataclass(frozen=True)
class Health:
    """Numbers of one batch of features. All are floats or tuples of ints: `numbers` is what a log stores."""

    channels: int
    """D."""
    finite: float
    """Share of finite entries; anything under 1 is a broken run (the other numbers then count such entries as 0)."""
    saturation: float
    """Share of |feature| in the optimum's band ([.2, .3] in the paper's scale, [.4, .6] in the official one)."""
    magnitude: float
    """Mean |feature|."""
    sign_entropy: float
    """Mean entropy of a channel's sign over pixels, in bits: 1 is used evenly, 0 never changes."""
    active_bits: int
    """Channels with a sign entropy above 0.5 bit (the rarer sign at more than 11 % of the pixels)."""
    bit_correlation: float
    """Mean |correlation| of the signs of two active channels: 0 independent, 1 copies; 0 with fewer than two."""
    positive_distance: float
    """Mean distance of the positives, in the objective's own norm."""
    negative_distance: float
    """Mean distance of the negatives."""
    optimum: float
    """The distance at which the objective wants negatives."""
    auroc: float
    """Probability that a negative is farther than a positive: 0.5 chance, 1 separated."""
    gradient_channels: float
    """Share of channels that win the maximum norm at least at a tenth of their fair share of the pairs."""
    effective_rank: float
    """exp(entropy of the normalised singular values) of the raw features: 1 collapsed, at most D."""
    spread: float
    """Mean over channels of the standard deviation of L2-normalised features, times √D: 0 collapsed, 1 isotropic."""
    positive_histogram: tuple[int, ...]
    """Positives by distance: 32 bins from 0 to twice the optimum, the last one open."""
    negative_histogram: tuple[int, ...]
    """Negatives by distance, same bins."""

    def numbers(self) -> dict[str, float]:
        """The scalars by name, for logs."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: float(value) for name, value in values.items() if not isinstance(value, tuple)}


@torch.no_grad()
def measure_health(
    cells0: Tensor, cells1: Tensor, matches: PixelPairs, scale: Scale, lattice: Lattice = EVERY_PIXEL
) -> Health:
    """Health of the finest maps (B, D, h, w) of both views, whose cells lie on a lattice, on the matches of the batch.

    Looks at an even subset of at most 4,096 pixels of view 0 and 4,096 pairs; draws nothing at random.
    """
    finite = float(torch.isfinite(cells0[:, :, ::4, ::4]).float().mean())
    pixels = lattice.finished(_pixels(cells0))
    difference, positive = _pairs(cells0, cells1, matches, lattice)
    distance = _distance(difference, scale)
    entropy = _sign_entropy(pixels)
    near, far = distance[positive], distance[~positive]
    return Health(
        channels=cells0.shape[1],
        finite=finite,
        saturation=_mean(((pixels.abs() >= scale.low) & (pixels.abs() <= scale.high)).float()),
        magnitude=_mean(pixels.abs()),
        sign_entropy=_mean(entropy),
        active_bits=int((entropy > 0.5).sum()),
        bit_correlation=_bit_correlation(pixels[:, entropy > 0.5]),
        positive_distance=_mean(near),
        negative_distance=_mean(far),
        optimum=scale.optimum,
        auroc=auroc(near, far),
        gradient_channels=_gradient_channels(difference),
        effective_rank=effective_rank(pixels),
        spread=_spread(pixels),
        positive_histogram=_histogram(near, scale),
        negative_histogram=_histogram(far, scale),
    )


@dataclass(frozen=True)
class Limits:
    """What counts as a bad check, and how many in a row ring the alarm."""

    checks: int = 5
    """Bad checks in a row (K)."""
    rank: float = 1.5
    """Effective rank below this: all pixels point the same way."""
    spread: float = 0.1
    """Spread below this: the same, told by the deviation of normalised features."""
    distance: float = 0.05
    """Mean distance of negatives below this share of the optimum: nothing is told apart."""
    auroc: float = 0.55
    """AUROC below this, together with few settled bits: matches are no nearer than strangers."""
    saturation: float = 0.05
    """Share of settled bits below which a low AUROC counts. It counts, too, where all are in the band, as those of
    descriptors of length 1, which have none that settle."""
    alike: float = 0.5
    """Share of negatives in the first bin of their histogram, within 1/16 of the optimum: above it a network says the
    same of most pixels, however much it says of some (dead ones differ at the borders, where pictures are padded)."""


LIMITS = Limits()
"""The limits in use where none are given."""


def check(history: Sequence[Health], limits: Limits = LIMITS) -> str | None:
    """The collapse alarm: None, or one line that says what was seen and what to do.

    Rings at once for features that are not finite, else when the last `limits.checks` were all bad.
    """
    if history and history[-1].finite < 1:
        share = 100 * (1 - history[-1].finite)
        return (
            f"{share:.2g} % of the features are not finite: "
            "lower the peak learning rate, clip the gradient's norm (1.0 is usual), or train in float32"
        )
    last = history[-limits.checks :]
    if len(last) < limits.checks or not all(_signs_of_collapse(health, limits) for health in last):
        return None
    seen = "; ".join(_signs_of_collapse(last[-1], limits))
    return (
        f"the descriptors look collapsed in the last {limits.checks} checks ({seen}): "
        "lower the peak learning rate or lengthen the warm-up, use more negatives (a smaller share of positives), "
        "and look at some pairs (scenegen inspect) to see that matches are right"
    )


def _signs_of_collapse(health: Health, limits: Limits) -> list[str]:
    """What is wrong with one check, in words; empty when it is well."""
    seen = []
    if health.effective_rank < limits.rank:
        seen.append(f"effective rank {health.effective_rank:.2f} of {health.channels}")
    if health.spread < limits.spread:
        seen.append(f"spread of the normalised features {health.spread:.3f} instead of about 1")
    if health.negative_distance < limits.distance * health.optimum:
        seen.append(f"negatives {health.negative_distance:.2g} apart instead of {health.optimum:g}")
    if (alike := health.negative_histogram[0] / max(sum(health.negative_histogram), 1)) > limits.alike:
        seen.append(f"{100 * alike:.0f} % of the negatives as good as equal")
    if health.auroc < limits.auroc and not limits.saturation <= health.saturation < 1:
        seen.append(f"AUROC {health.auroc:.2f}, {100 * health.saturation:.1f} % of the features at the optimum")
    return seen


def auroc(near: Tensor, far: Tensor) -> float:
    """P(far > near) + P(far = near) / 2 of two samples (n,) and (m,): Mann-Whitney; NaN when one is empty."""
    if not len(near) or not len(far):
        return math.nan
    ordered = far.sort().values
    below = torch.searchsorted(ordered, near, right=False).double()
    up_to = torch.searchsorted(ordered, near, right=True).double()
    return float(1 - ((below + up_to) / 2).mean() / len(far))


def effective_rank(pixels: Tensor) -> float:
    """Exp of the entropy of the normalised singular values of (n, D) features, not centred; 0 where all are zero."""
    values = torch.linalg.eigvalsh(pixels.double().T @ pixels.double()).clamp(min=0).sqrt()
    share = values / values.sum().clamp(min=1e-30)
    return float(torch.special.entr(share).sum().exp()) if values.sum() > 0 else 0.0


def _pixels(features: Tensor) -> Tensor:
    """At most PIXELS descriptors (n, D) float32 of (B, D, H, W), evenly strided."""
    batch, _, height, width = features.shape
    stride = max(1, math.ceil(batch * height * width / PIXELS))
    # A step that shares no factor with the width keeps the picks from lining up in columns.
    while math.gcd(stride, width) > 1:
        stride += 1
    index = torch.arange(0, batch * height * width, stride, device=features.device)
    row = index // width
    return features[row // height, :, row % height, index % width].float().nan_to_num(0, 0, 0)


def _pairs(cells0: Tensor, cells1: Tensor, matches: PixelPairs, lattice: Lattice) -> tuple[Tensor, Tensor]:
    """Differences (n, D) of at most PIXELS valid pairs, and which of them are positives (n,)."""
    stride = max(1, math.ceil(matches.valid.numel() / PIXELS))
    first = read_features(cells0, matches.xy0[:, ::stride].float(), "nearest", lattice)
    second = read_features(cells1, matches.xy1[:, ::stride], "nearest", lattice)
    valid = matches.valid[:, ::stride]
    difference = (first.float() - second.float()).nan_to_num(0, 0, 0).transpose(1, 2)[valid]
    return difference, matches.positive[:, ::stride][valid]


def _distance(difference: Tensor, scale: Scale) -> Tensor:
    """Norms (n,) of differences (n, D) as the objective of this scale takes them."""
    if scale.norm == "inf":
        return difference.abs().amax(1)
    if scale.averaged:
        return difference.abs().pow(int(scale.norm)).mean(1)
    return torch.linalg.vector_norm(difference, ord=int(scale.norm), dim=1)


def _mean(values: Tensor) -> float:
    return float(values.double().mean()) if values.numel() else math.nan


def _sign_entropy(pixels: Tensor) -> Tensor:
    """Entropy (D,) of each channel's sign over pixels (n, D), in bits."""
    share = (pixels > 0).double().mean(0)
    return (torch.special.entr(share) + torch.special.entr(1 - share)) / math.log(2)


def _bit_correlation(pixels: Tensor) -> float:
    """Mean |Pearson correlation| of the signs of two channels of (n, d)."""
    count = pixels.shape[1]
    if count < 2:
        return 0.0
    bits = (pixels > 0).double()
    bits = (bits - bits.mean(0)) / bits.std(0, correction=0)
    correlation = (bits.T @ bits / len(bits)).abs()
    return float((correlation.sum() - correlation.trace()) / (count * (count - 1)))


def _gradient_channels(difference: Tensor) -> float:
    """Share of the D channels that are the largest |difference| of enough pairs (n, D) not to be called dead."""
    moving = difference[difference.abs().amax(1) > 0]
    channels = difference.shape[1]
    wins = torch.bincount(moving.abs().argmax(1), minlength=channels)
    return float((wins > 0.1 * len(moving) / channels).double().mean())


def _spread(pixels: Tensor) -> float:
    """√D x mean standard deviation of L2-normalised pixels (n, D)."""
    unit = torch.nn.functional.normalize(pixels.double(), dim=1)
    return float(unit.std(0, correction=0).mean()) * math.sqrt(pixels.shape[1])


def _histogram(distance: Tensor, scale: Scale) -> tuple[int, ...]:
    """Counts of distances (n,) in BINS bins of [0, 2 optimum]; larger ones fall into the last."""
    bins = (distance / (2 * scale.optimum) * BINS).long().clamp(0, BINS - 1)
    return tuple(torch.bincount(bins, minlength=BINS).tolist())
