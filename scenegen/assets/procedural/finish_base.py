"""The finish, and the palettes of believable colours."""

import colorsys
from dataclasses import dataclass

from scenegen.assets.mesh import WHITE, Material, Texture
from scenegen.assets.procedural import textures as tx
from scenegen.assets.procedural.draws import between
from scenegen.assets.procedural.textures import Color
from scenegen.seeding import Generator


@dataclass(frozen=True)
class Finish:
    """A material and the size of its texture."""

    material: Material
    tile_m: float = 1.0
    """Length in metres that one texture tile covers."""
    grained: bool = False
    """Whether the texture has a direction (wood): u then runs along the longest side of a part."""


WOODS: tuple[Color, ...] = (
    (0.72, 0.55, 0.37),
    (0.58, 0.40, 0.25),
    (0.42, 0.27, 0.17),
    (0.80, 0.67, 0.49),
    (0.30, 0.20, 0.14),
    (0.52, 0.28, 0.17),
    (0.64, 0.53, 0.41),
    (0.86, 0.76, 0.60),
)


CLOTHS: tuple[Color, ...] = (
    (0.62, 0.58, 0.51),
    (0.42, 0.44, 0.47),
    (0.24, 0.32, 0.44),
    (0.55, 0.25, 0.22),
    (0.36, 0.43, 0.33),
    (0.76, 0.62, 0.35),
    (0.78, 0.74, 0.67),
    (0.27, 0.27, 0.29),
    (0.20, 0.42, 0.44),
    (0.58, 0.40, 0.46),
    (0.70, 0.44, 0.29),
    (0.48, 0.55, 0.63),
)


PAINTS: tuple[Color, ...] = (
    (0.88, 0.87, 0.84),
    (0.16, 0.17, 0.18),
    (0.70, 0.13, 0.12),
    (0.13, 0.29, 0.52),
    (0.85, 0.66, 0.14),
    (0.20, 0.43, 0.28),
    (0.55, 0.57, 0.59),
    (0.80, 0.42, 0.12),
    (0.36, 0.60, 0.68),
    (0.52, 0.14, 0.22),
    (0.66, 0.76, 0.62),
    (0.90, 0.78, 0.72),
)


HIDES: tuple[Color, ...] = (
    (0.36, 0.21, 0.13),
    (0.14, 0.12, 0.12),
    (0.55, 0.34, 0.19),
    (0.72, 0.66, 0.56),
    (0.42, 0.13, 0.12),
    (0.23, 0.27, 0.29),
)


GLAZES: tuple[Color, ...] = (
    (0.90, 0.88, 0.83),
    (0.22, 0.36, 0.52),
    (0.66, 0.33, 0.22),
    (0.44, 0.55, 0.47),
    (0.85, 0.72, 0.42),
    (0.25, 0.25, 0.27),
    (0.72, 0.80, 0.83),
    (0.58, 0.24, 0.27),
    (0.78, 0.62, 0.52),
    (0.16, 0.42, 0.42),
)


def solid(name: str, color: Color, emission: float = 0.0) -> Finish:
    """A finish of one colour."""
    return Finish(Material(name, color, emission=emission))


def near(rng: Generator, name: str, color: Color, spread: float = 0.06, emission: float = 0.0) -> Finish:
    """A plain finish of about this colour."""
    return solid(name, tx.jitter_color(rng, color, spread), emission)


def textured(name: str, texture: Texture, tile_m: float, grained: bool = False, emission: float = 0.0) -> Finish:
    """A finish with a texture."""
    return Finish(Material(name, WHITE, texture, emission=emission), tile_m, grained)


def vivid(rng: Generator, saturation: float = 0.6, value: float = 0.75) -> Color:
    """Any hue, of about this saturation and value."""
    h, s, v = float(rng.random()), saturation * between(rng, 0.7, 1.2), value * between(rng, 0.75, 1.2)
    return colorsys.hsv_to_rgb(h, min(s, 1.0), min(v, 0.95))


def near_palette(rng: Generator, palette: tuple[Color, ...]) -> Color:
    """A colour near one of a palette."""
    return tx.jitter_color(rng, palette[int(rng.integers(len(palette)))], 0.12)
