"""The options of the objectives, and how descriptors are compared: what the command line asks of each before it runs.

They stand here and not in the objectives' files so that no help and no mistyped option waits for PyTorch.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from training.ranges import Amount, Between, Positive, Share, Some
from training.settings import Distance, ModelSettings, Norm, Units

Start = Literal["global", "local"]
"""How the coarsest level of COVER begins: with a step of unlimited reach, or with its local one."""


@dataclass(frozen=True)
class StableSettings:
    """The stable single-pixel contrastive loss."""

    p: Norm = "inf"
    """Norm of the distance."""
    lam: Share = 1.0
    """λ of Eq. 5: 1 is the term within scenes alone, 0 the term between scenes alone."""
    partners: Some = 4
    """Unrelated images that each image is compared with in the term between scenes (λ < 1)."""
    scale: Units = "paper"
    """paper: Eq. 1-5 to the letter. official: distances, constants and weights of the official code."""


@dataclass(frozen=True)
class CoverSettings:
    """Vector regression."""

    levels: Annotated[int, Between(1, 16)] = 5
    """Levels of the vector pyramid: the finest maps of the network's decoder, each of half the next one's sides."""
    vector_heads: tuple[int, ...] = (4, 4, 4, 1, 1)
    """Heads of each level, coarse to fine; fewer levels take the last ones."""
    head_dim: Some = 8
    """Channels of a head."""
    amplitude: Some = 2
    """Reach of a level's local step, in its pixels: it looks at (2a + 1)^2 offsets."""
    coarsest: Start = "global"
    """How the coarsest level begins: with all pixels (unlimited reach), or with its local step only (the paper)."""
    consistency: Amount = 1.0
    """Weight of L_con."""
    truth: Literal["tracks", "depth"] = "tracks"
    """Where the displacement is known: at traced pixels, or at all covisible ones by the shards' depth layer."""


@dataclass(frozen=True)
class DonSettings:
    """The contrastive hinge of Dense Object Nets."""

    margin: Positive = 0.5
    """Euclidean distance beyond which a non-match costs nothing."""
    masked: Share = 0.5
    """Share of the non-matches that lies on objects, where objects and background are seen."""


@dataclass(frozen=True)
class DualSoftmaxSettings:
    """Likelihood of the matches under a dual softmax."""

    temperature: Positive = 0.05
    """Divides the cosine."""
    focal_gamma: Amount = 0.0
    """Power of (1 - P) that weighs each match: 2 turns to the matches that are not yet likely, as LoFTR does."""
    radius_px: Amount = 2.0
    """Pixels this near to the true match are no negatives."""


@dataclass(frozen=True)
class InfoNceSettings:
    """Symmetric InfoNCE."""

    similarity: Literal["cosine", "l2"] = "cosine"
    """What is compared: directions, or positions by their squared distance."""
    temperature: Positive = 0.07
    """Divides the similarity (1 is usual for l2)."""
    radius_px: Amount = 2.0
    """Pixels this near to the true match are no negatives."""


@dataclass(frozen=True)
class PixProSettings:
    """Pixel-to-propagation consistency with a momentum teacher."""

    gamma: Annotated[float, Between(1, 100)] = 2.0
    """Sharpness of the propagation (Eq. 4)."""
    momentum: Share = 0.99
    """Share of its weights that the teacher keeps in a step; rises to 1 over the run."""
    hidden: Some = 256
    """Channels inside the projector."""
    projected: Some = 128
    """Channels of the projected descriptors."""


@dataclass(frozen=True)
class SigRegSettings:
    """Agreement of matches, and descriptors that are an isotropic Gaussian."""

    weight: Share = 0.9
    """Weight of the Gaussian; the agreement has the rest."""
    directions: Some = 256
    """Random directions of a step."""
    knots: Annotated[int, Between(2, 1024)] = 17
    """Values of t in [-5, 5] at which distributions are compared."""


@dataclass(frozen=True)
class SmoothApSettings:
    """Smooth average precision of the matches."""

    temperature: Positive = 0.01
    """Of the sigmoid that stands for a comparison of two cosines (paper: 0.01)."""


@dataclass(frozen=True)
class StableSoftmaxSettings:
    """Competition over l-inf distances of bit-like codes."""

    bits: Amount = 4.0
    """Weight w of the pull of each channel to ±1/4."""
    radius_px: Amount = 3.0
    """Pixels this near to the true match are no negatives."""


@dataclass(frozen=True)
class StableBitsSettings:
    """Competition over the share of differing bits."""

    bits: Amount = 16.0
    """Weight w of the pull of each channel to ±1/4, half of the pixels to either."""
    radius_px: Amount = 3.0
    """Pixels this near to the true match are no negatives."""


@dataclass(frozen=True)
class TripletSettings:
    """Triplet margin with the hardest negative of the image."""

    margin: Positive = 1.0
    """By how much a negative's squared distance must exceed the match's."""
    mining: Literal["hardest", "semi-hard"] = "hardest"
    """Which negative: the nearest of all, or the nearest of those not nearer than the match."""


@dataclass(frozen=True)
class UcnSettings:
    """The contrastive loss of the Universal Correspondence Network."""

    margin: Positive = 1.4
    """Distance beyond which a negative costs nothing; unrelated directions are 1.41 apart."""


def euclidean(settings: object) -> Distance:
    """By the length of their difference, whatever the norm of the loss, as in the paper's maps of locations."""
    return "l2"


def by_angle(settings: object) -> Distance:
    """By their directions."""
    return "cosine"


def by_largest(settings: object) -> Distance:
    """By the largest of their differences."""
    return "linf"


def by_similarity(settings: InfoNceSettings) -> Distance:
    """As the objective was told."""
    return settings.similarity


CODE_BITS = 128
"""Channels of the descriptors of `ends_in_codes`: 16 bytes as signs, where 32 numbers take 64 to 128."""
CODE_GAIN = 8.0
"""Of the tanh there: of normally distributed channels nine of ten end within a fifth of one of the two values."""


def same_network(model: ModelSettings) -> ModelSettings:
    """The network ends as the run has it."""
    return model


def ends_in_codes(model: ModelSettings) -> ModelSettings:
    """The network ends in `CODE_BITS` channels, most of them near one of two values."""
    return replace(model, channels=CODE_BITS, code_gain=CODE_GAIN)
