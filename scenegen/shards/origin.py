"""What the configuration of a run says of where its shards come from: from meshes, or from data of elsewhere."""

from collections.abc import Mapping
from typing import Any

IMPORTED_FROM = "imported_from"
"""Option of an import: the layout of its data."""
DEPTH_NOISE = "depth_noise"
"""Option of an import: the terms of the noise by which its verdicts are; null where it has no depth."""


def imported_from(config: Mapping[str, Any]) -> str | None:
    """The layout that a run was imported from; None where it was rendered."""
    said = config.get(IMPORTED_FROM)
    return None if said is None else str(said)
