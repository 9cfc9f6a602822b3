"""Hits to surface elements and what lamps send there, one visit each: `scenegen.rendering.surfels` and `shading`.

What a ray met is worked out in blocks of rays that stay in the nearest cache, 16 rows of float32: point (0-2) in world
metres, face normal turned to the eye (3-5), shading normal (6-8), albedo (9-11), emission (12), glow (13-15). What
later passes need of it leaves the block as `Elements`.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenegen.jit import compiled, inlined
from scenegen.rendering.compiled.texels import blended, mip_level, mixed, neighbours
from scenegen.rendering.surfels import LEAST_COSINE
from scenegen.rendering.texels import LEVELS

POINT, SIDE, NORMAL, ALBEDO, EMISSION, GLOW, _ROWS = 0, 3, 6, 9, 12, 13, 16
PAINT = NORMAL + 2
"""The first row of `Elements.paint`, of the shading normal that which points up: ambient light hangs on it."""
PLACE_WIDTH, PAINT_WIDTH = NORMAL, _ROWS - PAINT
_ONE, _ZERO = np.float32(1), np.float32(0)
_LEAST_COSINE = np.float32(LEAST_COSINE)
_LEAST_SQUARE, _LEAST_LENGTH = np.float32(1e-12), np.float32(1e-6)


class Elements(NamedTuple):
    """What R rays met; places of rays that met nothing are not written, but for shares and normals, which are 0."""

    place: NDArray[np.float32]
    """(R, 6) point, and face normal turned to the eye."""
    paint: NDArray[np.float32]
    """(8, R) upward part of the shading normal, albedo, emission, glow."""
    material: NDArray[np.uint8]
    """(R,) low bits of the material's index."""
    shares: NDArray[np.float32]
    """(L, R) of the colours of lamps that arrive if nothing stands in the way."""
    normal: NDArray[np.int8]
    """(R, 3) shading normals in camera axes times 127, or (0, 3) where they are not asked for."""


# One pass over a block of rays for each thing that a surface has. Rows lie at constant distances, so loops over a block
# become vectors. What is called inside a pass takes numbers: an array that is handed on, a view of a row or a field of
# the table is counted for the collector at each ray, at the price of the rest of the pass. Places without a sign are
# not asked whether they count from the end.
BLOCK = 256


@compiled
def fill(table, rotation, rays, hits, eye, directions, spread, lamps, T_cam_world, elements):
    """Write the surface elements that some `rays` met on one body.

    `rotation` (3, 3) float32 turns its normals into the world; `spread` (1,) or (R,) is the width of a footprint,
    facing the ray, in metres of the body per unit of the ray parameter; `lamps` (L, 5) are position, square of the
    softening distance and least share; `T_cam_world` (3, 3) turns the world's axes into those of the camera.
    """
    _, primitive, us, vs, ts = hits
    normals, uv, colors, of_face, palette, tint, emission, texels, radiance, density, glow, plain = table
    place, paint, material, shares, normal = elements
    textured, glowing, gives_off = len(texels[0]) > 0, len(glow[0]) > 0, len(radiance) > 0
    footprint, rows = np.empty(BLOCK, np.float32), np.empty(_ROWS * BLOCK, np.float32)
    for start in range(0, len(rays), BLOCK):
        block = rays[start : start + BLOCK]
        _write_points(block, ts, eye, directions, rows)
        _write_normals(block, primitive, us, vs, normals, rotation, directions, rows, footprint)
        _write_footprints(block, ts, spread, footprint)
        _write_materials(block, primitive, of_face, plain, emission, material, rows)
        if not textured:
            _write_palette(block, primitive, of_face, palette, ALBEDO, rows)
        else:
            _write_tint(block, primitive, uv, tint, rows)
            _times_texture(block, primitive, us, vs, uv, footprint, density[:0], texels, ALBEDO, rows)
        if len(colors):
            _times_colors(block, primitive, us, vs, colors, rows)
        if not gives_off:
            rows[GLOW * BLOCK :] = 0
        else:
            _write_palette(block, primitive, of_face, radiance, GLOW, rows)
            if glowing:
                _times_texture(block, primitive, us, vs, uv, footprint, density, glow, GLOW, rows)
        _give_out(block, rows, place, paint)
        for lamp in range(len(lamps)):
            _share(len(block), rows, lamps[lamp], footprint)
            _put(block, footprint, shares[lamp])
        if len(normal):
            _turn_to_camera(len(block), rows, eye, T_cam_world)
            _put_normals(block, rows, normal)


