"""The stable single-pixel contrastive loss (arXiv 2512.04970, Eq. 1-5), in the scales of the paper and its code.

With F the network, T(p) the match of pixel p and R(p) a random pixel of the other view:

    (1)  D(p)      = || F(I1)(p) - F(I2)(T(p)) ||_p  on P,  || F(I1)(p) - F(I2)(R(p)) ||_p  on N
    (2)  L_within  = 1/|P| sum_P [D + D^2]  +  1/|N| sum_N [-D + D^2]
    (3)  C(x)      = || F(I2)(x) - F(I2')(x) ||_p,  I2 and I2' unrelated, the same pixel position x
    (4)  L_between = 1/|S| sum_S [-C + C^2],  S = P ∪ N
    (5)  L_total   = lam * L_within + (1 - lam) * L_between

-D + D^2 = (D - 1/2)^2 - 1/4: a negative is drawn to the distance 1/2, not pushed to infinity.

What differs between the two scales:

| item                | `paper`                                | `official`                                            |
| ------------------- | -------------------------------------- | ----------------------------------------------------- |
| p = inf             | D = max abs                            | d = max abs / 2                                       |
| p = 1               | D = sum abs                            | d = mean abs / 2                                      |
| p = 2               | D = root of the sum of squares         | d = mean of squares / 2, no root                      |
| constant            | none                                   | + 1/4 for a negative: 1/4 (1 - f) within, 1/4 between |
| weights             | 1/abs(P) and 1/abs(N): both weigh 1    | one mean over S: f and 1 - f                          |
| value at the optimum| -1/4 within, -1/4 between              | 0 within, 0 between                                   |
| value at collapse   | 0 within, 0 between                    | 1/4 (1 - f) within, 1/4 between                       |
| channels (p = inf)  | ±1/4 at the optimum                    | ±1/2 at the optimum                                   |
| between             | F(I2_b)(x) against F(I2_b')(x),        | F(I1_b')(p) against F(I2_b)(T_b(p) or R_b(p)),        |
|                     | x = the pixels of S in view 1          | p in S of b                                           |

At f = 1/2 and with d = D: official = (paper + 1/4) / 2. The official code divides by |S| + 1e-6; here by |S|.

Unrelated images are the other images of the batch. Instead of all B^2 pairs, image b meets b' = b + 1 .. b + K
(mod B): K partners have the same expectation, at K / B of the price. In Eq. 3-4, p runs over S while the views are
the second ones; the pixels of S in view 1 are T(p) and R(p), so those positions x are compared.

`within` reads, measures and reduces. On CUDA, `training.objectives.fused` has its twin: the same arguments, nearest
sampling, the same values; it fuses the gathering with `paper_distance`, `official_distance`, `paper_loss` and
`official_loss`. `between` is `within` of rolled partners with all of S as negatives, so the twin serves both terms.

Arithmetic is float32, or float64 for float64 features.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import torch
from torch import Tensor

from training.errors import RequestError
from training.objectives import fused
from training.objectives.gather import gather, nearest_pixel
from training.objectives.objective import Kind, Scale, stateless
from training.objectives.options import StableSettings, euclidean
from training.objectives.pixel_pairs import PixelPairs
from training.objectives.seen import Seen
from training.running.places import ALONE, Places
from training.settings import Norm, Sampling, Units


def stable(seen: Seen, settings: StableSettings) -> dict[str, Tensor]:
    """Eq. 5 of each pair: `total` and the terms it is made of, `within` and `between`, (B,) each."""
    within = best_within(seen.shown.sampling)
    return total(seen.features0, seen.features1, seen.matches, settings, within, seen.shown.places)


class Within(Protocol):
    """Eq. 2, whichever way it is computed."""

    def __call__(self, features0: Tensor, features1: Tensor, matches: PixelPairs, p: Norm, scale: Units) -> Tensor:
        """Features (B, D, H, W) of both views to (B,)."""
        ...


def difference(a: Tensor, b: Tensor) -> Tensor:
    """Subtract b from a in float32 at least: half-precision features lose small distances."""
    wide = torch.promote_types(torch.promote_types(a.dtype, b.dtype), torch.float32)
    return a.to(wide) - b.to(wide)


def paper_distance(a: Tensor, b: Tensor, p: Norm) -> Tensor:
    """Eq. 1: D = || a - b ||_p over the channels of (B, D, N): (B, N).

    The gradient at a = b is 0 for every norm; that of p = inf reaches one channel of each pixel, the first largest.
    """
    gap = difference(a, b)
    if p == "2":
        return torch.linalg.vector_norm(gap, dim=1)  # its gradient at 0 is 0, that of a square root would be NaN
    return gap.abs().sum(1) if p == "1" else gap.abs().max(1).values


def official_distance(a: Tensor, b: Tensor, p: Norm) -> Tensor:
    """Half the largest, mean absolute or mean *squared* difference of (B, D, N) over the channels: (B, N)."""
    gap = difference(a, b)
    if p == "2":
        return gap.square().mean(1) / 2
    return gap.abs().mean(1) / 2 if p == "1" else gap.abs().max(1).values / 2


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of (B, N) where the mask is set: (B,); a differentiable 0 where it is set nowhere."""
    return torch.where(mask, values, 0).sum(1) / mask.sum(1).clamp(min=1)


