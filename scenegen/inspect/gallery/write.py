"""From the folder of a run to its gallery: what can be read is shown, what cannot is named with its reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from scenegen.errors import ShardError
from scenegen.inspect.gallery.card import SampleCard, read_card
from scenegen.inspect.gallery.page import page
from scenegen.inspect.gallery.pixels import needed_layers
from scenegen.inspect.gallery.run import RunFolder, run_folder
from scenegen.inspect.gallery.shares import evenly_over
from scenegen.inspect.gallery.survey import ShardSurvey, survey_shard
from scenegen.shards.reader import ShardReader

T = TypeVar("T")


class Follow(Protocol):
    """Shows how far a loop is."""

    def __call__(self, items: Iterable[T], what: str, /) -> Iterable[T]:
        """The same items; `what` is a word for what is done with them."""
        ...


def silent(items: Iterable[T], _: str, /) -> Iterable[T]:
    """Shows nothing."""
    return items


@dataclass(frozen=True)
class GalleryPage:
    """A page, and what it could not show."""

    html: str
    """The whole page."""
    shown: int
    """Samples with a card."""
    samples: int
    """Samples that the summary counts."""
    skipped: dict[str, str]
    """Files that are not shown: the reason by name."""


def make_gallery(folder: Path, most: int, follow: Follow = silent) -> GalleryPage:
    """The gallery of a run folder with at most `most` samples, evenly over the rooms.

    Raises UsageError where the folder is a file, ShardError where there is no shard that can be read.
    """
    run = run_folder(folder)
    skipped = dict(run.skipped)
    surveys = _surveyed(folder, run, skipped, follow)
    rooms = [numbers.room for numbers in surveys for _ in range(len(numbers))]
    cards = _cards(folder, surveys, evenly_over(rooms, most), skipped, follow)
    sound = [numbers for numbers in surveys if _name(folder, numbers.path) not in skipped]
    if not sound:
        raise _nothing(folder, run, skipped)
    html = page(run, sound, skipped, cards)
    return GalleryPage(html, len(cards), sum(map(len, sound)), skipped)


def _surveyed(folder: Path, run: RunFolder, skipped: dict[str, str], follow: Follow) -> list[ShardSurvey]:
    """The numbers of each shard that can be read; the others go to `skipped`."""
    surveys = []
    for path in follow(run.shards, "counting"):
        try:
            surveys.append(survey_shard(path))
        except ShardError as error:
            skipped[_name(folder, path)] = _reason(path, error)
    return surveys


def _cards(
    folder: Path, surveys: list[ShardSurvey], chosen: list[int], skipped: dict[str, str], follow: Follow
) -> list[SampleCard]:
    """Cards of the chosen samples, counted over all shards; a shard that turns out damaged gives none."""
    wanted, cards, first = set(chosen), [], 0
    for numbers in follow(surveys, "packing"):
        rows = [row for row in range(len(numbers)) if first + row in wanted]
        first += len(numbers)
        try:
            with ShardReader(numbers.path, layers=needed_layers(numbers.path)) as reader:
                cards += [read_card(reader, numbers, row) for row in rows]
        except ShardError as error:
            skipped[_name(folder, numbers.path)] = _reason(numbers.path, error)
    return cards


def _nothing(folder: Path, run: RunFolder, skipped: dict[str, str]) -> ShardError:
    """The error for a folder without a shard that can be read."""
    if not skipped:
        what = "holds no shard yet" if run.planned else "holds no shard"
        return ShardError(f"{folder}: {what}: give the folder of a scenegen render, or wait for its first shard")
    name, why = next(iter(skipped.items()))
    return ShardError(f"{folder}: none of its shards can be read ({len(skipped)} skipped); {name} {why}")


def _name(folder: Path, path: Path) -> str:
    """How a shard is called on the page."""
    return path.relative_to(folder).as_posix()


def _reason(path: Path, error: ShardError) -> str:
    """The message without the path, which stands beside it."""
    return str(error).removeprefix(f"{path}: ")