@compiled
def _write_points(block, ts, eye, directions, rows):
    """Where rays ended."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        for axis in range(3):
            rows[(POINT + axis) * BLOCK + number] = directions[ray, axis] * ts[ray] + eye[axis]


@compiled
def _write_normals(block, primitive, us, vs, normals, rotation, directions, rows, cosines):
    """Face and shading normals; the cosine between face and ray of each ray of the block."""
    smooth = normals.shape[1] > 3
    r = rotation
    turn = (r[0, 0], r[0, 1], r[0, 2]), (r[1, 0], r[1, 1], r[1, 2]), (r[2, 0], r[2, 1], r[2, 2])
    for number in range(len(block)):
        ray = np.uintp(block[number])
        face, u, v = np.uintp(primitive[ray]), us[ray], vs[ray]
        a, b, c = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        x, y, z = _turned(turn, normals[face, 0], normals[face, 1], normals[face, 2])
        cosine = -(x * a + y * b + z * c)
        sign = np.float32(math.copysign(_ONE, cosine))
        _set(rows, SIDE, number, x * sign, y * sign, z * sign)
        scale = sign
        if smooth:
            x, y, z = _turned(
                turn,
                normals[face, 3] + normals[face, 6] * u + normals[face, 9] * v,
                normals[face, 4] + normals[face, 7] * u + normals[face, 10] * v,
                normals[face, 5] + normals[face, 8] * u + normals[face, 11] * v,
            )
            scale = sign / np.sqrt(x * x + y * y + z * z)
        _set(rows, NORMAL, number, x * scale, y * scale, z * scale)
        cosines[number] = abs(cosine) / np.sqrt(a * a + b * b + c * c)


@inlined
def _turned(turn, x, y, z):
    """A vector, turned by three rows of numbers."""
    (a, b, c), (d, e, f), (g, h, i) = turn
    return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z


@inlined
def _set(rows, row, number, x, y, z):
    """Write three rows of a ray."""
    rows[row * BLOCK + number], rows[(row + 1) * BLOCK + number], rows[(row + 2) * BLOCK + number] = x, y, z


@inlined
def _times(rows, row, number, x, y, z):
    """Multiply three rows of a ray."""
    rows[row * BLOCK + number] *= x
    rows[(row + 1) * BLOCK + number] *= y
    rows[(row + 2) * BLOCK + number] *= z


@compiled
def _write_footprints(block, ts, spread, cosines):
    """Areas of the rays' footprints over the cosines, in square metres of the body."""
    several = len(spread) > 1
    for number in range(len(block)):
        ray = np.uintp(block[number])
        side = ts[ray] * (spread[ray] if several else spread[0])
        cosines[number] = side * side / max(cosines[number], _LEAST_COSINE)


@compiled
def _write_materials(block, primitive, of_face, plain, emission, material, rows):
    """Low bits of the materials, and their emission."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        own = of_face[np.uintp(primitive[ray])]
        material[ray] = 0 if plain else own & 255
        rows[EMISSION * BLOCK + number] = emission[own] if len(emission) else _ZERO


@compiled
def _write_palette(block, primitive, of_face, palette, row, rows):
    """The material's colour, or the only one."""
    several = len(palette) > 1
    for number in range(len(block)):
        ray = np.uintp(block[number])
        own = np.uintp(of_face[np.uintp(primitive[ray])]) if several else np.uintp(0)
        _set(rows, row, number, palette[own, 0], palette[own, 1], palette[own, 2])


@compiled
def _write_tint(block, primitive, uv, tint, rows):
    """By what a texture is multiplied."""
    if not len(tint):
        rows[ALBEDO * BLOCK : EMISSION * BLOCK] = _ONE
        return
    for number in range(len(block)):
        chain = np.uintp(uv[np.uintp(primitive[np.uintp(block[number])]), 7])
        _set(rows, ALBEDO, number, tint[chain, 0], tint[chain, 1], tint[chain, 2])


