"""Textures of a mesh in one pool of texels, and their sampling for many points at once.

Every layer of a material (its colour, its glow) owns one chain of mip levels in the pool; a plain colour is a
chain of one texel. So a point is sampled without a loop over materials: its level's place in the pool is one
gather. Texels
are 32-bit words that widen to 64-bit words with three 16-bit lanes; the bilinear weights add up to
256, so that one multiplication weighs red, green and blue together without a carry. Levels are means of
light; between the texels of a level encoded values are mixed.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Texture, Wrap
from scenegen.rendering.tone import decode_fixed

F32 = NDArray[np.float32]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Int = NDArray[np.intp]
Modes = NDArray[np.uint8]
Rgb = tuple[float, float, float]
LEVELS = 16
# blue sits between red and green in a word, so that one shift and one mask make the three lanes
_LANES = np.uint64(0x000000FF00FF00FF)
_SHIFT = np.uint64(24)
_ONE = 256
WRAPS: tuple[Wrap, ...] = ("repeat", "mirror", "clamp")
_REPEAT = 0


@dataclass(frozen=True, eq=False)
class TexelPool:
    """Texels of all chains of a mesh; level k of chain c is row c * LEVELS + k of the level tables."""

    texels: U32
    """(T,) packed texels, rows from the top."""
    offset: Int
    """(C * LEVELS,) first texel of each level."""
    width: Int
    """(C * LEVELS,) texels per row."""
    height: Int
    """(C * LEVELS,) rows."""
    wrap: tuple[Modes, Modes] | None
    """(C,) codes of `WRAPS` along u and along v; None where all repeat."""


def pack_rgb(rgb: NDArray[np.uint8]) -> U32:
    """(..., 3) uint8 colours to (...) uint32 words: red in bits 0-7, blue in 8-15, green in 16-23."""
    out = np.zeros(rgb.shape[:-1], np.uint32)
    _write(out, rgb)
    return out


def _write(words: U32, rgb: NDArray[np.uint8]) -> None:
    """Pack into (...) contiguous zeros, byte by byte: wide temporaries of a large atlas would take gigabytes."""
    lanes = words.view(np.uint8).reshape(*rgb.shape[:-1], 4)
    if sys.byteorder == "big":
        lanes = lanes[..., ::-1]
    for byte, channel in enumerate((0, 2, 1)):
        lanes[..., byte] = rgb[..., channel]


def widen(words: U32) -> U64:
    """Packed words to 64-bit words with red, green and blue in 16-bit lanes 0, 1, 2."""
    wide = words.astype(np.uint64)
    wide |= wide << _SHIFT
    wide &= _LANES
    return wide


def decode_lanes(sums: U64) -> F32:
    """Lanes that hold 256 x an encoded value, to (3, N) linear light."""
    lanes = sums.view(np.uint16).reshape(-1, 4)
    out = np.empty((3, len(lanes)), np.float32)
    for channel in range(3):
        out[channel] = decode_fixed((lanes[:, channel] >> 4).astype(np.intp))
    return out


def build_pool(chains: Sequence[Texture | Rgb]) -> TexelPool:
    """Pool of textures and plain colours (encoded, in [0, 1]); a texture used twice is stored once."""
    levels = [_levels(chain) for chain in chains]
    distinct = {id(level): level for chain in levels for level in chain}
    starts = np.cumsum([0, *(level.size // 3 for level in distinct.values())]).tolist()
    place = dict(zip(distinct, starts, strict=False))
    texels = np.zeros(starts[-1], np.uint32)
    for key, level in distinct.items():
        _write(texels[place[key] : place[key] + level.size // 3], level.reshape(-1, 3))
    full = [(chain + chain[-1:] * LEVELS)[:LEVELS] for chain in levels]
    offset, width, height = (np.array(column, np.intp) for column in zip(*_places(full, place), strict=True))
    return TexelPool(texels, offset, width, height, _modes(chains))


def _levels(chain: Texture | Rgb) -> list[NDArray[np.uint8]]:
    """Mip levels; one texel for a plain colour."""
    if isinstance(chain, Texture):
        return list(chain.levels)
    return [np.rint(255 * np.clip(chain, 0, 1)).astype(np.uint8).reshape(1, 1, 3)]


def _modes(chains: Sequence[Texture | Rgb]) -> tuple[Modes, Modes] | None:
    """How each chain wraps; None where all repeat."""
    codes = np.array([wrap_codes(chain) for chain in chains], np.uint8)
    return (np.ascontiguousarray(codes[:, 0]), np.ascontiguousarray(codes[:, 1])) if codes.any() else None


def wrap_codes(chain: Texture | Rgb | None) -> tuple[int, int]:
    """Codes of `WRAPS` along u and v; 0 for a plain colour."""
    return (WRAPS.index(chain.wrap[0]), WRAPS.index(chain.wrap[1])) if isinstance(chain, Texture) else (0, 0)


def _places(chains: list[list[NDArray[np.uint8]]], place: dict[int, int]) -> list[tuple[int, int, int]]:
    """(offset, width, height) of every level of every chain."""
    return [(place[id(level)], level.shape[1], level.shape[0]) for chain in chains for level in chain]


def texture_size(texture: Texture | None) -> tuple[int, int]:
    """(width, height) in texels; 1 x 1 for a plain colour."""
    return (1, 1) if texture is None else texture.size


def sample(pool: TexelPool, chain: Int, uv: tuple[F32, F32], texels_per_pixel_sq: F32) -> F32:
    """Filtered linear colours (3, N).

    Args:
        pool: the texels.
        chain: (N,) index of the chain.
        uv: two (N,) arrays, u to the right and v DOWN from the top row; wrapped here.
        texels_per_pixel_sq: (N,) area of the pixel's footprint in texels of level 0; sets the mip level.

    """
    level = _mip_level(texels_per_pixel_sq)
    level += chain * LEVELS
    width, height = np.take(pool.width, level), np.take(pool.height, level)
    offset = np.take(pool.offset, level)
    if pool.wrap is None:
        x0, x1, fx = _neighbours(uv[0], width)
        y0, y1, fy = _neighbours(uv[1], height)
    else:
        x0, x1, fx = _neighbours_wrapped(uv[0], width, np.take(pool.wrap[0], chain))
        y0, y1, fy = _neighbours_wrapped(uv[1], height, np.take(pool.wrap[1], chain))
    y0 *= width
    y0 += offset
    y1 *= width
    y1 += offset
    return decode_lanes(_bilinear(pool.texels, (x0, x1, y0, y1), fx, fy))


def _mip_level(area: F32) -> Int:
    """Nearest mip level of a footprint area in texels: half its binary logarithm, read from the float's exponent."""
    doubled = np.multiply(area, np.float32(2))
    exponent = doubled.view(np.int32) >> 23
    exponent -= 127
    exponent >>= 1
    return np.clip(exponent, 0, LEVELS - 1).astype(np.intp)


