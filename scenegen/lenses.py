"""Lenses: what a camera does to the place (X/Z, Y/Z) of a direction before its intrinsics make pixels of it, and back.

Pure functions of arrays; the models are OpenCV's, with its names and order of coefficients. With r^2 = x^2 + y^2:

- brown (calib3d, docs.opencv.org/4.x/d9/d0c/group__calib3d.html; Brown 1971, Conrady 1919), k1 k2 p1 p2 k3:
  x' = x (1 + k1 r^2 + k2 r^4 + k3 r^6) + 2 p1 x y + p2 (r^2 + 2 x^2),
  y' = y (1 + k1 r^2 + k2 r^4 + k3 r^6) + p1 (r^2 + 2 y^2) + 2 p2 x y.
- fisheye (cv::fisheye, docs.opencv.org/4.x/db/d58/group__calib3d__fisheye.html; Kannala & Brandt 2006), k1 k2 k3 k4:
  t = atan r, t' = t (1 + k1 t^2 + k2 t^4 + k3 t^6 + k4 t^8), (x', y') = (x, y) t' / r.

Both are gradients of a potential, so their Jacobians are symmetric, and where these are positive definite on a disc no
two places of it fall on one. `Lens.reach` is the radius of such a disc; beyond it a lens says nothing: what OpenCV's
formulas give there is a picture folded over, and here there is no projection.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import LensError, check_fields

Array = NDArray[np.float64]
Jacobian = tuple[Array, Array, Array]
"""Of a lens at N places: dx'/dx, dx'/dy = dy'/dx, dy'/dy."""

WIDEST_DEG = 85.0
"""Angle from the axis up to which a picture may see: z-depth says less and less of a ray, and nothing at 90 degrees."""
_TINY = 1e-300
"""Stands for a radius of zero, so that a ratio to it has its limit."""
_NOTHING, _NEVER = 1e-15, 1e6
"""Coefficients that move nothing, and a radius at which nobody looks."""
_STEPS, _HALVINGS = 30, 30
_FARTHEST, _ENTRIES = 50.0, 1024
"""Radius and size of the table from which a search begins."""
_SETTLED, _FOUND = 2e-16, 1e-12
"""Residuals, of 1 + |place|, at which a place needs no further step, and up to which it counts as found."""


def brown_shift(x: Array, y: Array, c: Array) -> tuple[Array, Array]:
    """X' - x and y' - y; Numba compiles it for numbers as well."""
    square = x * x + y * y
    gain = square * (c[0] + square * (c[1] + square * c[4]))
    across = x * gain + 2 * c[2] * x * y + c[3] * (square + 2 * x * x)
    return across, y * gain + c[2] * (square + 2 * y * y) + 2 * c[3] * x * y


def brown_jacobian(x: Array, y: Array, c: Array) -> Jacobian:
    """The Jacobian of (x', y')."""
    square = x * x + y * y
    gain = square * (c[0] + square * (c[1] + square * c[4]))
    slope = 2 * (c[0] + square * (2 * c[1] + square * 3 * c[4]))
    xx = 1 + gain + slope * x * x + 2 * c[2] * y + 6 * c[3] * x
    yy = 1 + gain + slope * y * y + 6 * c[2] * y + 2 * c[3] * x
    return xx, slope * x * y + 2 * c[2] * x + 2 * c[3] * y, yy


def brown_reach(c: Array) -> float:
    """Radius up to which both d(r')/dr and r'/r stay above 6 |(p1, p2)| r.

    That much tangential distortion takes, at most, of the eigenvalues of the Jacobian, and exactly so opposite to it.
    """
    k1, k2, p1, p2, k3 = (float(v) for v in c)
    tilt = 6 * math.hypot(p1, p2)
    return min(_first_root([7 * k3, 0, 5 * k2, 0, 3 * k1, -tilt, 1]), _first_root([k3, 0, k2, 0, k1, -tilt, 1]))


def fisheye_shift(x: Array, y: Array, c: Array) -> tuple[Array, Array]:
    """X' - x and y' - y; Numba compiles it for numbers as well."""
    radius = np.maximum(np.sqrt(x * x + y * y), _TINY)
    theta = np.arctan(radius)
    square = theta * theta
    gain = theta * (1 + square * (c[0] + square * (c[1] + square * (c[2] + square * c[3])))) / radius - 1
    return x * gain, y * gain


def fisheye_jacobian(x: Array, y: Array, c: Array) -> Jacobian:
    """The Jacobian of (x', y'): t'/r across the radius, dt'/dr along it."""
    radius = np.maximum(np.sqrt(x * x + y * y), _TINY)
    theta = np.arctan(radius)
    square = theta * theta
    across = theta * (1 + square * (c[0] + square * (c[1] + square * (c[2] + square * c[3])))) / radius
    slope = 1 + square * (3 * c[0] + square * (5 * c[1] + square * (7 * c[2] + square * 9 * c[3])))
    along = slope / (1 + radius * radius)
    u, v = x / radius, y / radius
    return across + (along - across) * u * u, (along - across) * u * v, across + (along - across) * v * v


def fisheye_reach(c: Array) -> float:
    """Radius up to which t' grows with t; infinite where that is 90 degrees."""
    k1, k2, k3, k4 = (float(v) for v in c)
    turn = _first_root([9 * k4, 0, 7 * k3, 0, 5 * k2, 0, 3 * k1, 0, 1])
    return math.tan(turn) if turn < math.pi / 2 else math.inf


def _first_root(polynomial: list[float]) -> float:
    """The least positive real root; infinite where there is none that is met before 90 degrees, or nearly."""
    roots = np.roots([value if abs(value) > _NOTHING else 0.0 for value in polynomial])
    real = roots.real[(np.abs(roots.imag) <= 1e-9 * np.abs(roots)) & (roots.real > 0)]
    least = float(real.min(initial=math.inf))
    return least if least < _NEVER else math.inf


@dataclass(frozen=True)
class LensModel:
    """A kind of lens."""

    names: tuple[str, ...]
    """Of its coefficients, in OpenCV's order."""
    shift: Callable[[Array, Array, Array], tuple[Array, Array]]
    jacobian: Callable[[Array, Array, Array], Jacobian]
    reach: Callable[[Array], float]
    formula: str
    """In one line, as shards state it."""


MODELS: dict[str, LensModel] = {
    "brown": LensModel(
        names=("k1", "k2", "p1", "p2", "k3"),
        shift=brown_shift,
        jacobian=brown_jacobian,
        reach=brown_reach,
        formula="g = 1 + k1 r^2 + k2 r^4 + k3 r^6; x' = x g + 2 p1 x y + p2 (r^2 + 2 x^2), "
        "y' = y g + p1 (r^2 + 2 y^2) + 2 p2 x y",
    ),
    "fisheye": LensModel(
        names=("k1", "k2", "k3", "k4"),
        shift=fisheye_shift,
        jacobian=fisheye_jacobian,
        reach=fisheye_reach,
        formula="t = atan r; (x', y') = (x, y) t (1 + k1 t^2 + k2 t^4 + k3 t^6 + k4 t^8) / r",
    ),
}
"""Every model that bends rays; `pinhole` does not."""
STRAIGHT = "pinhole"
MOST = 1e9
"""Size of the largest coefficient: telephoto lenses are calibrated to thousands, and what is beyond is a slip."""


def _is_slip(coefficients: tuple[float, ...]) -> bool:
    """Whether any is NaN, infinite, or larger than lenses have."""
    return not all(abs(value) <= MOST for value in coefficients)


@dataclass(frozen=True)
class Lens:
    """A model and its coefficients. Raises LensError for a model that is none, or coefficients that are not its."""

    model: str = STRAIGHT
    coefficients: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check_fields(self, LensError)
        wanted = len(MODELS[self.model].names) if self.model in MODELS else 0
        if self.model not in (STRAIGHT, *MODELS) or len(self.coefficients) != wanted:
            raise LensError(f"lens {self}: must be {CHOICES}")
        if _is_slip(self.coefficients):
            raise LensError(f"lens {self}: its coefficients must be finite, at most {MOST:g} in size")

    def __str__(self) -> str:
        """As `parse` reads it."""
        values = ",".join(repr(float(value)).removesuffix(".0") for value in self.coefficients)
        return f"{self.model}:{values}" if values else self.model

    @property
    def bends(self) -> bool:
        """Whether it is another one than the pinhole."""
        return self.model != STRAIGHT

    @property
    def names(self) -> tuple[str, ...]:
        """Of its coefficients."""
        return MODELS[self.model].names if self.bends else ()

    @cached_property
    def array(self) -> Array:
        """(C,) float64 the coefficients."""
        return np.array(self.coefficients, np.float64)

    @property
    def numbers(self) -> tuple[int, float, Array]:
        """For compiled code: the place of its model in `MODELS`, -1 of a pinhole; reach; coefficients."""
        return list(MODELS).index(self.model) if self.bends else -1, self.reach, self.array

    @cached_property
    def reach(self) -> float:
        """Radius of the disc of places (X/Z, Y/Z) that it maps one to one; infinite where that is all of them."""
        return MODELS[self.model].reach(self.array) if self.bends else math.inf


PINHOLE = Lens()
CHOICES = " or ".join(
    (STRAIGHT, *(f"{name}:{','.join(c.upper() for c in model.names)}" for name, model in MODELS.items()))
)
"""What may be asked for, in words."""


_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def parse(text: str) -> Lens:
    """The lens that a text such as `brown:-0.2,0.05,0,0,0` names. Raises ValueError, in one line."""
    model, colon, rest = text.partition(":")
    values = rest.split(",") if colon else []
    if not all(_NUMBER.fullmatch(value) for value in values):
        raise ValueError(f"must be {CHOICES}")
    coefficients = tuple(float(value) + 0.0 for value in values)  # -0 is 0
    if _is_slip(coefficients):
        raise ValueError(f"coefficients must be at most {MOST:g} in size")
    try:
        return Lens(model, coefficients)
    except ValueError:
        raise ValueError(f"must be {CHOICES}") from None


def shift(lens: Lens, x: Array, y: Array) -> tuple[Array, Array]:
    """How far a lens moves places (N,), along x and y; NaN beyond its reach."""
    if not lens.bends:
        return np.zeros_like(x), np.zeros_like(y)
    within = np.where(x * x + y * y <= lens.reach**2, 1.0, np.nan)
    return MODELS[lens.model].shift(x * within, y * within, lens.array)


def jacobian(lens: Lens, x: Array, y: Array) -> Jacobian:
    """The Jacobian of a lens at places (N,); the identity of a pinhole."""
    if not lens.bends:
        return np.ones_like(x), np.zeros_like(x), np.ones_like(x)
    return MODELS[lens.model].jacobian(x, y, lens.array)


def stretch(lens: Lens, x: Array, y: Array) -> tuple[Array, Array]:
    """By how much lengths grow at places (N,) where they grow least, and areas do: 1 and 1 of a pinhole."""
    xx, xy, yy = jacobian(lens, x, y)
    middle, half = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy * xy)
    return middle - half, xx * yy - xy * xy


