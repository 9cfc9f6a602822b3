"""Everything that decides what a training run computes, as frozen dataclasses, and its named presets."""

from dataclasses import dataclass, field
from typing import Literal

Norm = Literal["inf", "1", "2"]
Sampling = Literal["nearest", "bilinear"]

OF_DIRECTIONS = ("infonce",)
"""Objectives that compare directions: their descriptors should have length 1 to be searched by distance."""


@dataclass(frozen=True)
class ModelSettings:
    """The U-Net (paper, Appendix B.3 and C.1). The defaults are the network of Experiment 2."""

    widths: tuple[int, ...] = (16, 16, 32, 32, 64)
    """Channels of each stage."""
    blocks: tuple[int, ...] = (1, 1, 1, 2, 4)
    """Residual blocks of each encoder stage; decoder stages have one more."""
    descriptor_channels: int = 32
    """D, the length of a pixel's descriptor."""
    heads: int = 4
    """Heads of the bottleneck attention."""
    dropout: float = 0.1
    """Dropout of the last two stages and the middle."""
    norm: Literal["image", "pixel"] = "image"
    """Statistics of the normalisations: over the whole image (the paper) or per pixel (tiles equal the full image)."""
    initial: Literal["paper", "local"] = "paper"
    """Initial weights: the paper's, or `local`, which starts from fine detail instead of from coarse blobs."""
    unit_length: bool = False
    """Scale each descriptor to length 1, for objectives that compare directions (`infonce`)."""


@dataclass(frozen=True)
class ObjectiveSettings:
    """What is minimised, and on which pixels."""

    name: str = "paper"
    """Name of the objective: `paper` and `official` are the stable loss, others are alternatives of their own names."""
    p: Norm = "inf"
    """Norm of the stable loss."""
    lam: float = 1.0
    """λ of Eq. 5: 1 is the within-scene term alone."""
    positives: float = 0.25
    """f = |P| / |S|: share of the positives among the pixels used."""
    points: int = 0
    """|S| per pair at most; 0: as many as the positives of the pair allow at f."""
    partners: int = 4
    """Unrelated images that each image is compared with in the between term (used when λ < 1)."""
    sampling: Sampling = "nearest"
    """How the second feature map is read at a sub-pixel target."""
    typed_negatives: float = 0.0
    """Share of the negatives whose source pixel is an occluded or out-of-view ray (a true negative everywhere)."""


@dataclass(frozen=True)
class AugmentSettings:
    """Photometric changes of the pictures, independent for each view. Strength 0 or probability 0 turns one off."""

    hue: float = 0.0
    """Largest shift of the hue, in turns (0.5 is half the colour circle)."""
    saturation: float = 0.0
    """Largest relative change of the saturation."""
    brightness: float = 0.0
    """Largest relative change of the brightness."""
    contrast: float = 0.0
    """Largest relative change of the contrast."""
    autocontrast_p: float = 0.0
    """Probability of stretching each channel to the full range."""
    blur_p: float = 0.0
    """Probability of a Gaussian blur, 7 x 7, sigma 1 to 3 px."""
    posterize_p: float = 0.0
    """Probability of keeping 5 bits per channel."""
    equalize_p: float = 0.0
    """Probability of equalising the histogram."""
    grayscale_p: float = 0.0
    """Probability of a grey picture."""
    motion_blur_p: float = 0.0
    """Probability of motion blur, 3 to 9 px along a random direction."""
    noise_std: float = 0.0
    """Largest standard deviation of additive sensor noise (1 is white)."""


@dataclass(frozen=True)
class DataSettings:
    """How pairs are read and cut."""

    crop: int = 256
    """Side of the square windows in pixels, one window per view; 0 keeps the whole picture."""
    min_matches: int = 64
    """Fewest positives that a pair of windows must keep; a pair without such windows is passed over and counted."""
    flip_p: float = 0.5
    """Probability of mirroring both views together (a mirrored room is a room; one mirrored view is none)."""
    workers: int = 2
    """Processes that read and cut; 0 reads in the training process."""
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    """Photometric changes."""


@dataclass(frozen=True)
class OptimizerSettings:
    """AdamW with a one-cycle schedule (paper, Appendix B.2 and C.1)."""

    peak_lr: float = 1e-3
    """Largest learning rate."""
    start_lr: float = 4e-5
    """Learning rate of the first step."""
    end_lr: float = 4e-9
    """Learning rate of the last step."""
    warmup: float = 0.05
    """Share of the steps spent rising."""
    betas: tuple[float, float] = (0.9, 0.99)
    """AdamW's decay rates."""
    weight_decay: float = 1e-6
    """AdamW's weight decay."""
    cycle_beta1: bool = False
    """Cycle beta1 0.95, 0.85, 0.95 against the rate, as the official code does by OneCycleLR's default."""
    clip_norm: float = 0.0
    """Clip the gradient's norm; 0 does not."""
    clip_value: float = 0.0
    """Clip each entry of the gradient; 0 does not."""


@dataclass(frozen=True)
class FitSettings:
    """A whole training run."""

    seed: int = 0
    """Root of every random decision."""
    batch: int = 32
    """Pairs in a step, over all processes."""
    epochs: int = 6
    """Passes over the training shards; not used when `steps` is set."""
    steps: int = 0
    """Length of the run in steps; 0 counts epochs."""
    model: ModelSettings = field(default_factory=ModelSettings)
    """The network."""
    objective: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    """The loss."""
    data: DataSettings = field(default_factory=DataSettings)
    """Reading and cutting."""
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    """Optimiser and schedule."""
    precision: Literal["float32", "bfloat16"] = "bfloat16"
    """Type of the network's arithmetic on a GPU (autocast); a CPU always uses float32."""
