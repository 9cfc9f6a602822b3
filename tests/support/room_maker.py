"""Small synthetic rooms for tests: a shell seen from inside, with tables, cabinets, a step, noise and labels."""

import numpy as np

from scenegen.assets.decimation import cluster
from scenegen.assets.reading import read_mesh_file
from scenegen.geometry import compose, rotation_about, rotation_between, transform

WALL, FLOOR, TABLE, CABINET = 1, 2, 3, 4


def patch(origin, u, v, step=0.25):
    """Grid of triangles over the parallelogram origin + s u + t v, facing u x v."""
    nu, nv = (max(int(np.ceil(np.linalg.norm(w) / step)), 1) for w in (u, v))
    s, t = np.meshgrid(np.linspace(0, 1, nu + 1), np.linspace(0, 1, nv + 1), indexing="ij")
    points = np.asarray(origin, float) + s[..., None] * np.asarray(u, float) + t[..., None] * np.asarray(v, float)
    k = np.arange((nu + 1) * (nv + 1)).reshape(nu + 1, nv + 1)
    a, b, c, d = k[:-1, :-1].ravel(), k[1:, :-1].ravel(), k[1:, 1:].ravel(), k[:-1, 1:].ravel()
    return points.reshape(-1, 3), np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def box(low, high, sides="xXyYzZ", inward=False):
    """Patches of the named sides of a box (small letter: low side), facing outwards unless `inward`."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    e = np.diag(high - low)
    faces = {
        "x": (low, e[2], e[1]), "X": (low + e[0], e[1], e[2]),
        "y": (low, e[0], e[2]), "Y": (low + e[1], e[2], e[0]),
        "z": (low, e[1], e[0]), "Z": (low + e[2], e[0], e[1]),
    }  # fmt: skip
    return [patch(o, v, u) if inward else patch(o, u, v) for o, u, v in (faces[s] for s in sides)]


def turned(parts, angle, centre):
    """The patches turned about the vertical through `centre`."""
    cos, sin = np.cos(angle), np.sin(angle)
    R = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
    return [((p - centre) @ R.T + centre, f) for p, f in parts]


def room(rng, size=(4.0, 5.0, 2.6), ceiling=True, tables=2, step=False, walls="xXyY", noise_m=0.004):
    """(vertices, faces, face labels) of a room with its floor on z = 0: +Z up, metres, seen from inside."""
    w, d = size[:2]
    parts = [(p, WALL) for p in box((0, 0, 0), size, walls + ("Z" if ceiling else ""), inward=True)]
    parts += [(p, FLOOR) for p in box((0, 0, 0), size, "z", inward=True)]
    for k in range(tables):
        at = np.array([0.8 + (w - 2.2) * rng.random(), 0.8 + (d - 2.2) * (k + rng.random()) / max(tables, 1), 0.7])
        top = box(at, at + np.array([1.2, 0.7, 0.04]), "xXyYZ")
        parts += [(p, TABLE) for p in turned(top, rng.uniform(0, np.pi), at)]
    parts += [(p, CABINET) for p in box((0.02, 0.02, 0), (0.45, 0.4 * d, 0.9), "XYZ")]
    if step:
        parts += [(p, FLOOR) for p in box((0, 0.75 * d, 0), (w, d, 0.2), "yZ")]
    offsets = np.cumsum([0] + [len(p) for (p, _), _ in parts])
    vertices = np.concatenate([p for (p, _), _ in parts])
    faces = np.concatenate([f + o for ((_, f), _), o in zip(parts, offsets, strict=False)]).astype(np.int32)
    labels = np.concatenate([np.full(len(f), label, np.int32) for (_, f), label in parts])
    return vertices + rng.normal(0, noise_m, vertices.shape), faces, labels


def vertex_labels(faces, labels, count):
    """(count,) label of each vertex; patches share none."""
    out = np.zeros(count, np.int32)
    out[faces.ravel()] = np.repeat(labels, 3)
    return out


def write_ply(path, vertices, faces, colors=None, labels=None):
    """Binary PLY as SceneNN has it: float positions, optional uchar colours and int labels per vertex."""
    fields = [("x", "<f4"), ("y", "<f4"), ("z", "<f4")]
    fields += [(c, "u1") for c in ("red", "green", "blue")] if colors is not None else []
    fields += [("label", "<i4")] if labels is not None else []
    table = np.zeros(len(vertices), fields)
    for axis, column in zip("xyz", vertices.T, strict=True):
        table[axis] = column
    for name, column in zip(("red", "green", "blue"), colors.T if colors is not None else (), strict=False):
        table[name] = column
    if labels is not None:
        table["label"] = labels
    corners = np.zeros(len(faces), [("n", "u1"), ("i", "<i4", 3)])
    corners["n"], corners["i"] = 3, faces
    kinds = {"<f4": "float", "u1": "uchar", "<i4": "int"}
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(vertices)}"]
    header += [f"property {kinds[kind]} {name}" for name, kind in fields]
    header += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join(header).encode() + table.tobytes() + corners.tobytes())


def kitchen_as_scenenn(folder, shared_data):
    """The real kitchen, coarser, turned to +Y up and a little tilted, as room 700 in SceneNN's layout."""
    mesh, _ = cluster(read_mesh_file(shared_data / "rooms/redkitchen/redkitchen.ply")[0], 0.015)
    up = np.array([0.0089, -0.9044, -0.4265])
    y_up = compose(rotation_about((0, 0, 1), 0.15) @ rotation_between(up, (0, 1, 0)))
    write_ply(folder / "700" / "700.ply", transform(y_up, mesh.vertices), mesh.faces, mesh.colors)
    return folder
