"""The suite `assets`: every parser that meets a mesh, a picture, an annotation or a configuration of somebody else's.

Each is run through the door that `scenegen render` and `scenegen assets check` use.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from model_files import cube

from fuzzing import nasties, seeds, seeds_gltf
from fuzzing.mutate import Mutator, mutate
from fuzzing.mutate_json import damage_json, damage_json_lines
from fuzzing.sane import check_defects, check_mesh, check_object, check_room, check_texture, expect
from fuzzing.target import Seed, Target
from scenegen.assets.cache import AssetCache
from scenegen.assets.cleaning import geometric_hash
from scenegen.assets.images import decode_texture
from scenegen.assets.library import open_objects, open_rooms, parse_spec
from scenegen.assets.mesh import Material, texture_from_image
from scenegen.assets.source import Defect, ObjectModel, Room
from scenegen.cli.main import load_config
from scenegen.config import checked
from scenegen.errors import AssetError, ScenegenError

KEY = "0" * 64


def load_objects(folder: Path, kind: str = "folder") -> str:
    """Every object of a folder; the last refusal where none can be used."""
    source = open_objects(f"{kind}:{folder}")
    words, refused = [], None
    for object_id in (i for members in source.ids().values() for i in members):
        source.split(object_id)
        try:
            model = source.load(object_id)
        except ScenegenError as error:
            refused = error
            continue
        geometric_hash(model.mesh)
        words.append(check_object(model))
    expect(isinstance(source.license, str), "a licence that is no text")
    if refused is not None and not words:
        raise refused
    return " ".join(words)


def load_shapenet(folder: Path) -> str:
    """Every model in ShapeNet's layout."""
    return load_objects(folder, "shapenet")


def load_rooms(folder: Path, kind: str = "folder") -> str:
    """Every room of a folder."""
    source = open_rooms(f"{kind}:{folder}")
    words = []
    for room_id in source.ids():
        source.split(room_id)
        room = source.load(room_id)
        geometric_hash(room.mesh)
        words.append(check_room(room))
    return " ".join(words)


def load_scenenn(folder: Path) -> str:
    """Every room in SceneNN's layout."""
    return load_rooms(folder, "scenenn")


def load_picture(folder: Path) -> str:
    """A texture."""
    check_texture(decode_texture((folder / "picture").read_bytes()).texture)
    return ""


def load_cached(folder: Path) -> str:
    """A file of the cache: a sound asset, or none."""
    asset = AssetCache(folder).get(KEY)
    if asset is None:
        raise AssetError("not_cached", "parsed again")
    check_mesh(asset.mesh)
    return check_defects(asset.defects)


def load_configuration(folder: Path) -> str:
    """A configuration of a run."""
    for path in sorted(folder.iterdir()):
        config = checked(load_config(path))
        config.sha256()
        parse_spec(config.room_source, "rooms")
        parse_spec(config.object_source, "objects")
    return ""


def _every(files: dict[str, bytes], *damaged: str, damage: Mutator = mutate) -> list[Seed]:
    """A seed for each of the files that may be damaged."""
    return [Seed(files, name, damage) for name in damaged]


def _obj() -> list[Seed]:
    return [Seed(files, "a.obj") for files in map(dict, seeds.obj_files())]


def _mtl() -> list[Seed]:
    return _every(seeds.obj_files()[0], "a.mtl")


def _ply(form: str) -> list[Seed]:
    texture = {"t.png": seeds.picture("PNG")}
    chosen = {n: d for n, d in seeds.ply_files().items() if (b"format ascii" in d[:40]) == (form == "ascii")}
    return [Seed({"a.ply": data} | (texture if name == "texture" else {}), "a.ply") for name, data in chosen.items()]


def _gltf() -> list[Seed]:
    files = seeds.gltf_files()
    return [*_every(files, "a.gltf", damage=damage_json) * 4, *_every(files, "a.bin", "t.png")]


