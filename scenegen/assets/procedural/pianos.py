"""Pianos: upright, grand, and stage pianos."""

# ruff: noqa: RUF005 -- a vector plus a tuple is a sum here, not a concatenation

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.solids import Array
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
    paper = fin.solid("paper", (0.93, 0.92, 0.87))
    sheet = s.slab(paper, (-0.2, y - 0.035, bed + 0.2), (0.2, y - 0.012, bed + 0.47))
    return [
        *_upright_case(f, w, d, h),
        *_key_bed(f, w, y, bed),
        s.slab(f, (-0.4 * w, y - 0.02, bed + 0.14), (0.4 * w, y + 0.02, h - 0.08), 0.008),
        *_turned_legs(f, w / 2 - 0.06, y - 0.2, bed - 0.05),
        *_pedals(y),
        *([sheet] if chance(rng, 0.6) and h > 1.15 else []),
    ]


def _upright_case(f: fin.Finish, w: float, d: float, h: float) -> Parts:
    """The upright box with its top and its plinth."""
    y = -d / 2
    return [
        s.slab(f, (-w / 2, y, 0.03), (w / 2, d / 2, h), 0.006),
        s.slab(f, (-w / 2 - 0.015, y - 0.015, h - 0.02), (w / 2 + 0.015, d / 2 + 0.01, h + 0.02), 0.006),
        s.slab(f, (-w / 2 - 0.012, y - 0.06, 0), (w / 2 + 0.012, d / 2 + 0.005, 0.06), 0.004),
    ]


def _key_bed(f: fin.Finish, w: float, y: float, z: float) -> Parts:
    """The shelf with the keys before a front at y, its cheeks and the strip behind the keys."""
    return [
        s.slab(f, (-w / 2 + 0.004, y - 0.26, z - 0.06), (w / 2 - 0.004, y + 0.02, z), 0.006),
        *s.both(s.slab(f, (w / 2 - 0.08, y - 0.255, z - 0.055), (w / 2 - 0.006, y + 0.02, z + 0.09), 0.01)),
        *_keys(-w / 2 + 0.085, w / 2 - 0.085, y - 0.22, y - 0.03, z + 0.025),
        s.slab(f, (-w / 2 + 0.08, y - 0.04, z), (w / 2 - 0.08, y + 0.02, z + 0.1), 0.004),
    ]


def _turned_legs(f: fin.Finish, x: float, y: float, top: float) -> Parts:
    """Two turned legs under the key bed at (+-x, y)."""
    foot, shaft = [(0, 0), (0.03, 0), (0.03, 0.04)], [(0.02, 0.1), (0.035, 0.35), (0.025, 0.5)]
    return s.both(s.turned(f, [*foot, *shaft, (0.035, top), (0, top)], (x, y, 0.0), sides=14))


def _pedals(y: float) -> Parts:
    """Three brass pedals."""
    brass = fin.solid("brass", (0.75, 0.6, 0.3))
    return [s.slab(brass, (x - 0.022, y - 0.12, 0.07), (x + 0.022, y + 0.01, 0.085), 0.004) for x in (-0.09, 0, 0.09)]


_Z0, _Z1 = 0.66, 0.98
"""Lower and upper edge of a grand piano's case, metres."""


def _grand(rng: Generator) -> Parts:
    """A grand piano: winged case on three legs, lid propped open, gold frame, strings board, lyre."""
    f, w, length = _polish(rng), between(rng, 1.42, 1.52), between(rng, 1.5, 2.4)
    y0, case = -length / 2, _winged_outline(w, length)
    return [
        s.profile_z(f, case, _Z0 + 0.012, _Z1),
        s.profile_z(fin.solid("frame", (0.70, 0.55, 0.27)), case * 0.94 + (0, 0.02), _Z1 - 0.1, _Z1 + 0.006),
        s.slab(f, (-w / 2 + 0.002, y0, _Z0), (w / 2 - 0.002, y0 + 0.3, _Z0 + 0.1), 0.006),
        *s.both(s.slab(f, (w / 2 - 0.08, y0 + 0.004, _Z0 + 0.05), (w / 2 - 0.004, y0 + 0.3, _Z1 - 0.06), 0.02)),
        *_keys(-w / 2 + 0.09, w / 2 - 0.09, y0 + 0.03, y0 + 0.23, _Z0 + 0.125),
        *_propped_lid(f, case, w, y0 + 0.32 * length, between(rng, 0.45, 0.75)),
        *_grand_legs(f, w, y0, length),
        *_lyre(f, y0),
        _music_rest(f, w, y0),
    ]


