"""Embree by packets of 16 rays from compiled code, with native instances: the fast tracer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View
from scenegen.tracing import packets
from scenegen.tracing.embree import InstanceScene, MeshScene, library
from scenegen.tracing.tracer import F32, Hits, Placed

COHERENT, SCATTERED = packets.options(coherent=True), packets.options(coherent=False)


@dataclass(frozen=True, eq=False)
class PacketWorld:
    """A scene of Embree and what its instances are called."""

    scene: InstanceScene
    instances: NDArray[np.uint16]
    """(B,) what `Hits.instance` says of each."""

    def pixels(self, view: View) -> Hits:
        """First hits of all pixel centres."""
        camera = view.camera
        hits = _blank(camera.width * camera.height)
        size = camera.width, camera.height
        packets.pixel_hits(*self._asked("rtcIntersect16", COHERENT), camera.K, view.T_world_cam, size, columns(hits))
        return hits

    def nearest(self, origins: F32, directions: F32) -> Hits:
        """First hits."""
        hits = _blank(len(directions))
        # rays of one eye come in the order of pixels; those of many eyes go anywhere
        alike = COHERENT if len(origins) == 1 else SCATTERED
        packets.ray_hits(*self._asked("rtcIntersect16", alike), origins, directions, columns(hits))
        return hits

    def blocked(self, origins: F32, directions: F32, t_far: float) -> NDArray[np.bool_]:
        """Whether anything is in the way."""
        out = np.empty(len(directions), np.bool_)
        call, options, _ = self._asked("rtcOccluded16", SCATTERED)
        packets.rays_blocked(call, options, origins, directions, np.float32(t_far), out)
        return out

    @property
    def occlusion(self) -> tuple[tuple[int, int], NDArray[np.uint32]]:
        """What kernels that cast shadow rays begin with: addresses and options."""
        return self._asked("rtcOccluded16", COHERENT)[:2]

    def _asked(
        self, function: str, options: NDArray[np.uint32]
    ) -> tuple[tuple[int, int], NDArray[np.uint32], NDArray[np.uint16]]:
        """What every kernel begins with: addresses, options and names."""
        return (library().addresses[function], self.scene.handle), options, self.instances


class PacketTracer:
    """Implements `Tracer`."""

    name = "packets"
    is_compiled = True

    def mesh(self, vertices: F32, faces: NDArray[np.int32]) -> MeshScene:
        """A mesh, handed over."""
        return MeshScene(vertices, faces)

    def world(self, bodies: Sequence[Placed]) -> PacketWorld:
        """Instances of meshes."""
        scene = InstanceScene([body.mesh for body in bodies], [body.T_world_mesh for body in bodies])
        return PacketWorld(scene, np.array([body.instance for body in bodies], np.uint16))


def open_tracer() -> PacketTracer:
    """The tracer. Raises TracerError where Embree's library is not as expected."""
    library()
    return PacketTracer()


def _blank(count: int) -> Hits:
    """Room for hits."""
    t, u, v = (np.empty(count, np.float32) for _ in range(3))
    return Hits(np.empty(count, np.uint16), np.empty(count, np.int32), u, v, t)


def columns(hits: Hits) -> tuple[NDArray[np.uint16], NDArray[np.int32], F32, F32, F32]:
    """The arrays of hits, for compiled code."""
    return hits.instance, hits.primitive, hits.u, hits.v, hits.t
