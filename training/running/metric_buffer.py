"""The numbers of the last steps, left on the device until they are read together: reading waits for the GPU."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from training.running.distributed import World
from training.running.loop import StepState, require_finite


@dataclass(frozen=True)
class Record:
    """One step in numbers, averaged over the processes."""

    step: int
    """Steps done."""
    losses: dict[str, float]
    """Parts of the objective, "total" among them."""
    gradient_norm: float
    """Norm of the gradient before clipping."""
    lr: float
    """Learning rate."""

    @property
    def numbers(self) -> dict[str, float]:
        """All of it by name, as a log stores it."""
        return {**self.losses, "gradient_norm": self.gradient_norm, "lr": self.lr}


@dataclass
class MetricBuffer:
    """Steps that were not read yet."""

    _heads: list[tuple[int, float, tuple[str, ...]]] = field(default_factory=list)
    _rows: list[Tensor] = field(default_factory=list)

    def add(self, state: StepState) -> None:
        """Keep the numbers of a step; its pictures and features are let go."""
        self._heads.append((state.step, state.lr, tuple(state.losses)))
        self._rows.append(torch.stack([*state.losses.values(), state.gradient_norm]).float())

    def read(self, world: World) -> list[Record]:
        """The records since the last reading; every process must call it at the same steps.

        Raises DivergenceError at the first step whose loss was not finite.
        """
        if not self._rows:
            return []
        rows = world.mean(torch.stack(self._rows)).tolist()
        records = [_record(*head, row) for head, row in zip(self._heads, rows, strict=True)]
        self._heads.clear()
        self._rows.clear()
        for record in records:
            require_finite(record.step, record.losses)
        return records


def _record(step: int, lr: float, names: tuple[str, ...], row: list[float]) -> Record:
    return Record(step, dict(zip(names, row[:-1], strict=True)), row[-1], lr)
