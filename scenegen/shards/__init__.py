"""The dataset format: schema, writer, reader. What a reader of shards needs stands here by name."""

from scenegen.errors import ScenegenError, ShardError
from scenegen.shards.reader import ShardReader, ShardSet
from scenegen.shards.sample import Sample
from scenegen.tracing.status import Status

__all__ = ["Sample", "ScenegenError", "ShardError", "ShardReader", "ShardSet", "Status"]