def _glb() -> list[Seed]:
    plain = seeds.glb(*seeds.gltf_tree(embedded=True))
    whole = [plain, seeds_gltf.rich().glb(), seeds_gltf.draco().glb(), seeds_gltf.meshopt_packed().glb()]
    return [Seed({"a.glb": data}, "a.glb", seeds.damage_glb) for data in whole]


def _stl() -> list[Seed]:
    return [Seed({"a.stl": data}, "a.stl") for data in seeds.stl_files()]


def _off() -> list[Seed]:
    return [Seed({"a.off": data}, "a.off") for data in seeds.off_files()]


def _scenenn_xml() -> list[Seed]:
    return _every({"005/005.ply": seeds.room_ply(), "005/005.xml": seeds.XML}, "005/005.xml")


def _scenenn_ply() -> list[Seed]:
    forms = [seeds.room_ply(), seeds.room_ply("ascii")]
    return [Seed({"005/005.ply": form, "005/005.xml": seeds.XML}, "005/005.ply") for form in forms]


def _rooms() -> list[Seed]:
    room = seeds.obj_rows(seeds.ROOM_V, seeds.CUBE_F[:, ::-1]).encode()
    return [Seed({"hall.obj": room}, "hall.obj"), Seed({"hall.ply": seeds.room_ply("ascii")}, "hall.ply")]


def _taxonomy() -> list[Seed]:
    model = {"02738535/m/models/model_normalized.obj": seeds.obj_files()[1]["a.obj"]}
    return [
        s for t in seeds.TAXONOMIES for s in _every(model | {"taxonomy.json": t}, "taxonomy.json", damage=damage_json)
    ]


def _notes() -> list[Seed]:
    plain = seeds.obj_files()[1]["a.obj"]
    files = {"a.obj": plain, "b.obj": plain, "assets.jsonl": seeds.NOTES}
    return _every(files, "assets.jsonl", damage=damage_json_lines)


