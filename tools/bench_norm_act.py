"""What a compiled normalisation saves of a training step of a network: the same passes with it and with PyTorch's own.

    python tools/bench_norm_act.py --threads 1 --rounds 8

Both are timed in turns, forward and backward over a batch of noise, in CPU time and in each arithmetic that the machine
has; the ratio of a round is that of two passes that follow each other. Prints a Markdown table.
"""

import argparse
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from statistics import median
from unittest.mock import patch

import torch
from benching.section import Row, Section
from torch import Tensor

from scenegen.shards import keep_freed_memory
from training.devices import computes_in_bfloat16, network_arithmetic
from training.models import norm_act
from training.models.networks import AnyNetwork, build_network
from training.presets import preset
from training.settings import Precision

STEPS = {"builtin": (16, 192), "cover": (4, 192), "paper": (8, 256)}
"""Views and side of the pictures that go through the network of each preset."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    words = _parser().parse_args(arguments)
    torch.set_num_threads(words.threads)
    keep_freed_memory()
    arithmetic: list[Precision] = ["float32", "bfloat16"] if computes_in_bfloat16(torch.device("cpu")) else ["float32"]
    rows = [_measured(name, precision, words.rounds) for name in STEPS for precision in arithmetic]
    print(Section(f"Forward and backward, CPU ms, {words.threads} threads", tuple(rows)).markdown())
    return 0


def _some(word: str) -> int:
    """A number of 1 or more. Raises ArgumentTypeError else."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word}: must be a number, 1 or more")
    return int(word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=_some, default=1)
    parser.add_argument("--rounds", type=_some, default=8)
    return parser


def _measured(name: str, precision: Precision, rounds: int) -> Row:
    views, side = STEPS[name]
    network = build_network(replace(preset(name).model, dropout=0.0), 0).train()
    pictures = torch.rand(views, 3, side, side)
    times = [
        (_pass(network, pictures, precision, True), _pass(network, pictures, precision, False))
        for _ in range(rounds + 1)
    ]
    ours, torchs = (median(each) for each in zip(*times[1:], strict=True))
    ratio = median(theirs / own for own, theirs in times[1:])
    return {"preset": name, "arithmetic": precision, "compiled": ours, "PyTorch's": torchs, "ratio": ratio}


def _pass(network: AnyNetwork, pictures: Tensor, precision: Precision, compiled: bool) -> float:
    """CPU milliseconds of a pass."""
    begin = time.process_time()
    way = nullcontext() if compiled else patch.object(norm_act, "kernels", lambda: None)
    with way, network_arithmetic(pictures.device, precision):
        (last,) = network.pyramid(pictures, 1)
    last.float().square().mean().backward()
    return 1000 * (time.process_time() - begin)


if __name__ == "__main__":
    raise SystemExit(main())
