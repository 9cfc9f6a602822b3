"""What the configuration of a run says of where its shards come from: from meshes, or from data of elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IMPORTED_FROM = "imported_from"
"""Option of an import: the layout of its data."""
DEPTH_NOISE = "depth_noise"
"""Option of an import: the terms of the noise by which its verdicts are; null where it has no depth."""


def imported_from(config: Mapping[str, Any]) -> str | None:
    """The layout that a run was imported from; None where it was rendered."""
    said = config.get(IMPORTED_FROM)
    return None if said is None else str(said)


@dataclass(frozen=True)
class Origin:
    """What tells the surfaces of a shard from those of others: ids are unique within their source."""

    room: str
    """Identifier of the room, or of the sequence that was imported."""
    room_source: str
    """Kind of the source of rooms, or the layout that was imported; "" where the configuration does not say."""
    object_source: str
    """Kind of the source of objects; "" likewise."""


def origin_of(attributes: Mapping[str, Any]) -> Origin:
    """What the root attributes of a shard say of it."""
    try:
        config = json.loads(str(attributes["config_json"]))
    except (ValueError, RecursionError):
        config = None
    said = config if isinstance(config, dict) else {}
    kinds = (str(said.get(role, "")).partition(":")[0] for role in ("room_source", "object_source"))
    room_source, object_source = kinds
    return Origin(str(attributes["room"]), room_source or imported_from(said) or "", object_source)
