"""Embree by packets of rays from compiled code, with native instances: the fast tracer.

A first body in its own place, the room, is no instance: rays meet it in a scene of its own, without a transform, after
the others and no farther than these let them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View
from scenegen.rays import pixel_rays
from scenegen.tracing import packets
from scenegen.tracing.embree import InstanceScene, MeshScene, library
from scenegen.tracing.tracer import F32, Hits, PlacedMesh

COHERENT, SCATTERED = packets.options(coherent=True), packets.options(coherent=False)


@dataclass(frozen=True, eq=False)
class PacketWorld:
    """Scenes of Embree and what their bodies are called."""

    placed: InstanceScene | None
    """Bodies that were moved, asked first."""
    still: MeshScene | None
    """The body in its own place, asked with what these left of the ray."""
    instances: NDArray[np.uint16]
    """(B,) what `Hits.instance` says of each; the still one is the last."""

    def pixels(self, view: View) -> Hits:
        """First hits of all pixel centres."""
        camera = view.camera
        hits = _blank(camera.width * camera.height)
        size, asked = (camera.width, camera.height), self.asked("rtcIntersect", COHERENT)
        if camera.lens.bends:
            packets.picture_hits(*asked, view.position, pixel_rays(view), size, hit_arrays(hits))
        else:
            packets.write_pixel_hits(*asked, camera.K, view.T_world_cam, size, hit_arrays(hits))
        return hits

    def nearest(self, origins: F32, directions: F32, in_order: bool = False) -> Hits:
        """First hits."""
        hits = _blank(len(directions))
        # rays of one eye come in the order of pixels; those of many eyes go anywhere
        alike = COHERENT if in_order or len(origins) == 1 else SCATTERED
        packets.ray_hits(*self.asked("rtcIntersect", alike), origins, directions, hit_arrays(hits))
        return hits

    def blocked(self, origins: F32, directions: F32, t_far: float) -> NDArray[np.bool_]:
        """Whether anything is in the way."""
        out = np.empty(len(directions), np.bool_)
        call, options, _ = self.asked("rtcOccluded", SCATTERED)
        packets.rays_blocked(call, options, origins, directions, np.float32(t_far), out)
        return out

    @property
    def occlusion(self) -> tuple[tuple[int, int, int, int], NDArray[np.uint32]]:
        """What kernels that cast shadow rays begin with: the call and its options."""
        return self.asked("rtcOccluded", COHERENT)[:2]

    def asked(
        self, function: str, options: NDArray[np.uint32]
    ) -> tuple[tuple[int, int, int, int], NDArray[np.uint32], NDArray[np.uint16]]:
        """What every kernel begins with: the call, its options and names."""
        lib = library()
        placed, still = (scene.handle if scene else 0 for scene in (self.placed, self.still))
        return (lib.addresses[function], placed, still, lib.lanes), options, self.instances


class PacketTracer:
    """Implements `Tracer`."""

    name = "packets"
    is_compiled = True

    def mesh(self, vertices: F32, faces: NDArray[np.int32]) -> MeshScene:
        """A mesh, handed over."""
        return MeshScene(vertices, faces)

    def world(self, bodies: Sequence[PlacedMesh]) -> PacketWorld:
        """Instances of meshes, the first apart where it stands in its own place."""
        first, *others = bodies
        placed, still = (others, first) if np.array_equal(first.T_world_mesh, np.eye(4)) else (bodies, None)
        names = [body.instance for body in (*placed, *([still] if still else []))]
        scene = InstanceScene([b.mesh for b in placed], [b.T_world_mesh for b in placed]) if placed else None
        return PacketWorld(scene, still.mesh if still else None, np.array(names, np.uint16))


def open_tracer() -> PacketTracer:
    """The tracer. Raises TracerError where Embree's library is not as expected."""
    library()
    return PacketTracer()


def _blank(count: int) -> Hits:
    """Room for hits."""
    t, u, v = (np.empty(count, np.float32) for _ in range(3))
    return Hits(np.empty(count, np.uint16), np.empty(count, np.int32), u, v, t)


def hit_arrays(hits: Hits) -> tuple[NDArray[np.uint16], NDArray[np.int32], F32, F32, F32]:
    """The arrays of hits, for compiled code."""
    return hits.instance, hits.primitive, hits.u, hits.v, hits.t
