"""Hits to surface elements, one visit each: `scenegen.rendering.surfels`, in rows.

A row of 16 float32: point (0-2) in world metres, face normal turned to the eye (3-5), shading normal (6-8), albedo
(9-11), emission (12), glow (13-15).
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import math

import numpy as np

from scenegen.jit import compiled, inlined
from scenegen.rendering.compiled.texels import sample, vertex_color
from scenegen.rendering.surfels import LEAST_COSINE

POINT, SIDE, NORMAL, ALBEDO, EMISSION, GLOW, WIDTH = 0, 3, 6, 9, 12, 13, 16
_ONE, _ZERO = np.float32(1), np.float32(0)
_LEAST_COSINE = np.float32(LEAST_COSINE)


@compiled
def grouped(instance, count):
    """Rays in the order of what they met: (R,) int32, and where each instance 0..count begins, (count + 2,)."""
    starts = np.zeros(count + 2, np.int64)
    for each in instance:
        starts[each + 1] += 1
    for number in range(count + 1):
        starts[number + 1] += starts[number]
    order, place = np.empty(len(instance), np.int32), starts[:-1].copy()
    for ray in range(len(instance)):
        order[place[instance[ray]]] = ray
        place[instance[ray]] += 1
    return order, starts


# Arrays are named before the loop and handed on one by one, and rows by their number: what is looked up inside, a field
# of the table or a view of a row, is counted for the collector each time, at the price of the rest of the visit. Places
# without a sign are not asked whether they count from the end.
@compiled
def fill(table, rotation, rays, hits, origin, directions, spread, rows, material):
    """Write the surface elements that some `rays` met on one body.

    `rotation` (3, 3) float32 turns its normals into the world; `spread` is the width of a footprint, facing the ray,
    in metres of the body per unit of the ray parameter.
    """
    _, primitive, us, vs, ts = hits
    normals, uv, colors, of_face, palette, tint, emission, texels, radiance, density, glow, plain = table
    texel, levels, wrap = texels
    glowing, glow_levels, glow_wrap = glow
    for each in rays:
        ray = np.uintp(each)
        face, u, v, t = np.uintp(primitive[ray]), us[ray], vs[ray], ts[ray]
        own = of_face[face]
        for axis in range(3):
            rows[ray, POINT + axis] = directions[ray, axis] * t + origin[axis]
        cosine = _normals(normals, face, rotation, directions, ray, u, v, rows)
        material[ray] = 0 if plain else own & 255
        rows[ray, EMISSION] = emission[own] if len(emission) else _ZERO
        footprint = (t * spread) * (t * spread) / max(cosine, _LEAST_COSINE)
        x, y, area, chain = _place(uv, face, u, v, footprint)
        if len(texel):
            red, green, blue = sample(texel, levels, wrap, chain, x, y, area)
            if len(tint):
                red, green, blue = red * tint[chain, 0], green * tint[chain, 1], blue * tint[chain, 2]
        else:
            one = own if len(palette) > 1 else 0
            red, green, blue = palette[one, 0], palette[one, 1], palette[one, 2]
        if len(colors):
            first, second, third = vertex_color(colors, face, u, v)
            red, green, blue = red * first, green * second, blue * third
        rows[ray, ALBEDO], rows[ray, ALBEDO + 1], rows[ray, ALBEDO + 2] = red, green, blue
        red, green, blue = _ZERO, _ZERO, _ZERO
        if len(radiance):
            red, green, blue = radiance[own, 0], radiance[own, 1], radiance[own, 2]
            if len(glowing):
                first, second, third = sample(glowing, glow_levels, glow_wrap, chain, x, y, area * density[chain])
                red, green, blue = red * first, green * second, blue * third
        rows[ray, GLOW], rows[ray, GLOW + 1], rows[ray, GLOW + 2] = red, green, blue


@inlined
def _turned(rotation, x, y, z):
    """A vector, turned."""
    return (
        rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z,
        rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z,
        rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z,
    )


@inlined
def _normals(normals, face, rotation, directions, ray, u, v, rows):
    """Write face and shading normals; the cosine between face and ray."""
    a, b, c = directions[ray, 0], directions[ray, 1], directions[ray, 2]
    x, y, z = _turned(rotation, normals[face, 0], normals[face, 1], normals[face, 2])
    cosine = -(x * a + y * b + z * c)
    sign = np.float32(math.copysign(_ONE, cosine))
    rows[ray, SIDE], rows[ray, SIDE + 1], rows[ray, SIDE + 2] = x * sign, y * sign, z * sign
    scale = sign
    if normals.shape[1] > 3:
        x, y, z = _turned(
            rotation,
            normals[face, 3] + normals[face, 6] * u + normals[face, 9] * v,
            normals[face, 4] + normals[face, 7] * u + normals[face, 10] * v,
            normals[face, 5] + normals[face, 8] * u + normals[face, 11] * v,
        )
        scale = sign / np.sqrt(x * x + y * y + z * z)
    rows[ray, NORMAL], rows[ray, NORMAL + 1], rows[ray, NORMAL + 2] = x * scale, y * scale, z * scale
    return abs(cosine) / np.sqrt(a * a + b * b + c * c)


@inlined
def _place(uv, face, u, v, footprint):
    """Where a point is on its texture (v down), its footprint in texels, and its chain; zeros without coordinates."""
    if not len(uv):
        return _ZERO, _ZERO, _ZERO, 0
    x = uv[face, 0] + uv[face, 2] * u + uv[face, 4] * v
    y = uv[face, 1] + uv[face, 3] * u + uv[face, 5] * v
    return x, y, footprint * uv[face, 6], int(uv[face, 7])
