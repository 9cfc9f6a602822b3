"""Shapes with curved sides: lathe, cylinder, sphere, tube. Smooth normals; sharp profile corners stay sharp.

Texture coordinates are metres divided by `texture_scale_m`; around an axis the texture repeats a whole
number of times, so that no seam shows.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.procedural.shape_base import Array, drop_slivers, grid_faces, piece
from scenegen.geometry import cross, normalize

_CREASE_COS = np.cos(np.radians(35.0))


def lathe(
    profile_rz: ArrayLike, material: Material, *, segments: int = 24, texture_scale_m: float = 1.0, wraps: int = 0
) -> Mesh:
    """Surface of revolution about z of a profile (K, 2) of (radius, height), walked with the outside on its right.

    A vase: start at (0, 0), go out, up the outside, over the lip and down the inside. Corners sharper than
    35 degrees get split normals. `wraps` = how often the texture goes around; 0 = by the largest radius.
    """
    profile = np.asarray(profile_rz, np.float64)
    (a, b), (na, nb), (sa, sb) = _profile_runs(profile)
    rz = np.stack([a, b], 1).reshape(-1, 2)
    normal_rz = np.stack([na, nb], 1).reshape(-1, 2)
    v = np.stack([sa, sb], 1).reshape(-1)
    turns = wraps or max(1, round(2 * np.pi * float(profile[:, 0].max()) / texture_scale_m))
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    around = np.stack([np.cos(angle), np.sin(angle)], -1)
    points = _revolve(rz, around)
    normals = _revolve(normal_rz, around)
    u = np.broadcast_to(angle / (2 * np.pi) * turns, (len(rz), segments + 1))
    uv = np.stack([u, np.broadcast_to((v / texture_scale_m)[:, None], u.shape)], -1)
    strip = grid_faces(2, segments + 1)
    faces = (2 * (segments + 1) * np.arange(len(a)))[:, None, None] + strip
    return drop_slivers(piece(points, faces.reshape(-1, 3), normals, uv, material))


def _profile_runs(p: Array) -> tuple[tuple[Array, Array], tuple[Array, Array], tuple[Array, Array]]:
    """Ends, end normals and arc lengths of the profile's segments; normals averaged over soft corners."""
    along = np.diff(p, axis=0)
    length = np.linalg.norm(along, axis=1)
    keep = length > 1e-9
    a, b, along, length = p[:-1][keep], p[1:][keep], along[keep], length[keep]
    own = np.stack([along[:, 1], -along[:, 0]], -1) / length[:, None]
    soft = (own[1:] * own[:-1]).sum(1) > _CREASE_COS
    mean = normalize(own[1:] + own[:-1])
    na, nb = own.copy(), own.copy()
    na[1:][soft], nb[:-1][soft] = mean[soft], mean[soft]
    end = np.cumsum(length)
    return (a, b), (na, nb), (end - length, end)


def _revolve(rz: Array, around: Array) -> Array:
    """(K, S, 3) points or normals of (K, 2) profile entries turned to (S, 2) directions."""
    xy = rz[:, None, :1] * around[None]
    return np.concatenate([xy, np.broadcast_to(rz[:, None, 1:], (*xy.shape[:2], 1))], -1)


def frustum(
    radius_bottom_m: float,
    radius_top_m: float,
    height_m: float,
    material: Material,
    *,
    segments: int = 24,
    texture_scale_m: float = 1.0,
    bevel_m: float = 0.0,
) -> Mesh:
    """Closed cone frustum about z, centred at 0; `bevel_m` rounds both rims a little."""
    h, e = height_m / 2, min(bevel_m, 0.45 * height_m, 0.9 * max(min(radius_bottom_m, radius_top_m), 0.0))
    if e <= 0:
        profile = [(0, -h), (radius_bottom_m, -h), (radius_top_m, h), (0, h)]
    else:
        b, t = radius_bottom_m, radius_top_m
        profile = [(0, -h), (b - e, -h), (b - 0.3 * e, -h + 0.3 * e), (b, -h + e)]
        profile += [(t, h - e), (t - 0.3 * e, h - 0.3 * e), (t - e, h), (0, h)]
    return lathe(profile, material, segments=segments, texture_scale_m=texture_scale_m)


