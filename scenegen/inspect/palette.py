"""One colour and one name for each status, the same in figures, gallery and viewer.

The colours are those of Okabe and Ito (jfly.uni-koeln.de/color), which people with any of the common
kinds of colour blindness tell apart; the three that meet most often lie furthest from each other.
"""

import numpy as np
from numpy.typing import NDArray

STATUS_COLORS: dict[str, str] = {
    "no_hit": "#6B6B6B",
    "visible": "#56B4E9",
    "occluded": "#D55E00",
    "out_of_view": "#F0E442",
    "behind_camera": "#0072B2",
    "ambiguous": "#CC79A7",
}
"""Colour of each status of `scenegen.shards.schema.STATUS`, as `#RRGGBB`, in the order of the codes."""

STATUS_LABELS: dict[str, str] = {
    "no_hit": "no hit",
    "visible": "visible",
    "occluded": "occluded",
    "out_of_view": "out of view",
    "behind_camera": "behind the camera",
    "ambiguous": "ambiguous",
}
"""What a legend says for each status, in the order of the codes."""


def rgb_of_hex(color: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of a colour written `#RRGGBB`."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def status_rgb() -> NDArray[np.uint8]:
    """(6, 3) uint8 sRGB colours of the statuses by code."""
    return np.array([rgb_of_hex(color) for color in STATUS_COLORS.values()], np.uint8)
