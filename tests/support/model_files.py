"""Small mesh files for the tests, written on the spot."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from roots import TESTS

from scenegen.assets.mesh import Material, Mesh, bounds, face_vectors
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError

CUBE_V = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
CUBE_F = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4]]
)
CUBE_F = np.vstack([CUBE_F, [[1, 5, 7], [1, 7, 3]]])
"""The unit cube, faces outwards."""


def cube(scale: float = 1.0, **more) -> Mesh:
    """The cube with one plain material."""
    vertices = (CUBE_V * scale).astype(np.float32)
    return Mesh(vertices, CUBE_F.astype(np.int32), np.zeros(len(CUBE_F), np.int32), (Material("m"),), **more)


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def write_image(path: Path, color=(200, 30, 10), size=(4, 4), mode="RGB") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path)
    return path


def obj_text(vertices=CUBE_V, faces=CUBE_F, head="", face_head="") -> str:
    lines = [head, *(f"v {x} {y} {z}" for x, y, z in vertices), face_head]
    return "\n".join(lines + ["f " + " ".join(str(i + 1) for i in f) for f in faces]) + "\n"


TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
TEXTURED = "mtllib a.mtl\n" + TRIANGLE + "vt 0 0\nvt 3.5 0\nvt 0 -2\nusemtl m\nf 1/1 2/2 3/3\n"


def shapenet_model(root: Path, object_id: str, *, version: int = 2, color: str = "0.5 0.5 0.5", dims=(1, 1, 1)) -> None:
    """A cuboid in ShapeNet's layout, both sides of each face stored, with one texture."""
    faces = np.vstack([CUBE_F, CUBE_F[:, ::-1]])
    head, mtl = "mtllib {}\n", f"newmtl m\nKd {color}\nmap_Kd {{}}\n"
    vt = "vt 0 0\nusemtl m\n"
    text = "\n".join("f " + " ".join(f"{i + 1}/1" for i in f) for f in faces) + "\n"
    body = "".join(f"v {x} {y} {z}\n" for x, y, z in CUBE_V * dims) + vt + text
    folder = root / object_id
    name = "models/model_normalized" if version == 2 else "model"
    texture = "../images/texture0.png" if version == 2 else "./images/texture0.png"
    write(folder / f"{name}.obj", head.format(Path(name).name + ".mtl") + body)
    write(folder / f"{name}.mtl", mtl.format(texture))
    write_image(folder / "images" / "texture0.png", tuple(np.frombuffer(object_id.encode()[-3:], np.uint8).tolist()))


CASES = TESTS / "cases"
"""Small files that came in wrong once; their cuboid is 0.3 x 0.4 x 0.6 m, in any order of axes."""
CUBOID_AREA = 2 * (0.3 * 0.4 + 0.4 * 0.6 + 0.3 * 0.6)


def codes(defects) -> list[str]:
    return [d.code for d in defects]


def refusal(path: Path, **more) -> str:
    """Why a file is refused, which is said in one line with its name."""
    with pytest.raises(AssetError) as caught:
        read_mesh_file(path, **more)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return caught.value.reason


def area(mesh: Mesh) -> float:
    """Of all triangles."""
    return float(np.linalg.norm(face_vectors(mesh), axis=1).sum() / 2)


def box(mesh: Mesh) -> list[float]:
    """Sides of the bounding box, sorted."""
    low, high = bounds(mesh)
    return sorted(np.round(high - low, 5).tolist())
