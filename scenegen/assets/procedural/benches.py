"""Benches: park benches, planks, upholstered benches."""

import numpy as np

from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.chairs import straight_leg
from scenegen.assets.procedural.draws import between, chance, pick, spread, whole
from scenegen.assets.procedural.finishes import Finish
from scenegen.assets.procedural.roles import Finishes, Parts
from scenegen.seeding import Generator


def bench(rng: Generator, of: Finishes) -> Parts:
    """A park bench, a plank bench or an upholstered bench."""
    return pick(rng, park_bench, plank_bench, padded_bench)(rng, of, between(rng, 0.9, 1.8))


def park_bench(rng: Generator, of: Finishes, w: float) -> Parts:
    """Slats of length w on two or three cast end frames, with a back."""
    count, slats, iron = whole(rng, 3, 6), of("slats"), of("iron")
    h, d, lean, top = between(rng, 0.42, 0.46), 0.42, between(rng, 0.08, 0.16), between(rng, 0.8, 0.92)
    y = spread(count, -d / 2, d / 2)
    seat = [s.block(slats, (w, 0.8 * d / count, 0.03), (0, a, h), 0.006) for a in y]
    z = spread(max(2, count - 2), h + 0.12, top)
    back = [
        s.moved(
            s.tilted(s.block(slats, (w, 0.03, 0.6 * (top - h) / max(2, count - 2)), (0, 0, 0), 0.006), 0, -lean),
            (0, d / 2 + lean * (b - h), b),
        )
        for b in z
    ]
    spots = spread(pick(rng, 2, 2, 3), -w / 2, w / 2) * 1.5 if chance(rng, 0.5) else np.array([-0.44 * w, 0.44 * w])
    frames = [
        m
        for x in np.clip(spots, -0.46 * w, 0.46 * w)
        for m in _bench_frame(iron, float(x), d, h, lean, top, chance(rng, 0.7))
    ]
    return [*seat, *back, *frames]


def _bench_frame(f: Finish, x: float, d: float, h: float, lean: float, top: float, arm: bool) -> Parts:
    """One end frame: seat bar, two legs, a back post, perhaps an arm rest."""
    low = h - 0.012
    bar = s.slab(f, (x - 0.02, -d / 2, low - 0.045), (x + 0.02, d / 2 + 0.03, low))
    legs = [
        s.profile_x(f, [(y0, 0), (y0 + 0.05, 0), (y1 + 0.05, low - 0.02), (y1, low - 0.02)], x - 0.018, x + 0.018)
        for y0, y1 in ((-d / 2 - 0.03, -d / 2 + 0.02), (d / 2 + 0.03, d / 2 - 0.03))
    ]
    foot = d / 2 + 0.012
    post = s.profile_x(
        f,
        [
            (foot, low - 0.03),
            (foot + 0.045, low - 0.03),
            (foot + 0.045 + lean * (top - low), top + 0.01),
            (foot + 0.01 + lean * (top - low), top + 0.01),
        ],
        x - 0.016,
        x + 0.016,
    )
    rest = (
        [s.bent(f, [(x, -d / 2 + 0.04, low - 0.03), (x, -d / 2, h + 0.2), (x, foot + 0.06, h + 0.22)], 0.018, smooth=2)]
        if arm
        else []
    )
    return [bar, *legs, post, *rest]


def plank_bench(rng: Generator, of: Finishes, w: float) -> Parts:
    """A plank of length w on two boards or four legs, with a stretcher."""
    d, h, f = between(rng, 0.26, 0.4), between(rng, 0.4, 0.48), of("plank")
    top = s.block(f, (w, d, 0.045), (0, 0, h - 0.0225), 0.008)
    g = pick(rng, f, of("frame"))
    if chance(rng, 0.5):
        ends = s.both(s.block(g, (0.05, 0.84 * d, h - 0.03), (0.38 * w, 0, (h - 0.03) / 2), 0.004))
        return [top, *ends, s.block(g, (0.8 * w, 0.035, 0.08), (0, 0, 0.55 * h))]
    legs = [
        straight_leg(g, (a * 0.44 * w, b * 0.42 * d, 0), (a * 0.4 * w, b * 0.34 * d, h - 0.03), 0.026, chance(rng, 0.5))
        for a in (-1, 1)
        for b in (-1, 1)
    ]
    return [top, *legs, s.block(g, (0.84 * w, 0.03, 0.05), (0, 0, h - 0.06))]


def padded_bench(rng: Generator, of: Finishes, w: float) -> Parts:
    """A bedroom bench of length w: an upholstered block, plain or in cushions, on legs and a frame."""
    d, h, f, cover = between(rng, 0.38, 0.5), between(rng, 0.42, 0.5), of("frame"), of("seat")
    count = whole(rng, 1, 4)
    pads = [
        s.block(cover, (w / count + 0.004, d, 0.13), (x, 0, h - 0.065), 0.035) for x in spread(count, -w / 2, w / 2)
    ]
    rail = s.block(f, (0.96 * w, 0.94 * d, 0.05), (0, 0, h - 0.14), 0.004)
    legs = [
        straight_leg(
            f, (a * 0.45 * w, b * 0.42 * d, 0), (a * 0.45 * w, b * 0.42 * d, h - 0.14), 0.022, chance(rng, 0.5)
        )
        for a in (-1, 1)
        for b in (-1, 1)
    ]
    return [*pads, rail, *legs]