@np.errstate(divide="ignore", invalid="ignore", over="ignore")  # a search may step where a lens says nothing
def straighten(lens: Lens, x: Array, y: Array) -> tuple[Array, Array]:
    """The places that a lens moves to (x, y), of any shape: Newton's method, each step halved until it helps.

    Exact to rounding; NaN where no place within the reach is moved there.
    """
    if not lens.bends:
        return x, y
    goal = np.stack([np.ravel(x), np.ravel(y)]).astype(np.float64)
    scale, still = 1 + np.hypot(*goal), _off(lens, goal, goal) == 0
    place = np.where(still, goal, _guess(lens, goal))
    rows = np.flatnonzero(np.isfinite(scale))
    for _ in range(_STEPS):
        rows = rows[_off(lens, place[:, rows], goal[:, rows]) > _SETTLED * scale[rows]]
        better, helped = _stepped(lens, place[:, rows], goal[:, rows])
        place[:, rows], rows = better, rows[helped]
        if not len(rows):
            break
    place[:, ~(_off(lens, place, goal) <= _FOUND * scale)] = np.nan
    return place[0].reshape(np.shape(x)), place[1].reshape(np.shape(y))


def _guess(lens: Lens, goal: Array) -> Array:
    """Places (2, N) that are moved near their goals: by what the lens does alike all around its axis."""
    places = np.tan(np.linspace(0, np.arctan(min(0.999 * lens.reach, _FARTHEST)), _ENTRIES))
    there, back = (places + shift(lens, places, np.zeros_like(places))[0] for places in (places, -places))
    radius = np.hypot(*goal)
    return goal * (np.interp(radius, (there - back) / 2, places) / np.maximum(radius, _TINY))


def _off(lens: Lens, place: Array, goal: Array) -> Array:
    """(N,) how far from its goal each place (2, N) is moved."""
    return np.hypot(*_left(lens, place, goal))


def _left(lens: Lens, place: Array, goal: Array) -> Array:
    """(2, N) what is left to the goals."""
    return goal - place - np.stack(shift(lens, *place))


def _stepped(lens: Lens, place: Array, goal: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Places (2, N) after a step of Newton's method towards their goals, and whether each came nearer."""
    left = _left(lens, place, goal)
    xx, xy, yy = jacobian(lens, *place)
    step = np.stack([yy * left[0] - xy * left[1], xx * left[1] - xy * left[0]]) / (xx * yy - xy * xy)
    before, after = np.hypot(*left), place + step
    waiting = np.flatnonzero(~(_off(lens, after, goal) < before))
    for _ in range(_HALVINGS):
        if not len(waiting):
            break
        step[:, waiting] /= 2
        after[:, waiting] = place[:, waiting] + step[:, waiting]
        waiting = waiting[~(_off(lens, after[:, waiting], goal[:, waiting]) < before[waiting])]
    after[:, waiting] = place[:, waiting]
    helped = np.ones(len(before), bool)
    helped[waiting] = False
    return after, helped
