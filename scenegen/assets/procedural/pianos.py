"""Pianos: upright, grand, and stage pianos."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.seeding import Generator

Parts = list[Mesh]


def _keys(x0: float, x1: float, y0: float, y1: float, z: float) -> Parts:
    """White keys side by side and black ones between them, 3 to 4 octaves."""
    white, black = fin.solid("ivory", (0.93, 0.92, 0.88)), fin.solid("ebony", (0.07, 0.07, 0.08))
    count = 28 if x1 - x0 < 1.0 else 42
    w, xs = (x1 - x0) / count, spread(count, x0, x1)
    one = s.slab(white, (-0.46 * w, y0, z - 0.02), (0.46 * w, y1, z))
    sharp = s.slab(black, (-0.28 * w, y0 + 0.36 * (y1 - y0), z - 0.015), (0.28 * w, y1, z + 0.012), 0.003)
    places = [(x + w / 2, 0, 0) for k, x in enumerate(xs[:-1]) if k % 7 not in (2, 6)]
    return [s.scattered(one, [(x, 0, 0) for x in xs]), s.scattered(sharp, places)]


def piano(rng: Generator) -> Parts:
    """An upright piano, a grand piano or a stage keyboard on a stand."""
    return pick(rng, _upright, _grand, _stage)(rng)


def _polish(rng: Generator) -> fin.Finish:
    """Black, white or wooden piano cases."""
    return pick(
        rng,
        fin.wood,
        fin.wood,
        lambda r: fin.near(r, "lacquer", (0.07, 0.07, 0.075)),
        lambda r: fin.near(r, "lacquer", (0.88, 0.87, 0.84), 0.04),
    )(rng)


def _upright(rng: Generator) -> Parts:
    """An upright piano: case, key bed, music rest, pedals, turned legs."""
    f, w, d, h = _polish(rng), between(rng, 1.4, 1.5), between(rng, 0.3, 0.36), between(rng, 1.05, 1.3)
    y, bed = -d / 2, 0.64
    parts = [
        s.slab(f, (-w / 2, y, 0.03), (w / 2, d / 2, h), 0.006),
        s.slab(f, (-w / 2 - 0.015, y - 0.015, h - 0.02), (w / 2 + 0.015, d / 2 + 0.01, h + 0.02), 0.006),
        s.slab(f, (-w / 2 - 0.012, y - 0.06, 0), (w / 2 + 0.012, d / 2 + 0.005, 0.06), 0.004),
    ]
    parts.append(s.slab(f, (-w / 2 + 0.004, y - 0.26, bed - 0.06), (w / 2 - 0.004, y + 0.02, bed), 0.006))
    parts += s.both(s.slab(f, (w / 2 - 0.08, y - 0.255, bed - 0.055), (w / 2 - 0.006, y + 0.02, bed + 0.09), 0.01))
    parts += _keys(-w / 2 + 0.085, w / 2 - 0.085, y - 0.22, y - 0.03, bed + 0.025)
    parts += [
        s.slab(f, (-w / 2 + 0.08, y - 0.04, bed), (w / 2 - 0.08, y + 0.02, bed + 0.1), 0.004),
        s.slab(f, (-0.4 * w, y - 0.02, bed + 0.14), (0.4 * w, y + 0.02, h - 0.08), 0.008),
    ]
    legs = s.both(
        s.turned(
            f,
            [
                (0, 0),
                (0.03, 0),
                (0.03, 0.04),
                (0.02, 0.1),
                (0.035, 0.35),
                (0.025, 0.5),
                (0.035, bed - 0.05),
                (0, bed - 0.05),
            ],
            (w / 2 - 0.06, y - 0.2, 0.0),
            sides=14,
        )
    )
    brass = fin.solid("brass", (0.75, 0.6, 0.3))
    pedals = [s.slab(brass, (x - 0.022, y - 0.12, 0.07), (x + 0.022, y + 0.01, 0.085), 0.004) for x in (-0.09, 0, 0.09)]
    sheet = s.slab(fin.solid("paper", (0.93, 0.92, 0.87)), (-0.2, y - 0.035, bed + 0.2), (0.2, y - 0.012, bed + 0.47))
    return [*parts, *legs, *pedals, *([sheet] if chance(rng, 0.6) and h > 1.15 else [])]


def _grand(rng: Generator) -> Parts:
    """A grand piano: winged case on three legs, lid propped open, gold frame, strings board, lyre."""
    f, w, length = _polish(rng), between(rng, 1.42, 1.52), between(rng, 1.5, 2.4)
    z0, z1, y0 = 0.66, 0.98, -length / 2
    curve = [
        (-w / 2, y0),
        (w / 2, y0),
        (w / 2, y0 + 0.4 * length),
        (0.36 * w, y0 + 0.6 * length),
        (0.08 * w, y0 + 0.8 * length),
        (-0.02 * w, y0 + 0.95 * length),
        (-0.2 * w, y0 + length),
        (-0.38 * w, y0 + length),
        (-w / 2, y0 + 0.93 * length),
    ]
    pts = np.array(curve)
    smooth = np.concatenate([pts[:2], s.cut_corners(s.cut_corners(pts[2:]))])
    case = np.where(smooth[:, 1:] < y0 + 0.001, smooth + (0, 0.24), smooth)
    parts = [
        s.profile_z(f, case, z0 + 0.012, z1),
        s.profile_z(fin.solid("frame", (0.70, 0.55, 0.27)), case * 0.94 + (0, 0.02), z1 - 0.1, z1 + 0.006),
    ]
    parts += [
        s.slab(f, (-w / 2 + 0.002, y0, z0), (w / 2 - 0.002, y0 + 0.3, z0 + 0.1), 0.006),
        *s.both(s.slab(f, (w / 2 - 0.08, y0 + 0.004, z0 + 0.05), (w / 2 - 0.004, y0 + 0.3, z1 - 0.06), 0.02)),
    ]
    parts += _keys(-w / 2 + 0.09, w / 2 - 0.09, y0 + 0.03, y0 + 0.23, z0 + 0.125)
    lid = s.profile_z(f, case, 0, 0.022)
    angle = between(rng, 0.45, 0.75)
    hinge = (-w / 2, 0, z1 + 0.02)
    parts += [s.moved(s.tilted(s.moved(lid, (w / 2, 0, 0)), 1, -angle), hinge)]
    parts.append(
        s.rod(
            f,
            (0.4 * w, y0 + 0.32 * length, z1 - 0.02),
            (-w / 2 + 0.9 * w * np.cos(angle), y0 + 0.32 * length, z1 + 0.02 + 0.9 * w * np.sin(angle)),
            0.011,
        )
    )
    leg = [(0, 0), (0.035, 0), (0.035, 0.03), (0.03, 0.06), (0.055, 0.45), (0.075, z0 + 0.03), (0, z0 + 0.03)]
    parts += [
        s.turned(f, leg, (x, y, 0), sides=12)
        for x, y in ((-0.42 * w, y0 + 0.36), (0.42 * w, y0 + 0.36), (-0.28 * w, y0 + 0.88 * length))
    ]
    lyre = [
        s.slab(f, (-0.12, y0 + 0.4, 0.08), (0.12, y0 + 0.46, 0.13), 0.006),
        *s.both(s.slab(f, (0.06, y0 + 0.42, 0.1), (0.085, y0 + 0.44, z0 + 0.03))),
    ]
    rest = s.sheared_y(s.slab(f, (-0.3 * w, 0, 0), (0.3 * w, 0.015, 0.24), 0.004), 0.3)
    return [*parts, *lyre, s.moved(rest, (0, y0 + 0.34, z1 - 0.004))]


def _stage(rng: Generator) -> Parts:
    """A digital piano on a crossed stand."""
    f, metal, w, d, z = (
        fin.casing(rng),
        fin.dark(rng),
        between(rng, 0.9, 1.35),
        between(rng, 0.26, 0.34),
        between(rng, 0.68, 0.78),
    )
    y = -d / 2
    parts = [
        s.slab(f, (-w / 2, y, z), (w / 2, d / 2, z + 0.06), 0.01),
        s.profile_x(
            f,
            [(y + 0.18, z + 0.05), (d / 2 - 0.004, z + 0.05), (d / 2 - 0.004, z + 0.11), (y + 0.2, z + 0.075)],
            -w / 2 + 0.003,
            w / 2 - 0.003,
        ),
    ]
    parts += _keys(-w / 2 + 0.03, w / 2 - 0.03, y + 0.012, y + 0.19, z + 0.078)
    parts += [
        s.disc(fin.lid(rng), 0.011, 0.03, (x * w, 0.3 * d, z + 0.1), sides=12)
        for x in spread(whole(rng, 4, 8), -0.45, -0.1)
    ]
    parts.append(
        s.slab(
            fin.solid("display", (0.3, 0.6, 0.75), 0.5),
            (-0.05 * w, 0.12 * d, z + 0.06),
            (0.12 * w, 0.36 * d, z + 0.107),
        )
    )
    for k, side in ((0, 1), (1, -1)):
        yy = -0.1 + 0.2 * k
        parts += [
            s.rod(metal, (-0.3 * w * side, yy, 0.03), (0.3 * w * side, yy, z + 0.005), 0.016),
            s.slab(
                metal, (-0.3 * w * side - 0.025, -0.22, 0), (-0.3 * w * side + 0.025, 0.22, 0.035 + 0.002 * k), 0.006
            ),
            s.slab(metal, (0.3 * w * side - 0.02, -0.12, z - 0.02), (0.3 * w * side + 0.02, 0.12, z + 0.008)),
        ]
    return [*parts, s.rod(metal, (0, -0.12, z / 2), (0, 0.12, z / 2), 0.022)]
