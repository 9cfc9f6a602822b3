"""Textures of building and furniture materials: wood, stone, wall, floor, metal, leather.

Every function is pure: a generator and sRGB colours in, a tileable `Texture` out. u (along x) is the
direction of the grain. The size a tile is meant to cover is named in each docstring.
"""

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Texture
from scenegen.assets.procedural.noise import (
    Color,
    Field,
    cells,
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

OAK: Color = (0.66, 0.50, 0.34)
WHITE: Color = (0.88, 0.87, 0.84)


def _wood_field(rng: Generator, n: int, rings: int) -> Field:
    """Growth rings, fibres and pores along x: about [0, 1], high = light."""
    _, y = grid(n)
    bend = spectral(rng, n, 1.8, stretch=(4, 1), high=16)
    fibre = spectral(rng, n, 0.6, stretch=(24, 1))
    ring = np.sin(2 * np.pi * (rings * y + 0.5 * bend), dtype=np.float32)
    pores = smoothstep(1.4, 2.6, spectral(rng, n, 0.0, stretch=(14, 1)))
    field = 0.55 + 0.12 * ring * (1 + 0.3 * fibre) + 0.09 * fibre + 0.05 * bend - 0.28 * pores
    return field.astype(np.float32)


def wood_texture(
    rng: Generator, size_px: int = 256, color: Color = OAK, *, rings: int = 11, figure: float = 1.0
) -> Texture:
    """Wood with the grain along u, for about 0.6 m. `figure` scales the strength of the grain."""
    value = 0.55 + figure * (_wood_field(rng, size_px, rings) - 0.55)
    return ramp(
        value, [shade_color(color, 0.5), shade_color(color, 0.83), shade_color(color, 1.0), shade_color(color, 1.16)]
    )


def painted_wood_texture(rng: Generator, size_px: int = 256, color: Color = WHITE) -> Texture:
    """Lacquered wood: faint brush marks and grain under the paint, for about 0.6 m."""
    brush = spectral(rng, size_px, 0.7, stretch=(16, 1))
    blotch = spectral(rng, size_px, 1.8)
    return paint(0, contrast(0.016 * brush + 0.014 * blotch, 1.0), color)


def parquet_texture(
    rng: Generator,
    size_px: int = 512,
    color: Color = OAK,
    *,
    rows: int = 8,
    pattern: str = "planks",
    spread: float = 0.13,
    figure: float = 1.0,
) -> Texture:
    """Wooden floor for about 1.6 m: "planks" (along u), "herringbone" or "basket"; rows even.

    `spread` is how much planks differ, `figure` scales the strength of the grain.
    """
    plank, along, across, gap = _LAYOUTS[pattern](rng, size_px, rows)
    field = _wood_field(rng, size_px, rows)
    s = salt(rng)
    shift = (hashed(plank, s) * size_px).astype(np.int32), (hashed(plank, s + 7) * size_px).astype(np.int32)
    u = ((along * size_px).astype(np.int32) + shift[0]) % size_px
    v = ((across * size_px).astype(np.int32) + shift[1]) % size_px
    tone = 0.55 + figure * (field[v, u] - 0.55) + (hashed(plank, s + 13) - 0.5) * 2 * spread
    tone = (0.06 + 0.94 * tone) * (1 - 0.5 * gap)
    return ramp(
        tone, [shade_color(color, 0.3), shade_color(color, 0.72), shade_color(color, 1.0), shade_color(color, 1.2)]
    )


def _planks(rng: Generator, n: int, rows: int) -> tuple[NDArray, NDArray, NDArray, Field]:
    """Boards along x in `rows` rows, two per row, joints staggered: id, along, across, gap."""
    x, y = (np.broadcast_to(g, (n, n)) for g in grid(n))
    row = (y * rows).astype(np.int32)
    shifted = x * 2 + hashed(row, salt(rng)) * 2
    column = shifted.astype(np.int32) % 2
    edge_y = np.minimum(y * rows % 1, 1 - y * rows % 1) / rows
    edge_x = np.minimum(shifted % 1, 1 - shifted % 1) / 2
    gap = 1 - smoothstep(0.6 / n, 2.2 / n, np.minimum(edge_x, edge_y))
    return row * 2 + column, x, y, gap


def _basket(rng: Generator, n: int, rows: int) -> tuple[NDArray, NDArray, NDArray, Field]:
    """Squares of four slats, turned alternately."""
    blocks, slats = max(2, rows // 4 * 2), 4
    x, y = (np.broadcast_to(g * blocks, (n, n)) for g in grid(n))
    turned = (x.astype(np.int32) + y.astype(np.int32)) % 2 == 1
    across = np.where(turned, x % 1, y % 1)
    along = np.where(turned, y % 1, x % 1)
    plank = (y.astype(np.int32) * blocks + x.astype(np.int32)) * slats + (across * slats).astype(np.int32)
    edge = np.minimum(across * slats % 1, 1 - across * slats % 1) / slats
    edge = np.minimum(edge, np.minimum(along, 1 - along)) / blocks
    return plank, along / blocks, across / blocks, 1 - smoothstep(0.6 / n, 2.2 / n, edge)


def _herringbone(rng: Generator, n: int, rows: int) -> tuple[NDArray, NDArray, NDArray, Field]:
    """Herringbone of 1 x 4 slats on a square lattice that repeats every `rows` cells (made a multiple of 8)."""
    k, m = 4, max(8, rows // 8 * 8)
    x, y = (np.broadcast_to(g * m, (n, n)) for g in grid(n))
    i, j = x.astype(np.int32), y.astype(np.int32)
    phase = (i - j) % (2 * k)
    level = phase < k
    cell_along = np.where(level, phase, (j - i - 1) % (2 * k))
    along = np.where(level, x % 1, y % 1) + cell_along
    across = np.where(level, y % 1, x % 1)
    start_i, start_j = np.where(level, i - cell_along, i) % m, np.where(level, j, j - cell_along) % m
    plank = (start_j * m + start_i) * 2 + level
    edge = np.minimum(np.minimum(across, 1 - across), np.minimum(along, k - along)) / m
    return plank, along / m, across / m, 1 - smoothstep(0.6 / n, 2.0 / n, edge)


_LAYOUTS = {"planks": _planks, "basket": _basket, "herringbone": _herringbone}


def plaster_texture(rng: Generator, size_px: int = 512, color: Color = WHITE, *, roughness: float = 1.0) -> Texture:
    """Painted wall for about 2 m: roller grain, soft clouds, rare marks."""
    grain = spectral(rng, size_px, 0.3, low=20)
    cloud = spectral(rng, size_px, 2.0)
    marks = smoothstep(2.5, 4.0, spectral(rng, size_px, 0.9, low=4, stretch=(1, 2)))
    return paint(0, contrast((0.014 * grain + 0.018 * cloud) * roughness - 0.04 * marks, 1.0), color)


def concrete_texture(rng: Generator, size_px: int = 512, color: Color = (0.56, 0.55, 0.53)) -> Texture:
    """Smooth concrete or screed for about 2 m: clouds, pinholes, hairlines."""
    cloud, grain = spectral(rng, size_px, 1.5), spectral(rng, size_px, 0.4, low=30)
    holes = smoothstep(2.6, 3.4, spectral(rng, size_px, 0.2, low=10))
    line = np.abs(spectral(rng, size_px, 2.2, low=2, high=40))
    crack = (1 - smoothstep(0.0, 0.012, line)) * smoothstep(0.4, 1.4, cloud)
    return paint(0, contrast(0.07 * cloud + 0.03 * grain - 0.3 * holes - 0.12 * crack, 1.0), color)


def tiles_texture(
    rng: Generator,
    size_px: int = 512,
    color: Color = WHITE,
    grout: Color = (0.62, 0.60, 0.57),
    *,
    columns: int = 4,
    rows: int = 4,
    second: Color | None = None,
    joint: float = 0.012,
    offset: float = 0.0,
    veins: float = 0.3,
) -> Texture:
    """Ceramic tiles, `columns` x `rows` per texture; `second` makes a chequer, `offset` 0.5 a running bond.

    `joint` is the width of the grout as a share of the texture. Columns and rows even with a chequer or a bond.
    """
    x, y = (np.broadcast_to(g, (size_px, size_px)) for g in grid(size_px))
    row = (y * rows).astype(np.int32)
    tx = x * columns + offset * (row % 2)
    column = tx.astype(np.int32) % columns
    edge_x = np.minimum(tx % 1, 1 - tx % 1) / columns
    edge_y = np.minimum(y * rows % 1, 1 - y * rows % 1) / rows
    edge = np.minimum(edge_x, edge_y) + 0.0012 * spectral(rng, size_px, 0.8, low=8)
    in_grout = edge < joint / 2
    bevel = smoothstep(joint / 2, joint / 2 + 0.01, edge)
    tile = (hashed(row * 97 + column, salt(rng)) - 0.5) * 0.10
    cloud, grain = spectral(rng, size_px, 1.4, low=2), spectral(rng, size_px, 0.2, low=40)
    tone = tile + veins * 0.06 * cloud + 0.012 * grain - 0.10 * (1 - bevel)
    tone = np.where(in_grout, 0.05 * cloud + 0.06 * grain, tone)
    index = np.where(in_grout, 0, 1 + ((row + column) % 2 if second else 0))
    return paint(index, contrast(tone, 1.0), [grout, color, second or color])


def brick_texture(
    rng: Generator,
    size_px: int = 512,
    color: Color = (0.58, 0.33, 0.25),
    mortar: Color = (0.66, 0.63, 0.58),
    *,
    rows: int = 12,
) -> Texture:
    """Brick wall in running bond for about 0.9 m; rows even."""
    wobble = 0.002 * spectral(rng, size_px, 1.0, low=6)
    x, y = (g + wobble for g in grid(size_px))
    row = np.floor(y * rows).astype(np.int32) % rows
    tx = (x * rows / 3 + 0.5 * (row % 2)) % (rows // 3)
    brick_id = row * 61 + np.floor(tx).astype(np.int32)
    edge = np.minimum(np.minimum(tx % 1, 1 - tx % 1) * 3, np.minimum(y * rows % 1, 1 - y * rows % 1)) / rows
    grain, cloud = spectral(rng, size_px, 0.6, low=10), spectral(rng, size_px, 1.4)
    in_mortar = edge < 0.0085
    tone = (hashed(brick_id, salt(rng)) - 0.5) * 0.5 + 0.09 * grain + 0.06 * cloud
    tone = np.where(in_mortar, 0.05 * grain + 0.05 * cloud - 0.08, tone - 0.2 * (1 - smoothstep(0.0085, 0.014, edge)))
    return paint(np.where(in_mortar, 0, 1), contrast(tone, 1.0), [mortar, color])


def marble_texture(
    rng: Generator, size_px: int = 512, color: Color = (0.87, 0.86, 0.84), vein: Color = (0.45, 0.44, 0.44)
) -> Texture:
    """Veined stone for about 1.2 m."""
    big, small = spectral(rng, size_px, 1.7, low=2), spectral(rng, size_px, 1.3, low=6)
    veins = 1 - smoothstep(0.0, 0.14, np.abs(big + 0.12 * small))
    fine = 1 - smoothstep(0.0, 0.10, np.abs(spectral(rng, size_px, 1.5, low=4)))
    cloud = smoothstep(-2, 2, spectral(rng, size_px, 1.6))
    value = 0.78 * veins * cloud + 0.36 * fine * (1 - cloud) + 0.20 * cloud + 0.035 * small
    return ramp(value, [shade_color(color, 1.04), shade_color(color, 0.96), tuple(np.add(color, vein) / 2), vein])


def speckle_texture(
    rng: Generator, size_px: int = 256, color: Color = (0.45, 0.44, 0.42), *, chips: int = 22, amount: float = 0.35
) -> Texture:
    """Terrazzo or granite for about 0.5 m: chips of several shades in a ground."""
    near, far, owner = cells(rng, size_px, chips)
    pick = hashed(owner, salt(rng))
    chip = (far - near > 0.10 + 0.35 * (pick * 7 % 1)) & (pick < amount * 2)
    grain = spectral(rng, size_px, 0.3, low=20)
    shades = [color, shade_color(color, 0.55), shade_color(color, 1.35), shade_color(color, 1.7), (0.62, 0.50, 0.42)]
    index = np.where(chip, 1 + (pick * 211).astype(np.int32) % 4, 0)
    return paint(index, contrast(0.05 * grain + 0.03 * spectral(rng, size_px, 1.5), 1.0), shades)


def brushed_metal_texture(rng: Generator, size_px: int = 256, color: Color = (0.66, 0.66, 0.67)) -> Texture:
    """Brushed steel, brush lines along u, for about 0.4 m."""
    lines, cloud = spectral(rng, size_px, 0.3, stretch=(40, 1)), spectral(rng, size_px, 1.8, stretch=(3, 1))
    scratch = smoothstep(2.4, 3.2, spectral(rng, size_px, 0.4, stretch=(12, 1), low=4))
    return paint(0, contrast(0.045 * lines + 0.05 * cloud + 0.12 * scratch, 1.0), color)


def painted_metal_texture(
    rng: Generator, size_px: int = 256, color: Color = (0.3, 0.36, 0.42), *, wear: float = 0.5
) -> Texture:
    """Enamelled or powder-coated metal with orange peel and worn spots, for about 0.5 m."""
    peel, cloud = spectral(rng, size_px, 0.4, low=16, high=70), spectral(rng, size_px, 1.6)
    chips = smoothstep(2.9 - wear, 3.1 - wear, spectral(rng, size_px, 1.1, low=5))
    tone = contrast(0.02 * peel + 0.03 * cloud, 1.0)
    return paint((chips > 0.5).astype(np.int32), tone, [color, (0.42, 0.38, 0.34)])


def leather_texture(rng: Generator, size_px: int = 256, color: Color = (0.36, 0.22, 0.15)) -> Texture:
    """Grained leather for about 0.25 m: pebbles, creases, polish."""
    near, far, _ = cells(rng, size_px, 30)
    pebble = smoothstep(0.0, 0.35, far - near)
    crease = 1 - smoothstep(0.0, 0.10, np.abs(spectral(rng, size_px, 1.6, low=3)))
    polish = spectral(rng, size_px, 1.8)
    return paint(0, contrast(0.22 * (pebble - 0.7) - 0.10 * crease + 0.07 * polish, 1.0), color)


def cork_texture(rng: Generator, size_px: int = 256, color: Color = (0.68, 0.52, 0.36)) -> Texture:
    """Cork or chipboard for about 0.4 m."""
    near, _, owner = cells(rng, size_px, 24)
    tone = (hashed(owner, salt(rng)) - 0.5) * 0.45 - 0.15 * near + 0.08 * spectral(rng, size_px, 0.4, low=10)
    return paint(0, contrast(tone, 1.0), color)
