"""Everything that decides what a training run computes, as frozen dataclasses: the options of `scenetrain fit`.

A number's range stands with its type (`training.ranges`), its meaning below it; the command line shows both.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from training.ranges import Amount, Between, Each, Many, Positive, Share, Some

Norm = Literal["inf", "1", "2"]
Sampling = Literal["nearest", "bilinear"]
Units = Literal["paper", "official"]
"""Scale of the stable loss: as the paper states it, or as its official code computes it."""
Precision = Literal["float32", "bfloat16"]
Distance = Literal["l2", "l1", "linf", "cosine", "hamming"]
"""How two descriptors are compared: a norm of their difference; cosine: l2 of both at length 1; hamming: the number of
channels of which one is positive and the other is not."""
O = TypeVar("O")  # noqa: E741
"""Settings of one objective (`training.objectives.registry`)."""
V = TypeVar("V")
"""How pairs are made of single pictures (`training.data.image_settings`), or None for pairs of shards."""


@dataclass(frozen=True)
class ModelSettings:
    """The network. The defaults are that of Experiment 2 (paper, Appendix B.3 and C.1)."""

    widths: tuple[int, ...] = (16, 16, 32, 32, 64)
    """Channels of each stage."""
    blocks: tuple[int, ...] = (1, 1, 1, 2, 4)
    """Residual blocks of each encoder stage; decoder stages have one more."""
    channels: Annotated[int, Between(1, 4096)] = 32
    """D, the length of a pixel's descriptor."""
    heads: Some = 4
    """Heads of the bottleneck attention."""
    dropout: Share = 0.1
    """Dropout of the last two stages and the middle."""
    norm: Literal["image", "pixel"] = "image"
    """Statistics of the normalisations: over the whole image (the paper) or per pixel (tiles equal the full image)."""
    initial: Literal["paper", "local"] = "paper"
    """Initial weights: the paper's, or `local`, which starts from fine detail instead of from coarse blobs."""
    unit_length: bool = False
    """Scale each descriptor to length 1; unless told, as the objective compares descriptors (yes for cosine)."""
    code_gain: Annotated[float, Between(0, 100)] = 0.0
    """Press each channel of a descriptor of length 1 towards two values, by a tanh of this gain; 0: not at all."""
    network: str = "unet"
    """Name of the network. unet: the paper's; cover: COVER's, of which widths, channels, unit_length and code_gain can
    be set; fpn: a feature pyramid with a cell for every 2 x 2 pixels, of which blocks can be set as well."""


@dataclass(frozen=True)
class PixelSettings:
    """Which pixels of a pair the objective looks at."""

    positives: Annotated[float, Between(0, 1, "must be between 0 and 1")] = 0.25
    """f = |P| / |S|, the share of positives among the pixels used."""
    points: Many = 0
    """|S|, pixels used of each pair at most; 0: as many as its positives allow at f."""
    sampling: Sampling = "nearest"
    """How the second feature map is read at a sub-pixel match."""
    typed_negatives: Share = 0.0
    """Share of the negatives whose source pixel is occluded or out of view in the other picture (true negatives)."""
    dense: bool = False
    """Draw positives from all pixels that both views show, not from the traced ones alone: by the shards' depth, and by
    their layer `visibility` where they have it."""


@dataclass(frozen=True)
class AugmentSettings:
    """Photometric changes of the pictures, independent for each view. Strength 0 or probability 0 turns one off."""

    hue: Amount = 0.0
    """Largest shift of the hue, in turns (0.5 is half the colour circle)."""
    saturation: Amount = 0.0
    """Largest relative change of the saturation."""
    brightness: Amount = 0.0
    """Largest relative change of the brightness."""
    contrast: Amount = 0.0
    """Largest relative change of the contrast."""
    autocontrast_p: Share = 0.0
    """Probability of stretching each channel to the full range."""
    blur_p: Share = 0.0
    """Probability of a Gaussian blur, 7 x 7, sigma 1 to 3 px."""
    posterize_p: Share = 0.0
    """Probability of keeping 5 bits per channel."""
    equalize_p: Share = 0.0
    """Probability of equalising the histogram."""
    grayscale_p: Share = 0.0
    """Probability of a grey picture."""
    motion_blur_p: Share = 0.0
    """Probability of motion blur, 3 to 9 px along a random direction."""
    noise_std: Amount = 0.0
    """Largest standard deviation of additive sensor noise (1 is white)."""
    gamma: Annotated[float, Between(1, 4)] = 1.0
    """Largest exponent of the brightness, or its inverse; 1 leaves it."""
    tint: Amount = 0.0
    """Largest relative change of each channel on its own, as by another white balance."""


