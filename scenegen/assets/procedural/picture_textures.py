"""Textures that are pictures: labels, paintings, screens, book spines, rugs, the view from a window.

Pure functions: a generator and sRGB colours in, a `Texture` out. They wrap like all textures, yet most
are meant to be seen once, fitted to [0, 1].
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Texture, texture_from_image
from scenegen.assets.procedural.noise import (
    Color,
    Field,
    contrast,
    field_to_bytes,
    grid,
    hashed,
    mix,
    paint,
    salt,
    shade_color,
    smoothstep,
    spectral,
)
from scenegen.seeding import Generator

Canvas = NDArray[np.float32]
_INK: Color = (0.12, 0.12, 0.13)
_PAPER: Color = (0.90, 0.88, 0.83)
_CLOTH: tuple[Color, ...] = (
    (0.42, 0.15, 0.13),
    (0.16, 0.23, 0.36),
    (0.18, 0.31, 0.22),
    (0.66, 0.60, 0.48),
    (0.55, 0.38, 0.20),
    (0.20, 0.19, 0.20),
    (0.80, 0.77, 0.70),
    (0.30, 0.42, 0.47),
    (0.70, 0.45, 0.20),
    (0.36, 0.22, 0.30),
)
"""Bookbinder's cloth."""


def _canvas(n: int, color: Color) -> Canvas:
    """(n, n, 3) float32 filled with one colour."""
    return np.broadcast_to(np.asarray(color, np.float32), (n, n, 3)).copy()


def _finish(canvas: Canvas, tone: NDArray | float = 0.0) -> Texture:
    """Canvas with brightness changed by the share `tone`, as a texture."""
    return texture_from_image(field_to_bytes(canvas * (1 + np.asarray(tone, np.float32)[..., None])))


def _rect(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, color: Color) -> None:
    """Fill a rectangle given in shares of the canvas."""
    n = len(canvas)
    a, b, c, d = (int(np.clip(round(t * n), 0, n)) for t in (x0, x1, y0, y1))
    canvas[c:d, a:b] = color


def _blend(canvas: Canvas, mask: NDArray, color: Color) -> None:
    """Lay a colour over the canvas with an (n, n) share."""
    m = np.asarray(mask, np.float32)[..., None]
    canvas += m * (np.asarray(color, np.float32) - canvas)


def _disc(n: int, x: float, y: float, radius: float) -> Field:
    """Share of a disc with a soft edge."""
    gx, gy = grid(n)
    return 1 - smoothstep(radius - 1.5 / n, radius + 1.5 / n, np.hypot(gx - x, gy - y))


