"""What would make λ = 1 read shape better? A base and changes of it, one at a time, at p = inf and λ = 1.

    python tools/ablate_mnist.py --mnist data/mnist --out runs/ablation --seeds 2          (a narrow network, on a CPU)
    python tools/ablate_mnist.py --mnist data/mnist --out runs/ablation --preset official --seeds 5       (for a GPU)

Each variant is a sweep in a folder of its own, so the same command goes on where it was stopped, and --only makes
some of them. After each variant OUT has ablation.md, ablation.csv and runs.csv of what is there.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from training.devices import choose_device
from training.errors import RequestError, TrainingError
from training.experiments.colored_mnist import ablation
from training.experiments.colored_mnist.ablation import Variant, VariantResult
from training.experiments.colored_mnist.idx import load_mnist
from training.experiments.colored_mnist.settings import changed, experiment
from training.experiments.colored_mnist.sweep import Means, sweep
from training.experiments.colored_mnist.trial import MnistRow
from training.files.wide import roomy

CONSOLE = Console(highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is missing, then the tables; 0 unless the request cannot be met."""
    words = _words(arguments)
    try:
        results = ablate(words)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    roomy(CONSOLE).print(_shown(results))
    return 0


def ablate(words: argparse.Namespace) -> list[VariantResult]:
    """Make the missing runs of the chosen variants; their results."""
    if words.seeds < 1:
        raise RequestError(f"--seeds {words.seeds}: must be 1 or more")
    chosen, device = _chosen(words), choose_device(words.device)
    mnist = load_mnist(words.mnist)
    means = Means(device, words.workers or (1 if device.type == "cuda" else os.cpu_count() or 1), words.together)
    rows: dict[str, list[MnistRow]] = {}
    results: list[VariantResult] = []
    for variant in chosen:
        CONSOLE.print(f"{variant.title}: {variant.settings.backbone.steps} + {variant.settings.classifier.steps} steps")
        out = words.out / variant.name
        rows[variant.name] = sweep(ablation.trials(words.seeds), variant.settings, mnist, out, means, _report)
        results = ablation.compare_variants(rows, chosen)
        ablation.write_tables(results, words.out)
    return results


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True, help="folder of the four MNIST files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", choices=("quick", "official"), default="quick")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--backbone-steps", type=int, help="of the base")
    parser.add_argument("--classifier-steps", type=int, help="of the base")
    parser.add_argument("--batch", type=int, help="pictures in a step of either")
    parser.add_argument("--images", type=int, help="images that each measurement takes at most; 0: all")
    parser.add_argument("--only", help="variants by the names of their folders, with commas between; the base is made")
    parser.add_argument("--workers", type=int, help="processes of one thread (one per core; 1 on a GPU)")
    parser.add_argument("--together", type=int, default=1, help="seeds that train at once in a process")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    return parser.parse_args(arguments)


def _chosen(words: argparse.Namespace) -> list[Variant]:
    """The variants that were asked for."""
    sizes = (words.backbone_steps, words.classifier_steps, words.batch, words.images)
    base = changed(experiment(words.preset), *sizes)
    return ablation.choose_variants(ablation.variants(base), words.only)


def _report(row: MnistRow, done: int, of: int) -> None:
    took = f"{row.backbone_s:.0f} + {row.classifier_s:.0f} s"
    CONSOLE.print(f"  {done} of {of}: ID {100 * row.id_acc:.1f} %, OOD {100 * row.ood_acc:.1f} %, {took}")


def _shown(results: list[VariantResult]) -> Table:
    made = Table(*ablation.HEADS, box=box.SIMPLE_HEAD)
    for cells in ablation.table(results):
        made.add_row(*cells)
    return made


if __name__ == "__main__":
    sys.exit(main())
