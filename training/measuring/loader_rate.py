"""How fast the pairs of a folder are read: whole, in windows anywhere, and as batches."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table

from scenegen.shards import ShardReader
from training.data.loader import read_batches
from training.data.order import Key
from training.data.pairs import PairData, open_pairs, read_rays, splits
from training.seeding import Stream, numpy_generator
from training.settings import DataSettings

AIMS = {"gzip": 200, "zstd": 450}
"""Random pairs of 640x480 per second and core that the loader is to reach, by codec."""
READ = ("rgb", "rays/xy0", "rays/xy", "rays/status", "rays/instance")
"""Datasets that training reads."""
CROP, SMALL = 256, 128
"""Side of the windows in the measurement of the loader, and of a step whose preset takes small pictures whole."""
RANDOM = 1000
"""Random pairs that are read one by one, again and again."""
GROUP = 8
"""Pairs put together in the measurement of the loader."""
ROUNDS, ROUND_S = 3, 0.7
"""Measurements of which the best counts, as what else runs only slows down; and the CPU time of each."""


@dataclass(frozen=True)
class LoaderRate:
    """How fast the pairs of one folder are read at random, per second of one core."""

    codec: str
    picture: tuple[int, int]
    """Width and height in pixels."""
    mb_per_pair: float
    """Stored size of what is read, MB."""
    whole: float
    """Pairs per second: both pictures and the rays, nothing else."""
    windows: float
    """Pairs per second: a window of `CROP` pixels of both pictures, and the rays."""
    batches: float
    """Pairs per second: read, carried into windows of `CROP` pixels, put together in batches."""
    small_batches: float
    """The same with windows of `SMALL` pixels."""


def loader_rate(folder: Path) -> LoaderRate:
    """Random access to the pairs of a folder, by this process alone."""
    data, small = (open_largest(folder, DataSettings(crop=crop, min_matches=1, workers=0)) for crop in (CROP, SMALL))
    reader = data.shards.reader(0)
    infos = {info.name: info for info in reader.datasets()}
    stored = sum(infos[name].stored_bytes for name in READ) / len(reader)
    rates = (
        _rate(work)
        for work in (_visitor(data, _whole), _visitor(data, _windows(data)), _batcher(data), _batcher(small))
    )
    return LoaderRate(infos["rgb"].codec.split()[0], data.picture, stored / 1e6, *rates)


def loader_table(rates: tuple[LoaderRate, ...]) -> Table:
    """One row for each codec."""
    table = Table(title="Random pairs per second of one core (CPU time, files in memory)")
    rates_of = ("whole", f"{CROP} px windows", f"{CROP} px batches", f"{SMALL} px batches")
    for heading in ("codec", "pictures", "MB per pair", *rates_of, "aim"):
        table.add_column(heading, justify="left" if heading in ("codec", "pictures") else "right")
    for rate in rates:
        size = f"{rate.picture[0]}x{rate.picture[1]}"
        aim = f"{AIMS[rate.codec]}" if rate.codec in AIMS and rate.picture == (640, 480) else ""
        speeds = (f"{value:.0f}" for value in (rate.whole, rate.windows, rate.batches, rate.small_batches))
        table.add_row(rate.codec, size, f"{rate.mb_per_pair:.2f}", *speeds, aim)
    return table


def open_largest(folder: Path, settings: DataSettings) -> PairData:
    """The largest split of a folder, in windows no larger than its pictures."""
    sizes = splits(folder)
    split = max(sizes, key=lambda name: sizes[name])
    width, height = open_pairs(folder, split, replace(settings, crop=0), 0).picture
    return open_pairs(folder, split, replace(settings, crop=min(settings.crop, width, height)), 0)


def random_keys(data: PairData, batch: int, count: int) -> list[tuple[Key, ...]]:
    """Random batches, of windows of their own; few pairs are read again and again."""
    rng = numpy_generator(data.seed, Stream.ORDER)
    return [tuple((k, int(pair)) for pair in rng.integers(len(data), size=batch)) for k in range(count)]


def _visitor(data: PairData, look: Callable[[ShardReader, int, int], None]) -> Callable[[int], int]:
    """A function of a turn that reads the rays of a random pair, has `look` read of its pictures, and returns 1.

    `look` gets the reader, the row in it, and which of the `RANDOM` pairs it is.
    """
    (keys,) = random_keys(data, RANDOM, 1)

    def visit(turn: int) -> int:
        which = turn % len(keys)
        shard, row = data.shards.locate(keys[which][1])
        reader = data.shards.reader(shard)
        read_rays(reader, row, 1)
        look(reader, row, which)
        return 1

    return visit


def _whole(reader: ShardReader, row: int, _which: int) -> None:
    """Read both pictures."""
    for view in (0, 1):
        reader.read("rgb", row, view)


def _windows(data: PairData) -> Callable[[ShardReader, int, int], None]:
    """A function that reads windows anywhere in both pictures."""
    spare = [size - side + 1 for size, side in zip(data.picture, data.window, strict=True)]
    corners = numpy_generator(data.seed, Stream.CROP).integers(0, spare, (RANDOM, 2, 2)).tolist()
    width, height = data.window

    def look(reader: ShardReader, row: int, which: int) -> None:
        for view, (x, y) in enumerate(corners[which]):
            reader.read_window("rgb", row, view, slice(y, y + height), slice(x, x + width))

    return look


def _batcher(data: PairData) -> Callable[[int], int]:
    """A function of a turn that makes a random batch and returns its size."""
    keys = random_keys(data, GROUP, 100)

    def batch(turn: int) -> int:
        return sum(len(pairs) for pairs in read_batches(data, [keys[turn % len(keys)]]))

    return batch


def _rate(work: Callable[[int], int]) -> float:
    """Units per second of CPU time that `work` does: a core's worth, however busy the machine is.

    The best of some rounds, after one turn to open the files.
    """
    work(0)
    return max(_round(work) for _ in range(ROUNDS))


def _round(work: Callable[[int], int]) -> float:
    begin, done, turn = time.process_time(), 0, 0
    while (passed := time.process_time() - begin) < ROUND_S:
        done, turn = done + work(turn), turn + 1
    return done / passed