@compiled
def _times_colors(block, primitive, us, vs, colors, rows):
    """Multiply the albedo by the vertices' colours."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        face = np.uintp(primitive[ray])
        red, green, blue = mixed(colors[face, 0], colors[face, 1], colors[face, 2], us[ray], vs[ray])
        _times(rows, ALBEDO, number, red, green, blue)


@compiled
def _times_texture(block, primitive, us, vs, uv, footprint, density, pool, row, rows):
    """Multiply a colour by a texture (v down), of which a metre has as many texels as uv says, times `density`."""
    texels, levels, wrap = pool
    own_density = len(density) > 0
    for number in range(len(block)):
        ray = np.uintp(block[number])
        face, u, v = np.uintp(primitive[ray]), us[ray], vs[ray]
        x, y, area, chain = _ZERO, _ZERO, _ZERO, np.uintp(0)
        if len(uv):
            x = uv[face, 0] + uv[face, 2] * u + uv[face, 4] * v
            y = uv[face, 1] + uv[face, 3] * u + uv[face, 5] * v
            area, chain = footprint[number] * uv[face, 6], np.uintp(uv[face, 7])
        if own_density:
            area *= density[chain]
        level = chain * np.uintp(LEVELS) + np.uintp(mip_level(area))
        offset, width = levels[level, 0], levels[level, 1]
        x0, x1, fx = neighbours(x, width, wrap[chain, 0])
        y0, y1, fy = neighbours(y, levels[level, 2], wrap[chain, 1])
        above, below = offset + y0 * width, offset + y1 * width
        red, green, blue = blended(
            texels[np.uintp(above + x0)],
            texels[np.uintp(above + x1)],
            texels[np.uintp(below + x0)],
            texels[np.uintp(below + x1)],
            fx,
            fy,
        )
        _times(rows, row, number, red, green, blue)


@compiled
def _give_out(block, rows, place, paint):
    """Places and paints of the rays of a block."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        for row in range(PLACE_WIDTH):
            place[ray, row] = rows[row * BLOCK + number]
        for row in range(PAINT_WIDTH):
            paint[row, ray] = rows[(PAINT + row) * BLOCK + number]


@compiled
def _share(count, rows, lamp, out):
    """Share of a lamp's colour that arrives at each ray of a block if nothing stands in the way; see the twin."""
    left, back, low, falloff, least = lamp[0], lamp[1], lamp[2], lamp[3], lamp[4]
    for number in range(count):
        x, y, z = rows[number] - left, rows[BLOCK + number] - back, rows[2 * BLOCK + number] - low
        a, b, c = rows[SIDE * BLOCK + number], rows[(SIDE + 1) * BLOCK + number], rows[(SIDE + 2) * BLOCK + number]
        square = x * x + y * y + z * z
        away = x * a + y * b + z * c
        a, b = rows[NORMAL * BLOCK + number], rows[(NORMAL + 1) * BLOCK + number]
        along = x * a + y * b + z * rows[(NORMAL + 2) * BLOCK + number]
        share = along * -falloff / ((square + falloff) * np.sqrt(max(square, _LEAST_SQUARE)))
        out[number] = share if (away < 0) & (share > least) else _ZERO


@compiled
def _put(block, values, out):
    """Values of a block at their rays."""
    for number in range(len(block)):
        out[np.uintp(block[number])] = values[number]


@compiled
def _turn_to_camera(count, rows, eye, turn):
    """Turn shading normals into camera axes, 127 long, on the eye's side even where a smooth normal is not."""
    left, back, low = eye[0], eye[1], eye[2]
    for number in range(count):
        a, b, c = rows[number] - left, rows[BLOCK + number] - back, rows[2 * BLOCK + number] - low
        x, y, z = (
            rows[NORMAL * BLOCK + number],
            rows[(NORMAL + 1) * BLOCK + number],
            rows[(NORMAL + 2) * BLOCK + number],
        )
        along = x * a + y * b + z * c
        share = along / (a * a + b * b + c * c)
        p, q, r = x - share * a, y - share * b, z - share * c
        scale = _ONE / max(np.sqrt(p * p + q * q + r * r), _LEAST_LENGTH)
        turned_away = along > 0
        x, y, z = (
            p * scale if turned_away else x,
            q * scale if turned_away else y,
            r * scale if turned_away else z,
        )
        for axis in range(3):
            value = turn[axis, 0] * x + turn[axis, 1] * y + turn[axis, 2] * z
            rows[(NORMAL + axis) * BLOCK + number] = np.rint(value * np.float32(127))


@compiled
def _put_normals(block, rows, out):
    """The normals of a block at their rays."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        for axis in range(3):
            out[ray, axis] = np.int8(rows[(NORMAL + axis) * BLOCK + number])
