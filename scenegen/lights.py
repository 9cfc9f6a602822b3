"""What lights a view: plain data that staging draws and renderers obey."""

from dataclasses import dataclass

Rgb = tuple[float, float, float]
MOST_LAMPS = 8
"""Lamps of a view at most: which of them reach a pixel is told by the bits of a byte."""


@dataclass(frozen=True)
class PointLight:
    """A small lamp. Irradiance at distance d: `color * radius_m**2 / (radius_m**2 + d**2)`, times the cosine."""

    position: tuple[float, float, float]
    """World metres."""
    color: Rgb
    """Linear RGB at the lamp; the exposure is fixed: 1.0 white-on-white is white before tone mapping."""
    radius_m: float = 2.0
    """Softening distance: how far the lamp's light carries before it falls off."""


@dataclass(frozen=True)
class Lighting:
    """All the light of one view."""

    lights: tuple[PointLight, ...]
    """Each casts shadows: none to MOST_LAMPS; staging draws one to three."""
    ambient_up: Rgb
    """Linear RGB ambient irradiance on faces that look up."""
    ambient_down: Rgb
    """Linear RGB ambient irradiance on faces that look down; in between it is mixed by the normal's z."""