def paper_loss(distance: Tensor, matches: PixelPairs) -> Tensor:
    """Eq. 2 from the distances (B, N): (B,). A class without pixels contributes 0."""
    attract = masked_mean(distance + distance.square(), matches.positive)
    return attract + masked_mean(distance.square() - distance, matches.negative)


def official_loss(distance: Tensor, matches: PixelPairs) -> Tensor:
    """Mean over S of d + d^2 on P and (d - 1/2)^2 on N, from the distances (B, N): (B,).

    The official code spreads the constant over S, 1/4 (1 - f) for each pixel; the sum is the same. The square is
    written as one, so that values near the optimum 0 are no differences of large numbers.
    """
    attract, repel = distance + distance.square(), (distance - 0.5).square()
    return masked_mean(torch.where(matches.positive, attract, repel), matches.valid)


_DISTANCE: dict[Units, Callable[[Tensor, Tensor, Norm], Tensor]] = {
    "paper": paper_distance,
    "official": official_distance,
}
_LOSS: dict[Units, Callable[[Tensor, PixelPairs], Tensor]] = {"paper": paper_loss, "official": official_loss}


def within(
    features0: Tensor, features1: Tensor, matches: PixelPairs, p: Norm, scale: Units, sampling: Sampling = "nearest"
) -> Tensor:
    """L_within (Eq. 2) of each pair: features (B, D, H, W) of both views to (B,).

    `sampling` is how view 1 is read at a sub-pixel match; the pixels of view 0 are whole.
    """
    at0 = gather(features0, matches.xy0, "nearest")
    at1 = gather(features1, matches.xy1, sampling)
    return _LOSS[scale](_DISTANCE[scale](at0, at1, p), matches)


def between(
    features0: Tensor,
    features1: Tensor,
    matches: PixelPairs,
    p: Norm,
    scale: Units,
    partners: int,
    within: Within = within,
    places: Places = ALONE,
) -> Tensor:
    """L_between (Eq. 3-4) of each pair against `partners` others of the batch: features (B, D, H, W) to (B,).

    The batch is that of all processes, which send each other their maps.

    Eq. 4 is Eq. 2 without positives, so `within` of the rolled batch computes it. A batch of one has no unrelated
    image: RequestError, as a term that is silently 0 would change what is minimised.
    """
    batch = places.whole(len(features1))
    if batch < 2:
        raise RequestError(f"a batch of {batch} has no unrelated image for the between term: use 2 or more, or lam 1")
    unrelated = replace(matches, positive=torch.zeros_like(matches.positive))
    if scale == "paper":
        pixel = nearest_pixel(matches.xy1)  # both images are read at the same whole pixel, whatever the sampling
        features0, unrelated = features1, replace(unrelated, xy0=pixel.int(), xy1=pixel.to(matches.xy1.dtype))
    shifts = range(1, min(partners, batch - 1) + 1)
    everyone = places.gathered(features0)
    terms = [within(places.own(everyone.roll(-shift, 0)), features1, unrelated, p, scale) for shift in shifts]
    return torch.stack(terms).mean(0)


def total(
    features0: Tensor,
    features1: Tensor,
    matches: PixelPairs,
    settings: StableSettings,
    within: Within = within,
    places: Places = ALONE,
) -> dict[str, Tensor]:
    """Eq. 5 of each pair: `total` and the terms it is made of, `within` and `between`, (B,) each.

    A term of weight 0 is not computed and not in the answer.
    """
    p, scale = settings.p, settings.scale
    terms: dict[str, tuple[float, Tensor]] = {}
    if settings.lam > 0:
        terms["within"] = settings.lam, within(features0, features1, matches, p, scale)
    if settings.lam < 1:
        apart = between(features0, features1, matches, p, scale, settings.partners, within, places)
        terms["between"] = 1 - settings.lam, apart
    value = torch.stack([weight * term for weight, term in terms.values()]).sum(0)
    return {"total": value} | {name: term for name, (_, term) in terms.items()}


def best_within(sampling: Sampling) -> Within:
    """Eq. 2 by the fused kernel where it can run, by the reference elsewhere."""

    def pick(features0: Tensor, features1: Tensor, matches: PixelPairs, p: Norm, scale: Units) -> Tensor:
        if sampling == "nearest" and fits_kernel(features0) and fits_kernel(features1):
            return fused.within_fused(features0, features1, matches, p, scale)
        return within(features0, features1, matches, p, scale, sampling)

    return pick


def fits_kernel(features: Tensor) -> bool:
    """Whether the fused kernel reads a feature map of this type and place."""
    return features.is_cuda and features.dtype in (torch.float32, torch.bfloat16) and fused.available()


def optimum(settings: StableSettings) -> Scale:
    """Bits at ± 1/4 and negatives at 1/2; twice that in the official scale."""
    if settings.scale == "paper":
        return Scale(0.2, 0.3, 0.5, settings.p)
    return Scale(0.4, 0.6, 1.0, settings.p, averaged=True)


def pairs_needed(settings: StableSettings) -> int:
    """The term between scenes needs an unrelated image."""
    return 2 if settings.lam < 1 else 1


KIND = Kind(
    StableSettings,
    stateless(stable),
    "stable single-pixel contrastive loss (Eq. 1-5)",
    euclidean,
    scale=optimum,
    pairs=pairs_needed,
)
