"""What a card says about a run, gathered from its manifest and from shards."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scenegen.card.sources import CreditedSource, sources_of
from scenegen.errors import ShardError
from scenegen.evenly import evenly
from scenegen.remote import present
from scenegen.shards import schema
from scenegen.shards.lens import LENSES, camera_convention
from scenegen.shards.manifest import Entry, Failure, Manifest
from scenegen.shards.origin import imported_from
from scenegen.shards.reader import ShardReader

MOST_OPENED = 200
"""Shards that are opened for the table of categories; of more, an even choice is taken."""
AGAIN = "run the command that made it again, or scenegen verify to see what is wrong"


@dataclass(frozen=True)
class RunFacts:
    """A run as its card describes it."""

    name: str
    manifest: Manifest
    shards: tuple[Entry, ...]
    """Entries of the manifest whose files are there."""
    sizes: Mapping[str, int]
    """Size of each dimension of `schema`, the same in all shards but for slots and assets."""
    layers: tuple[str, ...]
    """Optional layers that the shards have."""
    categories: Counter[str]
    """Objects by category in the shards that were opened."""
    opened: int
    """Shards that were opened for that."""
    absent: tuple[str, ...] = ()
    """Datasets that the shards lack, of matches that were imported without cameras."""
    lens: str | None = None
    """Model of the cameras' lens; None where they are pinholes."""

    @property
    def layout(self) -> str | None:
        """Layout of the data that the run was imported from; None where it was rendered."""
        return imported_from(self.manifest.config)

    @property
    def conventions(self) -> Mapping[str, str]:
        """The root attributes that are the same in all shards of the run's kind."""
        said = schema.IMPORTED_CONVENTIONS if self.layout else schema.CONVENTIONS
        return said | ({"camera_convention": camera_convention(LENSES[self.lens])} if self.lens else {})

    @property
    def planned(self) -> int:
        """Shards that the whole run has."""
        return self.manifest.num_shards

    @property
    def failed(self) -> tuple[Failure, ...]:
        """Shards that could not be made."""
        return self.manifest.failed

    @property
    def samples(self) -> int:
        """Samples that are there."""
        return sum(entry.samples for entry in self.shards)

    @property
    def views(self) -> int:
        """Cameras of a sample."""
        return self.sizes["view"]

    @property
    def missing(self) -> int:
        """Shards that are neither there nor failed."""
        return self.planned - len(self.shards) - len(self.failed)

    @property
    def rooms(self) -> int:
        """Different rooms."""
        return len({entry.room for entry in self.shards})

    @property
    def splits(self) -> dict[str, list[Entry]]:
        """The shards of each split: train first, then by name."""
        names = sorted({entry.split for entry in self.shards}, key=lambda name: (name != "train", name))
        return {name: [entry for entry in self.shards if entry.split == name] for name in names}

    @property
    def total_bytes(self) -> int:
        """Size of all shards."""
        return sum(entry.bytes for entry in self.shards)

    @cached_property
    def status(self) -> dict[str, int]:
        """Rays by status; empty where the manifest does not say."""
        total: Counter[str] = Counter()
        for entry in self.shards:
            total.update(entry.counts("rays"))
        return {name: total[name] for name in schema.STATUS} if total else {}

    @property
    def seconds(self) -> float:
        """Seconds that the shards took, one worker each; 0 where the manifest does not say."""
        return sum(entry.figures.get("seconds", 0) for entry in self.shards)

    def values(self, name: str) -> list[float]:
        """A figure of every sample, such as `overlap`; empty where the manifest does not say."""
        return [float(value) for entry in self.shards for value in entry.numbers(name)]

    @property
    def sources(self) -> tuple[CreditedSource, ...]:
        """Where rooms and objects come from."""
        return sources_of(self.manifest.config)

    @property
    def license(self) -> str:
        """The terms as every shard states them."""
        return self.manifest.license


def gather_facts(folder: Path, manifest: Manifest, name: str | None = None) -> RunFacts:
    """Look at a run folder. Raises ShardError where no shard is there, or one is not what the manifest lists."""
    there = present(folder, (entry.file for entry in manifest.shards))
    shards = tuple(entry for entry in manifest.shards if entry.file in there)
    if not shards:
        raise ShardError(f"{folder}: holds no shard yet: a card needs at least one; {AGAIN}")
    for entry in shards:
        _require_size(folder / entry.file, there[entry.file], entry)
    with ShardReader(folder / shards[0].file) as reader:
        shapes = {info.name: info.shape for info in reader.datasets()}
        lacking = schema.absent(reader.attributes)
    chosen = evenly(shards, MOST_OPENED)
    return RunFacts(
        name=name or folder.resolve().name,
        manifest=manifest,
        shards=shards,
        sizes=schema.check_shapes(shapes, lacking),
        absent=lacking,
        layers=tuple(layer for layer in schema.LAYERS if layer in shapes),
        lens=next((model for model, name in LENSES.items() if name in shapes), None),
        categories=sum((_categories(folder / entry.file) for entry in chosen), Counter()),
        opened=len(chosen),
    )


def _require_size(path: Path, size: int, entry: Entry) -> None:
    """Raise ShardError where a shard has not the size that the manifest lists, or it lists no digest."""
    if not entry.sha256:
        raise ShardError(f"{path.parent / 'manifest.json'}: says no sha256 of {path.name}: {AGAIN}")
    if size != entry.bytes:
        raise ShardError(f"{path}: has {size} bytes, the manifest says {entry.bytes}: {AGAIN}")


def _categories(path: Path) -> Counter[str]:
    """Objects of a shard by category."""
    with ShardReader(path) as reader:
        assets = reader.read("objects/asset")
        return Counter(reader.asset_categories[assets[assets >= 0]].tolist())
