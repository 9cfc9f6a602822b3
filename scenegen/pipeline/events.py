"""What executors tell while they run jobs."""

from dataclasses import dataclass

from scenegen.shards.manifest import Record, ShardJob

RETRIES = 2
"""How often a shard is tried again after its worker died."""


@dataclass(frozen=True)
class Advanced:
    """Some samples of a job are made."""

    job: ShardJob
    samples: int


@dataclass(frozen=True)
class Finished:
    """A shard is published."""

    job: ShardJob
    record: Record
    """Its entry, and what there is to say of assets."""


@dataclass(frozen=True)
class Failed:
    """A shard could not be made."""

    job: ShardJob
    message: str
    reason: str = "error"
    """Short stable code."""


Event = Advanced | Finished | Failed
