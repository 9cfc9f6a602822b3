"""Caps and hats."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.draws import between, chance, pick
from scenegen.assets.procedural.head_shapes import closed, dome, levels
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def cap(rng: Generator) -> Parts:
    """A baseball cap, bucket hat, sun hat, top hat, beanie or flat cap, standing on its brim."""
    plan = s.oval(40) * (between(rng, 0.075, 0.085), between(rng, 0.09, 0.1))
    f, second = fin.upholstery(rng), fin.upholstery(rng)
    kind = int(rng.integers(5))
    if kind <= 1:
        return _baseball(rng, f, second, plan)
    if kind == 2:
        return _beanie(rng, f, second, plan)
    h, out, crown = between(rng, 0.09, 0.13), between(rng, 1.4, 2.0), between(rng, 0.82, 0.95)
    if kind == 4:
        h, crown, f = between(rng, 0.14, 0.2), 1.0, fin.near(rng, "felt", (0.12, 0.12, 0.13), 0.3)
    droop = between(rng, 0.0, 0.03) if kind == 3 else 0.0
    f = fin.straw(rng) if kind == 3 and chance(rng, 0.5) else f
    return _brimmed(f, second, plan, (h, out, crown, droop))


def _beanie(rng: Generator, f: fin.Finish, second: fin.Finish, plan: Array) -> Parts:
    """A knitted cap with a rolled rim, most with a pompon."""
    h = between(rng, 0.1, 0.18)
    roll = s.bent(second, closed(plan, 0.018), 0.018, sides=10)
    parts = [*dome(f, f, plan, h, between(rng, 0.6, 0.9), 0.01, 0.004), roll]
    return [*parts, s.ball(fin.straw(rng), 0.026, (0, 0, h + 0.02))] if chance(rng, 0.6) else parts


def _brimmed(f: fin.Finish, second: fin.Finish, plan: Array, form: tuple[float, float, float, float]) -> Parts:
    """A hat with a brim and a band; `form` is height, reach of the brim, width of the crown, droop of the brim."""
    h, out, crown, droop = form
    brim = (
        (0.97, droop),
        (out, 0.0),
        (out * 1.01, 0.003),
        (1.0, droop + 0.006),
        (0.97, droop + 0.02),
        (crown * 0.98, h * 0.9),
        (crown * 0.9, h),
        (0.6, h * 0.97),
        (0.0, h * 0.96),
    )
    upper = 1.012 * (0.97 + (crown - 0.97) * 0.3)
    band = ((0.95, droop + 0.008), (1.02, droop + 0.009), (upper, droop + 0.035), (0.9, droop + 0.036))
    hollow = ((0.97, droop), (0.93, 0.4 * h), (crown * 0.85, 0.9 * h))
    return [
        s.loft(f, levels(plan, brim), bottoms=False),
        s.open_rings_down(f, levels(plan, hollow)),
        s.loft(second, levels(plan, band), bottoms=False, tops=False),
    ]


def _baseball(rng: Generator, f: fin.Finish, second: fin.Finish, plan: Array) -> Parts:
    """A cap of six panels with peak, button, seams and badge."""
    h, reach = between(rng, 0.09, 0.12), between(rng, 0.06, 0.085)
    visor_f = pick(rng, f, second)
    w, front = float(plan[:, 0].max()), float(-plan[:, 1].min())
    badge = s.tilted(s.disc(second, 0.022, 0.01, axis=1, sides=20), 0, -0.35)
    return [
        *dome(f, second, plan, h, 0.75, 0.0, 0.003),
        _peak(visor_f, w, front, reach),
        s.disc(visor_f, 0.008, 0.008, (0, 0, h), sides=12),
        *_seams(second, w, front, h),
        *([s.moved(badge, (0, -0.93 * front, 0.4 * h))] if chance(rng, 0.6) else []),
    ]


def _peak(f: fin.Finish, w: float, front: float, reach: float) -> Mesh:
    """A bent visor before a cap of half width w, from its front edge `reach` further; its lowest point at z = 0."""
    x = np.linspace(-1, 1, 13)
    edge = np.sqrt(1 - (0.93 * x) ** 2)
    inner = np.c_[x * w * 0.95, -front * edge * 0.93]
    outer = np.c_[x * w * 0.98, -front * edge - reach * (1 - x**2) ** 0.55]
    bend = 0.022 * (1 - x**2)
    upper, lower = 0.012 + bend, 0.008 + bend
    corners = ((inner, lower + 0.004), (outer, lower - 0.007), (outer, upper - 0.007), (inner, upper + 0.004))
    rings = np.stack([np.c_[a, z] for a, z in corners], 1)
    rings[..., 2] -= rings[..., 2].min()
    return s.loft(f, rings)


def _seams(f: fin.Finish, w: float, front: float, h: float) -> Parts:
    """Three seams over the crown, which divide it into six panels."""
    t = np.linspace(0.05, np.pi / 2, 9)
    seams = []
    for a in np.arange(3) * np.pi / 3 + np.pi / 6:
        rim = np.array([np.cos(a) * w, np.sin(a) * front])
        half = np.c_[np.cos(t)[:, None] ** 0.75 * rim * 1.004, h * np.sin(t) + 0.0006]
        seams.append(s.bent(f, np.concatenate([half, half[:-1][::-1] * (-1, -1, 1)]), 0.0014, sides=5))
    return seams
