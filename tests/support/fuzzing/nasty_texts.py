"""Annotations, taxonomies, notes, configurations and files of the cache that are not what they should be."""

from pathlib import Path
from typing import Any

from fuzzing import seeds
from fuzzing.nasty import FACE, TRIANGLE, either, noted, refused
from fuzzing.target import Files, Nasty, write_files

MODEL = "02738535/m/models/model_normalized"


# Annotations, taxonomies, notes, configurations, the cache -----------------------------------------


def _xml(text: bytes) -> Files:
    return {"005/005.ply": seeds.room_ply(), "005/005.xml": text}


_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]><x><label id='1' nyu_class='&m;'/></x>"
)
_OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><label id="1" text="&e;"/></x>'


def _taxonomy(data: bytes) -> Files:
    return {f"{MODEL}.obj": TRIANGLE + FACE, "taxonomy.json": data}


def _note(data: bytes) -> Files:
    return {"a.obj": TRIANGLE + FACE, "assets.jsonl": data}


def _toml(text: bytes) -> Files:
    return {"c.toml": text}


def _json(text: bytes) -> Files:
    return {"c.json": text}


def _is_folder(folder: Path) -> None:
    """A folder where the configuration should be."""
    (folder / "c.json").mkdir()


TEXTS = (
    noted("xml of a billion laughs", "scenenn xml", _xml(_LAUGHS), "bad_annotation"),
    noted("xml with an entity outside", "scenenn xml", _xml(_OUTSIDE), "bad_annotation"),
    noted("xml in UTF-16 with an entity", "scenenn xml", _xml(_OUTSIDE.decode().encode("utf-16")), "bad_annotation"),
    noted("xml in UTF-7 with an entity", "scenenn xml", _xml(b"<?xml version='1.0' encoding='utf-7'?>" + _OUTSIDE.decode().encode("utf-7")), "bad_annotation"),
    either("xml with an external stylesheet", "scenenn xml", _xml(b"<?xml-stylesheet href='file:///etc/passwd'?><x xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='/etc/passwd'/></x>")),
    either("xml nested 200,000 deep", "scenenn xml", _xml(b"<a>" * 200_000 + b"</a>" * 200_000)),
    either("xml with odd ids", "scenenn xml", _xml("<x><label id='--5'/><label id='\u0661'/><label id='{}'/><label id='1e3'/><label/></x>".format("9" * 5000).encode())),
    either("xml with a name of 1 MB", "scenenn xml", _xml(b"<x><label id='1' text='" + b"n " * 500_000 + b"'/></x>")),
    noted("xml that is empty", "scenenn xml", _xml(b""), "bad_annotation"),
    refused("taxonomy nested 100,000 deep", "taxonomy", _taxonomy(b"[" * 100_000), "UsageError"),
    refused("taxonomy of numbers", "taxonomy", _taxonomy(b"5"), "UsageError"),
    refused("taxonomy of nothing", "taxonomy", _taxonomy(b""), "UsageError"),
    refused("taxonomy that is not UTF-8", "taxonomy", _taxonomy(b'[{"synsetId": "02738535", "name": "\xff"}]'), "UsageError"),
    either("taxonomy with children of another kind", "taxonomy", _taxonomy(b'[{"synsetId": "02738535", "name": "a", "children": 5}, {"synsetId": "02738535", "children": "02738535"}]')),
    either("taxonomy of synsets above each other", "taxonomy", _taxonomy(b'[{"synsetId": "02738535", "children": ["03001627"]}, {"synsetId": "03001627", "name": "x", "children": ["02738535"]}]')),
    either("taxonomy whose metadata is a list", "taxonomy", _taxonomy(b'[{"metadata": [1]}, {"synsetId": "02738535", "name": "arm"}]')),
    either("taxonomy with a name of 1 MB", "taxonomy", _taxonomy(b'[{"synsetId": "02738535", "name": "' + b"x\\u0000\\ud800" * 80_000 + b'"}]')),
    *(refused(f"note {line[:40].decode('utf-8', 'replace')}", target, _note(line), "UsageError") for target in ("notes", "room notes") for line in (
        b"[" * 100_000, b'{"path": "a.obj", "up_axis": [1]}', b'{"path": "a.obj", "up_axis": {"x": 1}}', b'{"path": "a.obj", "unit_m": 1' + b"0" * 400 + b"}",
        b'{"path": "a.obj", "unit_m": NaN}', b'{"path": "a.obj", "license": 5}', b'{"path": "a.obj", "category": ["x"]}', b'{"path": "a.obj", "id": "\\ud800"}',
        b'{"path": "a.obj", "id": "a\\nb"}', b'{"path": "../../etc/passwd"}', b'{"path": "a.obj", "id": 7}', b'{"path": "a.obj", "role": {}}')),
    refused("config nested 100,000 deep", "config", _json(b"[" * 100_000), "UsageError"),
    refused("config with a number of 400 digits", "config", _json(b'{"trace_fraction": 1' + b"0" * 400 + b"}"), "UsageError"),
    refused("config with a hexadecimal number of 20,000 digits", "config", _toml(b"seed = 0x" + b"f" * 20_000), "UsageError"),
    refused("config with a value of 1 MB", "config", _json(b'{"rooms": "' + b"x" * 1_000_000 + b'"}'), "UsageError"),
    refused("config with a key of 1 MB", "config", _json(b'{"' + b"x\\n" * 300_000 + b'": 1}'), "UsageError"),
    refused("config with half a character", "config", _json(b'{"layers": ["rgb", "\\ud800"]}'), "UsageError"),
    refused("config that is not UTF-8", "config", _json(b'{"rooms": \xff}'), "UsageError"),
    refused("config with NaN", "config", _json(b'{"cameras": {"overlap": [NaN, Infinity]}}'), "UsageError"),
    refused("config with a size of nothing", "config", _json(b'{"size": []}'), "UsageError"),
    refused("config with a range of three texts", "config", _json(b'{"light": {"lights": ["a", "b", "c"]}}'), "UsageError"),
    refused("config with a huge number for a table", "config", _toml(b"objects = 0x" + b"f" * 20_000), "UsageError"),
    refused("config of a list", "config", _json(b"[1]"), "UsageError"),
    refused("config with a source of no user", "config", _json(b'{"room_source": "folder:~no-such-user/x"}'), "UsageError"),
    refused("config with a source of 10,000 characters", "config", _json(b'{"room_source": "folder:' + b"x" * 10_000 + b'"}'), "UsageError"),
    refused("config with a source of NUL", "config", _json(b'{"room_source": "folder:\\u0000"}'), "UsageError"),
    Nasty("config that is a folder", "config", _is_folder, frozenset({"UsageError"})),
    refused("toml nested 5,000 deep", "config", _toml(b"rooms = " + b"[" * 5000 + b"]" * 5000), "UsageError"),
)  # fmt: skip


def _cached(name: str, **changes: Any) -> Nasty:
    """A well-formed file of the cache with other contents."""

    def build(folder: Path) -> None:
        from fuzzing.assets import KEY, cached_file

        write_files(folder, {f"{KEY}.npz": cached_file(**changes)})

    return Nasty(name, "cache", build, frozenset({"AssetError not_cached"}))


def _raw_cache(name: str, data: bytes) -> Nasty:
    return refused(name, "cache", {"0" * 64 + ".npz": data}, "AssetError not_cached")


CACHE = (
    _cached("cache with a face out of range", faces=99),
    _cached("cache with a coordinate that is none", vertices=float("nan")),
    _cached("cache with a material out of range", face_material=7),
    _cached("cache that is compressed 1,000 to 1", bomb=True),
    _cached("cache with an array of 10^12 in its header", claim=True),
    _cached("cache with a pickle", pickled=True),
    _raw_cache("cache that is empty", b""),
    _raw_cache("cache that is a lone array", b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }" + b" " * 60 + b"\n\0"),
    _raw_cache("cache that is a pickle", b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01."),
)  # fmt: skip
