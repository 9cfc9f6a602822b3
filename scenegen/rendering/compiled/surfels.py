"""Hits to surface elements, one visit each: `scenegen.rendering.surfels`, in rows.

A row of 16 float32: point (0-2) in world metres, face normal turned to the eye (3-5), shading normal (6-8), albedo
(9-11), emission (12), glow (13-15).
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import math

import numpy as np

from scenegen.jit import compiled, inlined
from scenegen.rendering.compiled.texels import blended, mip_level, mixed, neighbours
from scenegen.rendering.surfels import LEAST_COSINE
from scenegen.rendering.texels import LEVELS

POINT, SIDE, NORMAL, ALBEDO, EMISSION, GLOW, WIDTH = 0, 3, 6, 9, 12, 13, 16
_ONE, _ZERO = np.float32(1), np.float32(0)
_LEAST_COSINE = np.float32(LEAST_COSINE)


# One pass over a block of rays for each thing that a surface has; the block stays in the nearest caches meanwhile. What
# is called inside a pass takes numbers: an array that is handed on, a view of a row or a field of the table is counted
# for the collector at each ray, at the price of the rest of the pass. Places without a sign are not asked whether they
# count from the end.
BLOCK = 256


@compiled
def fill(table, rotation, rays, hits, origin, directions, spread, rows, material):
    """Write the surface elements that some `rays` met on one body.

    `rotation` (3, 3) float32 turns its normals into the world; `spread` (1,) or (R,) is the width of a
    footprint, facing the ray, in metres of the body per unit of the ray parameter.
    """
    _, primitive, us, vs, ts = hits
    normals, uv, colors, of_face, palette, tint, emission, texels, radiance, density, glow, plain = table
    textured, glowing, gives_off = len(texels[0]) > 0, len(glow[0]) > 0, len(radiance) > 0
    footprint = np.empty(BLOCK, np.float32)
    for start in range(0, len(rays), BLOCK):
        block = rays[start : start + BLOCK]
        _write_points(block, ts, origin, directions, rows)
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
            _write_darkness(block, rows)
        else:
            _write_palette(block, primitive, of_face, radiance, GLOW, rows)
            if glowing:
                _times_texture(block, primitive, us, vs, uv, footprint, density, glow, GLOW, rows)


@compiled
def _write_points(block, ts, origin, directions, rows):
    """Where rays ended."""
    for each in block:
        ray = np.uintp(each)
        for axis in range(3):
            rows[ray, POINT + axis] = directions[ray, axis] * ts[ray] + origin[axis]


@compiled
def _write_normals(block, primitive, us, vs, normals, rotation, directions, rows, cosines):
    """Face and shading normals; the cosine between face and ray of each ray of the block."""
    smooth = normals.shape[1] > 3
    r = rotation
    turn = (r[0, 0], r[0, 1], r[0, 2]), (r[1, 0], r[1, 1], r[1, 2]), (r[2, 0], r[2, 1], r[2, 2])
    for place in range(len(block)):
        ray = np.uintp(block[place])
        face, u, v = np.uintp(primitive[ray]), us[ray], vs[ray]
        a, b, c = directions[ray, 0], directions[ray, 1], directions[ray, 2]
        x, y, z = _turned(turn, normals[face, 0], normals[face, 1], normals[face, 2])
        cosine = -(x * a + y * b + z * c)
        sign = np.float32(math.copysign(_ONE, cosine))
        rows[ray, SIDE], rows[ray, SIDE + 1], rows[ray, SIDE + 2] = x * sign, y * sign, z * sign
        scale = sign
        if smooth:
            x, y, z = _turned(
                turn,
                normals[face, 3] + normals[face, 6] * u + normals[face, 9] * v,
                normals[face, 4] + normals[face, 7] * u + normals[face, 10] * v,
                normals[face, 5] + normals[face, 8] * u + normals[face, 11] * v,
            )
            scale = sign / np.sqrt(x * x + y * y + z * z)
        rows[ray, NORMAL], rows[ray, NORMAL + 1], rows[ray, NORMAL + 2] = x * scale, y * scale, z * scale
        cosines[place] = abs(cosine) / np.sqrt(a * a + b * b + c * c)


@inlined
def _turned(turn, x, y, z):
    """A vector, turned by three rows of numbers."""
    (a, b, c), (d, e, f), (g, h, i) = turn
    return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z


@compiled
def _write_footprints(block, ts, spread, cosines):
    """Areas of the rays' footprints over the cosines, in square metres of the body."""
    several = len(spread) > 1
    for place in range(len(block)):
        ray = np.uintp(block[place])
        side = ts[ray] * (spread[ray] if several else spread[0])
        cosines[place] = side * side / max(cosines[place], _LEAST_COSINE)


@compiled
def _write_materials(block, primitive, of_face, plain, emission, material, rows):
    """Low bits of the materials, and their emission."""
    for each in block:
        ray = np.uintp(each)
        own = of_face[np.uintp(primitive[ray])]
        material[ray] = 0 if plain else own & 255
        rows[ray, EMISSION] = emission[own] if len(emission) else _ZERO


@compiled
def _write_palette(block, primitive, of_face, palette, column, rows):
    """The material's colour, or the only one."""
    several = len(palette) > 1
    for each in block:
        ray = np.uintp(each)
        own = np.uintp(of_face[np.uintp(primitive[ray])]) if several else np.uintp(0)
        for channel in range(3):
            rows[ray, column + channel] = palette[own, channel]


@compiled
def _write_tint(block, primitive, uv, tint, rows):
    """By what a texture is multiplied."""
    tinted = len(tint) > 0
    for each in block:
        ray = np.uintp(each)
        chain = np.uintp(uv[np.uintp(primitive[ray]), 7]) if tinted else np.uintp(0)
        for channel in range(3):
            rows[ray, ALBEDO + channel] = tint[chain, channel] if tinted else _ONE


@compiled
def _write_darkness(block, rows):
    """No glow."""
    for each in block:
        ray = np.uintp(each)
        rows[ray, GLOW], rows[ray, GLOW + 1], rows[ray, GLOW + 2] = _ZERO, _ZERO, _ZERO


@compiled
def _times_colors(block, primitive, us, vs, colors, rows):
    """Multiply the albedo by the vertices' colours."""
    for each in block:
        ray = np.uintp(each)
        face = np.uintp(primitive[ray])
        red, green, blue = mixed(colors[face, 0], colors[face, 1], colors[face, 2], us[ray], vs[ray])
        rows[ray, ALBEDO] *= red
        rows[ray, ALBEDO + 1] *= green
        rows[ray, ALBEDO + 2] *= blue


@compiled
def _times_texture(block, primitive, us, vs, uv, footprint, density, pool, column, rows):
    """Multiply a colour by a texture (v down), of which a metre has as many texels as uv says, times `density`."""
    texels, levels, wrap = pool
    own_density = len(density) > 0
    for place in range(len(block)):
        ray = np.uintp(block[place])
        face, u, v = np.uintp(primitive[ray]), us[ray], vs[ray]
        x, y, area, chain = _ZERO, _ZERO, _ZERO, np.uintp(0)
        if len(uv):
            x = uv[face, 0] + uv[face, 2] * u + uv[face, 4] * v
            y = uv[face, 1] + uv[face, 3] * u + uv[face, 5] * v
            area, chain = footprint[place] * uv[face, 6], np.uintp(uv[face, 7])
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
        rows[ray, column] *= red
        rows[ray, column + 1] *= green
        rows[ray, column + 2] *= blue
