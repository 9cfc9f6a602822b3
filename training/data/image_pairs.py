"""Pairs of windows from the pictures of a folder, with the same keys and items as pairs from shards."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from scenegen.counting import often
from training.data.faults import FAULTS, BlankError, SmallError, mark_of, told
from training.data.image_settings import ImageSettings
from training.data.image_views import draw_looks, truth, windows
from training.data.item import REPLACEMENTS, PairItem, first_of_use
from training.data.order import Key
from training.data.pictures import Listing, list_pictures, split_of
from training.data.transforms.homography import Array
from training.data.transforms.transform import Transform
from training.errors import DataError, ImageError, RequestError
from training.photo import read_photo
from training.ranges import check_ranges
from training.seeding import Stream, numpy_generator
from training.settings import DataSettings, WarpSettings

TRIES = 8
"""Draws of a picture's two views that may lack matches before another picture takes its place."""


class ImageData(Dataset[PairItem]):
    """Pairs of windows of single pictures, by key: `data[(epoch, picture)]` is a function of (seed, epoch, picture).

    A file that is no image, is damaged, of one colour or smaller than the window, and a picture none of whose draws
    leave `min_matches` positives, is passed over: another one, drawn from the same stream, takes its place.
    `passed_over` counts these draws in the process that takes batches, as `PairData` does; `faults` the files among
    them, in all processes.
    """

    def __init__(
        self, listing: Listing, settings: DataSettings, images: ImageSettings[Transform], seed: int, marks: Tensor
    ) -> None:
        self.listing = listing
        self.settings = settings
        self.images = images
        self.seed = seed
        self.passed_over = 0
        self._marks = marks

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self.listing.names)

    @property
    def window(self) -> tuple[int, int]:
        """Width and height of the windows."""
        return self.settings.crop, self.settings.crop

    @property
    def start_method(self) -> str | None:
        """Any does."""
        return None

    def __getitem__(self, key: Key) -> PairItem:
        """The pair of `key`, or its replacement. Raises DataError when there is none in a row of draws."""
        rng = numpy_generator(self.seed, Stream.CROP, *key)
        return first_of_use(
            key[1], lambda index: self._pair(index, rng), lambda: int(rng.integers(len(self))), self._none_in_a_row
        )

    def picture(self, index: int) -> Array | None:
        """(H, W, 3) uint8; None, and marked, where the file gives none."""
        if self._marks[index]:
            return None
        try:
            return self._read(self.listing.folder / self.listing.names[index])
        except ImageError as error:
            self._marks[index] = mark_of(error)
            return None

    def as_taken(self) -> "ImageData":
        """The same pairs, never mirrored, with a count of its own."""
        settings = replace(self.settings, flip_p=0.0)
        return ImageData(self.listing, settings, self.images, self.seed, self._marks)

    def faults(self) -> str:
        """The files met so far, by any process, that give no picture, counted by reason; "" where there are none."""
        counts = torch.bincount(self._marks, minlength=1 + len(FAULTS)).tolist()[1:]
        counts[0] += self.listing.others
        return told(counts, self.settings.crop)

    def remark(self) -> str:
        """One line about the files and the draws passed over; "" where there were none."""
        draws = f"{often(self.passed_over)} another picture took the place of one that gave no pair"
        return "; ".join(part for part in (self.faults(), draws if self.passed_over else "") if part)

    def _read(self, path: Path) -> Array:
        picture = read_photo(path)
        if min(picture.shape[:2]) < self.settings.crop:
            raise SmallError(f"{path}: is smaller than the window")
        if (picture[0] == picture[0, 0]).all() and (picture == picture[0, 0]).all():  # the first row tells most of them
            raise BlankError(f"{path}: is of one colour")
        return picture

    def _pair(self, index: int, rng: np.random.Generator) -> PairItem | None:
        """The first draw of a picture with enough matches; None without one, or without a picture."""
        picture = self.picture(index)
        if picture is None:
            return None
        crop, least = self.settings.crop, max(self.settings.min_matches, 1)
        if rng.random() < self.settings.flip_p:
            picture = picture[:, ::-1]
        size = (picture.shape[1], picture.shape[0])
        for _ in range(TRIES):
            looks = draw_looks(size, crop, self.images, rng)
            known = truth(looks, size, crop, rng)
            if known.matches >= least:
                view0, view1 = windows(picture, looks, crop, self.images.ranges, rng)
                return PairItem(view0, view1, known.rays, 0, known.flow, known.covisible)
        return None

    def _none_in_a_row(self) -> str:
        least, crop = max(self.settings.min_matches, 1), self.settings.crop
        what = f"{self.listing.folder}: {REPLACEMENTS} pictures in a row gave no two views of {crop}x{crop} px"
        faults = f" ({self.faults()})" if self.faults() else ""
        return f"{what} with {least} matches{faults}: use a smaller --min-matches or --crop, or other pictures"


def open_images(
    folder: Path, split: str, settings: DataSettings, images: ImageSettings[Transform], seed: int
) -> ImageData:
    """The pictures of one split of a folder. Files are read as they are drawn, and here until the first good one.

    Raises DataError when there is no picture that can be used, RequestError for settings that cannot be.
    """
    if settings.crop < 1:
        raise RequestError("--crop 0: pictures of a folder differ in size, so windows need a size of their own")
    if moved := [field.name for field in fields(WarpSettings) if getattr(settings.warp, field.name) != field.default]:
        given = f"--{moved[0].replace('_', '-')} {getattr(settings.warp, moved[0]):g}"
        raise RequestError(f"{given}: is for shards; how pictures of a folder are moved are the ranges of --transform")
    if settings.positives_across:
        raise RequestError("--positives-across: is for shards, which say where their objects stand; leave it out")
    check_ranges(images)
    listing = list_pictures(folder)
    if split not in (there := _counts(listing.names)):
        raise DataError(f"{folder}: has no picture of split {split!r}, only of {', '.join(there)}: add more pictures")
    listing = listing.only(split)
    marks = torch.zeros(len(listing.names), dtype=torch.uint8).share_memory_()
    data = ImageData(listing, settings, images, seed, marks)
    if all(data.picture(index) is None for index in range(len(data))):
        advice = "give a folder of pictures, or a smaller --crop"
        raise DataError(f"{folder}: no picture of split {split!r} can be used: {data.faults()}: {advice}")
    return data


def image_splits(folder: Path) -> dict[str, int]:
    """The splits of a folder of pictures and how many each has, by name. Raises DataError where there is none."""
    return _counts(list_pictures(folder).names)


def images_digest(folder: Path, split: str) -> str:
    """sha256 over the names and sizes of one split's pictures: the same for the same files anywhere."""
    return list_pictures(folder).only(split).digest()


def _counts(names: Sequence[str]) -> dict[str, int]:
    splits = split_of(tuple(names))
    return {name: splits.count(name) for name in sorted(set(splits))}