def _text(rng: Generator, canvas: Canvas, box: tuple[float, float, float, float], lines: int, color: Color) -> None:
    """Rows of word-like dashes in a box (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = box
    pitch = (y1 - y0) / lines
    for k in range(lines):
        x, end = x0, x0 + (x1 - x0) * float(rng.uniform(0.6, 1.0))
        while x < end:
            width = float(rng.uniform(0.15, 0.9)) * min(pitch * 2.5, (x1 - x0) / 3)
            _rect(canvas, x, y0 + k * pitch, min(x + width, end), y0 + (k + 0.55) * pitch, color)
            x += width + 0.35 * pitch


def label_texture(
    rng: Generator, size_px: int = 256, color: Color = (0.62, 0.16, 0.14), second: Color = _PAPER, *, ink: Color = _INK
) -> Texture:
    """Printed label or packaging: bands, a badge, lines of print; wraps around a bottle or a box."""
    canvas = _canvas(size_px, color)
    top = float(rng.uniform(0.12, 0.3))
    _rect(canvas, 0, top, 1, top + float(rng.uniform(0.35, 0.55)), second)
    for _ in range(int(rng.integers(1, 4))):
        y = float(rng.uniform(0, 0.95))
        _rect(canvas, 0, y, 1, y + float(rng.uniform(0.01, 0.05)), shade_color(color, float(rng.uniform(0.5, 1.5))))
    for cx in (0.25, 0.75):
        badge = _disc(size_px, cx, top + 0.16, float(rng.uniform(0.08, 0.14)))
        _blend(canvas, badge, shade_color(color, 0.8))
        _blend(canvas, _disc(size_px, cx, top + 0.16, 0.05), second)
        _text(rng, canvas, (cx - 0.18, top + 0.33, cx + 0.18, top + 0.38), 1, ink)
        _text(rng, canvas, (cx - 0.15, 0.80, cx + 0.15, 0.96), 5, second)
    return _finish(canvas, 0.02 * spectral(rng, size_px, 0.5, low=4))


def painting_texture(
    rng: Generator,
    size_px: int = 256,
    colors: tuple[Color, ...] = ((0.2, 0.3, 0.4), (0.8, 0.6, 0.4)),
    *,
    style: str = "",
) -> Texture:
    """Abstract picture: style "landscape", "blocks", "fields", "discs" or "gesture"; empty = any."""
    name = style or list(_STYLES)[int(rng.integers(len(_STYLES)))]
    canvas = _canvas(size_px, colors[0])
    _STYLES[name](rng, canvas, colors)
    strokes = spectral(rng, size_px, 0.5, stretch=(3, 1), low=8) + 0.5 * spectral(rng, size_px, 0.2, low=40)
    return _finish(canvas, 0.035 * strokes)


def _pick(rng: Generator, colors: tuple[Color, ...]) -> Color:
    """One of the colours, a little lighter or darker."""
    return shade_color(colors[int(rng.integers(len(colors)))], float(rng.uniform(0.75, 1.25)))


def _landscape(rng: Generator, canvas: Canvas, colors: tuple[Color, ...]) -> None:
    """Sky with a sun, then rows of hills, darker and nearer."""
    n = len(canvas)
    _, y = grid(n)
    _blend(canvas, np.broadcast_to(smoothstep(0.0, 0.6, y), (n, n)) * 0.8, (0.9, 0.82, 0.68))
    _blend(canvas, _disc(n, float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.15, 0.4)), 0.07), (0.95, 0.85, 0.6))
    for k in range(5):
        ridge = spectral(rng, n, 1.4, low=2)[:1] * 0.045 + 0.42 + 0.12 * k
        hill = smoothstep(-0.004, 0.004, y - ridge)
        _blend(canvas, hill, shade_color(mix(_pick(rng, colors), colors[-1], k / 6), 1.1 - 0.13 * k))


def _blocks(rng: Generator, canvas: Canvas, colors: tuple[Color, ...]) -> None:
    """Rectangles between dark bars."""
    xs, ys = (np.concatenate([[0], np.sort(rng.uniform(0.1, 0.9, 3)), [1]]) for _ in range(2))
    for i in range(4):
        for j in range(4):
            color = _PAPER if rng.random() < 0.4 else _pick(rng, colors)
            _rect(canvas, xs[i], ys[j], xs[i + 1], ys[j + 1], color)
    for t in xs[1:-1]:
        _rect(canvas, t - 0.01, 0, t + 0.01, 1, _INK)
    for t in ys[1:-1]:
        _rect(canvas, 0, t - 0.01, 1, t + 0.01, _INK)


def _fields(rng: Generator, canvas: Canvas, colors: tuple[Color, ...]) -> None:
    """Soft-edged fields of colour one above the other."""
    n = len(canvas)
    x, y = grid(n)
    rough = 0.008 * spectral(rng, n, 1.6, low=4)
    cuts = np.concatenate([[0.05], np.sort(rng.uniform(0.25, 0.8, 2)), [0.95]])
    for a, b in pairwise(cuts):
        inside = np.minimum(np.minimum(y - a - 0.02, b - 0.02 - y), np.minimum(x - 0.07, 0.93 - x)) + rough
        _blend(canvas, smoothstep(-0.01, 0.02, inside) * 0.9, _pick(rng, colors))


def _discs(rng: Generator, canvas: Canvas, colors: tuple[Color, ...]) -> None:
    """Overlapping translucent discs."""
    for _ in range(int(rng.integers(5, 12))):
        x, y, r = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), rng.uniform(0.05, 0.28)
        _blend(canvas, 0.75 * _disc(len(canvas), float(x), float(y), float(r)), _pick(rng, colors))


def _gesture(rng: Generator, canvas: Canvas, colors: tuple[Color, ...]) -> None:
    """Broad curved strokes: level bands of smooth noise."""
    n = len(canvas)
    for _ in range(5):
        field = spectral(rng, n, 2.2, low=1, stretch=(1, float(rng.uniform(0.6, 2))))
        level = float(rng.uniform(-1, 1))
        band = 1 - smoothstep(0.12, 0.18, np.abs(field - level) + 0.012 * spectral(rng, n, 1.0, low=10))
        _blend(canvas, 0.9 * band, _pick(rng, colors))


_STYLES = {"landscape": _landscape, "blocks": _blocks, "fields": _fields, "discs": _discs, "gesture": _gesture}


def screen_texture(rng: Generator, size_px: int = 256) -> Texture:
    """Desktop of a computer: wallpaper, one or two windows with text and pictures, a task bar."""
    hue = mix(tuple(rng.uniform(0.1, 0.5, 3)), (0.3, 0.34, 0.4), 0.6)
    canvas = _canvas(size_px, hue)
    _gesture(rng, canvas, (shade_color(hue, 1.3), shade_color(hue, 0.7)))
    for _ in range(2):
        x, y = (float(v) for v in rng.uniform(0.04, 0.4, 2))
        _rect(canvas, x, y, x + 0.5, y + 0.48, (0.92, 0.92, 0.93))
        _rect(canvas, x, y, x + 0.5, y + 0.05, (0.25, 0.28, 0.33))
        _text(rng, canvas, (x + 0.03, y + 0.1, x + 0.3, y + 0.44), 10, (0.35, 0.35, 0.4))
        _rect(canvas, x + 0.33, y + 0.1, x + 0.47, y + 0.25, _pick(rng, (hue, (0.7, 0.5, 0.3))))
    _rect(canvas, 0, 0.95, 1, 1, (0.13, 0.14, 0.16))
    return _finish(canvas)


def book_spines_texture(
    rng: Generator, size_px: int = 256, colors: tuple[Color, ...] = (), *, count: int = 18
) -> Texture:
    """`count` book spines of equal width that fill the tile: cloth colours, bands and titles (upright)."""
    pool = colors or _CLOTH
    canvas = _canvas(size_px, _INK)
    for k in range(count):
        _spine(rng, canvas, k / count, (k + 1) / count, _pick(rng, pool))
    return _finish(canvas, 0.05 * spectral(rng, size_px, 0.8, stretch=(1, 4), low=3))


def _spine(rng: Generator, canvas: Canvas, x0: float, x1: float, color: Color) -> None:
    """One spine: rounded shading, two bands, a title block."""
    _rect(canvas, x0, 0, x1, 1, color)
    n = len(canvas)
    a, b = round(x0 * n), round(x1 * n)
    canvas[:, a:b] *= (0.72 + 0.36 * np.sin(np.linspace(0.35, np.pi - 0.35, max(b - a, 0))))[None, :, None]
    gilt: Color = (0.80, 0.70, 0.45) if rng.random() < 0.5 else _PAPER
    y, pad = float(rng.uniform(0.12, 0.3)), (x1 - x0) * 0.3
    _rect(canvas, x0, y - 0.06, x1, y - 0.045, gilt)
    for k in range(int(rng.integers(4, 12))):
        _rect(canvas, x0 + pad, y + 0.04 * k, x1 - pad, y + 0.04 * k + float(rng.uniform(0.012, 0.03)), gilt)
    _rect(canvas, x0, 0.9, x1, 0.92, gilt)


def rug_texture(
    rng: Generator, size_px: int = 512, colors: tuple[Color, ...] = ((0.45, 0.15, 0.13), _PAPER, (0.15, 0.2, 0.32))
) -> Texture:
    """A whole rug: mirror-symmetric ornament, borders, pile. Fit it to [0, 1]."""
    n, k = size_px, size_px // 2
    x, y = grid(k)
    edge = np.minimum(x, y) / 2
    field = spectral(rng, k, 1.0, low=4, high=22)
    if rng.random() < 0.5:
        field = np.sin(12 * np.pi * (np.abs(1 - x) + np.abs(1 - y)), dtype=np.float32) + 0.5 * field
    quarter = np.where(field > 0.5, 1, 0) + np.where(np.hypot(1 - x, 1 - y) < 0.45, 2, 0)
    band = (np.sin(2 * np.pi * 16 * np.maximum(x, y)) > 0.2) * 2 + 1
    quarter = np.where(edge < 0.10, band % len(colors), quarter % len(colors))
    quarter = np.where((edge < 0.03) | (np.abs(edge - 0.10) < 0.006), 2 % len(colors), quarter)
    top = np.concatenate([quarter, quarter[:, ::-1]], 1)
    index = np.concatenate([top, top[::-1]], 0).astype(np.int32)
    tone = 0.09 * spectral(rng, n, 0.1, low=30) + 0.06 * spectral(rng, n, 1.6, stretch=(3, 1))
    return paint(index, contrast(tone, 1.0), colors)


def outdoors_texture(rng: Generator, size_px: int = 256, *, storey: float = 0.5) -> Texture:
    """View from a window: sky with clouds over trees, roofs or hills; `storey` is the height of the horizon."""
    n = size_px
    _, y = grid(n)
    canvas = _canvas(n, (0.93, 0.95, 0.97))
    _blend(
        canvas,
        np.broadcast_to(1 - smoothstep(0.0, storey + 0.1, y), (n, n)),
        tuple(rng.uniform((0.5, 0.65, 0.85), (0.7, 0.82, 0.98))),
    )
    cloud = spectral(rng, n, 1.5, low=2, stretch=(1, 2))
    _blend(canvas, smoothstep(0.0, 1.5, cloud) * 0.8, (0.99, 0.98, 0.97))
    if rng.random() < 0.6:
        _houses(rng, canvas, 1 - storey)
    leaves = spectral(rng, n, 0.8, low=8)
    for k in range(3):
        ridge = 1 - storey * (0.95 - 0.2 * k) + 0.05 * spectral(rng, n, 1.0, low=3)[:1] + 0.015 * leaves
        green: Color = tuple(rng.uniform((0.30, 0.38, 0.18), (0.45, 0.52, 0.28)) * (1 - 0.12 * k))
        _blend(canvas, smoothstep(-0.008, 0.008, y - ridge), green)
    shadow = np.where(y > 1 - storey, 0.13 * leaves, 0)
    return _finish(canvas, shadow)


def _houses(rng: Generator, canvas: Canvas, base: float) -> None:
    """A row of distant facades with windows."""
    x = float(rng.uniform(-0.1, 0.1))
    while x < 1:
        w, h = float(rng.uniform(0.12, 0.3)), float(rng.uniform(0.08, 0.3))
        wall = shade_color(
            mix((0.84, 0.76, 0.64), (0.72, 0.66, 0.62), float(rng.random())), float(rng.uniform(0.8, 1.05))
        )
        _rect(canvas, x, base - h, x + w, 1, wall)
        _rect(canvas, x - 0.005, base - h - 0.02, x + w + 0.005, base - h, (0.45, 0.28, 0.24))
        for i in range(1, 4):
            for j in range(3):
                left, top = x + w * i / 4 - 0.012, base - h + 0.03 + 0.09 * j
                _rect(canvas, left, top, left + 0.024, top + 0.045, (0.32, 0.37, 0.42))
        x += w + float(rng.uniform(0.0, 0.15))


def foliage_texture(rng: Generator, size_px: int = 256, color: Color = (0.25, 0.42, 0.18)) -> Texture:
    """A leaf's surface: midrib, side veins, patches; for plants."""
    x, y = grid(size_px)
    side = np.abs(y - 0.5)
    veins = 1 - smoothstep(0.02, 0.06, np.abs((x * 8 + side * 6) % 1 - 0.5))
    rib = 1 - smoothstep(0.008, 0.02, side)
    patch = spectral(rng, size_px, 1.4)
    tone = contrast(0.10 * patch + 0.03 * hashed(patch.view(np.uint32), salt(rng)), 1.0) + 0.07 * veins + 0.18 * rib
    return paint(0, tone.astype(np.float32), color)