@cache
def _pictures() -> tuple[Seed, ...]:
    kinds = [("PNG", m) for m in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16")]
    kinds += [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("WEBP", "RGBA"), ("BMP", "RGB"), ("TGA", "RGBA")]
    kinds += [("GIF", "P"), ("TIFF", "RGB"), ("ICO", "RGBA"), ("PPM", "RGB"), ("JPEG2000", "RGB"), ("PCX", "RGB")]
    kinds += [("DDS", "RGBA"), ("SGI", "RGB"), ("EPS", "RGB"), ("PDF", "RGB"), ("AVIF", "RGB")]
    made = [(k, seeds.picture(k, m)) for k, m in kinds]
    return tuple(Seed({"picture": d}, "picture", seeds.damage_png if k == "PNG" else mutate) for k, d in made)


@cache
def _cached() -> tuple[Seed, ...]:
    texture = texture_from_image(np.arange(5 * 3 * 3, dtype=np.uint8).reshape(5, 3, 3))
    mesh = cube(0.5, uv=np.zeros((8, 2), np.float32), face_label=np.arange(12, dtype=np.int32))
    mesh = type(mesh)(**{**mesh.__dict__, "vertices": mesh.vertices - np.float32(0.25)})
    mesh = type(mesh)(**{**mesh.__dict__, "materials": (Material("a", (0.1, 0.2, 0.3), texture),)})
    room_mesh = type(mesh)(**{**mesh.__dict__, "vertices": mesh.vertices * np.float32(10)})
    model = ObjectModel("o/1", "mug", mesh, float(np.sqrt(0.75)), (Defect("translucent", "glass: 3"),))
    room = Room("005", room_mesh, 2.5, {3: "chair", 0: "unknown"})
    return tuple(Seed({f"{KEY}.npz": _stored(asset)}, f"{KEY}.npz", damage_npz) for asset in (model, room))


def _stored(asset: ObjectModel | Room) -> bytes:
    """The cache's file of an asset."""
    folder = Path(tempfile.mkdtemp())
    AssetCache(folder).put(KEY, asset)
    data = (folder / f"{KEY}.npz").read_bytes()
    shutil.rmtree(folder)
    return data


def cached_file(*, bomb: bool = False, claim: bool = False, pickled: bool = False, **spoilt: float) -> bytes:
    """The cache's file of an object, well-formed, with the first number of some arrays spoilt, or worse."""
    with zipfile.ZipFile(BytesIO(_cached()[0].files[f"{KEY}.npz"])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, value in spoilt.items():
        array = np.load(BytesIO(members[f"{name}.npy"]))
        array.flat[0] = value
        members[f"{name}.npy"] = _npy(array)
    if bomb:
        members["vertices.npy"] = _npy(np.zeros((100 << 20) // 4, np.float32))
    if claim:
        body = members["vertices.npy"]
        members["vertices.npy"] = body.replace(b"(8, 3), }" + b" " * 11, b"(8" + b"0" * 11 + b", 3), }")
    if pickled:
        out = BytesIO()
        np.save(out, np.array([{"a": 1}], object), allow_pickle=True)
        members["vertices.npy"] = out.getvalue()
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if bomb else zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def damage_npz(data: bytes, rng: np.random.Generator) -> bytes:
    """An npz with one member damaged and its checksum true; at times bytes as `mutate` does."""
    if rng.random() < 0.3:
        return mutate(data, rng)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = sorted(members)[int(rng.integers(len(members)))]
    split = members[name].index(b"\n") + 1
    head, body = members[name][:split], members[name][split:]
    damage = damage_json if name == "header.npy" else mutate
    members[name] = (
        _npy(np.frombuffer(damage(body, rng), np.uint8)) if damage is damage_json else head + mutate(body, rng)
    )
    members = {n: mutate(d, rng) if n == name and rng.random() < 0.3 else d for n, d in members.items()}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED][int(rng.random() < 0.2)]) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return out.getvalue()


def _npy(array: np.ndarray) -> bytes:
    """An array as a file."""
    out = BytesIO()
    np.save(out, array)
    return out.getvalue()


def _config() -> list[Seed]:
    return [
        *_every({"config.json": seeds.CONFIG_JSON}, "config.json", damage=damage_json) * 2,
        *_every({"config.toml": seeds.CONFIG_TOML}, "config.toml"),
    ]


def _shapenet() -> list[Seed]:
    folder, files = "03001627/m1", seeds.obj_files()[0]
    renamed = {f"{folder}/models/model_normalized.obj": files["a.obj"].replace(b"a.mtl", b"model_normalized.mtl")}
    renamed[f"{folder}/models/model_normalized.mtl"] = files["a.mtl"].replace(b"sub/", b"../images/")
    renamed[f"{folder}/images/t.png"] = files["sub/t.png"]
    return _every(renamed, *(name for name in renamed))


def _target(name: str, make: object, load: object, share: int = 1) -> Target:
    """A target whose seeds are made once."""
    return Target(name, cache(lambda: tuple(make())), load, share)  # pyright: ignore


TARGETS: Sequence[Target] = (
    _target("obj", _obj, load_objects, 12),
    _target("mtl", _mtl, load_objects, 6),
    _target("ply ascii", lambda: _ply("ascii"), load_objects, 9),
    _target("ply binary", lambda: _ply("binary"), load_objects, 9),
    _target("gltf", _gltf, load_objects, 9),
    _target("glb", _glb, load_objects, 9),
    _target("stl", _stl, load_objects, 6),
    _target("off", _off, load_objects, 6),
    _target("pictures", _pictures, load_picture, 15),
    _target("shapenet", _shapenet, load_shapenet, 6),
    _target("taxonomy", _taxonomy, load_shapenet, 6),
    _target("notes", _notes, load_objects, 3),
    _target("room notes", _notes, load_rooms, 1),
    _target("rooms", _rooms, load_rooms, 1),
    _target("scenenn ply", _scenenn_ply, load_scenenn, 1),
    _target("scenenn xml", _scenenn_xml, load_scenenn, 1),
    _target("cache", _cached, load_cached, 9),
    _target("config", _config, load_configuration, 9),
)
NASTIES = nasties.NASTIES