@dataclass(frozen=True)
class WarpSettings:
    """How the window of view 1 is moved by a homography about its middle, its matches with it. None is the default."""

    warp_rotation_deg: Annotated[float, Between(0, 180)] = 0.0
    """Largest rotation of window 1, either way."""
    warp_zoom: Annotated[float, Between(1, 4)] = 1.0
    """Largest ratio by which window 1 is made larger or smaller; 1 leaves its scale."""
    warp_stretch: Annotated[float, Between(1, 4)] = 1.0
    """Largest ratio of the scales along and across a random direction of window 1; 1 leaves it."""
    warp_perspective_std: Annotated[float, Between(0, 0.2)] = 0.0
    """Standard deviation of the last row of window 1's homography, per half side; 0 leaves it affine."""


@dataclass(frozen=True)
class DataSettings:
    """How pairs are read and cut."""

    crop: Many = 256
    """Side of the square windows in pixels, one window per view; 0 keeps the whole picture."""
    min_matches: Many = 64
    """Fewest positives that a pair of windows must keep; a pair without such windows is passed over and counted."""
    flip_p: Share = 0.5
    """Probability of mirroring both views together (a mirrored room is a room; one mirrored view is none)."""
    positives_across: Share = 0.0
    """Share of the pairs that show one object in two samples of different arrangements: in another place, room, light.
    Needs the layers depth and instance."""
    workers: Many = 2
    """Processes that read and cut; 0 reads in the training process."""
    warp: WarpSettings = field(default_factory=WarpSettings)
    """Movements of window 1."""
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    """Photometric changes."""


@dataclass(frozen=True)
class OptimizerSettings:
    """AdamW with a one-cycle schedule (paper, Appendix B.2 and C.1)."""

    lr: Positive = 1e-3
    """Largest learning rate."""
    lr_start: Share = 0.04
    """Learning rate of the first step as a share of `lr`."""
    lr_end: Share = 4e-6
    """Learning rate of the last step as a share of `lr`."""
    warmup: Share = 0.05
    """Share of the steps spent rising."""
    betas: Annotated[tuple[float, float], Each(0, 1)] = (0.9, 0.99)
    """AdamW's decay rates."""
    weight_decay: Amount = 1e-6
    """AdamW's weight decay."""
    cycle_beta1: bool = False
    """Cycle beta1 0.95, 0.85, 0.95 against the rate, as the official code does by OneCycleLR's default."""
    clip_norm: Amount = 0.0
    """Clip the gradient's norm; 0 does not."""
    clip_value: Amount = 0.0
    """Clip each entry of the gradient; 0 does not."""


@dataclass(frozen=True)
class FitSettings(Generic[O, V]):
    """A whole training run."""

    objective: str
    """Name of the objective, what is minimised."""
    loss: O
    """The objective's own options."""
    views: V = field(default=None)  # pyright: ignore[reportAssignmentType] (V is None then)
    """How pairs are made of single pictures (--images)."""
    seed: Many = 0
    """Root of every random decision."""
    batch: Some = 32
    """Pairs in a step, over all processes."""
    epochs: Some = 6
    """Passes over the training pairs; not used when `steps` is set."""
    steps: Many = 0
    """Length of the run in steps; 0 counts epochs."""
    init_from: str = ""
    """Trained network to begin from: builtin, a run folder or a file of `scenetrain export-weights`; none: new weights.
    The schedule and the optimiser begin anew."""
    precision: Precision = "bfloat16"
    """Arithmetic of the network (autocast) on a GPU, and on a CPU that computes in bfloat16; else float32."""
    pixels: PixelSettings = field(default_factory=PixelSettings)
    """Pixels of the objective."""
    model: ModelSettings = field(default_factory=ModelSettings)
    """The network."""
    data: DataSettings = field(default_factory=DataSettings)
    """Reading and cutting."""
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    """Optimiser and schedule."""


@dataclass(frozen=True)
class Every:
    """How often a run is looked at, in steps. Nothing computed depends on it."""

    checkpoint_every: Many = 0
    """Steps between checkpoints, and one at the end; 0: 20 in a run."""
    validate_every: Many = 0
    """Steps between validations; 0: 20 in a run."""
    validation_pairs: Many = 0
    """Pairs of a validation; 0: four batches."""
    health_every: Many = 0
    """Steps between checks of the descriptors' health; 0: 40 in a run."""

    def resolved(self, batch: int, steps: int) -> "Every":
        """The same with numbers for zeros, for a run of `steps` steps of `batch` pairs."""
        twentieth, fortieth = max(steps // 20, 1), max(steps // 40, 1)
        return Every(
            self.checkpoint_every or twentieth,
            self.validate_every or twentieth,
            self.validation_pairs or 4 * batch,
            self.health_every or fortieth,
        )


AnySettings = FitSettings[Any, Any]
"""A run of any objective."""
