"""What an import has to make: its sequences, the size of its pictures, and how many samples of each there are to be."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scenegen.errors import UsageError
from scenegen.importing.flat import PairSequence
from scenegen.importing.frames import FrameSequence, view_size
from scenegen.importing.options import FEWEST_PX, MOST_PX, ImportOptions, config_json
from scenegen.importing.pictures import picture_size
from scenegen.importing.registry import sequences
from scenegen.importing.rgbd import CELL
from scenegen.seeding import stable_key

MOST_SAMPLES = 128
"""Samples in one shard at most."""
MOST_BYTES = 256 << 20
"""Raw bytes of the samples of one shard at most: a shard is built in memory."""
PICTURE_BYTES, DEPTH_BYTES, RAY_BYTES = 3, 4, 19
MOST_MIXED = (640, 480)
"""Size into which pictures of several sizes are fitted at most, where none is given."""
HELD_OUT = 5
"""One of so many sequences is held out."""
KEYS = 1 << 32


@dataclass(frozen=True)
class ImportSource:
    """The data of an import, as far as it is known before any picture is read."""

    sequences: tuple[FrameSequence | PairSequence, ...]
    size: tuple[int, int]
    """(width, height) of all pictures of the shards."""
    digest: str
    """sha256 over the names of all there is to choose from."""
    config_json: str
    """All that the import is by, as every shard says it."""

    @property
    def skipped(self) -> Counter[str]:
        """Frames and pairs that are no use, by reason."""
        return sum((sequence.skipped for sequence in self.sequences), Counter())


@dataclass(frozen=True)
class SequencePart:
    """Some samples of a sequence that make one shard."""

    sequence: str
    split: str
    number: int
    """Of the part in its sequence."""
    first: int
    samples: int


def find_import(layout: str, folder: Path, options: ImportOptions) -> ImportSource:
    """Find the data of an import. Raises UsageError and ImportingError as `sequences` does."""
    found = tuple(_with_noise(sequence, options) for sequence in sequences(layout, folder))
    size = (options.size.width, options.size.height)
    if size == (0, 0):
        sizes = set().union(*map(_sizes, found))
        size = sizes.pop() if len(sizes) == 1 else _frame_of(sizes)
    if not all(FEWEST_PX <= side <= MOST_PX for side in size):
        raise UsageError(
            f"--data {folder}: its pictures need {size[0]}x{size[1]} pixels, and {FEWEST_PX} to {MOST_PX} are "
            "possible: give a --size into which they are to be fitted"
        )
    digest = hashlib.sha256("".join(line for sequence in found for line in _lines(sequence, folder)).encode())
    noise = next((sequence.noise for sequence in found if isinstance(sequence, FrameSequence)), None)
    return ImportSource(found, size, digest.hexdigest(), config_json(options, layout, noise))


def _frame_of(sizes: set[tuple[int, int]]) -> tuple[int, int]:
    """(width, height) of the frame for pictures of several sizes: the smallest that holds all, within MOST_MIXED."""
    widths, heights = zip(*sizes, strict=True)
    return min(max(widths), MOST_MIXED[0]), min(max(heights), MOST_MIXED[1])


def parts(source: ImportSource, options: ImportOptions) -> Iterator[SequencePart]:
    """The shards to be made, sequence by sequence."""
    most = imported_per_shard(source)
    for sequence in source.sequences:
        count, split = _samples(sequence, options), split_of(sequence.name, options)
        for number, first in enumerate(range(0, count, most)):
            yield SequencePart(sequence.name, split, number, first, min(most, count - first))


def split_of(name: str, options: ImportOptions) -> str:
    """The split of a sequence: by its name, 80/20, the same on every machine, unless the options say it."""
    if options.split != "hash":
        return options.split
    return "val" if stable_key(name) < KEYS // HELD_OUT else "train"


def imported_per_shard(source: ImportSource) -> int:
    """How many samples a shard holds: as many as fit MOST_BYTES, at most MOST_SAMPLES."""
    pixels, has_depth = source.size[0] * source.size[1], isinstance(source.sequences[0], FrameSequence)
    pictures = 2 * pixels * (PICTURE_BYTES + DEPTH_BYTES * has_depth)
    rays = pixels // (CELL[0] * CELL[1]) * RAY_BYTES
    return max(1, min(MOST_SAMPLES, MOST_BYTES // (pictures + rays)))


def _samples(sequence: FrameSequence | PairSequence, options: ImportOptions) -> int:
    """Samples of a sequence: of frames as many as are asked for and can differ, of given pairs all."""
    if isinstance(sequence, PairSequence):
        return len(sequence.pairs)
    frames = len(sequence.frames)
    return min(options.pairs or frames, frames * (frames - 1))


def _with_noise(sequence: FrameSequence | PairSequence, options: ImportOptions) -> FrameSequence | PairSequence:
    """The sequence with the noise that the options ask for."""
    return sequence if isinstance(sequence, PairSequence) else replace(sequence, noise=options.noise(sequence.noise))


def _sizes(sequence: FrameSequence | PairSequence) -> set[tuple[int, int]]:
    """Sizes of its pictures; frames of one sequence are taken to have one, that of the first."""
    if isinstance(sequence, PairSequence):
        return {picture_size(path) for pair in sequence.pairs for path in pair.pictures}
    return {view_size(sequence.frames[0])}


def _lines(sequence: FrameSequence | PairSequence, folder: Path) -> Sequence[str]:
    """The names of a sequence and of its files, from the folder on."""
    if isinstance(sequence, PairSequence):
        files = [path for pair in sequence.pairs for path in pair.files]
    else:
        files = [path for frame in sequence.frames for path in (frame.color, frame.depth)]
    return [f"{sequence.name}\n", *(f"{_relative(path, folder)}\n" for path in files)]


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