def _winged_outline(w: float, length: float) -> Array:
    """Outline (N, 2) of a grand piano's case seen from above, set back behind the keys."""
    y0 = -length / 2
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
    points = np.array(curve)
    smooth = np.concatenate([points[:2], s.cut_corners(s.cut_corners(points[2:]))])
    return np.where(smooth[:, 1:] < y0 + 0.001, smooth + (0, 0.24), smooth)


def _propped_lid(f: fin.Finish, case: Array, w: float, y: float, angle_rad: float) -> Parts:
    """A lid hinged at the left side, and the stick at y that holds it open."""
    lid = s.moved(s.profile_z(f, case, 0, 0.022), (w / 2, 0, 0))
    head = (-w / 2 + 0.9 * w * np.cos(angle_rad), y, _Z1 + 0.02 + 0.9 * w * np.sin(angle_rad))
    return [
        s.moved(s.tilted(lid, 1, -angle_rad), (-w / 2, 0, _Z1 + 0.02)),
        s.rod(f, (0.4 * w, y, _Z1 - 0.02), head, 0.011),
    ]


def _grand_legs(f: fin.Finish, w: float, y0: float, length: float) -> Parts:
    """Two turned legs in front and one behind."""
    leg = [(0, 0), (0.035, 0), (0.035, 0.03), (0.03, 0.06), (0.055, 0.45), (0.075, _Z0 + 0.03), (0, _Z0 + 0.03)]
    spots = ((-0.42 * w, y0 + 0.36), (0.42 * w, y0 + 0.36), (-0.28 * w, y0 + 0.88 * length))
    return [s.turned(f, leg, (x, y, 0), sides=12) for x, y in spots]


def _lyre(f: fin.Finish, y0: float) -> Parts:
    """What the pedals hang from."""
    return [
        s.slab(f, (-0.12, y0 + 0.4, 0.08), (0.12, y0 + 0.46, 0.13), 0.006),
        *s.both(s.slab(f, (0.06, y0 + 0.42, 0.1), (0.085, y0 + 0.44, _Z0 + 0.03))),
    ]


def _music_rest(f: fin.Finish, w: float, y0: float) -> Mesh:
    """A board that leans backwards over the keys."""
    board = s.slab(f, (-0.3 * w, 0, 0), (0.3 * w, 0.015, 0.24), 0.004)
    return s.moved(s.sheared_y(board, 0.3), (0, y0 + 0.34, _Z1 - 0.004))


def _stage(rng: Generator) -> Parts:
    """A digital piano on a crossed stand."""
    f, metal = fin.casing(rng), fin.dark(rng)
    w, d, z = between(rng, 0.9, 1.35), between(rng, 0.26, 0.34), between(rng, 0.68, 0.78)
    y = -d / 2
    back = [(y + 0.18, z + 0.05), (d / 2 - 0.004, z + 0.05), (d / 2 - 0.004, z + 0.11), (y + 0.2, z + 0.075)]
    return [
        s.slab(f, (-w / 2, y, z), (w / 2, d / 2, z + 0.06), 0.01),
        s.profile_x(f, back, -w / 2 + 0.003, w / 2 - 0.003),
        *_keys(-w / 2 + 0.03, w / 2 - 0.03, y + 0.012, y + 0.19, z + 0.078),
        *_stage_controls(rng, w, d, z),
        *_crossed_stand(metal, w, z),
    ]


def _stage_controls(rng: Generator, w: float, d: float, z: float) -> Parts:
    """A row of knobs and a lit display."""
    lit = fin.solid("display", (0.3, 0.6, 0.75), 0.5)
    knobs = [
        s.disc(fin.lid(rng), 0.011, 0.03, (x * w, 0.3 * d, z + 0.1), sides=12)
        for x in spread(whole(rng, 4, 8), -0.45, -0.1)
    ]
    return [*knobs, s.slab(lit, (-0.05 * w, 0.12 * d, z + 0.06), (0.12 * w, 0.36 * d, z + 0.107))]


def _crossed_stand(f: fin.Finish, w: float, z: float) -> Parts:
    """Two crossing bars with feet and rests, joined by a bolt."""
    parts: Parts = []
    for k, x in ((0, 0.3 * w), (1, -0.3 * w)):
        y = -0.1 + 0.2 * k
        parts += [
            s.rod(f, (-x, y, 0.03), (x, y, z + 0.005), 0.016),
            s.slab(f, (-x - 0.025, -0.22, 0), (-x + 0.025, 0.22, 0.035 + 0.002 * k), 0.006),
            s.slab(f, (x - 0.02, -0.12, z - 0.02), (x + 0.02, 0.12, z + 0.008)),
        ]
    return [*parts, s.rod(f, (0, -0.12, z / 2), (0, 0.12, z / 2), 0.022)]
