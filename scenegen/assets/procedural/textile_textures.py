"""Textures of cloth: weaves, carpets, patterns, wallpaper.

Pure functions: a generator and sRGB colours in, a tileable `Texture` out.
"""

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Texture
from scenegen.assets.procedural.noise import (
    Color,
    Field,
    contrast,
    grid,
    hashed,
    paint,
    ramp,
    salt,
    shade_color,
    smoothstep,
    spectral,
)
from scenegen.seeding import Generator

LINEN: Color = (0.72, 0.67, 0.58)
CREAM: Color = (0.85, 0.81, 0.73)


def _weave(rng: Generator, n: int, threads: int) -> Field:
    """Plain weave of `threads` (even) each way with uneven yarns: deviation about 1."""
    x, y = (g * threads for g in grid(n))
    over = (x.astype(np.int32) + y.astype(np.int32)) % 2 == 0
    crown = np.where(over, np.sin(np.pi * (y % 1)), np.sin(np.pi * (x % 1)))
    slub_x = spectral(rng, n, 0.2, stretch=(20, 1), high=threads * 8)
    slub_y = spectral(rng, n, 0.2, stretch=(1, 20), high=threads * 8)
    return (1.6 * (crown - 0.64) + 0.55 * np.where(over, slub_x, slub_y)).astype(np.float32)


def fabric_texture(
    rng: Generator, size_px: int = 256, color: Color = LINEN, *, threads: int = 64, strength: float = 1.0
) -> Texture:
    """Plain-woven cloth for about 0.25 m, slightly uneven in colour."""
    fade, fuzz = spectral(rng, size_px, 1.6), spectral(rng, size_px, 0.2, low=20)
    tone = strength * (0.10 * _weave(rng, size_px, threads) + 0.03 * fuzz) + 0.035 * fade
    return paint(0, contrast(tone, 1.0), color)


def woven_texture(
    rng: Generator, size_px: int = 256, color: Color = LINEN, second: Color = (0.46, 0.38, 0.30), *, strands: int = 16
) -> Texture:
    """Coarse two-colour basket weave (rattan, tweed) for about 0.3 m; strands even."""
    x, y = (g * strands for g in grid(size_px))
    over = (x.astype(np.int32) + y.astype(np.int32)) % 2 == 0
    side = np.where(over, y % 1, x % 1)
    end = np.where(over, x % 1, y % 1)
    tone = 0.35 * (np.sin(np.pi * side) - 0.7) + 0.3 * (np.sin(np.pi * end) - 0.7)
    strand = hashed(np.where(over, y, x + 1000).astype(np.int32), salt(rng)) - 0.5
    fibre = np.where(over, spectral(rng, size_px, 0.4, stretch=(14, 1)), spectral(rng, size_px, 0.4, stretch=(1, 14)))
    return paint(np.where(over, 0, 1), contrast(tone + 0.2 * strand + 0.06 * fibre, 1.0), [color, second])


def carpet_texture(
    rng: Generator, size_px: int = 256, color: Color = (0.55, 0.50, 0.44), second: Color | None = None
) -> Texture:
    """Tufted carpet for about 0.5 m: pile noise, footprints, flecks of a second yarn."""
    pile, tread = spectral(rng, size_px, 0.0, low=30, high=110), spectral(rng, size_px, 1.8)
    fleck = spectral(rng, size_px, 0.1, low=30) > (1.0 if second else 1.7)
    return paint(
        fleck.astype(np.int32), contrast(0.16 * pile + 0.05 * tread, 1.0), [color, second or shade_color(color, 0.75)]
    )


