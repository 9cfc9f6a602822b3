"""Every objective by name. A new one is a file with a function of the same signature, and a row in OBJECTIVES."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from training.errors import RequestError
from training.objectives import fused, stable
from training.objectives.hard import stable_hard
from training.objectives.hinge import hinge
from training.objectives.infonce import infonce, infonce_l2
from training.objectives.matches import Matches
from training.objectives.objective import Objective
from training.objectives.select import check_selection
from training.settings import Norm, ObjectiveSettings, Sampling

Loss = Callable[[Tensor, Tensor, Matches, ObjectiveSettings], dict[str, Tensor]]


@dataclass(frozen=True)
class Entry:
    """One objective of the zoo."""

    loss: Loss
    """Features (B, D, H, W) of both views, matches, settings to values per pair (B,), `total` among them."""
    summary: str
    """One line for a table."""
    stable: bool = False
    """Whether it is of the paper's family: p, lam and partners apply to it."""


def paper(features0: Tensor, features1: Tensor, matches: Matches, settings: ObjectiveSettings) -> dict[str, Tensor]:
    """Eq. 1-5 to the letter: features (B, D, H, W) to `total` and its terms, (B,)."""
    return stable.total(features0, features1, matches, settings, "paper", _within(settings.sampling))


def official(features0: Tensor, features1: Tensor, matches: Matches, settings: ObjectiveSettings) -> dict[str, Tensor]:
    """The stable loss as the official code computes it: features (B, D, H, W) to `total` and its terms, (B,)."""
    return stable.total(features0, features1, matches, settings, "official", _within(settings.sampling))


def hard(features0: Tensor, features1: Tensor, matches: Matches, settings: ObjectiveSettings) -> dict[str, Tensor]:
    """The stable loss on mined negatives: features (B, D, H, W) to `total` and its terms, (B,)."""
    return stable_hard(features0, features1, matches, settings, _within(settings.sampling))


OBJECTIVES: dict[str, Entry] = {
    "paper": Entry(paper, "stable contrastive loss, Eq. 1-5 of the paper", stable=True),
    "official": Entry(official, "stable contrastive loss in the scale and weighting of the official code", stable=True),
    "stable-hard": Entry(hard, "the paper's loss with the hardest of random candidates as negatives", stable=True),
    "infonce": Entry(infonce, "symmetric InfoNCE of the cosine, temperature 0.07"),
    "infonce-l2": Entry(infonce_l2, "symmetric InfoNCE of the squared distance"),
    "hinge": Entry(hinge, "Dense Object Nets: squared distance and a hinge averaged over hard negatives"),
}


def names() -> tuple[str, ...]:
    """The names that `build_objective` knows."""
    return tuple(OBJECTIVES)


def build_objective(settings: ObjectiveSettings) -> Objective:
    """The objective `settings.name`, checked: RequestError for an unknown name or a setting out of range."""
    if settings.name not in OBJECTIVES:
        raise RequestError(f"no objective is called {settings.name!r}: choose one of {', '.join(OBJECTIVES)}")
    if settings.p not in ("inf", "1", "2"):
        raise RequestError(f"p is {settings.p!r}: the norm is one of inf, 1, 2")
    if settings.sampling not in ("nearest", "bilinear"):
        raise RequestError(f"sampling is {settings.sampling!r}: it is nearest or bilinear")
    if not 0 <= settings.lam <= 1:
        raise RequestError(f"lam is {settings.lam}: the weight of the within term must lie between 0 and 1")
    if settings.lam < 1 and not OBJECTIVES[settings.name].stable:
        raise RequestError(f"lam is {settings.lam}: {settings.name} has no between term to weigh; leave lam at 1")
    if settings.lam < 1 and settings.partners < 1:
        raise RequestError(f"partners is {settings.partners}: the between term needs 1 or more, or set lam to 1")
    check_selection(settings)
    loss = OBJECTIVES[settings.name].loss

    def objective(features0: Tensor, features1: Tensor, matches: Matches) -> dict[str, Tensor]:
        return loss(features0, features1, matches, settings)

    return objective


def _within(sampling: Sampling) -> stable.Within:
    """Eq. 2 by the fused kernel where it can run, by the reference elsewhere."""

    def pick(features0: Tensor, features1: Tensor, matches: Matches, p: Norm, scale: stable.Scale) -> Tensor:
        if sampling == "nearest" and _fits_kernel(features0) and _fits_kernel(features1):
            return fused.within(features0, features1, matches, p, scale)
        return stable.within(features0, features1, matches, p, scale, sampling)

    return pick


def _fits_kernel(features: Tensor) -> bool:
    return features.is_cuda and features.dtype in (torch.float32, torch.bfloat16) and fused.available()