def cylinder(
    radius_m: float,
    height_m: float,
    material: Material,
    *,
    segments: int = 24,
    texture_scale_m: float = 1.0,
    bevel_m: float = 0.0,
) -> Mesh:
    """Closed cylinder about z, centred at 0."""
    return frustum(
        radius_m, radius_m, height_m, material, segments=segments, texture_scale_m=texture_scale_m, bevel_m=bevel_m
    )


def sphere(radius_m: float, material: Material, *, segments: int = 24, texture_scale_m: float = 1.0) -> Mesh:
    """UV sphere centred at 0; `segments` around, half as many from pole to pole."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, max(segments // 2, 3) + 1)
    profile = radius_m * np.stack([np.cos(angle), np.sin(angle)], -1)
    mesh = lathe(profile, material, segments=segments, texture_scale_m=texture_scale_m)
    normals = normalize(mesh.vertices)
    return piece(mesh.vertices, mesh.faces, normals, mesh.uv if mesh.uv is not None else [], material)


def tube(
    path: ArrayLike,
    radius_m: float | ArrayLike,
    material: Material,
    *,
    segments: int = 10,
    closed: bool = False,
    texture_scale_m: float = 1.0,
) -> Mesh:
    """Round tube along a path (K, 3); radius one number or (K,); open paths get flat caps.

    Rings lie in the bisecting planes; frames are carried along without twist. u runs along the path.
    """
    p = np.asarray(path, np.float64)
    if closed:
        p = np.concatenate([p, p[:1]])
    r = np.broadcast_to(np.asarray(radius_m, np.float64), (len(np.asarray(path)),))
    r = np.concatenate([r, r[:1]]) if closed else r
    tangent = _tangents(p, closed)
    side = _carried_frames(tangent)
    other = cross(tangent, side)
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    normals = np.cos(angle)[None, :, None] * side[:, None] + np.sin(angle)[None, :, None] * other[:, None]
    points = p[:, None] + r[:, None, None] * normals
    arc = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))]) / texture_scale_m
    wraps = max(1, round(2 * np.pi * float(r.mean()) / texture_scale_m))
    uv = np.stack(np.broadcast_arrays(arc[:, None], (angle / (2 * np.pi) * wraps)[None]), -1)
    n = len(p) * (segments + 1)
    parts = [(points.reshape(-1, 3), grid_faces(len(p), segments + 1), normals.reshape(-1, 3), uv.reshape(-1, 2))]
    if not closed:
        parts += [_cap(points[0], -tangent[0], n), _cap(points[-1], tangent[-1], n + segments + 1)]
    v, f, nrm, t = (np.concatenate(list(x)) for x in zip(*parts, strict=True))
    return drop_slivers(piece(v, f, nrm, t, material))


def _cap(ring: Array, normal: Array, offset: int) -> tuple[Array, NDArray, NDArray, Array]:
    """Vertices, faces, normals, uv of a flat disc over a ring, facing `normal`."""
    k = np.arange(1, len(ring) - 2)
    faces = np.stack([0 * k, k, k + 1], -1) + offset
    e = ring[1] - ring[0], ring[2] - ring[0]
    faces = faces if cross(*e) @ normal > 0 else faces[:, ::-1]
    return ring, faces, np.broadcast_to(normal, ring.shape), np.zeros((len(ring), 2))


def _tangents(p: Array, closed: bool) -> Array:
    """Unit directions along a path, averaged at inner points."""
    step = normalize(np.diff(p, axis=0))
    first, last = (step[-1], step[0]) if closed else (step[0], step[-1])
    return normalize(np.concatenate([[first], step]) + np.concatenate([step, [last]]))


def _carried_frames(tangent: Array) -> Array:
    """(K, 3) unit sideways vectors, each the one before turned as its tangent turns (no twist)."""
    start = cross(tangent[0], np.eye(3)[int(np.argmin(np.abs(tangent[0])))])
    out = [normalize(start)]
    for halfway in normalize(tangent[1:] + tangent[:-1]):
        out.append(out[-1] - 2 * (out[-1] @ halfway) * halfway)
    return np.stack(out)
