"""Everything that decides what a run of Experiment 1 computes, and the two ways it has been described."""

from dataclasses import dataclass, field, replace
from typing import Literal

from training.errors import RequestError
from training.settings import AugmentSettings, ModelSettings, OptimizerSettings

Precision = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class PictureSettings:
    """How a digit becomes a coloured picture with a label."""

    colored: Literal["digit", "background"] = "digit"
    """What takes one of the two colours."""
    redrawn: bool = True
    """Draw label noise and colour at every access, in validation too; otherwise once for each image."""
    label_noise: float = 0.25
    """Probability that the label (digit below 5 or not) is flipped."""
    color_noise: tuple[float, float, float] = (0.1, 0.2, 0.9)
    """Probability that the colour disagrees with the noisy label, in each third of the images."""


@dataclass(frozen=True)
class ViewSettings:
    """How a picture becomes two views and their matches."""

    canvas: int = 49
    """Side in pixels that the picture is enlarged to; the views are cut from it."""
    shift_px: int = 8
    """Largest shift of view 2 along each axis."""
    rotate: bool = True
    """Turn view 1 by any angle."""
    matrix_noise: float = 0.1
    """Standard deviation of what is added to the entries of view 1's 2 x 2 matrix: scale and skew."""
    perspective: float = 0.0
    """Standard deviation of the last row of view 1's homography, per half side of the canvas."""
    kept: float = 0.25
    """Share of the overlapping pixels that become positives; the others get random partners."""
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    """Photometric changes, each view on its own."""


@dataclass(frozen=True)
class PhaseSettings:
    """One of the two trainings of a run."""

    steps: int
    """Length."""
    batch: int
    """Pictures in a step."""
    optimizer: OptimizerSettings
    """Optimiser and schedule."""


@dataclass(frozen=True)
class MnistSettings:
    """A whole experiment but for norm, λ and seed."""

    scale: Literal["paper", "official"] = "official"
    """The form of the loss."""
    partners: int = 4
    """Unrelated pictures that each one meets in the between term."""
    picture: PictureSettings = field(default_factory=PictureSettings)
    """Colours and labels."""
    view: ViewSettings = field(default_factory=ViewSettings)
    """Views and matches."""
    model: ModelSettings = field(default_factory=lambda: ModelSettings(widths=(32, 64, 64), blocks=(1, 2, 2)))
    """The backbone: 993,664 parameters."""
    backbone: PhaseSettings = field(default_factory=lambda: PhaseSettings(30000, 128, _rates(1e-3)))
    """Training of the backbone."""
    classifier: PhaseSettings = field(default_factory=lambda: PhaseSettings(12000, 128, _rates(2e-3)))
    """Training of the classifier."""
    precision: Precision = "bfloat16"
    """Arithmetic of the backbone on a GPU; a CPU always uses float32."""
    validations: int = 20
    """Times that a backbone is validated; the best one is kept."""
    leaks: bool = False
    """Split the images for the backbone by the place of λ in the sweep, as the official scripts do, so that most
    backbones have seen images that the classifier is tested on; otherwise all use one split."""
    evaluated: int = 0
    """Images of each domain that are evaluated at most; 0: all."""


def experiment(name: str) -> MnistSettings:
    """The settings of a preset. Raises RequestError that lists the names.

    `official`: the released scripts: the digit is coloured on black, label noise and colour are drawn anew at every
    access, view 1 alone is warped (rotation and noise on the matrix), the loss in the code's scale, gradients clipped
    by value at 3, beta1 cycled, float16 with gradient scaling on a GPU.

    `paper`: the text: the background is coloured, label and colour belong to the image, colour agrees with the label
    with probability 0.85 in training and 0.10 in the last third, view 1 is warped by a homography, hue and saturation
    jitter, Eq. 1-5 to the letter, the rate ends at 1e-7, no clipping. The text does not state the split, the strength
    of warps and jitter, f, or the crop: those are the scripts'.

    `quick`: `official` with a narrower network, small batches, few steps and twice the classifier's rate: minutes on a
    CPU, for a first look.
    """
    match name:
        case "official":
            return MnistSettings(precision="float16")
        case "paper":
            return _paper()
        case "quick":
            return _quick()
    raise RequestError(f"--preset {name}: unknown; choose one of official, paper, quick")


def changed(
    settings: MnistSettings,
    backbone_steps: int | None = None,
    classifier_steps: int | None = None,
    batch: int | None = None,
    images: int | None = None,
) -> MnistSettings:
    """The same with other sizes; None leaves one as it is. Raises RequestError that names the option."""
    given = {"backbone_steps": backbone_steps, "classifier_steps": classifier_steps, "batch": batch, "images": images}
    for name, low in {"backbone_steps": 1, "classifier_steps": 1, "batch": 2, "images": 0}.items():
        value = given[name]
        if value is not None and value < low:
            raise RequestError(f"--{name.replace('_', '-')} {value}: must be {low} or more")
    return replace(
        settings,
        backbone=_sized(settings.backbone, backbone_steps, batch),
        classifier=_sized(settings.classifier, classifier_steps, batch),
        evaluated=settings.evaluated if images is None else images,
    )


def _sized(phase: PhaseSettings, steps: int | None, batch: int | None) -> PhaseSettings:
    return replace(phase, steps=steps or phase.steps, batch=batch or phase.batch)


def _rates(peak: float) -> OptimizerSettings:
    """The scripts' AdamW and one-cycle: peak / 25, peak, peak / 250,000."""
    return OptimizerSettings(lr=peak, cycle_beta1=True, clip_value=3.0)


def _paper() -> MnistSettings:
    plain = OptimizerSettings(lr_end=1e-4)
    base = MnistSettings()
    return replace(
        base,
        scale="paper",
        picture=PictureSettings(colored="background", redrawn=False, color_noise=(0.15, 0.15, 0.9)),
        view=ViewSettings(perspective=0.1, augment=AugmentSettings(hue=0.1, saturation=0.3)),
        backbone=replace(base.backbone, optimizer=plain),
        classifier=replace(base.classifier, optimizer=replace(plain, lr=2e-3)),
    )


def _quick() -> MnistSettings:
    base = MnistSettings()
    return replace(
        base,
        model=ModelSettings(widths=(16, 32, 32), blocks=(1, 1, 1)),
        backbone=replace(base.backbone, steps=750, batch=12),
        classifier=PhaseSettings(500, 16, _rates(4e-3)),
        validations=2,
        evaluated=600,
    )
