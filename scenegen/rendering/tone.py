"""Between light and bytes: a fixed tone curve and the sRGB curve, by tables.

The curve has no automatic exposure: equal light gives equal bytes in every view.
"""

import numpy as np
from numpy.typing import NDArray

from scenegen.srgb import linear_to_srgb, srgb_to_linear

F32 = NDArray[np.float32]
SHOULDER = 0.6
"""Linear value from which highlights are compressed instead of clipped."""
STEPS_PER_UNIT = 8192
_RANGE = 4.0
FIXED_POINT = 16
"""Steps of `decode_fixed` per 8-bit level."""


def tone(linear: NDArray) -> NDArray[np.float64]:
    """Soft shoulder: identity up to SHOULDER, then bent towards 1 with a continuous slope."""
    x = np.asarray(linear, np.float64)
    room = 1.0 - SHOULDER
    return np.where(x < SHOULDER, x, 1.0 - room * np.exp(-(np.maximum(x, SHOULDER) - SHOULDER) / room))


TO_BYTE = np.rint(255 * linear_to_srgb(tone(np.arange(int(STEPS_PER_UNIT * _RANGE)) / STEPS_PER_UNIT))).astype(np.uint8)
DECODE_FIXED = srgb_to_linear(np.arange(256 * FIXED_POINT) / (255 * FIXED_POINT)).astype(np.float32)


def decode_fixed(values: NDArray[np.intp]) -> F32:
    """Encoded values in sixteenths of an 8-bit level (0..4080) to linear light."""
    return np.take(DECODE_FIXED, values, mode="clip")


def tone_map(linear: F32) -> NDArray[np.uint8]:
    """Linear radiance of any shape to sRGB bytes of the same shape, through the tone curve."""
    index = np.multiply(linear, np.float32(STEPS_PER_UNIT))
    index += np.float32(0.5)
    return np.take(TO_BYTE, index.astype(np.intp), mode="clip")
