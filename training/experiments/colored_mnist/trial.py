"""One run of the sweep: a norm, a λ and a seed; and the row that it leaves."""

from dataclasses import dataclass

from training.settings import Norm


@dataclass(frozen=True, order=True)
class Cell:
    """A norm and a λ: the runs that differ by their seed alone."""

    norm: Norm
    lam: float

    @property
    def title(self) -> str:
        """In words."""
        return f"p = {self.norm}, λ = {self.lam:g}"


@dataclass(frozen=True, order=True)
class MnistTrial:
    """What tells a run from the others."""

    norm: Norm
    lam: float
    seed: int

    @property
    def cell(self) -> Cell:
        """Its cell."""
        return Cell(self.norm, self.lam)

    @property
    def name(self) -> str:
        """Name of its folder."""
        return f"p-{self.norm}_lam-{self.lam:g}_seed-{self.seed}"


@dataclass(frozen=True)
class MnistRow:
    """What a run reached."""

    norm: Norm
    lam: float
    seed: int
    id_acc: float
    """Share of right answers on test images of the known domains."""
    ood_acc: float
    """Share of right answers in the unknown domain."""
    backbone_loss: float
    """Validation loss of the chosen backbone, in the scale of the preset."""
    backbone_steps: int
    classifier_steps: int
    backbone_s: float
    """Seconds that the backbone's training took."""
    classifier_s: float
    """Seconds that the classifier's training and the evaluation took."""
    device: str

    @property
    def trial(self) -> MnistTrial:
        """Which run."""
        return MnistTrial(self.norm, self.lam, self.seed)
