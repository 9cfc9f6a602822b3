"""A block of rays in the nearest cache: 16 rows of float32, and what is worked out of them alone.

The rows: point (0-2) in world metres, face normal turned to the eye (3-5), shading normal (6-8), albedo (9-11),
emission (12), glow (13-15). They lie at constant distances, so loops over a block become vectors.
"""

# What is called inside a loop takes numbers: an array that is handed on, or a view of a row, is counted for the
# collector at each ray, at the price of the rest of the loop. Places without a sign are not asked whether they count
# from the end.
# ruff: noqa: ANN001, ANN201
# pyright: basic

import numpy as np

from scenegen.jit import compiled, inlined

POINT, SIDE, NORMAL, ALBEDO, EMISSION, GLOW, ROWS = 0, 3, 6, 9, 12, 13, 16
PAINT = NORMAL + 2
"""The first row of `surfels.Elements.paint`: the upward part of the shading normal, on which ambient light hangs."""
PLACE_WIDTH, PAINT_WIDTH = NORMAL, ROWS - PAINT
BLOCK = 256
"""Rays of a block, and numbers from one row to the next."""
_ONE, _ZERO, _UNIT = np.float32(1), np.float32(0), np.float32(127)
_SIGN, _ONE_BITS = np.uint32(0x80000000), np.uint32(0x3F800000)
_LEAST_SQUARE, _LEAST_LENGTH = np.float32(1e-12), np.float32(1e-6)


@inlined
def get(rows, row, number):
    """Three rows of a ray."""
    return rows[row * BLOCK + number], rows[(row + 1) * BLOCK + number], rows[(row + 2) * BLOCK + number]


@inlined
def put_three(rows, row, number, x, y, z):
    """Write three rows of a ray."""
    rows[row * BLOCK + number], rows[(row + 1) * BLOCK + number], rows[(row + 2) * BLOCK + number] = x, y, z


@inlined
def times_three(rows, row, number, x, y, z):
    """Multiply three rows of a ray."""
    rows[row * BLOCK + number] *= x
    rows[(row + 1) * BLOCK + number] *= y
    rows[(row + 2) * BLOCK + number] *= z


@inlined
def turn_vector(turn, x, y, z):
    """A vector, turned by three rows of numbers."""
    (a, b, c), (d, e, f), (g, h, i) = turn
    return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z


@compiled
def turn_to_ray(count, rotation, smooth, rows, cosines):
    """Turn the normals into the world and to the eye; the cosine between face and ray of each ray.

    Directions are in the rows of the albedo, how far rays went in that of emission.
    """
    r = rotation
    turn = (r[0, 0], r[0, 1], r[0, 2]), (r[1, 0], r[1, 1], r[1, 2]), (r[2, 0], r[2, 1], r[2, 2])
    for number in range(count):
        a, b, c = get(rows, ALBEDO, number)
        x, y, z = get(rows, SIDE, number)
        x, y, z = turn_vector(turn, x, y, z)
        cosine = np.float32(-(x * a + y * b + z * c))
        sign = np.float32(np.uint32((cosine.view(np.uint32) & _SIGN) | _ONE_BITS).view(np.float32))
        put_three(rows, SIDE, number, x * sign, y * sign, z * sign)
        x, y, z = get(rows, NORMAL, number)
        x, y, z = turn_vector(turn, x, y, z)
        scale = sign / np.sqrt(x * x + y * y + z * z) if smooth else sign
        put_three(rows, NORMAL, number, x * scale, y * scale, z * scale)
        cosines[number] = abs(cosine) / np.sqrt(a * a + b * b + c * c)


@compiled
def write_points(count, eye, rows):
    """Where rays ended; the rest as in `turn_to_ray`."""
    left, back, low = eye[0], eye[1], eye[2]
    for number in range(count):
        t = rows[EMISSION * BLOCK + number]
        a, b, c = get(rows, ALBEDO, number)
        put_three(rows, POINT, number, a * t + left, b * t + back, c * t + low)


@compiled
def write_share(count, rows, lamp, out):
    """Share of a lamp's colour that arrives at each ray of a block if nothing stands in the way; see the twin."""
    left, back, low, falloff, least = lamp[0], lamp[1], lamp[2], lamp[3], lamp[4]
    for number in range(count):
        x, y, z = get(rows, POINT, number)
        x, y, z = x - left, y - back, z - low
        square = x * x + y * y + z * z
        a, b, c = get(rows, SIDE, number)
        away = x * a + y * b + z * c
        a, b, c = get(rows, NORMAL, number)
        along = x * a + y * b + z * c
        share = along * -falloff / ((square + falloff) * np.sqrt(max(square, _LEAST_SQUARE)))
        out[number] = share if (away < 0) & (share > least) else _ZERO


@compiled
def turn_to_camera(count, rows, eye, rotation):
    """Turn shading normals into camera axes, 127 long, on the eye's side even where a smooth normal is not."""
    left, back, low, r = eye[0], eye[1], eye[2], rotation
    turn = (r[0, 0], r[0, 1], r[0, 2]), (r[1, 0], r[1, 1], r[1, 2]), (r[2, 0], r[2, 1], r[2, 2])
    for number in range(count):
        a, b, c = get(rows, POINT, number)
        a, b, c = a - left, b - back, c - low
        x, y, z = get(rows, NORMAL, number)
        along = x * a + y * b + z * c
        share = along / (a * a + b * b + c * c)
        p, q, s = x - share * a, y - share * b, z - share * c
        scale = _ONE / max(np.sqrt(p * p + q * q + s * s), _LEAST_LENGTH)
        if along > 0:
            x, y, z = p * scale, q * scale, s * scale
        x, y, z = turn_vector(turn, x, y, z)
        put_three(rows, NORMAL, number, np.rint(x * _UNIT), np.rint(y * _UNIT), np.rint(z * _UNIT))


@compiled
def give_out(block, rows, place, paint):
    """Places and paints of the rays of a block."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        for row in range(PLACE_WIDTH):
            place[ray, row] = rows[row * BLOCK + number]
        for row in range(PAINT_WIDTH):
            paint[row, ray] = rows[(PAINT + row) * BLOCK + number]


@compiled
def give_out_shares(block, values, out):
    """A lamp's shares of a block at their rays."""
    for number in range(len(block)):
        out[np.uintp(block[number])] = values[number]


@compiled
def give_out_normals(block, rows, out):
    """The normals of a block at their rays."""
    for number in range(len(block)):
        ray = np.uintp(block[number])
        for axis in range(3):
            out[ray, axis] = np.int8(rows[(NORMAL + axis) * BLOCK + number])
