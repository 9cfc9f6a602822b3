"""Objects made ready to be placed, and placed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import bounds
from scenegen.assets.source import ObjectModel
from scenegen.geometry import transform
from scenegen.staging.freespace import directions
from scenegen.staging.surfaces import SurfaceSamples, skin
from scenegen.tracing.raycaster import Body, Bvh

Array = NDArray[np.float64]
Placement = Literal["float", "rest"]
_SAMPLES, _PROBES = 1500, 400


@dataclass(frozen=True, eq=False)
class LoadedObject:
    """A model with what rays and collision tests need; made once per model and shared by all layouts."""

    model: ObjectModel
    bvh: Bvh
    skin: SurfaceSamples
    """Samples of the surface, in the object's frame."""
    probes: Array
    """(P, 3) points of the surface that are tested against others: even samples and the outermost vertices."""
    low: Array
    """(3,) lowest corner of the bounding box, object frame, natural size."""
    high: Array
    """(3,) highest corner."""

    @property
    def size_m(self) -> float:
        """Diagonal of the bounding box at natural size, metres."""
        return float(np.linalg.norm(self.high - self.low))


Load = Callable[[str], LoadedObject]
"""Gives a model by its id; raises AssetError where it cannot be used."""


@dataclass(frozen=True, eq=False)
class PlacedObject:
    """An object at its place."""

    asset: str
    """Id of the model in its source."""
    category: str
    T_world_object: Array
    """(4, 4) float64 similarity, scale included."""
    instance: int
    """2, 3, ..."""
    placement: Placement
    """float, or rest: upright on something."""
    loaded: LoadedObject

    @property
    def scale(self) -> float:
        """Metres in the world per metre of the model."""
        return float(np.linalg.norm(self.T_world_object[:3, 0]))

    @property
    def center(self) -> Array:
        """(3,) middle of the bounding box in the world, metres."""
        return transform(self.T_world_object, (self.loaded.low + self.loaded.high) / 2)

    def body(self) -> Body:
        """What rays meet."""
        return Body(self.loaded.model.mesh, self.loaded.bvh, self.T_world_object, self.instance)


def loaded_object(model: ObjectModel) -> LoadedObject:
    """Build BVH and samples of a model. Raises AssetError ("no_area") where its faces have no area."""
    surface = skin(model.mesh, _SAMPLES)
    low, high = bounds(model.mesh)
    used = model.mesh.vertices[model.mesh.faces[surface.face].ravel()].astype(np.float64)
    outermost = np.argmax(used @ directions(96).T, axis=0)
    probes = np.concatenate([surface.points[:: -(-_SAMPLES // _PROBES)], used[np.unique(outermost)]])
    return LoadedObject(model, Bvh(model.mesh), surface, probes, low, high)
