"""Tileable noise fields and the colouring of them: the base of every procedural texture.

Fields are (n, n) float32; row 0 is the top of the image. Everything wraps in both directions.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from scenegen.assets.mesh import U8, Texture, texture_from_image
from scenegen.seeding import Generator

Field = NDArray[np.float32]
Color = tuple[float, float, float]
"""sRGB-encoded, each in [0, 1]."""

_LEVELS = 256


def spectral(
    rng: Generator,
    n: int,
    slope: float = 1.0,
    *,
    low: float = 1.0,
    high: float = 0.0,
    stretch: tuple[float, float] = (1, 1),
) -> Field:
    """Gaussian noise of amplitude ~ frequency^-slope; mean 0, deviation 1: all octaves in one transform.

    `low` and `high` (cycles per tile; high 0 = no limit) bound the band. `stretch` = (x, y) elongates
    features: (8, 1) gives streaks along x.
    """
    gain = _gain(n, slope, low, high, stretch)
    spectrum = rng.standard_normal((n, n // 2 + 1, 2), np.float32).view(np.complex64)[..., 0] * gain
    field = np.asarray(fft.irfft2(spectrum, (n, n), overwrite_x=True), np.float32)
    return field / (field.std() + 1e-9)


@lru_cache(maxsize=64)
def _gain(n: int, slope: float, low: float, high: float, stretch: tuple[float, float]) -> Field:
    """(n, n / 2 + 1) amplitude of each frequency, which most textures share with others; not to be written to."""
    fx = fft.rfftfreq(n, 1 / n).astype(np.float32) * stretch[0]
    fy = fft.fftfreq(n, 1 / n).astype(np.float32)[:, None] * stretch[1]
    f2 = fx * fx + fy * fy
    f2[0, 0] = 1
    gain = (f2 + np.float32(low * low)) ** np.float32(-(slope + 0.5) / 2)
    if high > 0:
        gain *= np.exp(-f2 / np.float32(high * high))
    gain[0, 0] = 0
    kept = gain.astype(np.float32, copy=False)
    kept.flags.writeable = False
    return kept


def grid(n: int) -> tuple[Field, Field]:
    """(1, n) x to the right and (n, 1) y downwards, texel centres in [0, 1)."""
    ticks = ((np.arange(n) + 0.5) / n).astype(np.float32)
    return ticks[None, :], ticks[:, None]


def smoothstep(low: float, high: float, x: NDArray) -> Field:
    """0 below `low`, 1 above `high`, smooth in between."""
    t = np.clip((x - low) / (high - low), 0, 1).astype(np.float32)
    return t * t * (3 - 2 * t)


def contrast(field: NDArray, amount: float) -> Field:
    """Noise (deviation 1) as a tone around the neutral 0.5; `amount` = deviation of brightness, 0.1 = 10 %."""
    return (0.5 * (1 + amount * field)).astype(np.float32)


def field_to_bytes(field: NDArray) -> U8:
    """Field in [0, 1] as 0..255, clipped."""
    return np.clip(field * 255 + 0.5, 0, 255).astype(np.uint8)


def paint(index: NDArray | int, tone: NDArray, palette: ArrayLike) -> Texture:
    """Texture of a palette (K, 3) chosen by `index` and darkened or lightened by `tone` (0.5 = as it is)."""
    colors = np.asarray(palette, np.float32).reshape(-1, 3)
    gain = np.arange(_LEVELS, dtype=np.float32) / 255 * 2
    table = np.clip(colors[:, None] * gain[None, :, None] * 255 + 0.5, 0, 255).astype(np.uint8).reshape(-1, 3)
    code = field_to_bytes(tone).astype(np.intp) + _LEVELS * np.asarray(index, np.intp)
    return texture_from_image(np.take(table, code, axis=0))


def ramp(value: NDArray, stops: ArrayLike) -> Texture:
    """Texture that runs through colours `stops` (K, 3) as `value` goes from 0 to 1."""
    colors = np.asarray(stops, np.float32).reshape(-1, 3)
    t = np.linspace(0, len(colors) - 1, _LEVELS)
    table = np.stack([np.interp(t, np.arange(len(colors)), colors[:, c]) for c in range(3)], -1)
    return texture_from_image(np.take(field_to_bytes(table), field_to_bytes(value).astype(np.intp), axis=0))


def shade_color(color: Color, factor: float) -> Color:
    """A colour made lighter (> 1) or darker (< 1), clipped."""
    r, g, b = (float(np.clip(c * factor, 0, 1)) for c in color)
    return r, g, b


def mix(a: Color, b: Color, share: float) -> Color:
    """Colour between a (0) and b (1)."""
    r, g, b_ = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return r, g, b_


def jitter_color(rng: Generator, color: Color, amount: float) -> Color:
    """A colour moved at random: brightness by up to `amount`, each channel by a fifth of it."""
    moved = np.asarray(color) * (1 + rng.uniform(-amount, amount)) + rng.uniform(-amount, amount, 3) / 5
    r, g, b = (float(x) for x in np.clip(moved, 0.02, 0.98))
    return r, g, b


def hashed(cells: NDArray, salt: int) -> Field:
    """Random numbers in [0, 1) of integer cell ids, the same for the same id and salt."""
    x = (cells.astype(np.uint32) + np.uint32(salt)) * np.uint32(2654435761)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(2246822519)
    x = (x ^ (x >> np.uint32(13))) * np.uint32(3266489917)
    return ((x >> np.uint32(8)).astype(np.float32)) / np.float32(1 << 24)


def salt(rng: Generator) -> int:
    """A random salt for `hashed`."""
    return int(rng.integers(1 << 31))


def cells(rng: Generator, n: int, count: int) -> tuple[Field, Field, NDArray[np.int32]]:
    """Jittered Voronoi cells, `count` per side: distance to the nearest and second nearest seed, nearest id.

    Distances are in cells. Wraps.
    """
    sx, sy = rng.random((2, count, count), np.float32)
    x, y = (np.broadcast_to(g * count, (n, n)) for g in grid(n))
    cx, cy = x.astype(np.int32), y.astype(np.int32)
    first, second = np.full((n, n), 9.0, np.float32), np.full((n, n), 9.0, np.float32)
    owner = np.zeros((n, n), np.int32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            key = (cy + dy) % count * count + (cx + dx) % count
            d2 = (cx + dx + sx.take(key) - x) ** 2 + (cy + dy + sy.take(key) - y) ** 2
            nearer = d2 < first
            second = np.where(nearer, first, np.minimum(second, d2))
            owner = np.where(nearer, key, owner)
            first = np.minimum(first, d2)
    return np.sqrt(first), np.sqrt(second), owner.astype(np.int32)
