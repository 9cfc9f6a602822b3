"""From the words of the command line to an exit code; the only place that catches our errors."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tyro

from scenegen.shards import ScenegenError, keep_freed_memory
from scenegen.terminal import terminal
from training.cli.commands import Bench, Command, Eval, EvalPhotos, Extract, Fit, Match, commands
from training.cli.compare import Compare, compare, compare_type
from training.cli.defaults import fit_type
from training.cli.experiments import ColoredMnist, FetchMnist, colored_mnist, fetch_mnist
from training.cli.weights import ExportOnnx, ExportWeights, export_onnx, export_weights
from training.errors import RequestError, TrainingError
from training.ranges import check_ranges

FAILED, USAGE, INTERRUPTED = 1, 2, 130
EXTRA = frozenset(
    {"torch", "triton", "tensorboard", "kornia", "sklearn", "matplotlib", "cv2", "poselib", "safetensors"}
)
"""Packages of the extra `train`, by the names they are imported under."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    keep_freed_memory()
    try:
        return _run(parse(words))
    except (TrainingError, ScenegenError) as error:
        _complain(str(error))
        return error.exit_code
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRA:
            raise
        _complain(f"the package {package} is missing; install what training needs: pip install 'scenegen[train]'")
        return USAGE
    except KeyboardInterrupt:
        terminal(errors=True).print("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED


def _complain(message: str) -> None:
    """One red line; under torchrun it says which process speaks."""
    rank = os.environ.get("RANK", "0")
    speaker = "scenetrain" if rank == "0" else f"scenetrain (process {rank})"
    errors = terminal(errors=True)
    errors.print(f"{speaker}: {message}", style="red", soft_wrap=True, markup=False)


def parse(words: list[str]) -> Command | Compare[Any]:
    """The command; leaves the program with code 2 and a hint where tyro cannot make sense of it."""
    return tyro.cli(
        commands(fit_type(words), compare_type(words)),
        args=words or ["--help"],
        prog="scenetrain",
        description="Dense per-pixel descriptors from shards of true correspondences: train, measure, use.",
        config=(tyro.conf.OmitArgPrefixes, tyro.conf.OmitSubcommandPrefixes),
    )


def _run(command: Command | Compare[Any]) -> int:
    """Carry out a parsed command. PyTorch is imported here, so that --help is quick and works without it."""
    match command:
        case Fit():
            return _fit(command)
        case Compare():
            return compare(command)
        case Eval():
            return _eval(command)
        case EvalPhotos():
            return _eval_photos(command)
        case Extract():
            return _extract(command)
        case Match():
            return _match(command)
        case ExportWeights():
            return export_weights(command)
        case ExportOnnx():
            return export_onnx(command)
        case Bench():
            return _bench(command)
        case ColoredMnist():
            return colored_mnist(command)
        case FetchMnist():
            return fetch_mnist(command)


def _fit(command: Fit) -> int:
    """`scenetrain fit`."""
    from training.running.fit import fit

    if (command.shards is None) == (command.images is None):
        raise RequestError("fit: give either --shards DIR or --images DIR")
    folder = command.shards or command.images or Path()
    console = terminal()
    outcome = fit(
        command.run,
        folder,
        command.out,
        command.device,
        resume=command.resume,
        compile=command.compile,
        every=command.every,
        console=console,
    )
    if outcome.first:
        from training.cli.summary import closing

        for line in closing(outcome, command.out, command.shards):
            console.print(line, soft_wrap=True, markup=False)
    return 0 if outcome.finished else INTERRUPTED


def _eval(command: Eval) -> int:
    """`scenetrain eval`."""
    check_ranges(command)
    from training.devices import choose_device
    from training.evaluation.run import EvaluationSettings, evaluate
    from training.evaluation.table import render

    settings = EvaluationSettings(
        pairs=command.pairs,
        queries=command.queries,
        window=command.window,
        distance=command.distance,
        pictures=command.pictures,
        seed=command.seed,
        split=command.split,
    )
    device = choose_device(command.device)
    console = terminal()
    console.print(render(evaluate(command.run, command.shards, command.out, device, settings)))
    out = command.out or command.run / "eval"
    console.print(f"table.json, table.txt and the figures are in {out}", soft_wrap=True, markup=False)
    return 0


def _eval_photos(command: EvalPhotos) -> int:
    """`scenetrain eval-photos`."""
    from training.cli.photos import measure_photos

    return measure_photos(command)


def _extract(command: Extract) -> int:
    """`scenetrain extract`."""
    check_ranges(command)
    from training.applying.extract import extract

    names = extract(command.run, command.images, command.out, command.device, command.tile, command.precision)
    terminal().print(f"{command.out} holds {', '.join(names)}", soft_wrap=True, markup=False)
    return 0


def _match(command: Match) -> int:
    """`scenetrain match`."""
    from training.applying.match import match

    found = match(
        command.run,
        command.first,
        command.second,
        command.out,
        command.device,
        command.grid,
        command.ratio,
        command.back_px,
        command.distance,
    )
    line = f"{len(found)} of {found.asked} pixels found a match; the picture is {command.out}"
    terminal().print(line, soft_wrap=True, markup=False)
    return 0


def _bench(command: Bench) -> int:
    """`scenetrain bench`."""
    from training.measuring.bench import bench

    bench(command.shards, command.device, command.preset, terminal(), command.compile)
    return 0
