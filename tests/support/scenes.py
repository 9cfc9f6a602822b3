"""Scenes with closed-form answers: boxes, planes and spheres as meshes, and as formulas of their own."""

from dataclasses import dataclass

import numpy as np

from scenegen.assets.mesh import Material, Mesh
from scenegen.geometry import View, compose, look_at, pinhole, quaternion_rotation
from scenegen.lenses import parse
from scenegen.tracing.raycaster import Body, Bvh, Scene

PLAIN = (Material("plain", (0.6, 0.5, 0.4)),)
_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float64)
_QUADS = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])


def mesh(vertices, faces) -> Mesh:
    faces = np.asarray(faces, np.int32)
    return Mesh(np.asarray(vertices, np.float32), faces, np.zeros(len(faces), np.int32), PLAIN)


def box(low, high) -> Mesh:
    """An axis-aligned box, faces outwards."""
    vertices = np.asarray(low) + _CORNERS * (np.asarray(high) - np.asarray(low))
    faces = np.concatenate([_QUADS[:, [0, 1, 2]], _QUADS[:, [0, 2, 3]]])
    return mesh(vertices, faces)


def inside_out(m: Mesh) -> Mesh:
    return mesh(m.vertices, m.faces[:, ::-1])


def sphere(radius=1.0, rings=128) -> Mesh:
    """A latitude-longitude sphere about the origin."""
    theta, phi = np.mgrid[0 : np.pi : (rings + 1) * 1j, 0 : 2 * np.pi : (2 * rings + 1) * 1j]
    points = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], -1)
    i, j = np.mgrid[0:rings, 0 : 2 * rings]
    a = (i * (2 * rings + 1) + j).ravel()
    b, c, d = a + 1, a + 2 * rings + 1, a + 2 * rings + 2
    faces = np.concatenate([np.stack([a, c, d], 1), np.stack([a, d, b], 1)])
    flat = points.reshape(-1, 3)
    area = np.linalg.norm(
        np.cross(flat[faces[:, 1]] - flat[faces[:, 0]], flat[faces[:, 2]] - flat[faces[:, 0]]), axis=1
    )
    return mesh(flat * radius, faces[area > 1e-12])


def body(m: Mesh, instance: int, T=None) -> Body:
    return Body(m, Bvh(m), np.eye(4) if T is None else T, instance)


def scene(*meshes: Mesh) -> Scene:
    """The first mesh is the room (instance 1), the others are objects in world coordinates."""
    return Scene(tuple(body(m, i + 1) for i, m in enumerate(meshes)))


LENSES = ("pinhole", "brown:-0.25,0.08,0.004,-0.003,-0.01", "fisheye:-0.02,0.005,-0.002,0.0003")
"""One of each model, as `--lens` names it; they see all of pictures of 160 x 120 from 125 px on."""


def view(position, target, size=(160, 120), f_px=125.0, roll_rad=0.0, lens=LENSES[0]) -> View:
    return View(pinhole(*size, f_px, parse(lens)), look_at(position, target, roll_rad))


@dataclass(frozen=True)
class Boxes:
    """Solid boxes inside one room box: first hits by the slab formula in float64, without any mesh."""

    room: tuple
    boxes: tuple

    def first_hit(self, origin, directions):
        """Ray parameter and index (0 the room, 1.. the boxes) of the first surface; origin inside the room."""
        t_best = self._slab(self.room, origin, directions)[1]
        index = np.zeros(len(directions), int)
        for k, limits in enumerate(self.boxes):
            enter, leave = self._slab(limits, origin, directions)
            hit = (enter < leave) & (enter > 0) & (enter < t_best)
            t_best, index = np.where(hit, enter, t_best), np.where(hit, k + 1, index)
        return t_best, index

    @staticmethod
    def _slab(limits, origin, directions):
        with np.errstate(divide="ignore"):
            inverse = 1.0 / directions
        a, b = (limits[0] - origin) * inverse, (limits[1] - origin) * inverse
        return np.minimum(a, b).max(1), np.maximum(a, b).min(1)

    def scene(self) -> Scene:
        return scene(inside_out(box(*self.room)), *(box(*b) for b in self.boxes))


def boxes_in_room(*extra) -> Boxes:
    limits = [((-0.4, -0.4, 0.0), (0.4, 0.4, 0.8)), ((0.7, -0.2, 0.3), (1.1, 0.5, 1.4)), *extra]
    as_arrays = tuple((np.array(a), np.array(b)) for a, b in limits)
    return Boxes((np.array([-3.0, -2.5, 0.0]), np.array([3.0, 2.5, 2.6])), as_arrays)


def moller_trumbore(triangles, origin, directions):
    """First hits of R rays on F triangles (F, 3, 3), float64, brute force: t (inf where none) and face."""
    a, e1, e2 = triangles[:, 0], triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    p = np.cross(directions[:, None], e2[None])
    det = np.einsum("fk,rfk->rf", e1, p)
    s = origin - a
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.einsum("fk,rfk->rf", s, p) / det
        q = np.cross(s, e1)
        v = directions @ q.T / det
        t = np.einsum("fk,fk->f", e2, q)[None] / det
    t = np.where((u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1e-9), t, np.inf)
    return t.min(1), np.where(np.isfinite(t.min(1)), t.argmin(1), -1)


def sheets(*heights_m: float, half_m: float = 1.0) -> Mesh:
    """Level squares about the z axis, as one mesh."""
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half_m
    vertices = np.concatenate([np.c_[square, np.full(4, height)] for height in heights_m])
    faces = np.concatenate([np.array([[0, 1, 2], [0, 2, 3]]) + 4 * k for k in range(len(heights_m))])
    return mesh(vertices, faces)


def looking_along_z(width=64, height=48, f_px=64.0, x=0.0, y=0.0, z=0.0) -> View:
    """A camera at a place that looks up the z axis, unturned: pixels are f X / Z + the middle, without rounding."""
    pose = np.eye(4)
    pose[:3, 3] = x, y, z
    return View(pinhole(width, height, f_px), pose)


def posed_scene(rng):
    """A room and three objects, each turned, scaled and moved."""
    bodies = [body(inside_out(box((-3, -3, -3), (3, 3, 3))), 1)]
    for k, m in enumerate((box((-1, -1, -1), (1, 1, 1)), sphere(1.0, 8), box((-1, -0.2, -0.5), (1, 0.2, 0.5)))):
        T = compose(quaternion_rotation(rng.normal(size=4)), rng.uniform(-2, 2, 3), rng.uniform(0.2, 0.8))
        bodies.append(body(m, k + 2, T))
    return Scene(tuple(bodies))
