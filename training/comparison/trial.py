"""One run of a comparison: a contestant, a factor of the learning rate and a seed; and the row that it leaves."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_BYTES = 150
"""Length of a contestant's name that is a folder's; longer ones are cut and told apart by a digest."""


@dataclass(frozen=True, order=True)
class Trial:
    """What tells a run from the others."""

    lr_factor: float
    """Factor of the learning rate."""
    contestant: str
    """Its name."""
    seed: int

    @property
    def folder(self) -> str:
        """Its folder in that of all runs."""
        name = self.contestant.replace(":", "_").replace("/", "_")
        if len(name.encode()) > MOST_BYTES:
            name = f"{name[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        return f"{name}/lr{self.lr_factor:g}/seed{self.seed}"

    @property
    def title(self) -> str:
        """In words."""
        return f"{self.contestant}, lr x {self.lr_factor:g}, seed {self.seed}"


def plan(names: Sequence[str], lr_factors: Sequence[float], seeds: int) -> list[Trial]:
    """All runs: those at the first factor first, and all contestants of a seed before the next seed."""
    return [Trial(factor, name, seed) for factor in lr_factors for seed in range(seeds) for name in names]


@dataclass(frozen=True)
class Row:
    """What a run reached. Runs that diverged have rows too: without metrics."""

    objective: str
    """The contestant's name."""
    lr_factor: float
    seed: int
    steps: int
    """Steps done."""
    diverged_step: int
    """Step at which the loss or the descriptors were not finite; 0: they always were."""
    collapsed: bool
    """Whether the alarm of `training.running.health` rang at the end."""
    alarms: int
    """Checks of health at which it rang."""
    val_loss: float
    """Last validation loss, in the objective's own scale; NaN without one."""
    best_val_loss: float
    """Least validation loss."""
    terms: str
    """What else the last validation found, as `name=value` with blanks between."""
    cpu_s: float
    """CPU seconds of all steps, validation left out."""
    wall_s: float
    """Seconds of all steps on the clock."""
    s_per_step: float
    """Seconds of a step: CPU time on a CPU, the clock's on a GPU."""
    peak_mib: float
    """Most memory of the process; of PyTorch on a GPU."""
    data_sha256: str
    """Digest of the training data."""
    device: str
    """The device in words, with its threads."""
    torch: str
    """Version of PyTorch."""
    version: str
    """Version of this program."""
    metrics: dict[str, float] = field(default_factory=dict)
    """All matching metrics of `scenetrain eval`."""

    @property
    def parts(self) -> dict[str, float]:
        """`terms` as numbers by name."""
        return {name: float(value) for name, _, value in (term.partition("=") for term in self.terms.split())}

    @property
    def trial(self) -> Trial:
        """Which run."""
        return Trial(self.lr_factor, self.objective, self.seed)

    @property
    def diverged(self) -> bool:
        """Whether the run left the numbers."""
        return self.diverged_step > 0


@dataclass(frozen=True)
class Reference:
    """What a descriptor without training reaches on the same pairs."""

    name: str
    metrics: dict[str, float]
