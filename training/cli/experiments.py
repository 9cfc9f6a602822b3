"""The commands of the paper's experiments that need no shards; nothing here imports PyTorch before it runs."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import tyro

from scenegen.cli.values import Folder
from scenegen.terminal import terminal
from training.cli.values import floats, require
from training.cli.weights import Run
from training.settings import Norm

if TYPE_CHECKING:
    from training.experiments.colored_mnist.settings import MnistSettings
    from training.experiments.colored_mnist.trial import MnistRow

QUICK_NORMS, QUICK_LAMS, QUICK_SEEDS = "inf", "1,0.5,0", 2
MNIST = Path("data/mnist")
Steps = Annotated[int | None, tyro.conf.arg(metavar="N", help_behavior_hint="(default: the preset's)")]
Norms = Annotated[str | None, tyro.conf.arg(metavar="A,B,…", help_behavior_hint="(default: inf,1,2)")]
Lams = Annotated[str | None, tyro.conf.arg(metavar="A,B,…", help_behavior_hint="(default: 1,0.9,0.7,0.5,0.3,0.1,0)")]


@dataclass(frozen=True)
class ColoredMnist:
    """Experiment 1 of the paper: do descriptors keep colour out? A sweep of norms, λ and seeds, with a verdict each.

    For each run a backbone is trained without labels and frozen, a classifier reads the label from its pixels, and
    its accuracy is measured in the known domains (ID) and in one where colour misleads (OOD). One row per run goes
    to OUT/runs.csv as the run finishes; the same command again makes what is missing. At the end: a table of
    verdicts against the official results, and the figures of the paper.

    For example:

      scenetrain fetch-mnist --out data/mnist
      scenetrain colored-mnist --quick --out runs/mnist-quick
      scenetrain colored-mnist --p inf --lam 1,0.5 --seeds 3 --out runs/mnist
      scenetrain colored-mnist --out runs/mnist-all

    """

    out: Run
    """Folder of the sweep: runs.csv, runs/, table.md and the figures."""
    mnist: Annotated[Path, tyro.conf.arg(metavar="PATH")] = MNIST
    """Folder of the four MNIST files; see scenetrain fetch-mnist."""
    preset: Literal["official", "paper"] = "official"
    """official: as the released scripts do it. paper: as the text says."""
    quick: bool = False
    """A first look in minutes on a CPU: a narrow network, few steps, p = inf, λ = 1, 0.5 and 0, two seeds."""
    p: Norms = None
    """Norms."""
    lam: Lams = None
    """λ of Eq. 5; the most telling ones are run first."""
    seeds: Annotated[int | None, tyro.conf.arg(metavar="N", help_behavior_hint="(default: 10)")] = None
    """Runs of each cell."""
    backbone_steps: Steps = None
    """Training steps of a backbone."""
    classifier_steps: Steps = None
    """Training steps of a classifier."""
    batch: Steps = None
    """Pictures in a step of either."""
    images: Steps = None
    """Images that each measurement takes at most; 0: all."""
    leaks: bool = False
    """Split the images for backbones by the place of λ, as the official scripts do: most then have seen test images."""
    workers: Annotated[
        int | None, tyro.conf.arg(metavar="N", help_behavior_hint="(default: one per core; 1 on a GPU)")
    ] = None
    """Processes of one thread that make runs."""
    together: Annotated[int, tyro.conf.arg(metavar="N")] = 1
    """Runs of a cell that train at once in a process, their weights side by side; for a GPU."""
    compile: bool = False
    """Train backbones through torch.compile, with CUDA graphs on a GPU; compiling takes a minute per process."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """auto: a GPU if there is one."""


@dataclass(frozen=True)
class FetchMnist:
    """Download the four MNIST files and check each by its md5; files that are there are left alone."""

    out: Folder = MNIST
    """Folder for the files."""


def fetch_mnist(command: FetchMnist) -> int:
    """`scenetrain fetch-mnist`."""
    from training.experiments.colored_mnist.idx import fetch

    fetched = fetch(command.out)
    said = f"fetched {len(fetched)} files into {command.out}" if fetched else f"{command.out} has all four files"
    terminal().print(said, soft_wrap=True, markup=False)
    return 0


def colored_mnist(command: ColoredMnist) -> int:
    """`scenetrain colored-mnist`."""
    norms = _norms(command.p or (QUICK_NORMS if command.quick else "inf,1,2"))
    lams = _lams(command.lam or (QUICK_LAMS if command.quick else "1,0.9,0.7,0.5,0.3,0.1,0"))
    seeds = command.seeds if command.seeds is not None else QUICK_SEEDS if command.quick else 10
    require(seeds >= 1, f"--seeds {seeds}: must be 1 or more")
    require(command.workers is None or command.workers >= 1, f"--workers {command.workers}: must be 1 or more")
    require(command.together >= 1, f"--together {command.together}: must be 1 or more")
    settings = _settings(command)
    from training.devices import choose_device
    from training.experiments.colored_mnist.idx import load_mnist
    from training.experiments.colored_mnist.outcome import show_sweep
    from training.experiments.colored_mnist.sweep import Means, plan_sweep, sweep

    device = choose_device(command.device)
    workers = command.workers or (1 if device.type == "cuda" else os.cpu_count() or 1)
    console = terminal()

    def report(row: "MnistRow", done: int, of: int) -> None:
        took = f"{row.backbone_s + row.classifier_s:.0f} s"
        console.print(f"{done} of {of}: {row.trial.cell.title}, seed {row.seed}: {_found(row)}, {took}", markup=False)

    mnist = load_mnist(command.mnist)
    means = Means(device, workers, command.together, command.compile)
    rows = sweep(plan_sweep(norms, lams, seeds), settings, mnist, command.out, means, report)
    made = show_sweep(rows, mnist, settings, command.out, console)
    console.print(f"{command.out} holds runs.csv and {', '.join(path.name for path in made)}", soft_wrap=True)
    return 0


def _found(row: "MnistRow") -> str:
    return f"ID {100 * row.id_acc:.1f} %, OOD {100 * row.ood_acc:.1f} %"


def _settings(command: ColoredMnist) -> "MnistSettings":
    """The preset with the options of the command line. Raises RequestError for impossible ones."""
    from dataclasses import replace

    from training.experiments.colored_mnist.settings import changed, experiment

    settings = experiment("quick" if command.quick else command.preset)
    sizes = (command.backbone_steps, command.classifier_steps, command.batch, command.images)
    return replace(changed(settings, *sizes), leaks=command.leaks)


def _norms(text: str) -> "tuple[Norm, ...]":
    """Norms from `inf,1,2`."""
    found = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    known = get_args(Norm)
    require(all(word in known for word in found), f"--p {text}: choose among {', '.join(known)}, with commas between")
    return found  # pyright: ignore[reportReturnType]


def _lams(text: str) -> tuple[float, ...]:
    """λ from `1,0.5,0`."""
    found = floats(text)
    require(
        bool(found) and all(0 <= lam <= 1 for lam in found),
        f"--lam {text}: give numbers from 0 to 1, with commas between",
    )
    return found
