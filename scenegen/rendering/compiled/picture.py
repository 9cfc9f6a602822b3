"""Whole pictures: where surfaces bend, what is lit, bytes, and where one sample is too few.

`paint` (8, N) and `shares` (L, N) are those of `surfels.Elements`, the shares 0 in shadow.

The twins are in `scenegen.rendering`: `antialias`, `shading`, `tone`, `embree_renderer`.
"""

# ruff: noqa: ANN001, ANN201, ANN202
# pyright: basic

import numpy as np

from scenegen.jit import compiled, inlined
from scenegen.rendering.antialias import BEND, INTERIOR_WEIGHT
from scenegen.rendering.compiled.rows import ALBEDO, EMISSION, GLOW, PAINT
from scenegen.rendering.tone import STEPS_PER_UNIT, TO_BYTE

_BEND, _ONE, _HALF = np.float32(BEND), np.float32(1), np.float32(0.5)
_STEPS = np.float32(STEPS_PER_UNIT)
_INSIDE, _EDGE = np.float32(INTERIOR_WEIGHT / 4), np.float32(1 / 4)  # luma is four times the grey level
_ALBEDO, _EMISSION, _GLOW = ALBEDO - PAINT, EMISSION - PAINT, GLOW - PAINT
BLOCK = 1024
"""Pixels whose light is worked out together."""


@compiled
def inverses(ts, out):
    """1 / t of hits, 0 where there is none."""
    for number in range(len(ts)):
        out[number] = _ONE / ts[number] if ts[number] < np.inf else np.float32(0)


@compiled
def mark_bends(inverse, shape, out):
    """`antialias.bends_of_depth`, of inverse depths (H W,)."""
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
def surface_labels(instance, material, out):
    """Words that differ where body or material differ; the low byte is free."""
    for number in range(len(out)):
        own = np.uint32(material[number]) if instance[number] else np.uint32(0)
        out[number] = (np.uint32(instance[number]) << np.uint32(16)) | (own << np.uint32(8))


@inlined
def compiled_radiance(paint, number, ambient, shares, colors, channel):
    """Light of one channel towards the eye: ambient (2, 3) by the normal's z, lamps, emission, glow."""
    low, high = ambient[0, channel], ambient[1, channel]
    arriving = paint[0, number] * ((high - low) * _HALF) + (high + low) * _HALF
    for lamp in range(len(colors)):
        arriving += shares[lamp, number] * colors[lamp, channel]
    arriving += paint[_EMISSION, number] * (_ONE - arriving)
    return arriving * paint[_ALBEDO + channel, number] + paint[_GLOW + channel, number]


@inlined
def to_byte(light):
    """`tone.tone_map` of one value."""
    return TO_BYTE[min(max(np.int64(light * _STEPS + _HALF), 0), len(TO_BYTE) - 1)]


@compiled
def develop(paint, instance, ambient, shares, colors, background, lit, rgb):
    """Which lamps reach a pixel (N,) in bits, and bytes (N, 3)."""
    light = np.empty(BLOCK, np.float32)
    _write_lit(shares, lit)
    for start in range(0, len(rgb), BLOCK):
        end = min(start + BLOCK, len(rgb))
        for channel in range(3):
            low, high = ambient[0, channel], ambient[1, channel]
            _ambient(paint[0, start:end], (high - low) * _HALF, (high + low) * _HALF, light)
            for lamp in range(len(colors)):
                _add(shares[lamp, start:end], colors[lamp, channel], light)
            emission, albedo, glow = paint[_EMISSION], paint[_ALBEDO + channel], paint[_GLOW + channel]
            _reflect(emission[start:end], albedo[start:end], glow[start:end], light)
            for number in range(start, end):
                if instance[number]:
                    rgb[number, channel] = to_byte(light[number - start])
                else:
                    rgb[number, channel] = background[1, channel]


@compiled
def _write_lit(shares, lit):
    lit[:] = 0
    for lamp in range(len(shares)):
        for number in range(len(lit)):
            lit[number] |= np.uint8((shares[lamp, number] > 0) << lamp)


@compiled
def _ambient(up, slope, level, light):
    for number in range(len(up)):
        light[number] = up[number] * slope + level


@compiled
def _add(share, color, light):
    for number in range(len(share)):
        light[number] += share[number] * color


@compiled
def _reflect(emission, albedo, glow, light):
    for number in range(len(emission)):
        arriving = light[number]
        arriving += emission[number] * (_ONE - arriving)
        light[number] = arriving * albedo[number] + glow[number]


@compiled
def contrasts(rgb, flags, label, lit, shape, out):
    """Scores (H W,) of `antialias.edge_pixels`: contrast with a neighbour, less inside a surface.

    `flags` is what `mark_bends` wrote.
    """
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
def averaged(pixels, centers, samples, ambient, colors, background, rgb):
    """Write bytes of some pixels from the light at their centres and that of S samples each, pixel after pixel.

    `centers` and `samples`: paint, instance and shares of all pixels and of all samples.
    """
    paint, instance, shares = centers
    paint2, instance2, shares2 = samples
    each = len(instance2) // max(len(pixels), 1)
    for place in range(len(pixels)):
        pixel = np.uintp(pixels[place])
        for channel in range(3):
            total = background[0, channel]
            if instance[pixel]:
                total = compiled_radiance(paint, pixel, ambient, shares, colors, channel)
            for number in range(place * each, (place + 1) * each):
                if instance2[number]:
                    total += compiled_radiance(paint2, number, ambient, shares2, colors, channel)
                else:
                    total += background[0, channel]
            rgb[pixel, channel] = to_byte(total / np.float32(1 + each))
