"""Pairs of two samples that show one object: in another place or room, in another light, beside other things.

A point in the frame of its object is the same wherever that stands, and depth, cameras and the objects' poses say which
point a pixel shows: no byte is stored for it. A match is a pixel of view 0 and the exact projection of its surface
point into view 1, where the nearest pixel shows that object no further from the point than 1.5 widths of a pixel, and
the same side of it where shards have normals (`scenegen.shards.same_surface`).
"""

import numpy as np
from torch.utils.data import Dataset

from scenegen.counting import often
from scenegen.shards import Status
from training.data.cut_out import cut_out, shared, slots_seen
from training.data.item import REPLACEMENTS, PairItem, first_of_use
from training.data.layers import Need, require_layers
from training.data.order import Key
from training.data.pairs import PairData, StoredView, images
from training.data.standing import StandingObjects, standing
from training.data.windows import Array, ViewRays, Windows, carry, choose_windows
from training.errors import DataError
from training.seeding import Stream, numpy_generator
from training.settings import DataSettings

TRIES = 8
"""Views of other samples that are looked at before another sample takes the place of the first."""
NEED = Need(("depth", "instance"), "by which --positives-across finds objects", "leave it out")


class AcrossData(Dataset[PairItem]):
    """The pairs of `own`, a share of them replaced by pairs of two samples, as (seed, epoch, pair) alone decides.

    View 0 of such a pair is one of its own sample's. A sample of which no object is found elsewhere, by `min_matches`
    positives, is passed over: another one takes its place, as in `PairData`.
    """

    def __init__(self, own: PairData, objects: StandingObjects) -> None:
        self.own = own
        self.objects = objects
        self.settings: DataSettings = own.settings
        self.passed_over = 0

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.own)

    @property
    def window(self) -> tuple[int, int]:
        """Width and height of the windows."""
        return self.own.window

    @property
    def start_method(self) -> str | None:
        """As the own pairs have it."""
        return self.own.start_method

    def __getitem__(self, key: Key) -> PairItem:
        """The pair of `key`, or its replacement. Raises as `PairData` does."""
        rng = numpy_generator(self.own.seed, Stream.ACROSS, *key)
        if rng.random() >= self.settings.positives_across:
            return self.own[key]
        return first_of_use(
            key[1],
            lambda sample: self._pair(sample, rng),
            lambda: int(rng.choice(self.objects.sample)),
            self._none_in_a_row,
        )

    def as_taken(self) -> PairData:
        """The own pairs alone, as they were taken."""
        return self.own.as_taken()

    def remark(self) -> str:
        """One line about what was passed over; "" where nothing was."""
        said = f"{often(self.passed_over)} another pair took the place of one without windows of enough matches"
        return f"{said}, or across samples without an object that is seen elsewhere" if self.passed_over else ""

    def _pair(self, sample: int, rng: np.random.Generator) -> PairItem | None:
        """A view of a sample, and the first drawn of another arrangement that shows enough of one of its objects.

        Objects are drawn by the pixels that they take in the first view.
        """
        rows = self.objects.rows_of(sample)
        if not len(rows):
            return None
        first = self._stored(sample, rng)
        slots = slots_seen(first)
        pixels = np.bincount(slots[slots >= 0], minlength=int(self.objects.slot[rows].max()) + 1)[
            self.objects.slot[rows]
        ]
        rows, pixels = rows[pixels >= self._least], pixels[pixels >= self._least]
        for _ in range(TRIES if len(rows) else 0):
            row = int(rng.choice(rows, p=pixels / pixels.sum()))
            other = int(rng.choice(self.objects.elsewhere(row)))
            second = self._stored(int(self.objects.sample[other]), rng)
            found = self._matches(first, slots, row, second, other)
            item = None if found is None else self._item((first, second), found, rng)
            if item is not None:
                return item
        return None

    def _stored(self, sample: int, rng: np.random.Generator) -> StoredView:
        """One of the views of a sample."""
        reader, row = self.own.located(sample)
        return StoredView(reader, row, int(rng.integers(reader.sizes["view"])))

    @property
    def _least(self) -> int:
        """Fewest positives of a pair."""
        return max(self.settings.min_matches, 1)

    def _enough(self, seen: Array) -> bool:
        """Whether pixels (H, W) bool can hold the positives of a pair."""
        return int(np.count_nonzero(seen)) >= self._least

    def _matches(self, first: StoredView, slots: Array, row: int, second: StoredView, other: int) -> ViewRays | None:
        """What both views show of one object, by its rows in the table; None where that cannot be enough.

        `slots` are those that the first view shows, (H, W).
        """
        slot0, slot1 = (int(self.objects.slot[k]) for k in (row, other))
        seen = slots_seen(second) == slot1
        if not self._enough(seen):
            return None
        found = shared(cut_out(first, slots == slot0, slot0), cut_out(second, seen, slot1))
        return found if len(found) >= self._least else None

    def _item(self, pair: tuple[StoredView, StoredView], found: ViewRays, rng: np.random.Generator) -> PairItem | None:
        """Windows of two views with enough of the matches; None where there are no such."""
        rays = thinned(found, pair[0].reader.sizes["ray"], rng)
        windows, positives = choose_windows(rays, self.own.picture, self.settings, rng)
        if positives < self._least:
            return None
        dense = _dense_truth(found, windows) if self.own.truth else (None, None)
        return PairItem(*images(*pair, windows), carry(rays, windows), 0, *dense)

    def _none_in_a_row(self) -> str:
        what = (
            f"{self.own.shards.folder}: {REPLACEMENTS} samples in a row show no object by {self._least} pixels or more"
        )
        advice = "use a smaller --min-matches or a larger --crop, or leave out --positives-across"
        return f"{what} that a sample of another arrangement shows as well: {advice}"


def open_across(own: PairData) -> AcrossData:
    """The same pairs, of which `settings.positives_across` are of two samples. Each shard is opened once.

    Raises DataError where a shard lacks a layer, or no object stands in two arrangements; ShardError as `open_pairs`.
    """
    require_layers(own.shards, range(len(own.shards.entries)), NEED)
    objects = standing(own.shards)
    if not len(objects):
        what = f"{own.shards.folder}: no object stands once in each of two arrangements, as --positives-across asks for"
        advice = "render more rooms, or with --pairs-per-layout 1, or from a smaller library with fewer --objects"
        raise DataError(f"{what}: {advice}")
    return AcrossData(own, objects)


def _dense_truth(found: ViewRays, windows: Windows) -> tuple[Array, Array]:
    """Flow (2, h, w) float32 and covisible pixels (h, w) bool as `PairItem` has them, from the matches of two views."""
    width, height = windows.size
    flow, covisible = np.zeros((2, height, width), np.float32), np.zeros((height, width), np.bool_)
    rays = carry(found, windows)
    rays = rays.only(rays.status == Status.VISIBLE)
    x, y = rays.xy0.T
    flow[:, y, x], covisible[y, x] = (rays.xy1 - rays.xy0).T, True
    return flow, covisible


def thinned(rays: ViewRays, most: int, rng: np.random.Generator) -> ViewRays:
    """The rays, or as many of them as are traced of a whole picture."""
    return rays if len(rays) <= most else rays.only(np.sort(rng.choice(len(rays), most, replace=False)))
