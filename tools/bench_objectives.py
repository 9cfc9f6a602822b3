"""Price of a training step of each objective against that of infonce, at equal pixels: CPU time, and peak memory.

    python tools/bench_objectives.py
    python tools/bench_objectives.py --objectives infonce,stable:p=2,cover --batch 8 --crop 256

All objectives take turns, step by step, in one process: what else the machine does then falls on all of them, and the
ratio of two steps of one round hardly feels it. A step is everything that `training.running.loop.train` does: views,
choice of pixels, network, loss, gradient, optimiser. Memory is that of a process of its own which makes two steps.
Ratios above LIMIT are marked; objectives that follow the network with a second one may cost more.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from statistics import median

import torch

from scenegen.shards import Status
from training.comparison.contestant import Contestant, contestants
from training.data.batch import PairBatch
from training.objectives.objective import Follower
from training.presets import preset
from training.running.loop import StepState, make_optimizer, train
from training.running.pace import peak_mib
from training.running.processes import in_processes
from training.running.trainee import Trainee, build_trainee
from training.settings import AnySettings

YARDSTICK, LIMIT = "infonce", 1.5
WARM, FEW = 2, 2
"""Rounds that do not count, and steps of a process whose memory is measured."""
SHIFT_PX = 5
"""Both views are the same noise, one of them moved to the right."""


@dataclass(frozen=True)
class Price:
    """What the steps of an objective cost."""

    name: str
    step_ms: float
    """Median CPU time of a step."""
    ratio: float
    """Median over the rounds of this step's time over the yardstick's."""
    follows: bool
    """Whether the objective has a second network."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objectives", default="all", help="as for scenetrain compare; infonce is always measured")
    parser.add_argument("--batch", type=int, default=4, help="pairs in a step")
    parser.add_argument("--crop", type=int, default=128, help="side of the windows in pixels")
    parser.add_argument("--rounds", type=int, default=10, help="steps of each objective that count")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="bfloat16")
    return parser.parse_args()


def noise_pairs(batch: int, side: int) -> PairBatch:
    """Pairs of noise moved by SHIFT_PX, with an eighth of the pixels traced, and the dense truth."""
    draw = torch.Generator().manual_seed(0)
    images0 = torch.randint(256, (batch, 3, side, side), generator=draw, dtype=torch.uint8)
    count = side * side // 8
    pixel = torch.stack([torch.randperm(side * side, generator=draw)[:count] for _ in range(batch)])
    xy0 = torch.stack([pixel % side, pixel // side], dim=2)
    xy1 = xy0 + torch.tensor([SHIFT_PX, 0])
    seen = xy1[..., 0] < side
    flow = torch.tensor([SHIFT_PX, 0.0]).reshape(1, 2, 1, 1).expand(batch, 2, side, side)
    return PairBatch(
        images0=images0,
        images1=images0.roll(SHIFT_PX, 3),
        xy0=xy0.int(),
        xy1=xy1.float(),
        status=torch.where(seen, int(Status.VISIBLE), int(Status.OUT_OF_VIEW)).to(torch.uint8),
        foreground=torch.rand(seen.shape, generator=draw) < 0.3,
        flow=flow.contiguous(),
        covisible=(torch.arange(side) < side - SHIFT_PX).expand(batch, side, side).contiguous(),
    )


def settings_of(contestant: Contestant, chosen: argparse.Namespace) -> AnySettings:
    """The run that `scenetrain compare` would make, at these sizes."""
    base = preset("compare")
    data = replace(base.data, crop=chosen.crop)
    sized = replace(base, batch=chosen.batch, data=data, precision=chosen.precision)
    return contestant.settings(sized, 1.0, 0)


def steps(contestant: Contestant, chosen: argparse.Namespace, batch: PairBatch) -> tuple[Trainee, Iterator[StepState]]:
    """What is trained, and its steps, one at a time as they are asked for."""
    settings = settings_of(contestant, chosen)
    trainee = build_trainee(settings)
    optimizer = make_optimizer(trainee, settings.optimizer)
    return trainee, train(trainee, repeat(batch), optimizer, settings, steps=settings.steps)


def prices(chosen: argparse.Namespace, asked: tuple[Contestant, ...]) -> list[Price]:
    """Every objective, a step in turn."""
    batch = noise_pairs(chosen.batch, chosen.crop)
    runs = {each.name: steps(each, chosen, batch) for each in asked}
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(WARM + chosen.rounds):
        for name, (_, states) in runs.items():
            begin = time.process_time()
            next(states)
            seconds[name].append(time.process_time() - begin)
    counted = {name: times[WARM:] for name, times in seconds.items()}
    return [
        Price(
            name,
            1000 * median(times),
            median(mine / unit for mine, unit in zip(times, counted[YARDSTICK], strict=True)),
            isinstance(runs[name][0].objective, Follower),
        )
        for name, times in counted.items()
    ]


def memory_mib(chosen: argparse.Namespace, contestant: Contestant) -> tuple[str, float]:
    """Most memory of this process after a few steps."""
    _, states = steps(contestant, chosen, noise_pairs(chosen.batch, chosen.crop))
    for _ in range(FEW):
        next(states)
    return contestant.name, peak_mib(torch.device("cpu"))


def remark(price: Price) -> str:
    """What is to be said of a ratio."""
    if price.follows:
        return "has a second network"
    return f"above {LIMIT:g}" if price.ratio > LIMIT else ""


def main() -> None:
    """Measure everything and print a table."""
    chosen = arguments()
    torch.set_num_threads(1)
    asked = tuple({each.name: each for each in (*contestants(YARDSTICK), *contestants(chosen.objectives))}.values())
    found = prices(chosen, asked)
    peaks = dict(in_processes(partial(memory_mib, chosen), asked, 1))
    print(f"{chosen.batch} pairs, {chosen.crop} px, {chosen.precision}, one thread, torch {torch.__version__}\n")
    print(f"{'':<24}{'ms per step':>12}{'x ' + YARDSTICK:>12}{'peak MiB':>12}")
    for price in sorted(found, key=lambda each: each.ratio):
        row = f"{price.name:<24}{price.step_ms:>12.0f}{price.ratio:>12.2f}{peaks[price.name]:>12.0f}"
        print(f"{row}  {remark(price)}".rstrip())


if __name__ == "__main__":
    main()
