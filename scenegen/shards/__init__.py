"""The dataset format: schema, writer, reader. What a reader of shards needs stands here by name."""

from scenegen.errors import ScenegenError, ShardError
from scenegen.remote import is_remote, located
from scenegen.shards.digest import file_sha256
from scenegen.shards.heap import keep_freed_memory
from scenegen.shards.origin import Origin
from scenegen.shards.reader import ShardReader, ShardSet
from scenegen.shards.records import MANIFEST, known_config, known_manifest
from scenegen.shards.sample import Sample
from scenegen.shards.surface_points import SameSurface, object_points, same_surface
from scenegen.status import Status

__all__ = [
    "MANIFEST",
    "Origin",
    "SameSurface",
    "Sample",
    "ScenegenError",
    "ShardError",
    "ShardReader",
    "ShardSet",
    "Status",
    "file_sha256",
    "is_remote",
    "keep_freed_memory",
    "known_config",
    "known_manifest",
    "located",
    "object_points",
    "same_surface",
]
