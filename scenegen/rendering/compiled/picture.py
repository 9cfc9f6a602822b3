"""Whole pictures: where surfaces bend, what is lit, bytes, normals, and where one sample is too few.

The twins are in `scenegen.rendering`: `antialias`, `shading`, `tone`, `embree_renderer`.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import numpy as np

from scenegen.jit import compiled, inlined
from scenegen.rendering.antialias import BEND, INTERIOR_WEIGHT
from scenegen.rendering.compiled.surfels import ALBEDO, EMISSION, GLOW, NORMAL, POINT
from scenegen.rendering.tone import STEPS_PER_UNIT, TO_BYTE

_BEND, _ONE, _HALF = np.float32(BEND), np.float32(1), np.float32(0.5)
_STEPS = np.float32(STEPS_PER_UNIT)
_INSIDE, _EDGE = np.float32(INTERIOR_WEIGHT / 4), np.float32(1 / 4)  # luma is four times the grey level
_LEAST = np.float32(1e-6)


@compiled
def inverses(ts, out):
    """1 / t of hits, 0 where there is none."""
    for number in range(len(ts)):
        out[number] = _ONE / ts[number] if ts[number] < np.inf else np.float32(0)


@compiled
def bent(inverse, shape, out):
    """`antialias.bends`, of inverse depths (H W,)."""
    height, width = shape
    for y in range(height):
        for x in range(width):
            number = y * width + x
            own = inverse[number]
            limit = own * _BEND
            flag = False
            if 0 < x < width - 1:
                flag = abs(inverse[number - 1] + inverse[number + 1] - 2 * own) > limit
            if 0 < y < height - 1:
                flag = flag or abs(inverse[number - width] + inverse[number + width] - 2 * own) > limit
            out[number] = flag


@compiled
def labels(instance, material, out):
    """Words that differ where body or material differ; the low byte is free."""
    for number in range(len(out)):
        own = np.uint32(material[number]) if instance[number] else np.uint32(0)
        out[number] = (np.uint32(instance[number]) << np.uint32(16)) | (own << np.uint32(8))


@inlined
def radiance(row, ambient, shares, number, colors, channel):
    """Light of one channel towards the eye: ambient (2, 3) by the normal's z, lamps, emission, glow."""
    low, high = ambient[0, channel], ambient[1, channel]
    arriving = row[NORMAL + 2] * ((high - low) * _HALF) + (high + low) * _HALF
    for lamp in range(len(colors)):
        arriving += shares[lamp, number] * colors[lamp, channel]
    arriving += row[EMISSION] * (_ONE - arriving)
    return arriving * row[ALBEDO + channel] + row[GLOW + channel]


@inlined
def to_byte(light):
    """`tone.to_bytes` of one value."""
    return TO_BYTE[min(max(np.int64(light * _STEPS + _HALF), 0), len(TO_BYTE) - 1)]


@compiled
def develop(rows, instance, ambient, shares, colors, background, light, lit, rgb):
    """Radiance (N, 3), which lamps reach a pixel (N,) in bits, and bytes (N, 3)."""
    for number in range(len(rows)):
        flags = 0
        for lamp in range(len(colors)):
            flags |= (shares[lamp, number] > 0) << lamp
        lit[number] = flags if instance[number] else 0
        for channel in range(3):
            if instance[number]:
                value = radiance(rows[number], ambient, shares, number, colors, channel)
                light[number, channel], rgb[number, channel] = value, to_byte(value)
            else:
                light[number, channel], rgb[number, channel] = background[0, channel], background[1, channel]


@compiled
def normals(rows, instance, rotation, eye, out):
    """`embree_renderer.camera_normals` (N, 3); 0 where nothing is. `rotation` (3, 3) takes world to camera."""
    for number in range(len(rows)):
        if not instance[number]:
            out[number] = 0
            continue
        row = rows[number]
        x, y, z = row[NORMAL], row[NORMAL + 1], row[NORMAL + 2]
        a, b, c = row[POINT] - eye[0], row[POINT + 1] - eye[1], row[POINT + 2] - eye[2]
        along = x * a + y * b + z * c
        if along > 0:
            share = along / (a * a + b * b + c * c)
            x, y, z = x - share * a, y - share * b, z - share * c
            scale = _ONE / max(np.sqrt(x * x + y * y + z * z), _LEAST)
            x, y, z = x * scale, y * scale, z * scale
        for axis in range(3):
            value = rotation[axis, 0] * x + rotation[axis, 1] * y + rotation[axis, 2] * z
            out[number, axis] = np.int8(np.rint(value * np.float32(127)))


@compiled
def contrasts(rgb, flags, label, lit, shape, out):
    """Scores (H W,) of `antialias.edge_pixels`: contrast with a neighbour, less inside a surface; `flags` is `bent`."""
    height, width = shape
    luma, key = np.empty(height * width, np.float32), np.empty(height * width, np.uint32)
    for number in range(height * width):
        luma[number] = np.float32(np.int32(rgb[number, 0]) + 2 * np.int32(rgb[number, 1]) + np.int32(rgb[number, 2]))
        key[number] = label[number] | np.uint32(lit[number])
        out[number] = 0
    for y in range(height):
        first = y * width
        _scores(first, first + 1, width - 1, luma, key, flags, out)
        if y + 1 < height:
            _scores(first, first + width, width, luma, key, flags, out)


@compiled
def _scores(near, far, count, luma, key, flags, out):
    """Raise the scores of `count` pixels from `near` on, and of their neighbours from `far` on, to their contrast."""
    for k in range(count):
        a, b = near + k, far + k
        edge = (key[a] != key[b]) | flags[a] | flags[b]
        contrast = abs(luma[a] - luma[b]) * (_EDGE if edge else _INSIDE)
        out[a], out[b] = max(out[a], contrast), max(out[b], contrast)


@compiled
def averaged(pixels, rows, instance, ambient, shares, colors, background, light, rgb):
    """Write bytes of some pixels from their centre's radiance and that of their S samples, pixel after pixel."""
    samples = len(rows) // max(len(pixels), 1)
    for place in range(len(pixels)):
        for channel in range(3):
            total = light[pixels[place], channel]
            for number in range(place * samples, (place + 1) * samples):
                if instance[number]:
                    total += radiance(rows[number], ambient, shares, number, colors, channel)
                else:
                    total += background[0, channel]
            rgb[pixels[place], channel] = to_byte(total / np.float32(1 + samples))
