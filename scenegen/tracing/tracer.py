"""What a tracer is: who says what rays meet. Everything else asks this protocol alone.

A mesh is handed over once and kept; placed meshes make a world. Rays are float32, need no unit length, and share their
parameter t between world and mesh coordinates.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import TracerError, UsageError
from scenegen.geometry import View

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
TRACERS = {
    "packets": "scenegen.tracing.packet_tracer",
    "embreex": "scenegen.tracing.embreex_tracer",
}
"""Name to module, the fastest first; a module has `open_tracer()`, which raises TracerError where it cannot work."""
AUTO = "auto"
"""The first that works."""


@dataclass(frozen=True)
class Hits:
    """First hits of R rays."""

    instance: NDArray[np.uint16]
    """(R,) 0 nothing, 1 the room, 2.. the objects."""
    primitive: NDArray[np.int32]
    """(R,) face of the body's mesh, -1 where nothing was hit."""
    u: F32
    """(R,) barycentric weight of the face's second vertex."""
    v: F32
    """(R,) barycentric weight of the face's third vertex."""
    t: F32
    """(R,) ray parameter; z-depth for rays of `view_rays`; infinite where nothing was hit."""

    def __len__(self) -> int:
        return len(self.t)

    def take(self, index: NDArray) -> "Hits":
        """The hits of some rays."""
        return Hits(self.instance[index], self.primitive[index], self.u[index], self.v[index], self.t[index])


@dataclass(frozen=True)
class PlacedMesh:
    """A mesh in the world."""

    mesh: Any
    """What `Tracer.mesh` made."""
    T_world_mesh: F64
    """(4, 4) float64 similarity, scale included."""
    instance: int
    """What `Hits.instance` says of it."""


class World(Protocol):
    """Placed meshes that rays can meet. Rays are finite; origins (R, 3), or (1, 3) for all, and directions (R, 3)."""

    def pixels(self, view: View) -> Hits:
        """First hits of all pixel centres, row by row, by rays whose parameter is the z-depth."""
        ...

    def nearest(self, origins: F32, directions: F32, in_order: bool = False) -> Hits:
        """First hits at t > 0. `in_order`: a hint that neighbouring rays run alike, as those of pixels do."""
        ...

    def blocked(self, origins: F32, directions: F32, t_far: float) -> NDArray[np.bool_]:
        """(R,) whether anything lies at 0 < t < t_far."""
        ...


class Tracer(Protocol):
    """Makes worlds."""

    name: str
    is_compiled: bool
    """Whether its worlds can be asked from compiled code."""

    def mesh(self, vertices: F32, faces: NDArray[np.int32]) -> Any:
        """The acceleration structure of a mesh, (V, 3) and (F, 3)."""
        ...

    def world(self, bodies: Sequence[PlacedMesh]) -> World:
        """What these bodies make. The first is the one that most rays meet."""
        ...


@cache
def tracer(name: str = AUTO) -> Tracer:
    """The tracer of this name, or the first that works. Raises UsageError for unknown ones, TracerError."""
    if name != AUTO:
        if name not in TRACERS:
            raise UsageError(f"tracer {name}: unknown; choose {', '.join((AUTO, *TRACERS))}")
        return importlib.import_module(TRACERS[name]).open_tracer()
    failures = []
    for each in TRACERS:
        try:
            return tracer(each)
        except (ImportError, TracerError) as error:
            failures.append(f"{each}: {error}")
    raise TracerError("no tracer works: " + "; ".join(failures))
