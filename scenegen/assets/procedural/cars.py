"""Cars: saloons, hatchbacks, estates, sports cars, pick-ups, vans, classics."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.car_bodies import BODIES, ESTATE, OFFROAD, PICKUP, SPORTS, VAN, CarProportions
from scenegen.assets.procedural.draws import between, chance, jitter, pick
from scenegen.assets.procedural.solids import Array
from scenegen.seeding import Generator

Parts = list[Mesh]


def car(rng: Generator) -> Parts:
    """A car of one of eight body types, with wheels, windows, lights, mirrors and plates."""
    body = pick(rng, *BODIES)
    length, width, height = (jitter(rng, v, 0.06) for v in body.size)
    paint, radius = fin.livery(rng), between(rng, 0.29, 0.35) * (1.12 if body in (OFFROAD, PICKUP) else 1.0)
    axles = np.array([between(rng, 0.16, 0.2), between(rng, 0.78, 0.83)]) * length - length / 2
    parts = [_lower(paint, body, length, width, height, radius, axles)]
    parts += _cabin(rng, paint, body, length, width, height)
    parts += _wheels(rng, width, radius, axles)
    parts += _face(rng, length, width, height) + _tail(rng, length, width, height)
    parts += _mirrors(paint, body, length, width, height)
    return parts + _extras(rng, body, length, width, height)


def _lower(
    f: fin.Finish, body: CarProportions, length: float, width: float, height: float, r: float, axles: Array
) -> Mesh:
    """The body below the windows: sections along y whose lower edge rises over the wheels."""
    arch = 1.16 * r
    y = np.sort(
        np.concatenate(
            [
                np.linspace(-0.5, 0.5, 41) * length,
                *[a + arch * np.cos(np.linspace(0.02, np.pi - 0.02, 13)) for a in axles],
            ]
        )
    )
    t = y / length + 0.5
    top = height * _smooth(t, body.deck)
    low = np.full(len(y), 0.55 * r) + 0.12 * np.maximum(0, np.abs(t - 0.5) - 0.42) * height
    for a in axles:
        low = np.maximum(low, np.where(np.abs(y - a) < arch, r + np.sqrt(np.maximum(0, arch**2 - (y - a) ** 2)), 0))
    low = np.minimum(low, top - 0.06)
    half = width / 2 * (1 - 0.6 * np.maximum(0, np.abs(t - 0.5) - 0.4) ** 1.4 * 4)
    plan = s.oval(24, 0.28)
    x = half[:, None] * plan[:, 0] * (1 - 0.05 * (plan[:, 1] > 0.5))
    z = (low + top)[:, None] / 2 + (top - low)[:, None] / 2 * plan[:, 1]
    return s.loft(f, np.stack([x, np.broadcast_to(y[:, None], x.shape), z], -1))


def _smooth(t: Array, points: tuple[tuple[float, float], ...]) -> Array:
    """Piecewise linear curve through points, its corners rounded by averaging."""
    x, v = np.array(points).T
    return np.mean([np.interp(np.clip(t + e, 0, 1), x, v) for e in np.linspace(-0.02, 0.02, 5)], axis=0)


def _cabin(rng: Generator, f: fin.Finish, body: CarProportions, length: float, width: float, height: float) -> Parts:
    """Windows as one dark volume, a roof in body colour, and pillars."""
    foot = float(np.interp(np.mean(body.belt), *np.array(body.deck).T)) * height - 0.06
    low = _plan(body.belt, length, 0.93 * width, foot)
    high = _plan(body.roof, length, (0.8 if body not in (VAN, OFFROAD) else 0.88) * width, height - 0.05)
    parts = [s.loft(fin.glass(rng), [low, high])]
    plan = s.oval(40, 0.3)
    middle, half = high.mean(0), np.ptp(high, axis=0)[:2] / 2
    levels = ((1.005, -0.05), (1.02, -0.01), (0.96, 0.03), (0.75, 0.05))
    rings = [np.c_[plan * half * k + middle[:2], np.full(40, height - 0.05 + z)] for k, z in levels]
    roof = pick(rng, f, f, f, fin.dark(rng))
    parts.append(s.loft(roof, rings))
    corner = [int(np.argmax(low @ np.array([1, d, 0]))) for d in (-0.7, 0.7)]
    for k in corner:
        parts += s.both(s.rod(f, low[k], high[k], 0.05, 0.035, sides=8))
    return parts + _posts(f, body, low, high, length)


def _plan(span: tuple[float, float], length: float, width: float, z: float) -> Array:
    """(24, 3) rounded rectangle of the cabin at height z."""
    y0, y1 = (p * length - length / 2 for p in span)
    plan = s.oval(24, 0.25) * (width / 2, (y1 - y0) / 2) + (0, (y0 + y1) / 2)
    return np.c_[plan, np.full(24, z)]


def _posts(f: fin.Finish, body: CarProportions, low: Array, high: Array, length: float) -> Parts:
    """Pillars between the side windows."""
    out = []
    for p in body.pillars:
        y = p * length - length / 2
        a = (float(low[:, 0].max()) - 0.02, y, float(low[0, 2]))
        b = (float(high[:, 0].max()) - 0.02, y + 0.02, float(high[0, 2]))
        out += s.both(s.rod(f, a, b, 0.045, sides=6))
    return out


def _wheels(rng: Generator, width: float, r: float, axles: Array) -> Parts:
    """Four wheels with rims in one of three styles, and the dark underside."""
    tyre, rim, wide = fin.rubber(rng), pick(rng, fin.steel, fin.steel, fin.dark)(rng), 0.62 * r
    x = width / 2 - wide / 2 + 0.01
    wheel = [s.disc(tyre, r, wide, axis=0, sides=28), s.disc(rim, 0.64 * r, wide + 0.016, axis=0, sides=24)]
    kind = pick(rng, "dish", "spokes", "holes")
    if kind == "spokes":
        wheel[1] = s.hoop(rim, 0.6 * r, 0.05 * r, (wide / 2, 0, 0), axis=0)
        count = pick(rng, 5, 6, 8)
        wheel += [
            s.lying(m, 0)
            for m in s.around(s.slab(rim, (0, -0.07 * r, 0.44 * wide), (0.6 * r, 0.07 * r, 0.53 * wide)), count)
        ]
        wheel.append(s.disc(fin.dark(rng), 0.56 * r, wide + 0.006, axis=0, sides=24))
    if kind == "holes":
        wheel.append(
            s.scattered(
                s.disc(tyre, 0.09 * r, wide + 0.03, axis=0, sides=8),
                [(0, 0.4 * r * np.cos(a), 0.4 * r * np.sin(a)) for a in np.arange(6) * np.pi / 3],
            )
        )
    wheel.append(s.disc(rim, 0.17 * r, wide + 0.05, axis=0, sides=14))
    one = [s.scattered(m, [(x, a, r) for a in axles]) for m in wheel]
    under = s.slab(tyre, (-0.31 * width, axles[0] - 1.1 * r, 0.65 * r), (0.31 * width, axles[1] + 1.1 * r, 1.75 * r))
    return [under, *[m for p in one for m in s.both(p)]]


def _face(rng: Generator, length: float, width: float, height: float) -> Parts:
    """Head lamps, grille, bumper and plate."""
    y, z, metal = -length / 2, 0.42 * height, pick(rng, fin.steel, fin.dark)(rng)
    lens = fin.solid("lens", (0.93, 0.93, 0.88), 0.15)
    if chance(rng, 0.4):
        lamps = s.both(s.disc(lens, 0.1, 0.3, (0.33 * width, y + 0.13, z + 0.03), axis=1, sides=18))
    else:
        lamps = s.both(s.slab(lens, (0.24 * width, y - 0.012, z), (0.43 * width, y + 0.32, z + 0.1), 0.03))
    grille = s.slab(fin.dark(rng), (-0.2 * width, y - 0.016, z - 0.1), (0.2 * width, y + 0.2, z + 0.08), 0.02)
    bars = [
        s.slab(metal, (-0.19 * width, y - 0.026, z + a), (0.19 * width, y + 0.1, z + a + 0.015))
        for a in (-0.06, 0.0, 0.05)
    ]
    bumper = s.slab(metal, (-0.46 * width, y - 0.05, 0.21 * height), (0.46 * width, y + 0.3, 0.29 * height), 0.03)
    return [
        *lamps,
        grille,
        *bars,
        bumper,
        s.slab(_plate(), (-0.26, y - 0.062, 0.215 * height), (0.26, y, 0.285 * height)),
    ]


def _plate() -> fin.Finish:
    """A number plate."""
    return fin.solid("plate", (0.90, 0.89, 0.80))


def _tail(rng: Generator, length: float, width: float, height: float) -> Parts:
    """Tail lamps, bumper, plate and exhaust."""
    y, z = length / 2, 0.46 * height
    red, metal = fin.solid("tail lamp", (0.66, 0.06, 0.06), 0.15), pick(rng, fin.steel, fin.dark)(rng)
    tall, inner = pick(rng, 0.1, 0.2), pick(rng, 0.2, 0.33) * width
    lamps = s.both(s.slab(red, (inner, y - 0.35, z - 0.08), (0.43 * width, y + 0.012, z - 0.08 + tall), 0.02))
    bumper = s.slab(metal, (-0.46 * width, y - 0.3, 0.21 * height), (0.46 * width, y + 0.05, 0.29 * height), 0.03)
    pipe = s.rod(fin.steel(rng), (0.25 * width, y - 0.3, 0.17 * height), (0.25 * width, y + 0.06, 0.17 * height), 0.03)
    return [*lamps, bumper, pipe, s.slab(_plate(), (-0.26, y, 0.33 * height), (0.26, y + 0.02, 0.41 * height))]


def _mirrors(f: fin.Finish, body: CarProportions, length: float, width: float, height: float) -> Parts:
    """Two door mirrors and door handles."""
    y = (body.belt[0] + 0.3 * (body.roof[0] - body.belt[0]) + 0.03) * length - length / 2
    z = float(np.interp(body.belt[0], *np.array(body.deck).T)) * height + 0.08
    mirror = s.slab(f, (0.44 * width, y - 0.05, z), (0.44 * width + 0.2, y + 0.06, z + 0.12), 0.03)
    handle = s.slab(
        fin.solid("handle", (0.6, 0.6, 0.62)),
        (0.4 * width, 0.03 * length, z - 0.2),
        (width / 2 + 0.02, 0.03 * length + 0.18, z - 0.16),
        0.01,
    )
    return [*s.both(mirror), *s.both(handle)]


def _extras(rng: Generator, body: CarProportions, length: float, width: float, height: float) -> Parts:
    """A pick-up's bed, roof rails, a taxi or police light, or a spoiler."""
    if body is PICKUP:
        return _load_bed(rng, length, width, 0.62 * height)
    if body is SPORTS and chance(rng, 0.6):
        return _spoiler(rng, length, width, 0.72 * height)
    if chance(rng, 0.2):
        return [_roof_light(rng, (sum(body.roof) / 2) * length - length / 2, width, height)]
    if body in (ESTATE, OFFROAD):
        return _roof_rails(rng, body, length, width, height)
    return []


