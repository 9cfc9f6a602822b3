"""The meshes that a run was made of: the shards name them, and hold none.

They are read from the sources of the run, and only where their digests are those that the shard records.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scenegen.assets.cache import AssetCache
from scenegen.assets.digest import assets_digest
from scenegen.assets.library import open_objects, open_rooms
from scenegen.assets.mesh import Mesh
from scenegen.assets.source import ObjectSource, RoomSource
from scenegen.errors import AssetError, UsageError
from scenegen.shards.reader import ShardReader

ROLES = ("room_source", "object_source")
"""What names a source, in a configuration and as an option."""
ADVICE = "name the folders it was made from with --room-source and --object-source"


@dataclass(frozen=True, eq=False)
class Meshes:
    """The sources of a run; loading raises AssetError."""

    rooms: RoomSource
    objects: ObjectSource

    def room(self, room_id: str) -> Mesh:
        """A room in the world frame, +Z up, metres."""
        return self.rooms.load(room_id).mesh

    def object(self, object_id: str) -> Mesh:
        """An object in its own frame, metres at its natural size."""
        return self.objects.load(object_id).mesh


def open_meshes(reader: ShardReader, sources: Mapping[str, str], cache: AssetCache | None) -> Meshes:
    """The sources of a shard's run: `sources` names them by role, with their folders; what is built in needs no name.

    Raises UsageError for a source that is not known, or not there.
    """
    rooms, objects = (sources.get(role) or str(reader.config.get(role, "")) for role in ROLES)
    try:
        return Meshes(open_rooms(rooms, cache), open_objects(objects, cache))
    except UsageError as error:
        raise UsageError(f"{reader.path}: the meshes are not at hand ({error}): {ADVICE}") from None


def require_same(meshes: Meshes, reader: ShardReader) -> None:
    """Raise UsageError unless room and objects of the shard are those that it was made from."""
    room = str(reader.attributes["room"])
    try:
        digests = {f"room {room}": meshes.rooms.digest(room)}
        digests |= {f"object {object_id}": meshes.objects.digest(object_id) for object_id in map(str, reader.asset_ids)}
    except AssetError as error:
        raise UsageError(f"{reader.path}: the meshes are not at hand ({error}): {ADVICE}") from None
    if assets_digest(digests) != reader.attributes["assets_sha256"]:
        raise UsageError(f"{reader.path}: room or objects there are not those that it was made from: {ADVICE}")
