"""The named training runs: defaults that the command line changes value by value."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from training.errors import RequestError
from training.objectives.registry import run_of
from training.settings import (
    AnySettings,
    AugmentSettings,
    DataSettings,
    ModelSettings,
    OptimizerSettings,
    PixelSettings,
    WarpSettings,
)

PresetName = Literal["paper", "official", "cover", "quick", "compare", "builtin"]

HUE_SATURATION = AugmentSettings(hue=0.1, saturation=0.3)
"""The jitter that the paper names; the strengths, which it does not print, are the official code's."""

OFFICIAL_AUGMENT = AugmentSettings(
    brightness=0.3,
    saturation=0.3,
    hue=0.1,
    autocontrast_p=0.1,
    blur_p=0.1,
    posterize_p=0.1,
    equalize_p=0.1,
    grayscale_p=0.05,
)
"""The photometric set of the official code's branch `3d_synthetic`."""

PHOTOGRAPHS = AugmentSettings(
    hue=0.03,
    saturation=0.4,
    brightness=0.2,
    contrast=0.3,
    blur_p=0.15,
    grayscale_p=0.1,
    motion_blur_p=0.05,
    noise_std=0.04,
    gamma=1.6,
    tint=0.15,
)
"""What other light and other cameras do to a picture, as far as it can be had without another rendering."""

QUICK_STEPS = 320
"""Of `quick`: about seven minutes of two cores without arithmetic in bfloat16, less with it."""

COVER_OPTIMIZER = OptimizerSettings(
    lr=1e-4 * 24 / 256,
    lr_start=1.0,
    lr_end=0.0,
    warmup=0.0,
    betas=(0.9, 0.999),
    weight_decay=1e-4,
    clip_norm=1.0,
)
"""Of COVER's released code: no warm-up, and the half cosine to 0 that it computes."""


def preset(name: str) -> AnySettings:
    """The settings of a preset. Raises RequestError that lists the names.

    `paper`: Experiment 2 as the paper states it: p = inf, λ = 1, Eq. 1-5 to the letter, the network of 1,031,408
    parameters, 6 epochs at batch 32, AdamW(0.9, 0.99, 1e-6), hue and saturation jitter. Not printed in the paper and
    chosen here: 256 px windows (the official code's), the jitter's strength, and f = 1/8: about 1/8 of the pixels are
    traced and the rest are random negatives, so f ≤ 1/8 there.

    `official`: the same run as the official code does it: its objective (½ factor, +¼ offsets, weights f and 1 - f),
    its photometric set, no weight decay, gradients clipped by value at 3, beta1 cycled 0.95 → 0.85 → 0.95. The
    official code computes in float16 with a scaler; this one in bfloat16 without.

    `cover`: COVER (arXiv 2506.20850) as its released code has it: its objective and U-Net, batch 24, 100 epochs, 384 px
    windows, rate 1e-4 * 24 / 256, weight decay 1e-4, gradients clipped to norm 1. It is meant for single pictures
    (`--images DIR --transform cover`) and works on shards. The cosine fall of the rate, which that code computes and
    never assigns, is assigned; its Adam is AdamW here, whose decay is decoupled. Not in the paper: the global step
    (`--coarsest local` is the paper's), without which targets beyond 62 px, of which its transform draws many, are out
    of reach; and descriptors of length 1, which no cosine sees. Its text states SGD at 1e-4 for 2e5 iterations.

    `quick`: minutes on a CPU, for a first look: `builtin` with few steps. It is not the paper's method; the paper's
    loss is measured under its own name.

    `compare`: what `scenetrain compare` gives to every objective: the network of `paper` with weights that start from
    fine detail, windows of 128 px, four pairs in a step (for terms between pairs), and of each pair 512 positives and
    1,536 negatives.

    `builtin`: for photographs, one to two hours of one core: a feature pyramid (`--network fpn`), the smooth average
    precision of 512 matches among these and 512 random pixels of windows of 192 px, window 1 turned, scaled and bent,
    and the changes of light that photographs show.
    """
    if name not in PRESETS:
        raise RequestError(f"--preset {name}: unknown; choose one of {', '.join(PRESETS)}")
    return PRESETS[name]()


def _paper() -> AnySettings:
    return run_of(
        "stable",
        {"p": "inf", "lam": 1.0},
        batch=32,
        epochs=6,
        pixels=PixelSettings(positives=0.125),
        data=DataSettings(crop=256, augment=HUE_SATURATION),
    )


def _official() -> AnySettings:
    return run_of(
        "stable",
        {"p": "inf", "lam": 1.0, "scale": "official"},
        batch=32,
        epochs=6,
        pixels=PixelSettings(positives=0.125),
        data=DataSettings(crop=256, augment=OFFICIAL_AUGMENT),
        optimizer=OptimizerSettings(weight_decay=0.0, clip_value=3.0, cycle_beta1=True),
    )


def _cover() -> AnySettings:
    return run_of(
        "cover",
        {},
        batch=24,
        epochs=100,
        model=ModelSettings(widths=(32, 64, 128, 256, 512), unit_length=True, network="cover"),
        data=DataSettings(crop=384),
        optimizer=COVER_OPTIMIZER,
    )


def _compare() -> AnySettings:
    return run_of(
        "infonce",
        {},
        batch=4,
        steps=1000,
        model=ModelSettings(initial="local", unit_length=True),
        pixels=PixelSettings(positives=0.25, points=2048),
        data=DataSettings(crop=128, workers=0),
        optimizer=OptimizerSettings(lr=1e-3, lr_start=0.2, lr_end=1e-3),
    )


def _builtin() -> AnySettings:
    return run_of(
        "smooth-ap",
        {},
        batch=8,
        steps=5000,
        model=ModelSettings(
            network="fpn", widths=(16, 32, 64, 96, 128), blocks=(2, 2, 2, 4, 4), channels=64, unit_length=True
        ),
        pixels=PixelSettings(positives=0.5, points=1024, sampling="bilinear"),
        data=DataSettings(crop=192, workers=1, augment=PHOTOGRAPHS, warp=WarpSettings(45.0, 2.0, 1.3, 0.04)),
        optimizer=OptimizerSettings(lr=2e-3, lr_start=0.1, lr_end=1e-3, weight_decay=1e-4),
    )


def _quick() -> AnySettings:
    return replace(_builtin(), steps=QUICK_STEPS)


PRESETS: dict[str, Callable[[], AnySettings]] = {
    "paper": _paper,
    "official": _official,
    "cover": _cover,
    "quick": _quick,
    "compare": _compare,
    "builtin": _builtin,
}
"""Every preset by name."""
