"""Agreement of matches, and descriptors that are an isotropic Gaussian: SIGReg (LeJEPA, arXiv 2511.08544), dense.

With a_i in view 0 and b_i in view 1 the descriptors (D channels) of the matches, and z_1 .. z_n all of these a and b,
of all pairs of the batch:

    L         = (1 - weight) * agreement + weight * normality
    agreement = mean_i || a_i - b_i ||^2
    normality = mean over random directions u, || u || = 1, of T(sqrt(D) u . z_1, .., sqrt(D) u . z_n)
    T(x)      = integral over t of | 1/n sum_j exp(i t x_j) - exp(-t^2 / 2) |^2 exp(-t^2 / 2)

T compares with N(0, 1) by the characteristic function (Epps and Pulley 1983); the trapezoid rule takes `knots` values
of t in [-5, 5]. Each step draws new directions, so in time all are looked at. There are no negatives and no teacher.

What differs from LeJEPA, and why:

- The descriptors become N(0, I / D), not N(0, I): of length about 1, strangers sqrt(2) apart, whatever D is.
- LeJEPA multiplies T by n, the images of a batch, and measures each view from the mean of both. The pixels of a
  picture are alike, so n pixels are no sample of size n, and the weight would change its meaning with batch and crop:
  here T stands alone. With 128 images, LeJEPA's weight of 0.05 has the balance of 0.964 here.
  Of 0.5, 0.9 and 0.97, 0.9 matched best after 400 steps of preset `quick`, one seed (PCK@5 7.0, 9.1 and 6.6 %).
- The sample is of all pairs together: what a single picture shows need not look like a Gaussian. Its values depend on
  each other, so T is used as a pull and not as a test with levels.
- Under several processes each has the whole sample, which they send each other, and the same directions.

The optimum 0 is approached, not reached: n independent values of N(0, 1) have E[T] = sqrt(2 pi) (1 - 1 / sqrt(3)) / n.
Collapse costs at least weight * sqrt(2 pi) (1 - sqrt(2) + 1 / sqrt(3)) = 0.409 weight, the price of descriptors 0.
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize, pad

from training.objectives.anchors import first
from training.objectives.objective import Kind, stateless
from training.objectives.options import SigRegSettings, euclidean
from training.objectives.seen import Seen
from training.objectives.stable import masked_mean
from training.running.places import Places
from training.seeding import generator_of

ANCHORS = 1024
"""Largest number of matches per pair that are to agree."""
SAMPLE = 256
"""Largest number of matches per pair in the sample: memory is O(B SAMPLE directions knots)."""
REACH = 5.0
"""Largest t; the weight exp(-t^2 / 2) is 4e-6 there."""


def sigreg(seen: Seen, settings: SigRegSettings) -> dict[str, Tensor]:
    """`total`, `agreement` and `normality` (one value for the whole batch) of each pair, (B,)."""
    anchors = first(seen.matches, seen.matches.positive, ANCHORS)
    with torch.autocast(anchors.xy0.device.type, enabled=False):
        a, b = seen.at0(anchors.xy0), seen.at1(anchors.xy1, seen.shown.sampling)
        agreement = masked_mean((a - b).square().sum(1), anchors.present)
        sample, present = _sample(a, b, anchors.present, seen.shown.places.of_views(2))
        gaussian = normality(sample, present, settings, seen.shown.seed)
    total = (1 - settings.weight) * agreement + settings.weight * gaussian
    return {"total": total, "agreement": agreement, "normality": gaussian.expand_as(agreement)}


def _sample(a: Tensor, b: Tensor, present: Tensor, places: Places) -> tuple[Tensor, Tensor]:
    """(n, D) descriptors of both views' first matches (B, D, N), of the pairs of all processes; which are there, (n,).

    As wide in every process, however many matches its pairs have.
    """
    wide = max(SAMPLE - a.shape[2], 0) if places.size > 1 else 0
    both = pad(torch.cat([a[..., :SAMPLE], b[..., :SAMPLE]]), (0, wide))
    there = pad(present[:, :SAMPLE].repeat(2, 1), (0, wide))
    return places.gathered(both).transpose(1, 2).flatten(0, 1), places.gathered(there).flatten()


def normality(sample: Tensor, present: Tensor, settings: SigRegSettings, seed: int) -> Tensor:
    """How far a sample (n, D), as far as it is present (n,), is from N(0, I / D): 0-d, 0 where nothing is present."""
    channels = sample.shape[1]
    drawn = torch.randn(
        channels, settings.directions, generator=generator_of(sample.device, seed), device=sample.device
    )
    directions = normalize(drawn.to(sample.dtype), dim=0)
    shares = present.to(sample.dtype) / present.sum().clamp(min=1)
    statistic = epps_pulley(sample @ directions * channels**0.5, shares, settings.knots)
    return statistic.mean() * present.any()


def epps_pulley(values: Tensor, shares: Tensor, knots: int) -> Tensor:
    """T of M samples (n, M), whose values j are the share (n,) of their sample each: (M,).

    t and -t give the same and t = 0 nothing, so that the positive knots are enough.
    """
    t, weights = _quadrature(knots, values)
    angles = (values.unsqueeze(2) * t).flatten(1)
    real, imaginary = ((shares @ wave).view(-1, len(t)) for wave in (angles.cos(), angles.sin()))
    return ((real - torch.exp(-t.square() / 2)).square() + imaginary.square()) @ weights


def _quadrature(knots: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """The positive knots and their weights in the trapezoid rule over both signs, exp(-t^2 / 2) included."""
    t = torch.linspace(-REACH, REACH, knots, dtype=like.dtype, device=like.device)
    t = t[knots - knots // 2 :]
    weights = torch.exp(-t.square() / 2) * (4 * REACH / (knots - 1))
    weights[-1] /= 2
    return t, weights


KIND = Kind(
    SigRegSettings,
    stateless(sigreg),
    "agreement of matches, and descriptors that are an isotropic Gaussian (SIGReg)",
    euclidean,
)
