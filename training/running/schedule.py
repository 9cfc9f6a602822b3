"""The one-cycle schedule as pure functions of the step: no state, so nothing to resume."""

import math

from training.settings import OptimizerSettings

HIGH_BETA1, LOW_BETA1 = 0.95, 0.85
"""Ends of the beta1 cycle: OneCycleLR's defaults, which the official code runs with."""


def learning_rate(step: int, steps: int, settings: OptimizerSettings) -> float:
    """Learning rate of step 0 ≤ `step` < `steps`: cosine from start to peak, then cosine to the end.

    The same values as torch's OneCycleLR (paper, Appendix B.2 and C.1: 4e-5 → 1e-3 over 5 %, → 4e-9).
    """
    rising, share = phase(step, steps, settings.warmup)
    if rising:
        return _cosine(settings.lr_start * settings.lr, settings.lr, share)
    return _cosine(settings.lr, settings.lr_end * settings.lr, share)


def beta1(step: int, steps: int, settings: OptimizerSettings) -> float:
    """AdamW's first decay rate: constant, or cycled 0.95 → 0.85 → 0.95 against the learning rate."""
    if not settings.cycle_beta1:
        return settings.betas[0]
    rising, share = phase(step, steps, settings.warmup)
    return _cosine(HIGH_BETA1, LOW_BETA1, share) if rising else _cosine(LOW_BETA1, HIGH_BETA1, share)


def phase(step: int, steps: int, warmup: float) -> tuple[bool, float]:
    """Whether the rate rises at `step`, and the share of the rise or of the fall that is behind, in [0, 1].

    The peak falls on step `warmup * steps - 1`, as in OneCycleLR; a warm-up of a step or less starts at the peak.
    """
    peak = max(warmup * steps - 1.0, 0.0)
    if step <= peak and peak > 0:
        return True, step / peak
    return False, (step - peak) / max(steps - 1.0 - peak, 1.0)


def _cosine(start: float, end: float, share: float) -> float:
    """Half a cosine from `start` (share 0) to `end` (share 1)."""
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1.0)