def _load_bed(rng: Generator, length: float, width: float, z: float) -> Parts:
    """The dark floor of a pick-up's bed and the edges beside it."""
    floor = s.slab(fin.dark(rng), (-0.4 * width, 0.12 * length, z - 0.1), (0.4 * width, 0.47 * length, z + 0.012))
    low, high = (0.38 * width, 0.12 * length, z - 0.05), (0.43 * width, 0.48 * length, z + 0.07)
    return [floor, *s.both(s.slab(fin.dark(rng), low, high, 0.01))]


def _spoiler(rng: Generator, length: float, width: float, z: float) -> Parts:
    """A spoiler over the tail on two supports."""
    low, high = (-0.45 * width, 0.4 * length, z + 0.12), (0.45 * width, 0.48 * length, z + 0.15)
    blade = s.slab(fin.dark(rng), low, high, 0.01)
    foot = s.slab(fin.dark(rng), (0.3 * width, 0.43 * length, z - 0.1), (0.32 * width, 0.46 * length, z + 0.13))
    return [blade, *s.both(foot)]


def _roof_light(rng: Generator, y: float, width: float, height: float) -> Mesh:
    """The light of a taxi, police car or fire chief."""
    f = fin.solid("roof light", pick(rng, (0.9, 0.75, 0.2), (0.15, 0.3, 0.8), (0.85, 0.15, 0.1)), 0.4)
    return s.slab(f, (-0.25 * width, y - 0.1, height - 0.03), (0.25 * width, y + 0.1, height + 0.14), 0.03)


def _roof_rails(rng: Generator, body: CarProportions, length: float, width: float, height: float) -> Parts:
    """A rail along both edges of the roof."""
    x, (y0, y1) = 0.34 * width, (p * length - length / 2 for p in body.roof)
    low, high = height - 0.02, height + 0.07
    path = [(x, y0 + 0.1, low), (x, y0 + 0.2, high), (x, y1 - 0.2, high), (x, y1 - 0.1, low)]
    return s.both(s.bent(fin.dark(rng), path, 0.02, sides=6))
