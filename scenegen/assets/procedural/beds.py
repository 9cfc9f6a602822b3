"""Beds, as objects and in rooms; the frame of builders is that of `roles`, the head at +Y."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.labels import tag
from scenegen.assets.procedural.roles import Finishes, Parts, Span
from scenegen.seeding import Generator


def any_bed(rng: Generator, of: Finishes) -> Parts:
    """A single, a wide or a double bed."""
    return bed(rng, of, pick(rng, 0.95, 1.5, 1.85))


def bed(rng: Generator, of: Finishes, w: float) -> Parts:
    """A bed whose frame is w wide: headboard, mattress, cover and pillows; some with a footboard, some with posts."""
    f, length, h, head = of("bed"), between(rng, 1.98, 2.12), between(rng, 0.28, 0.38), between(rng, 0.8, 1.2)
    y0, y1, foot = -length / 2, length / 2, pick(rng, 0.0, 0.0, h + 0.12, 0.6)
    leg = s.block(f, (0.08, 0.08, h - 0.02), (w / 2 - 0.05, y0 + 0.05, h / 2 - 0.01), 0.006)
    parts = [
        s.slab(f, (-w / 2, y0, h - 0.18), (w / 2, y1, h), 0.01),
        *_headboard(rng, of, f, w, y1, h, head),
        *s.both(leg),
        *s.both(s.moved(leg, (0, length - 0.14, 0))),
    ]
    if foot > 0:
        parts.append(s.slab(f, (-w / 2 - 0.01, y0 - 0.05, 0), (w / 2 + 0.01, y0 + 0.02, foot), 0.012))
    posts = _posts(f, w, y0, y1, between(rng, 1.7, 2.0)) if chance(rng, 0.12) else []
    return [*parts, *posts, *_bedding(rng, of, w, (y0 + (0.03 if foot else -0.02), y1), h)]


def _headboard(rng: Generator, of: Finishes, f: Finish, w: float, y: float, h: float, top: float) -> Parts:
    """A panel, plain, with fields or with pads; a soft block, bars, or an arch."""
    kind = pick(rng, "panel", "fields", "pads", "soft", "bars", "arch")
    if kind == "bars":
        return _bars(rng, f, w, y, h, top)
    if kind == "soft":
        return [s.padded(of("headboard"), (-w / 2 - 0.03, y - 0.03, 0.05), (w / 2 + 0.03, y + 0.07, top), 0.04, 0.05)]
    if kind == "arch":
        t = np.linspace(0, np.pi, 17)
        arch = [(-w / 2, 0), (w / 2, 0), *zip(np.cos(t) * w / 2, h + 0.15 + (top - h - 0.15) * np.sin(t), strict=True)]
        return [s.profile_y(f, arch, y - 0.01, y + 0.05)]
    panel, count = s.slab(f, (-w / 2 - 0.02, y - 0.01, 0), (w / 2 + 0.02, y + 0.05, top), 0.012), max(2, round(w / 0.4))
    return [panel, *([] if kind == "panel" else _fields(of("headboard") if kind == "pads" else f, w, y, count, h, top))]


def _fields(f: Finish, w: float, y: float, count: int, h: float, top: float) -> Parts:
    """Raised fields side by side before a headboard."""
    half = w / count / 2 - 0.015
    xs, z = spread(count, -w / 2, w / 2), (h + 0.1, top - 0.05)
    return [s.slab(f, (x - half, y - 0.04, z[0]), (x + half, y + 0.01, z[1]), 0.015) for x in xs]


def _bars(rng: Generator, f: Finish, w: float, y: float, h: float, top: float) -> Parts:
    """Upright bars between two rails and two posts."""
    rails = [s.slab(f, (-w / 2, y - 0.02, z - 0.03), (w / 2, y + 0.03, z + 0.03), 0.008) for z in (top - 0.03, h + 0.1)]
    xs = spread(whole(rng, 5, 11), -w / 2, w / 2)
    bars = [s.rod(f, (x, y + 0.005, h + 0.1), (x, y + 0.005, top - 0.03), 0.012, sides=8) for x in xs]
    posts = s.both(s.slab(f, (w / 2 - 0.03, y - 0.03, 0), (w / 2 + 0.03, y + 0.04, top + 0.04), 0.008))
    return [*rails, *bars, *posts]


def _posts(f: Finish, w: float, y0: float, y1: float, top: float) -> Parts:
    """Four posts with rails."""
    x = w / 2 - 0.02
    posts = [m for y in (y0, y1) for m in s.both(s.slab(f, (x - 0.035, y - 0.035, 0), (x + 0.035, y + 0.035, top)))]
    rails = [s.slab(f, (-x, y - 0.02, top - 0.06), (x, y + 0.02, top - 0.015)) for y in (y0, y1)]
    return [*posts, *rails, *s.both(s.slab(f, (x - 0.02, y0, top - 0.065), (x + 0.02, y1, top - 0.02)))]


def _bedding(rng: Generator, of: Finishes, w: float, y: Span, h: float) -> Parts:
    """Mattress, cover, perhaps a throw across it, pillows; the foot of the cover at y[0]."""
    top, turn = h + between(rng, 0.15, 0.2), y[1] - between(rng, 0.55, 0.75)
    parts = [
        s.padded(of("linen"), (-w / 2 + 0.03, y[0] + 0.05, h - 0.02), (w / 2 - 0.03, y[1] - 0.02, top), 0.05, 0.02),
        _cover(rng, of("bedding"), (-w / 2 - 0.03, y[0], top - 0.2), (w / 2 + 0.03, turn, top + 0.055)),
    ]
    if chance(rng, 0.45):
        low, high = (-w / 2 - 0.045, y[0] + 0.16, top - 0.16), (w / 2 + 0.045, y[0] + 0.64, top + 0.098)
        parts.append(s.padded(of("cloth"), low, high, 0.05, 0.0))
    return parts + tag("pillow", _pillows(rng, of, w, y[1], top))


def _cover(rng: Generator, f: Finish, low: tuple, high: tuple) -> Mesh:
    """A cover that hangs over the sides, gently rumpled on top."""
    mesh = s.padded(f, low, high, 0.06, 0.05)
    p = mesh.vertices.astype(np.float64)
    a, b = rng.uniform(4, 8, 2)
    lift = 0.012 * np.sin(a * p[:, 0] + 1.3 * np.sin(b * p[:, 1])) + 0.010 * np.sin(b * p[:, 1] + p[:, 0] * 3)
    p[:, 2] += lift * np.clip((p[:, 2] - high[2] + 0.055) / 0.05, 0, 1)
    return shapes.smoothed(s.with_vertices(mesh, p))


def _pillows(rng: Generator, of: Finishes, w: float, y: float, top: float) -> Parts:
    """One pillow for each sleeper against the head at y, perhaps a small one before them."""
    count = 1 if w < 1.3 else 2
    half, case = min(0.35, w / count / 2 - 0.06), of(pick(rng, "linen", "bedding"))
    out = []
    for x in spread(count, -w / 2, w / 2):
        soft = s.padded(case, (-half, -0.07, 0), (half, 0.07, 0.42), 0.05, 0.55)
        turned = s.turned_z(s.tilted(soft, 0, -between(rng, 0.9, 1.2)), between(rng, -0.08, 0.08))
        out.append(s.moved(turned, (x, y - 0.5, top - 0.02)))
    if chance(rng, 0.5):
        small = s.tilted(s.padded(of("cloth"), (-0.2, -0.05, 0), (0.2, 0.05, 0.38), 0.04, 0.6), 0, -0.8)
        out.append(s.moved(small, (between(rng, -0.2, 0.2), y - 0.66, top + 0.02)))
    return out
