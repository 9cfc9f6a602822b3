"""Opening what `--run` names: a run folder, a file of weights, or `builtin`. Nothing else knows the difference."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from scenegen.shards import file_sha256
from training.errors import CheckpointError, RequestError
from training.models.networks import AnyNetwork, build_network
from training.running.checkpoint import NAME, load, load_weights
from training.weights import BUILTIN, SUFFIX
from training.weights.weights import About, Weights, weights_of
from training.weights.weights_file import read_weights

FILE = Path(__file__).with_name(f"builtin{SUFFIX}")
"""The weights that come with the package."""


@dataclass(frozen=True)
class Trained:
    """A trained network that can be used."""

    network: AnyNetwork
    """The network, in evaluation mode."""
    about: About
    """What is known of it."""
    sha256: str
    """Digest (hex) of the file that its weights are from."""
    folder: Path | None
    """Folder of its run, with the run's logs; None where there is none."""


@dataclass(frozen=True)
class FoundWeights:
    """Weights, and where they were found."""

    weights: Weights
    """The weights."""
    file: Path
    """The file that they are from."""
    folder: Path | None
    """Folder of the run, where there is one."""


def _of_folder(run: Path) -> FoundWeights:
    if run.is_file():
        raise CheckpointError(f"{run}: is neither a run folder nor a file of weights ({SUFFIX}); see --run in --help")
    return FoundWeights(weights_of(load(run / NAME)), run / NAME, run)


def _of_file(run: Path) -> FoundWeights:
    return FoundWeights(read_weights(run), run, None)


def _of_package(run: Path) -> FoundWeights:
    if (run / NAME).exists():
        raise RequestError(
            f"--run {run}: is the word for the weights of the package, and a run folder here; "
            f"give {run.absolute()} for the folder, or another name to it"
        )
    if not FILE.is_file():
        raise CheckpointError(f"{FILE}: the weights of the package are missing; install scenegen again")
    return FoundWeights(read_weights(FILE), FILE, None)


KINDS: tuple[tuple[Callable[[Path], bool], Callable[[Path], FoundWeights]], ...] = (
    (lambda run: run == BUILTIN, _of_package),
    (lambda run: run.suffix == SUFFIX and not run.is_dir(), _of_file),
    (lambda run: True, _of_folder),
)
"""Is it such a one -> how its weights are found. The first that fits is taken."""


def find_weights(run: Path) -> FoundWeights:
    """The weights that `--run` names, on the CPU. Raises CheckpointError, in a line, and RequestError."""
    return next(opened for fits, opened in KINDS if fits(run))(run)


def open_trained(run: Path, device: torch.device | str = "cpu") -> Trained:
    """The trained network that `--run` names, on `device`. Raises CheckpointError, in a line, and RequestError."""
    found = find_weights(Path(run))
    about = found.weights.about
    network = build_network(about.network, about.seed)
    load_weights(network, found.weights.tensors, found.file)
    return Trained(network.to(device).eval(), about, file_sha256(found.file), found.folder)
