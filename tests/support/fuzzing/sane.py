"""What every loaded asset must be like, whatever its files were like."""

import numpy as np

from fuzzing.target import InsaneError
from scenegen.assets.cleaning import diagonal
from scenegen.assets.images import MAX_PIXELS
from scenegen.assets.mesh import Material, Mesh, Texture, bounds
from scenegen.assets.scale import SIZE_M
from scenegen.assets.source import Defect, ObjectModel, Room

OBJECT_M = (1e-3, 1e3)
"""Diagonals that an object can have."""
LONGEST_DETAIL = 500


def expect(holds: object, what: str) -> None:
    """Raise where it does not hold."""
    if not holds:
        raise InsaneError(what)


def check_object(model: ObjectModel) -> str:
    """The codes of the defects of a sound object; InsaneError otherwise."""
    check_mesh(model.mesh)
    low, high = bounds(model.mesh)
    size = diagonal(model.mesh)
    expect(isinstance(model.category, str) and model.category, "no category")
    expect(OBJECT_M[0] <= model.size_m <= OBJECT_M[1], f"an object of {model.size_m} m")
    expect(np.isclose(size, model.size_m, rtol=1e-4), f"{model.size_m} m stated, {size} m in fact")
    expect(np.abs(low + high).max() <= 1e-3 * size, "not centred")
    _check_names(model.id, model.category)
    return check_defects(model.defects)


def check_room(room: Room) -> str:
    """The codes of the defects of a sound room; InsaneError otherwise."""
    check_mesh(room.mesh)
    size = diagonal(room.mesh)
    expect(SIZE_M[0] * 0.99 <= size <= SIZE_M[1] * 1.01, f"a room of {size} m")
    expect(np.isfinite(room.ceiling_m) and 0 <= room.ceiling_m <= size, f"a ceiling at {room.ceiling_m} m")
    expect(all(type(k) is int and isinstance(v, str) for k, v in room.categories.items()), "categories")
    _check_names(room.id, *room.categories.values())
    return check_defects(room.defects)


def check_mesh(mesh: Mesh) -> None:
    """Shapes, types, ranges and finite numbers."""
    n, f = len(mesh.vertices), len(mesh.faces)
    _check_array("vertices", mesh.vertices, (n, 3), np.float32)
    _check_array("faces", mesh.faces, (f, 3), np.int32)
    _check_array("face_material", mesh.face_material, (f,), np.int32)
    _check_array("normals", mesh.normals, (n, 3), np.float32)
    _check_array("uv", mesh.uv, (n, 2), np.float32)
    _check_array("colors", mesh.colors, (n, 3), np.uint8)
    _check_array("face_label", mesh.face_label, (f,), np.int32)
    expect(f, "no faces")
    expect(mesh.faces.min() >= 0 and mesh.faces.max() < n, "a face out of range")
    expect(mesh.face_material.min() >= 0 and mesh.face_material.max() < len(mesh.materials), "material out of range")
    expect(mesh.uv is None or np.abs(mesh.uv).max(initial=0) < 1e7, "texture coordinates out of all bounds")
    if mesh.normals is not None:
        expect(np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-3), "normals not of unit length")
    for material in mesh.materials:
        _check_material(material)


def check_texture(texture: Texture) -> None:
    """A pyramid of pictures down to one texel."""
    for level in texture.levels:
        expect(level.ndim == 3 and level.shape[2] == 3 and level.dtype == np.uint8 and level.size, "a texture's level")
    expect(texture.levels[-1].shape == (1, 1, 3), "a pyramid without a top")
    expect(texture.size[0] * texture.size[1] <= MAX_PIXELS, "a texture that is too large")


def check_defects(defects: tuple[Defect, ...]) -> str:
    """Distinct codes; every detail is one short printable line."""
    for defect in defects:
        expect(isinstance(defect.code, str) and isinstance(defect.detail, str), "a defect that is no text")
        short = len(defect.detail) <= LONGEST_DETAIL and defect.detail.isprintable()
        expect(short, f"a defect's detail of {len(defect.detail)} characters: {defect.detail[:50]!a}")
    return " ".join(sorted({d.code for d in defects}))


def _check_array(name: str, array: np.ndarray | None, shape: tuple[int, ...], dtype: type) -> None:
    """Shape, type, and finite where it holds floats."""
    if array is not None:
        expect(array.shape == shape and array.dtype == dtype, f"{name} {array.shape} {array.dtype}")
        expect(array.dtype.kind != "f" or np.isfinite(array).all(), f"{name} are not finite")


def _check_material(material: Material) -> None:
    """A colour within bounds and a sound texture."""
    expect(len(material.color) == 3 and all(0 <= c <= 1 for c in material.color), f"a colour {material.color}")
    expect(0 <= material.emission <= 1, f"an emission of {material.emission}")
    expect(isinstance(material.name, str), "a material's name")
    if material.texture is not None:
        check_texture(material.texture)


def _check_names(*names: str) -> None:
    """Names that can be written to a file and looked up."""
    for name in names:
        expect(isinstance(name, str) and not any("\ud800" <= c <= "\udfff" for c in name), f"a name {name!a}")