def _neighbours(coordinate: F32, size: Int) -> tuple[Int, Int, U64]:
    """The two texels either side of a repeated coordinate, and the weight of the second in 256ths."""
    first, weight = _split(coordinate - np.floor(coordinate), size)
    second = first + 1
    second *= second < size
    first += size * (first < 0)
    return first, second, weight


def _split(x: F32, size: Int) -> tuple[Int, U64]:
    """The texel whose centre comes before a coordinate in [0, 1], from -1, and the weight of the next in 256ths."""
    x *= size.astype(np.float32)
    x -= np.float32(0.5)
    x *= np.float32(_ONE)
    fixed = np.floor(x, out=x).astype(np.intp)
    return fixed >> 8, (fixed & (_ONE - 1)).view(np.uint64)


def _neighbours_wrapped(coordinate: F32, size: Int, mode: Modes) -> tuple[Int, Int, U64]:
    """As `_neighbours`, where each coordinate wraps in its own way; a mirror and an edge end in a texel twice."""
    turned = coordinate - 2 * np.floor(coordinate * np.float32(0.5) + np.float32(0.5))
    ways = coordinate - np.floor(coordinate), np.abs(turned), np.clip(coordinate, 0, 1)
    first, weight = _split(np.choose(mode, ways), size)
    second, last = first + 1, size - 1
    repeats = mode == _REPEAT
    second = np.where(second > last, np.where(repeats, 0, last), second)
    first = np.where(first < 0, np.where(repeats, last, 0), first)
    return first, second, weight


def _bilinear(texels: U32, corners: tuple[Int, Int, Int, Int], fx: U64, fy: U64) -> U64:
    """Weighted sums (N,) of four texels each, in 16-bit lanes of 256 x the value."""
    x0, x1, y0, y1 = corners
    both = (fx * fy) >> np.uint64(8)
    right, below = fx - both, fy - both
    total = widen(np.take(texels, y0 + x0)) * (np.uint64(_ONE) - fx - below)
    total += widen(np.take(texels, y0 + x1)) * right
    total += widen(np.take(texels, y1 + x0)) * below
    total += widen(np.take(texels, y1 + x1)) * both
    return total
