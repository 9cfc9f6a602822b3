"""Pairs of windows from the shards of one split: what to read, and what to refuse before training starts."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch.utils.data import Dataset

from scenegen.counting import counted
from scenegen.errors import first_line
from scenegen.shards import MANIFEST, ShardReader, ShardSet, file_sha256, is_remote, known_config, located
from scenegen.shards.faults import trouble
from training.data.item import REPLACEMENTS, PairItem, first_of_use
from training.data.order import Key
from training.data.sampling import sampled
from training.data.warp import places
from training.data.windows import Array, ViewRays, Windows, carry, choose_windows, turned, window_size
from training.errors import DataError
from training.seeding import Stream, numpy_generator
from training.settings import DataSettings, WarpSettings

FIRST_OBJECT = 2
"""Instance number of the first placed object; 0 is nothing and 1 the room."""


@dataclass(frozen=True)
class StoredView:
    """A view of a stored sample."""

    reader: ShardReader
    row: int
    view: int

    def window(self, name: str, corner: tuple[int, int], size: tuple[int, int]) -> Array:
        """(h, w, ...) the window of `size` at `corner` of its picture or layer; what can be left of it is not read."""
        return read_window(self.reader, name, self.row, self.view, corner, size)


Truth = Callable[[ShardReader, int, int, Windows], tuple[Array, Array]]
"""Reads dense truth, `flow` and `covisible` of a `PairItem`: reader, row, other view, windows."""


class PairData(Dataset[PairItem]):
    """Pairs of windows, by key: `data[(epoch, pair)]` is a function of (seed, epoch, pair) alone.

    A pair without windows of `min_matches` positives is passed over: another one, drawn from the same
    stream, takes its place. `passed_over` counts them, in the process that takes batches.
    """

    def __init__(
        self,
        shards: ShardSet,
        picture: tuple[int, int],
        settings: DataSettings,
        seed: int,
        truth: Truth | None = None,
    ) -> None:
        self.shards = shards
        self.picture = picture
        """Width and height of the stored pictures."""
        self.settings = settings
        self.seed = seed
        self.truth = truth
        """What gives the pairs their dense truth; None where none is asked for."""
        self.passed_over = 0
        self._seen: set[int] = set()
        """Shards that are what was promised of them."""

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.shards)

    @property
    def window(self) -> tuple[int, int]:
        """Width and height of the windows."""
        return window_size(self.picture, self.settings.crop)

    @property
    def start_method(self) -> str | None:
        """A connection, and the threads that keep it, do not survive a fork."""
        return "spawn" if is_remote(self.shards.folder) else None

    def __getitem__(self, key: Key) -> PairItem:
        """The pair of `key`, or its replacement.

        Raises ShardError (damage) and DataError (too few matches, a shard that is not what was promised).
        """
        rng = numpy_generator(self.seed, Stream.CROP, *key)
        return first_of_use(
            key[1], lambda pair: self._pair(pair, rng), lambda: int(rng.integers(len(self))), self._too_few_matches
        )

    def as_taken(self) -> "PairData":
        """The same pairs as they were taken, neither mirrored nor warped, with a count of its own."""
        still = replace(self.settings, flip_p=0.0, warp=WarpSettings())
        return PairData(self.shards, self.picture, still, self.seed, self.truth)

    def remark(self) -> str:
        """One line about the pairs passed over; "" where there were none."""
        said = f"{counted(self.passed_over, 'pair')} had no windows of enough matches; others took their place"
        return said if self.passed_over else ""

    def located(self, pair: int) -> tuple[ShardReader, int]:
        """The shard and the row of a pair. Raises ShardError, and DataError for a shard that is not as promised."""
        shard, row = self.shards.locate(pair)
        reader = self.shards.reader(shard)
        if shard not in self._seen:
            require_promised(self.shards, shard, self.picture)
            self._seen.add(shard)
        return reader, row

    def _located(self, pair: int, chance: float) -> tuple[ShardReader, int, int]:
        """The shard and the row of a pair, and the other view, one of 1.. by `chance` in [0, 1)."""
        reader, row = self.located(pair)
        return reader, row, 1 + int(chance * (reader.sizes["view"] - 1))

    def _pair(self, pair: int, rng: np.random.Generator) -> PairItem | None:
        """Windows of a pair; None where there are none of enough matches."""
        reader, row, view = self._located(pair, float(rng.random()))
        rays = read_rays(reader, row, view)
        windows, positives = choose_windows(rays, self.picture, self.settings, rng)
        if positives < max(self.settings.min_matches, 1):
            return None
        dense = self.truth(reader, row, view, windows) if self.truth else (None, None)
        stored = StoredView(reader, row, 0), StoredView(reader, row, view)
        return PairItem(*images(*stored, windows), carry(rays, windows), 0, *dense)

    def _too_few_matches(self) -> str:
        crop, least = self.settings.crop, max(self.settings.min_matches, 1)
        where = f"{self.shards.folder}: {REPLACEMENTS} pairs in a row had fewer than {least} visible rays"
        advice = "use a smaller --min-matches, a larger --crop, or render with more --overlap"
        return f"{where} in windows of {f'{crop}x{crop}' if crop else 'the whole picture'}: {advice}"


def read_rays(reader: ShardReader, row: int, view: int) -> ViewRays:
    """The rays of a sample as `view` sees them."""
    xy0, foreground = reader.read("rays/xy0", row), reader.read("rays/instance", row) >= FIRST_OBJECT
    return ViewRays(xy0, reader.read("rays/xy", row, view - 1), reader.read("rays/status", row, view - 1), foreground)


def read_window(
    reader: ShardReader, name: str, row: int, view: int, corner: tuple[int, int], size: tuple[int, int]
) -> Array:
    """(h, w, ...) the window of `size` at `corner` of a view's picture or layer; what can be left of it is not read."""
    (x, y), (width, height) = corner, size
    return reader.read_window(name, row, view, slice(y, y + height), slice(x, x + width))


