"""Who is measured on photographs: networks of runs, descriptors from outside, and those without training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from training.errors import RequestError
from training.evaluation.baselines import DenseSift, RgbDetail
from training.evaluation.contender import Contender, Dense, Sparse
from training.evaluation.keypoints import SparseSift
from training.evaluation.predictions import file_name
from training.models.describe import NetworkDescriptor
from training.outside.opening import open_outside
from training.settings import Distance
from training.weights.trained import open_trained


@dataclass(frozen=True)
class Entrants:
    """What a request names."""

    runs: tuple[Path, ...] = ()
    """What `--run` names: run folders, files of weights, `builtin`."""
    descriptors: tuple[str, ...] = ()
    """`file.py:function` or `file.onnx`."""
    baselines: bool = True
    """Also RGB patches, dense SIFT and SIFT at its own points."""
    distance: Distance | None = None
    """How descriptors are compared; None: as each wants it."""


def contenders(entrants: Entrants, step: int, device: torch.device | str) -> list[Contender]:
    """All of them, each with a name of its own. Raises RequestError and CheckpointError."""
    named = zip(entrants.runs, run_names(entrants.runs), strict=True)
    found: list[Contender] = [
        *(_of_run(run, name, entrants.distance, step, device) for run, name in named),
        *(_of_outside(text, entrants.distance, step, device) for text in entrants.descriptors),
        *(without_training(step, device) if entrants.baselines else ()),
    ]
    if not found:
        raise RequestError("eval-photos: nothing to measure: give --run or --descriptor, or leave out --no-baselines")
    _check_names([each.name for each in found])
    return found


def _check_names(called: Sequence[str]) -> None:
    """RequestError where two names are alike, or would be those of one file."""
    first: dict[str, str] = {}
    for name in called:
        other = first.get(file_name(name))
        if other is not None:
            both = name if name == other else f"{other} and {name}, which is one name for files"
            raise RequestError(f"eval-photos: two descriptors are called {both}: leave one out, or name it otherwise")
        first[file_name(name)] = name


def run_names(runs: Sequence[Path]) -> list[str]:
    """The ends of the folders' paths, as long as it takes to tell them apart: often the last part."""
    parts = [run.resolve().parts for run in runs]
    for length in range(1, max(map(len, parts), default=0) + 1):
        ends = ["/".join(each[-length:]) for each in parts]
        if len(set(ends)) == len(set(parts)):
            return ends
    return [str(run) for run in runs]


def without_training(step: int, device: torch.device | str) -> list[Contender]:
    """What every table is compared with."""
    return [Dense(RgbDetail(), "l2", device, step), Dense(DenseSift(), "l2", device, step), Sparse(SparseSift())]


def _of_run(run: Path, name: str, distance: Distance | None, step: int, device: torch.device | str) -> Dense:
    trained = open_trained(run, device)
    descriptor = NetworkDescriptor(name, trained.network)
    return Dense(descriptor, distance or trained.about.distance, device, step, trained.sha256)


def _of_outside(text: str, distance: Distance | None, step: int, device: torch.device | str) -> Dense:
    descriptor, chosen = open_outside(text, distance)
    return Dense(descriptor, chosen, device, step, descriptor.digest)
