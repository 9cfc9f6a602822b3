"""Models whose names lead out of their folder, and pictures that are bombs or should not be opened."""

import os
import struct
import zlib
from pathlib import Path

from fuzzing import seeds
from fuzzing.nasty import FACE, TRIANGLE, gltf_files, noted, obj_files, refused, writes
from fuzzing.target import Files, Nasty, write_files

# Paths that lead out -------------------------------------------------------------------------------

_OUT = (
    "../../../../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\secret\\u.png",
    "C:\\boot.ini",
    "file:///etc/passwd",
    "~/u.png",
)


def _mtllib(name: bytes) -> Files:
    return {"a.obj": b"mtllib " + name + b"\nusemtl m\n" + TRIANGLE + FACE}


def _out_of_tree(name: str) -> list[Nasty]:
    word = name.encode()
    return [
        noted(f"map_Kd {name}", "mtl", obj_files(b"Kd 1 0 0\nmap_Kd " + word + b"\n"), "missing_texture"),
        noted(f"mtllib {name}", "obj", _mtllib(word), "missing_mtl"),
        noted(f"gltf image {name}", "gltf", gltf_files(lambda t: t["images"][0].update(uri=name)), "missing_texture"),
        refused(f"gltf buffer {name}", "gltf", gltf_files(lambda t: t["buffers"][0].update(uri=name))),
        noted(
            f"ply texture {name}", "ply ascii",
            {"a.ply": seeds.ply_files()["texture"].replace(b"t.png", word)}, "missing_texture",
        ),
    ]  # fmt: skip


def _linked(folder: Path) -> None:
    """A texture and a material library that are links to files outside: the user made them, they are followed."""
    outside = folder.parent / f"{folder.name}-outside"
    write_files(outside, {"t.png": seeds.picture("PNG"), "a.mtl": b"newmtl m\nmap_Kd t.png\n"})
    write_files(folder, obj_files(b"map_Kd t.png\n", head=b"mtllib a.mtl\nmtllib b.mtl\nusemtl m\n"))
    (folder / "t.png").symlink_to(outside / "t.png")
    (folder / "b.mtl").symlink_to(outside / "a.mtl")


def _ring(folder: Path) -> None:
    """Links that lead to themselves and to the folder above, where a picture and a library should be."""
    write_files(folder, obj_files(b"map_Kd ring/ring/t.png\n", head=b"mtllib loop.mtl\nmtllib a.mtl\nusemtl m\n"))
    (folder / "loop.mtl").symlink_to(folder / "loop.mtl")
    (folder / "ring").symlink_to(folder)


def _folders(folder: Path) -> None:
    """Folders where files should be."""
    write_files(folder, obj_files(b"map_Kd t.png\n", head=b"mtllib b.mtl\nmtllib a.mtl\nusemtl m\n"))
    for name in ("b.mtl", "t.png", "b.obj", "assets.jsonl"):
        (folder / name).mkdir()


def _pipes(folder: Path) -> None:
    """Named pipes where files should be: opening one would wait for ever."""
    write_files(folder, obj_files(b"map_Kd t.png\n", head=b"mtllib b.mtl\nmtllib a.mtl\nusemtl m\n"))
    for name in ("b.mtl", "t.png", "b.obj", "assets.jsonl"):
        os.mkfifo(folder / name)


def _bad_name(folder: Path) -> None:
    """A file name that is no UTF-8."""
    (folder / os.fsdecode(b"a\xff.obj")).write_bytes(TRIANGLE + FACE)


def _line_in_name(folder: Path) -> None:
    """A file name of two lines."""
    (folder / "a\nb.obj").write_bytes(TRIANGLE + FACE)


PATHS = (
    *(n for name in _OUT for n in _out_of_tree(name)),
    Nasty("links out of the folder", "obj", _linked, frozenset({"loaded"})),
    Nasty("links in a ring", "obj", _ring, frozenset({"loaded"}), frozenset({"missing_mtl"})),
    Nasty("folders for files", "obj", _folders, frozenset({"loaded"}), frozenset({"missing_texture", "missing_mtl"})),
    Nasty("pipes for files", "obj", _pipes, frozenset({"loaded"}), frozenset({"missing_texture", "missing_mtl"})),
    Nasty("file name that is no UTF-8", "obj", _bad_name, frozenset({"UsageError"})),
    Nasty("file name of two lines", "obj", _line_in_name, frozenset({"UsageError"})),
    noted("material library that names itself", "obj", obj_files(b"mtllib a.mtl\nmap_Kd a.mtl\n"), "unreadable_texture"),
    noted("texture that is the model", "obj", obj_files(b"map_Kd a.obj\n"), "unreadable_texture"),
    noted("texture name of 100,000 characters", "mtl", obj_files(b"map_Kd " + b"x" * 100_000), ),
    noted("texture name of 2,000 characters", "mtl", obj_files(b"map_Kd " + b"x" * 2000), "missing_texture"),
    noted("library name of 100,000 characters", "obj", _mtllib(b"x" * 100_000), "missing_mtl"),
    noted("20,000 missing libraries", "obj", _mtllib(b"x " * 20_000), "missing_mtl"),
    noted("20,000 missing textures", "mtl", {
        "a.obj": b"mtllib a.mtl\n" + TRIANGLE + b"".join(b"usemtl m%d\n" % i + FACE for i in range(20_000)),
        "a.mtl": b"".join(b"newmtl m%d\nmap_Kd t%d.png\n" % (i, i) for i in range(20_000)),
    }, "missing_texture"),
    noted("one texture spelled 2,000 times", "mtl", {
        "a.obj": b"mtllib a.mtl\n" + TRIANGLE + b"".join(b"usemtl m%d\n" % i + FACE for i in range(2000)),
        "a.mtl": b"".join(b"newmtl m%d\nmap_Kd %st.png\n" % (i, b"./" * (i % 400)) for i in range(2000)),
        "t.png": seeds.picture("PNG", size=(1500, 1500)),
    }),
)  # fmt: skip

