"""Hits to surface elements and what lamps send there, one visit each: `scenegen.rendering.surfels` and `shading`.

What rays met is fetched in blocks and worked out there (`rows`); what later passes need leaves them as `Elements`.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenegen.jit import compiled
from scenegen.rendering.compiled.rows import (
    ALBEDO,
    BLOCK,
    EMISSION,
    GLOW,
    NORMAL,
    ROWS,
    SIDE,
    give_out,
    give_out_normals,
    give_out_shares,
    put_three,
    times_three,
    turn_to_camera,
    turn_to_ray,
    write_points,
    write_share,
)
from scenegen.rendering.compiled.texels import blended, mip_level, mixed, neighbours
from scenegen.rendering.surfels import LEAST_COSINE
from scenegen.rendering.texels import LEVELS

_ONE, _ZERO = np.float32(1), np.float32(0)
_LEAST_COSINE = np.float32(LEAST_COSINE)


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


# One pass over a block of rays for each thing that a surface has.


@compiled
def fill_surfels(table, rotation, rays, hits, eye, directions, spread, lamps, T_cam_world, elements):
    """Write the surface elements that some `rays` met on one body.

    `rotation` (3, 3) float32 turns its normals into the world; `spread` (1,) or (R,) is the width of a footprint,
    facing the ray, in metres of the body per unit of the ray parameter; `lamps` (L, 5) are position, square of the
    softening distance and least share; `T_cam_world` (3, 3) turns the world's axes into those of the camera.
    """
    _, primitive, us, vs, ts = hits
    normals, uv, colors, of_face, palette, tint, emission, texels, radiance, density, glow, plain = table
    place, paint, material, shares, normal = elements
    textured, glowing, gives_off = len(texels[0]) > 0, len(glow[0]) > 0, len(radiance) > 0
    footprint, rows = np.empty(BLOCK, np.float32), np.empty(ROWS * BLOCK, np.float32)
    for start in range(0, len(rays), BLOCK):
        block = rays[start : start + BLOCK]
        _fetch_normals(block, primitive, us, vs, normals, rows)
        _fetch_directions(block, ts, directions, rows)
        turn_to_ray(len(block), rotation, normals.shape[1] > 3, rows, footprint)
        write_points(len(block), eye, rows)
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
        give_out(block, rows, place, paint)
        for lamp in range(len(lamps)):
            write_share(len(block), rows, lamps[lamp], footprint)
            give_out_shares(block, footprint, shares[lamp])
        if len(normal):
            turn_to_camera(len(block), rows, eye, T_cam_world)
            give_out_normals(block, rows, normal)


@compiled
def _fetch_normals(block, primitive, us, vs, normals, rows):
    """Face and shading normals as the mesh has them; the latter are the former where it has no vertex normals."""
    smooth = normals.shape[1] > 3
    for number in range(len(block)):
        ray = np.uintp(block[number])
        face, u, v = np.uintp(primitive[ray]), us[ray], vs[ray]
        x, y, z = normals[face, 0], normals[face, 1], normals[face, 2]
        put_three(rows, SIDE, number, x, y, z)
        if smooth:
            x = normals[face, 3] + normals[face, 6] * u + normals[face, 9] * v
            y = normals[face, 4] + normals[face, 7] * u + normals[face, 10] * v
            z = normals[face, 5] + normals[face, 8] * u + normals[face, 11] * v
        put_three(rows, NORMAL, number, x, y, z)


@compiled
def _fetch_directions(block, ts, directions, rows):
    """Directions and lengths of rays, in the rows of the albedo and of emission, which come later."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        put_three(rows, ALBEDO, number, directions[ray, 0], directions[ray, 1], directions[ray, 2])
        rows[EMISSION * BLOCK + number] = ts[ray]


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
        put_three(rows, row, number, palette[own, 0], palette[own, 1], palette[own, 2])


@compiled
def _write_tint(block, primitive, uv, tint, rows):
    """By what a texture is multiplied."""
    if not len(tint):
        rows[ALBEDO * BLOCK : EMISSION * BLOCK] = _ONE
        return
    for number in range(len(block)):
        chain = np.uintp(uv[np.uintp(primitive[np.uintp(block[number])]), 7])
        put_three(rows, ALBEDO, number, tint[chain, 0], tint[chain, 1], tint[chain, 2])


@compiled
def _times_colors(block, primitive, us, vs, colors, rows):
    """Multiply the albedo by the vertices' colours."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        face = np.uintp(primitive[ray])
        red, green, blue = mixed(colors[face, 0], colors[face, 1], colors[face, 2], us[ray], vs[ray])
        times_three(rows, ALBEDO, number, red, green, blue)


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
        times_three(rows, row, number, red, green, blue)
