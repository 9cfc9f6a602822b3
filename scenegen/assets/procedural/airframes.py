"""Parts of airplanes: wings, fins, fuselages, landing gear."""

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s

Parts = list[Mesh]


_FOIL = np.array(
    [
        (0.0, 0.0),
        (0.06, 0.055),
        (0.25, 0.085),
        (0.6, 0.05),
        (1.0, 0.004),
        (1.0, -0.004),
        (0.6, -0.025),
        (0.25, -0.04),
        (0.06, -0.03),
    ]
)


def wing(
    f: fin.Finish,
    root: tuple[float, float, float],
    tip: tuple[float, float, float],
    chords: tuple[float, float],
    thick: float = 1.0,
) -> Mesh:
    """A right wing between the leading edges of root and tip; chords along +y."""
    rings = []
    for k in (0.0, 0.33, 0.67, 0.97, 1.0):
        p, c = np.array(root) + k * (np.array(tip) - root), chords[0] + k * (chords[1] - chords[0])
        flat = thick * (0.3 if k == 1.0 else 1.0)
        rings.append(np.stack([np.full(9, p[0]), p[1] + c * _FOIL[:, 0], p[2] + c * flat * _FOIL[:, 1]], -1))
    return s.loft(f, rings)


def tail_fin(f: fin.Finish, y: float, z: float, chord: float, height: float, sweep: float) -> Mesh:
    """An upright tail fin whose root starts at y on height z."""
    mesh = wing(f, (0, y, 0), (height, y + sweep, 0), (chord, 0.5 * chord))
    return s.moved(s.tilted(mesh, 1, -np.pi / 2), (0, 0, z))


def fuselage(
    f: fin.Finish, length: float, r: float, z: float, nose: float, tail: float, rise: float, squeeze: float = 1.0
) -> Mesh:
    """A fuselage of round sections: blunt nose, straight middle, tail that rises."""
    t = np.concatenate([nose * (1 - np.cos(np.linspace(0, np.pi / 2, 9))), np.linspace(1 - tail, 1, 9)])
    k = np.where(
        t < nose,
        np.sqrt(np.clip(1 - (1 - t / nose) ** 2, 0, 1)),
        1 - 0.86 * np.clip((t - 1 + tail) / tail, 0, 1) ** 1.5,
    )
    lift = rise * r * np.clip((t - 1 + tail) / tail, 0, 1) ** 1.5 - 0.15 * r * np.clip(1 - t / nose, 0, 1) ** 2
    ring = s.oval(28)
    rings = [
        np.stack(
            [
                ring[:, 0] * r * squeeze * max(a, 1e-9),
                np.full(28, b * length - length / 2),
                z + c + ring[:, 1] * r * max(a, 1e-9),
            ],
            -1,
        )
        for a, b, c in zip(k, t, lift, strict=True)
    ]
    return s.loft(f, rings)


def landing_gear(f: fin.Finish, x: float, y: float, top: float, r: float, wide: float) -> Parts:
    """A strut with two wheels."""
    tyre = fin.solid("tyre", (0.09, 0.09, 0.1))
    wheels = [s.disc(tyre, r, wide, (x + a, y, r), axis=0, sides=18) for a in (-0.75 * wide, 0.75 * wide)]
    return [
        s.rod(f, (x, y, r), (x, y, top), 0.25 * r, sides=8),
        s.rod(f, (x - wide, y, r), (x + wide, y, r), 0.2 * r, sides=8),
        *wheels,
    ]
