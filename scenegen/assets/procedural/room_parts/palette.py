"""The colours of a room: one coherent scheme is drawn per room and all finishes are mixed from it."""

from dataclasses import dataclass

from scenegen.assets.procedural.noise import Color, jitter_color
from scenegen.seeding import Generator


@dataclass(frozen=True)
class Palette:
    """Colours that go together, sRGB in [0, 1]."""

    wall: Color
    accent_wall: Color
    wood: Color
    floor_wood: Color
    paint: Color
    """Lacquer of doors, frames, cabinets."""
    cloth: Color
    """Main upholstery."""
    cloth2: Color
    """Second textile: cushions, curtains."""
    accent: Color
    accent2: Color
    metal: Color


_W: Color = (0.87, 0.86, 0.83)
_STEEL: Color = (0.66, 0.66, 0.67)
_BLACK: Color = (0.14, 0.14, 0.145)
_BRASS: Color = (0.72, 0.58, 0.34)
_OAK: Color = (0.68, 0.53, 0.37)
_BEECH: Color = (0.78, 0.64, 0.47)
_WALNUT: Color = (0.43, 0.29, 0.20)
_PINE: Color = (0.80, 0.62, 0.40)
_MAHOGANY: Color = (0.44, 0.23, 0.16)
_ASH: Color = (0.76, 0.69, 0.59)
_WENGE: Color = (0.27, 0.21, 0.18)

_SCHEMES: tuple[Palette, ...] = (
    Palette(
        _W,
        (0.42, 0.50, 0.49),
        _OAK,
        _OAK,
        _W,
        (0.55, 0.55, 0.53),
        (0.80, 0.74, 0.64),
        (0.70, 0.42, 0.26),
        (0.24, 0.36, 0.40),
        _BLACK,
    ),
    Palette(
        (0.84, 0.80, 0.72),
        (0.62, 0.40, 0.30),
        _WALNUT,
        _WALNUT,
        (0.90, 0.87, 0.80),
        (0.42, 0.25, 0.17),
        (0.72, 0.62, 0.46),
        (0.56, 0.22, 0.16),
        (0.28, 0.33, 0.24),
        _BRASS,
    ),
    Palette(
        (0.80, 0.83, 0.82),
        (0.30, 0.40, 0.50),
        _BEECH,
        _ASH,
        _W,
        (0.30, 0.38, 0.48),
        (0.86, 0.84, 0.78),
        (0.83, 0.64, 0.28),
        (0.46, 0.56, 0.60),
        _STEEL,
    ),
    Palette(
        (0.78, 0.80, 0.73),
        (0.45, 0.52, 0.40),
        _PINE,
        _PINE,
        (0.89, 0.88, 0.82),
        (0.44, 0.50, 0.38),
        (0.82, 0.78, 0.66),
        (0.72, 0.50, 0.30),
        (0.50, 0.30, 0.26),
        _BRASS,
    ),
    Palette(
        (0.83, 0.78, 0.75),
        (0.58, 0.42, 0.42),
        _ASH,
        _OAK,
        (0.92, 0.91, 0.89),
        (0.66, 0.52, 0.50),
        (0.84, 0.79, 0.74),
        (0.40, 0.42, 0.50),
        (0.74, 0.60, 0.46),
        _BRASS,
    ),
    Palette(
        (0.82, 0.82, 0.81),
        (0.30, 0.30, 0.31),
        _WENGE,
        (0.50, 0.46, 0.42),
        (0.24, 0.24, 0.25),
        (0.33, 0.33, 0.35),
        (0.72, 0.71, 0.69),
        (0.74, 0.30, 0.22),
        (0.58, 0.60, 0.62),
        _STEEL,
    ),
    Palette(
        (0.88, 0.84, 0.72),
        (0.78, 0.60, 0.32),
        _MAHOGANY,
        _MAHOGANY,
        (0.92, 0.89, 0.80),
        (0.30, 0.36, 0.30),
        (0.76, 0.66, 0.48),
        (0.46, 0.16, 0.15),
        (0.20, 0.26, 0.36),
        _BRASS,
    ),
    Palette(
        (0.86, 0.87, 0.88),
        (0.55, 0.66, 0.70),
        _BEECH,
        _BEECH,
        (0.93, 0.93, 0.92),
        (0.72, 0.72, 0.70),
        (0.50, 0.64, 0.68),
        (0.90, 0.70, 0.36),
        (0.84, 0.46, 0.38),
        _STEEL,
    ),
    Palette(
        (0.71, 0.75, 0.78),
        (0.22, 0.29, 0.37),
        _OAK,
        (0.58, 0.44, 0.31),
        (0.90, 0.90, 0.88),
        (0.24, 0.30, 0.36),
        (0.80, 0.72, 0.60),
        (0.80, 0.52, 0.30),
        (0.62, 0.66, 0.66),
        _BRASS,
    ),
    Palette(
        (0.87, 0.83, 0.78),
        (0.50, 0.56, 0.44),
        _WALNUT,
        (0.62, 0.50, 0.38),
        (0.91, 0.89, 0.85),
        (0.76, 0.70, 0.60),
        (0.48, 0.54, 0.42),
        (0.66, 0.38, 0.28),
        (0.34, 0.36, 0.32),
        _BLACK,
    ),
    Palette(
        (0.75, 0.70, 0.64),
        (0.36, 0.27, 0.24),
        _WENGE,
        _WALNUT,
        (0.84, 0.80, 0.74),
        (0.48, 0.42, 0.37),
        (0.64, 0.40, 0.26),
        (0.78, 0.66, 0.46),
        (0.32, 0.40, 0.44),
        _BRASS,
    ),
    Palette(
        (0.89, 0.88, 0.86),
        (0.72, 0.56, 0.52),
        _ASH,
        _ASH,
        (0.94, 0.93, 0.91),
        (0.62, 0.64, 0.60),
        (0.82, 0.66, 0.60),
        (0.36, 0.44, 0.42),
        (0.88, 0.78, 0.58),
        _STEEL,
    ),
)


def draw_palette(rng: Generator) -> Palette:
    """One of the curated schemes, every colour moved a little."""
    scheme = _SCHEMES[int(rng.integers(len(_SCHEMES)))]
    fields = {name: jitter_color(rng, value, 0.06) for name, value in vars(scheme).items()}
    return Palette(**fields)
