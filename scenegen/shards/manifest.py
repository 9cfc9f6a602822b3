"""What a run says of itself beside its shards: what was planned, made and failed, from what, by what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scenegen.shards.remarks import NOTHING, Remarks, Skip, joined_remarks

Figure = Any
"""What a run measured of a shard: a number, a text, a number for each sample, or counts by name."""

IDENTITY = ("generator_version", "config_sha256", "assets_sha256", "codec")
"""What two parts of one run have in common, and two runs have not."""


@dataclass(frozen=True, slots=True)
class ShardJob:
    """A shard to be made: some samples of one room."""

    index: int
    room: str
    split: str
    first_sample: int
    samples: int
    file: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A shard that was made."""

    file: str
    """Its name in the folder of the run."""
    room: str
    split: str
    samples: int
    index: int = -1
    """Its number in the run; -1 where the manifest does not say."""
    bytes: int = -1
    """Its size; -1 where the manifest does not say."""
    sha256: str = ""
    """Of the file; "" where the manifest does not say."""
    content_sha256: str = ""
    """Of what it says, in whatever codec; "" where the manifest does not say."""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """What the run measured, by name: `seconds`, `rays`, `overlap` and others."""

    def numbers(self, name: str) -> list[float]:
        """A figure of every sample; none where the manifest does not say."""
        return self.figures.get(name, [])

    def counts(self, name: str) -> Mapping[str, int]:
        """Counts by name; none where the manifest does not say."""
        return self.figures.get(name, {})


@dataclass(frozen=True, slots=True)
class Failure:
    """A shard that could not be made."""

    file: str
    why: str
    """One line for people."""
    index: int = -1
    room: str = ""
    reason: str = "error"
    """Short stable code."""


@dataclass(frozen=True)
class Record:
    """What became of the shards of a run, or of a part of them."""

    shards: tuple[Entry, ...] = ()
    failed: tuple[Failure, ...] = ()
    remarks: Remarks = NOTHING

    def and_then(self, later: "Record") -> "Record":
        """Both together; where they speak of one shard, the later one counts. In the order of the run."""
        shards = {(entry.index, entry.file): entry for entry in (*self.shards, *later.shards)}
        done = {entry.file for entry in shards.values()}
        failed = {item.file: item for item in (*self.failed, *later.failed) if item.file not in done}
        return Record(
            tuple(shards[key] for key in sorted(shards)),
            tuple(failed[file] for file in sorted(failed)),
            joined_remarks((self.remarks, later.remarks)),
        )


def together(records: Iterable[Record]) -> Record:
    """All records as one, in any order."""
    parts = tuple(records)
    shards = tuple(entry for part in parts for entry in part.shards)
    failed = tuple(item for part in parts for item in part.failed)
    return Record(shards, failed, joined_remarks(part.remarks for part in parts))


@dataclass(frozen=True)
class Manifest:
    """A run: how it is made, and what was made so far."""

    format_version: str
    generator_version: str
    config: Mapping[str, Any]
    """The configuration, without folders of the machine."""
    config_sha256: str
    assets_sha256: str
    """sha256 over the names of what there was to choose from."""
    codec: str
    license: str
    planned: tuple[ShardJob, ...]
    """All shards of the run; those that were made, where an older manifest does not say."""
    num_shards: int
    record: Record = Record()
    made_with: Mapping[str, str] = field(default_factory=dict)
    """Versions and class of machine: what equal bytes depend on."""

    @property
    def shards(self) -> tuple[Entry, ...]:
        """The shards that were made."""
        return self.record.shards

    @property
    def failed(self) -> tuple[Failure, ...]:
        """The shards that could not be made."""
        return self.record.failed

    @property
    def remarks(self) -> Remarks:
        """What there is to say of assets."""
        return self.record.remarks

    @property
    def complete(self) -> bool:
        """Whether all shards were made."""
        return len(self.shards) == self.num_shards

    @property
    def skipped_and_failed(self) -> Remarks:
        """What there is to say of assets, with the rooms that could not be made among the skipped."""
        rooms = {f"room {item.room}": Skip(item.reason, item.why) for item in self.failed}
        return Remarks(self.remarks.defects, {**rooms, **self.remarks.skipped})

    @property
    def identity(self) -> dict[str, str]:
        """What two parts of one run have in common, and two runs have not."""
        return {name: getattr(self, name) for name in IDENTITY}