# Pictures ------------------------------------------------------------------------------------------


def _bomb(side: int, color: int = 2) -> bytes:
    """A PNG of nothing but one colour: a thousandth of what it becomes."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + side * {0: 1, 2: 3, 6: 4}[color])
    rows = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    return seeds.png(side, side, rows, color=color)


_TEXT = b"a\0\0" + zlib.compress(bytes(64 << 20))
_PROFILE = b"icc\0\0" + zlib.compress(bytes(64 << 20))
_ROWS = zlib.compress(bytes(13 * 4))


def _picture(name: str, data: bytes, *kinds: str) -> Nasty:
    return Nasty(name, "pictures", writes({"picture": data}), frozenset(kinds or ("AssetError unreadable_texture",)))


def _bombed(name: str, side: int, color: int, kind: str) -> Nasty:
    """A bomb, made when it is asked for: it takes a second."""
    return Nasty(
        name, "pictures", lambda folder: write_files(folder, {"picture": _bomb(side, color)}), frozenset({kind})
    )


def _bomb_model(folder: Path, side: int) -> None:
    """A model with such a texture."""
    write_files(folder, obj_files(b"map_Kd t.png\n", more={"t.png": _bomb(side)}))


def _textured(name: str, data: bytes, note: str) -> Nasty:
    """The same as a texture of a model."""
    return noted(name, "obj", obj_files(b"Kd 1 0 0\nmap_Kd t.png\n", more={"t.png": data}), note)


HUGE = "AssetError huge_texture"
PICTURES = (
    _picture("png of 60,000 x 60,000", seeds.png(60_000, 60_000, _ROWS), HUGE),
    _picture("png of 2 x 2,000,000,000", seeds.png(2, 2_000_000_000, _ROWS), HUGE, "AssetError unreadable_texture"),
    _picture("png of no size", seeds.png(0, 0, _ROWS)),
    _picture("png with 64 MiB of text", seeds.png(4, 4, _ROWS, more=seeds.png_chunk(b"zTXt", _TEXT))),
    _picture("png with 64 MiB of profile", seeds.png(4, 4, _ROWS, more=seeds.png_chunk(b"iCCP", _PROFILE)), "loaded", "refused"),
    _bombed("png bomb of 4,000 x 4,000", 4000, 2, "loaded"),
    _bombed("png bomb with alpha just below the limit", 9_990, 6, "loaded"),
    _bombed("png bomb above the limit", 10_001, 0, HUGE),
    Nasty("texture that is a png bomb just below the limit", "obj", lambda folder: _bomb_model(folder, 9_990), frozenset({"loaded"}), frozenset({"texture_reduced"})),
    _picture("png without its end", seeds.picture("PNG")[:60]),
    _picture("jpeg of 65,500 x 65,500", seeds.picture("JPEG").replace(b"\x00\x07\x00\x09", b"\xff\xdc\xff\xdc"), "loaded", "refused"),
    _picture("gif", seeds.picture("GIF", "P"), "loaded"),
    _picture("tiff", seeds.picture("TIFF"), "loaded"),
    _picture("eps that would start ghostscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n%%EOF\n"),
    _picture("tga of 65,535 x 65,535", struct.pack("<BBB5xHHHHBB", 0, 0, 2, 0, 0, 65535, 65535, 24, 0), HUGE),
    _picture("bmp of 2,000,000,000 rows", seeds.picture("BMP")[:22] + struct.pack("<i", 2_000_000_000) + seeds.picture("BMP")[26:], HUGE),
    _picture("text", b"not a picture\n" * 99),
    _picture("nothing", b""),
    _textured("texture of 60,000 x 60,000", seeds.png(60_000, 60_000, _ROWS), "huge_texture"),
    _textured("texture that is a ktx2", b"\xabKTX 20\xbb\r\n\x1a\n" + bytes(64), "unreadable_texture"),
    _textured("texture that is empty", b"", "unreadable_texture"),
    noted("gltf texture that is a ppm", "gltf", gltf_files(lambda t: None) | {"t.png": seeds.picture("PPM")}, "unreadable_texture"),
    noted("gltf texture of 60,000 x 60,000", "gltf", gltf_files(lambda t: None) | {"t.png": seeds.png(60_000, 60_000, _ROWS)}, "huge_texture"),
)  # fmt: skip