def require_split(path: Path, split: str) -> None:
    """Raise DataError, with what to do, where a run folder has no shard of a split."""
    if split not in (there := splits(path)):
        advice = f"render more rooms with `scenegen render --rooms N --out {path}`, or import with --split {split}"
        raise DataError(f"{path}: has no shard of split {split!r}, only of {', '.join(there)}: {advice}")


def open_pairs(path: Path, split: str, settings: DataSettings, seed: int) -> PairData:
    """The pairs of one split of a run folder.

    Where the manifest tells the size of the pictures one shard is opened, and each of the others is held against it
    when it is first read; else each is opened once. Raises DataError when there are none, or pictures of several sizes
    or smaller than the window, and ShardError when a shard is damaged, of another format, or newer than this program.
    """
    path = located(path)
    require_split(path, split)
    shards = ShardSet(path, split)
    picture = _promised_size(shards) or _common_size(shards)
    window_size(picture, settings.crop)
    return PairData(shards, picture, settings, seed)


def splits(path: Path) -> dict[str, int]:
    """The splits of a run folder and how many pairs each has, by name. Raises as `open_pairs` does."""
    _require_shards(located(path))
    entries = ShardSet(path).entries
    names = sorted({entry.split for entry in entries})
    return {name: sum(entry.samples for entry in entries if entry.split == name) for name in names}


def content_digest(path: Path, split: str | None = None) -> str:
    """sha256 over the sorted sha256 of the shards (of one split): the same for the same data anywhere.

    Digests come from the manifest; without one the files are read. Raises as `open_pairs` does.
    """
    path = located(path)
    _require_shards(path)
    digests = sorted(entry.sha256 or file_sha256(entry.path) for entry in ShardSet(path, split).entries)
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()


def images(first: StoredView, second: StoredView, windows: Windows) -> tuple[Array, Array]:
    """(3, h, w) uint8, the windows of both views."""
    window0 = first.window("rgb", windows.corner0, windows.size)
    return turned(window0, windows), turned(_window1(second, windows), windows)


def _window1(second: StoredView, windows: Windows) -> Array:
    """(h, w, 3) uint8; a warped one is sampled from the whole picture, so that it has no corners without one."""
    if windows.warp is None:
        return second.window("rgb", windows.corner1, windows.size)
    picture = second.reader.read("rgb", second.row, second.view)
    return sampled(picture, places(windows.warp, windows.corner1, windows.size))


def _require_shards(path: Path) -> None:
    """Refuse a folder that a run never wrote to, and say how to make one; or say why it cannot be looked at."""
    try:
        is_file, holds = path.is_file(), (path / MANIFEST).is_file() or any(path.rglob("*.h5"))
    except OSError as error:
        raise DataError(f"{path}: {trouble(error, first_line(error))}") from None
    if is_file:
        raise DataError(f"{path}: is a file: give the folder that holds the shards")
    if not holds:
        raise DataError(f"{path}: holds no shards: make some with `scenegen render --out {path}`")


def _promised_size(shards: ShardSet) -> tuple[int, int] | None:
    """Width and height of all pictures where the manifest tells them, held against the first shard; else None.

    Raises DataError as `require_promised` does.
    """
    match known_config(shards.folder).get("size"):
        case [int(width), int(height)] if min(width, height) > 0:  # an import says 0x0 for the size of its data
            require_promised(shards, 0, (width, height))
            return width, height
    return None


def require_promised(shards: ShardSet, number: int, picture: tuple[int, int]) -> None:
    """Raise DataError where a shard has not the number of pairs, or the size of pictures, that was promised."""
    (width, height), entry = _size_of(shards, number), shards.entries[number]
    if (width, height) != picture:
        what = f"has pictures of {width}x{height}, the run's are {picture[0]}x{picture[1]}"
        raise DataError(f"{entry.path}: {what}: delete it, and render again into the same folder")


def _size_of(shards: ShardSet, number: int) -> tuple[int, int]:
    """Width and height of a shard's pictures; DataError where it has not as many pairs as the manifest says."""
    entry, reader = shards.entries[number], shards.reader(number)
    if len(reader) != entry.samples:
        what = f"holds {counted(len(reader), 'pair')}, the manifest says {entry.samples}"
        raise DataError(f"{entry.path}: {what}: render again into the same folder, or delete {MANIFEST}")
    return picture_size(reader)


def _common_size(shards: ShardSet) -> tuple[int, int]:
    """Width and height of all pictures; DataError when they differ, or a shard is not what the manifest says."""
    sizes: dict[tuple[int, int], Path] = {}
    for number, entry in enumerate(shards.entries):
        sizes.setdefault(_size_of(shards, number), entry.path)
    if len(sizes) > 1:
        found = ", ".join(f"{width}x{height} ({path.name})" for (width, height), path in sizes.items())
        raise DataError(f"{shards.folder}: pictures of several sizes: {found}: keep each size in a folder of its own")
    return next(iter(sizes))


def picture_size(reader: ShardReader) -> tuple[int, int]:
    """Width and height of a shard's pictures."""
    return reader.sizes["x"], reader.sizes["y"]
