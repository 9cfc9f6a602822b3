"""Proportions of eight body types of cars."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CarProportions:
    """Proportions of a car. Positions along the car are shares of its length, 0 at the nose."""

    size: tuple[float, float, float]
    """Length, width, height in metres."""
    deck: tuple[tuple[float, float], ...]
    """(position, share of the height) of the upper edge of the lower body."""
    belt: tuple[float, float]
    """First and last position of the cabin at its foot."""
    roof: tuple[float, float]
    """First and last position of the roof."""
    pillars: tuple[float, ...] = (0.5,)
    """Positions of the pillars between the windows."""


SALOON = CarProportions(
    (4.6, 1.8, 1.45),
    ((0, 0.46), (0.06, 0.55), (0.3, 0.63), (0.8, 0.66), (0.96, 0.62), (1, 0.52)),
    (0.27, 0.84),
    (0.42, 0.68),
    (0.56,),
)
HATCH = CarProportions(
    (3.9, 1.72, 1.5),
    ((0, 0.46), (0.07, 0.56), (0.28, 0.62), (0.9, 0.66), (1, 0.6)),
    (0.24, 0.97),
    (0.4, 0.86),
    (0.6, 0.82),
)
ESTATE = CarProportions(
    (4.7, 1.82, 1.5),
    ((0, 0.46), (0.06, 0.55), (0.28, 0.62), (0.95, 0.65), (1, 0.55)),
    (0.26, 0.98),
    (0.4, 0.92),
    (0.54, 0.74),
)
OFFROAD = CarProportions(
    (4.5, 1.88, 1.8),
    ((0, 0.5), (0.04, 0.58), (0.26, 0.61), (0.97, 0.63), (1, 0.56)),
    (0.25, 0.99),
    (0.35, 0.95),
    (0.5, 0.72),
)
SPORTS = CarProportions(
    (4.3, 1.85, 1.22),
    ((0, 0.4), (0.08, 0.54), (0.35, 0.64), (0.7, 0.7), (0.95, 0.72), (1, 0.6)),
    (0.33, 0.86),
    (0.5, 0.64),
    (),
)
PICKUP = CarProportions(
    (5.2, 1.9, 1.8), ((0, 0.46), (0.04, 0.56), (0.27, 0.6), (0.98, 0.62), (1, 0.52)), (0.25, 0.6), (0.35, 0.56), (0.46,)
)
VAN = CarProportions(
    (4.9, 1.95, 2.05),
    ((0, 0.36), (0.05, 0.46), (0.16, 0.52), (0.97, 0.54), (1, 0.48)),
    (0.1, 0.99),
    (0.24, 0.97),
    (0.38, 0.68),
)
CLASSIC = CarProportions(
    (4.0, 1.6, 1.5),
    ((0, 0.36), (0.1, 0.55), (0.3, 0.62), (0.7, 0.64), (0.88, 0.58), (1, 0.34)),
    (0.3, 0.86),
    (0.42, 0.64),
    (0.54,),
)
BODIES = (SALOON, SALOON, HATCH, HATCH, ESTATE, OFFROAD, SPORTS, PICKUP, VAN, CLASSIC)
