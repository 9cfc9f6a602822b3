"""What a run learns from: a folder of shards, or of pictures; which of both, the settings of the run say."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from training.data.across import open_across
from training.data.dense import open_dense_pairs
from training.data.image_pairs import image_splits, images_digest, open_images
from training.data.pairs import content_digest, open_pairs, splits
from training.data.source import PairSource
from training.data.surfaces import Surfaces, surfaces
from training.settings import AnySettings


class Corpus(Protocol):
    """A folder of training data."""

    def splits(self) -> dict[str, int]:
        """Its splits by name, and how many pairs or pictures each has. Raises DataError where there is none."""
        ...

    def digest(self, split: str) -> str:
        """sha256 of what a split holds: the same for the same data anywhere."""
        ...

    def surfaces(self, split: str) -> Surfaces | None:
        """Rooms and objects that a split shows; None where nobody says."""
        ...

    def open(self, split: str, dense: bool) -> PairSource:
        """The pairs of a split, with the truth of every pixel if `dense`. Raises DataError and ShardError."""
        ...


@dataclass(frozen=True)
class ShardCorpus:
    """A run of `scenegen render`."""

    folder: Path
    settings: AnySettings

    def splits(self) -> dict[str, int]:
        """Splits of rooms and objects."""
        return splits(self.folder)

    def digest(self, split: str) -> str:
        """Digest of the shards' own digests."""
        return content_digest(self.folder, split)

    def surfaces(self, split: str) -> Surfaces | None:
        """What the shards' small tables say."""
        return surfaces(self.folder, split)

    def open(self, split: str, dense: bool) -> PairSource:
        """Stored pairs, those for training with a share across samples; dense truth is made from depth and poses."""
        data = self.settings.data
        own = (open_dense_pairs if dense else open_pairs)(self.folder, split, data, self.settings.seed)
        return open_across(own) if split == "train" and data.positives_across else own


@dataclass(frozen=True)
class PictureCorpus:
    """Single pictures, two views of each made by a transform."""

    folder: Path
    settings: AnySettings

    def splits(self) -> dict[str, int]:
        """Splits by the names of files."""
        return image_splits(self.folder)

    def digest(self, split: str) -> str:
        """Digest of names and sizes of files."""
        return images_digest(self.folder, split)

    def surfaces(self, split: str) -> Surfaces | None:
        """Nothing: a picture does not say where it was taken."""
        return None

    def open(self, split: str, dense: bool) -> PairSource:
        """Pairs of one picture each; dense truth is known anyway."""
        settings = self.settings
        return open_images(self.folder, split, settings.data, settings.views, settings.seed)


def corpus(folder: Path, settings: AnySettings) -> Corpus:
    """The folder as the settings see it: pictures where they say how views are made, shards otherwise."""
    return ShardCorpus(folder, settings) if settings.views is None else PictureCorpus(folder, settings)