def _cloth_tone(rng: Generator, n: int) -> Field:
    """Tone of a fine weave, for printed cloth."""
    return contrast(0.06 * _weave(rng, n, n // 4) + 0.035 * spectral(rng, n, 1.7), 1.0)


def stripes_texture(
    rng: Generator, size_px: int = 256, colors: tuple[Color, ...] = (CREAM, LINEN), *, count: int = 6
) -> Texture:
    """Cloth with vertical stripes of uneven width, `count` repeats per tile."""
    x, _ = grid(size_px)
    edges = np.cumsum(rng.uniform(0.25, 1.0, 2 * len(colors)))
    edges /= edges[-1]
    index = np.searchsorted(edges, x * count % 1) % len(colors)
    return paint(np.broadcast_to(index, (size_px, size_px)), _cloth_tone(rng, size_px), colors)


def checks_texture(
    rng: Generator, size_px: int = 256, color: Color = CREAM, second: Color = (0.45, 0.25, 0.22), *, count: int = 4
) -> Texture:
    """Tartan or gingham: bands both ways that mix where they cross, `count` repeats per tile."""
    x, y = grid(size_px)
    edges = np.sort(rng.uniform(0.1, 0.9, 3))
    band_x = (np.searchsorted(edges, x * count % 1) % 2).astype(np.int32)
    band_y = (np.searchsorted(edges, y * count % 1) % 2).astype(np.int32)
    line = (np.abs(x * count % 1 - edges[0] / 2) < 0.02) | (np.abs(y * count % 1 - edges[0] / 2) < 0.02)
    between: Color = tuple(np.add(color, second) / 2)
    index = np.where(line, 3, band_x + band_y)
    return paint(index, _cloth_tone(rng, size_px), [color, between, second, shade_color(second, 0.5)])


def dots_texture(
    rng: Generator,
    size_px: int = 256,
    color: Color = LINEN,
    second: Color = CREAM,
    *,
    count: int = 6,
    radius: float = 0.22,
) -> Texture:
    """Cloth with dots in a staggered grid, `count` (even) per side; a little irregular."""
    x, y = (g * count for g in grid(size_px))
    row = y.astype(np.int32)
    dx, dy = (x + 0.5 * (row % 2)) % 1 - 0.5, y % 1 - 0.5
    r = np.hypot(dx, dy) + 0.008 * spectral(rng, size_px, 0.8, low=8)
    return paint((r < radius).astype(np.int32), _cloth_tone(rng, size_px), [color, second])


def wallpaper_texture(
    rng: Generator, size_px: int = 512, color: Color = CREAM, second: Color = LINEN, *, motif: str = "leaf"
) -> Texture:
    """Printed wall covering for about 1 m: motif "leaf", "stripe", "damask" or "grass"."""
    index = _MOTIFS[motif](rng, size_px)
    paper = 0.012 * spectral(rng, size_px, 0.2, low=30) + 0.015 * spectral(rng, size_px, 1.8)
    value = np.clip(index, 0, 1) * 0.8 + 0.1 + paper * 2
    return ramp(value.astype(np.float32), [shade_color(color, 1.02), color, second, shade_color(second, 0.95)])


def _leaf(rng: Generator, n: int) -> NDArray:
    """Sprigs: pairs of lens-shaped leaves on a wavy stem, staggered."""
    x, y = grid(n)
    u = x * 4 % 1 - 0.5 + 0.10 * np.sin(4 * np.pi * y)
    v = (y * 8 + 0.5 * ((x * 4).astype(np.int32) % 2)) % 1 - 0.5
    a = np.abs(u)
    leaf = np.hypot((a - 0.20) * 0.9 + v * 0.5, (v - (a - 0.20) * 0.7) * 2.4) < 0.20
    stem = a < 0.012
    return smoothstep(0.2, 0.8, np.where(leaf | stem, 1.0, 0.0) * (0.85 + 0.1 * spectral(rng, n, 1.0, low=20)))


def _stripe(rng: Generator, n: int) -> NDArray:
    """Broad and fine upright stripes."""
    x, _ = grid(n)
    t = x * 8 % 1
    fine = np.abs(t - 0.75) < 0.03
    return np.broadcast_to(np.where((t < 0.5) | fine, 0.8, 0.0), (n, n))


def _damask(rng: Generator, n: int) -> NDArray:
    """Mirror-symmetric blobs cut from noise: an ornament without a drawing."""
    k = n // 2
    field = spectral(rng, k, 1.2, low=3, high=14)
    block = field + field[:, ::-1]
    half = np.tile(block, (2, 2))[:n, :n]
    staggered = np.where(np.arange(n)[None, :] < k, half, np.roll(half, k // 2, axis=0))
    return smoothstep(0.1, 0.4, staggered)


def _grass(rng: Generator, n: int) -> NDArray:
    """Grass cloth: level fibres in two tones."""
    return 0.5 + 0.22 * spectral(rng, n, 0.3, stretch=(30, 1)) + 0.08 * spectral(rng, n, 0.3, stretch=(1, 30))


_MOTIFS = {"leaf": _leaf, "stripe": _stripe, "damask": _damask, "grass": _grass}
