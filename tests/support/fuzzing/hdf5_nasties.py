"""Shards that are bad on purpose: data that lies elsewhere, types of other kinds, bombs, circles, claims without data.

Files that a nasty one points to are named pipes: whoever opens one waits for ever, so a reader that follows hangs.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from shard_factory import make_content

from fuzzing.target import Nasty
from scenegen.shards.writer import encode_shard

Edit = Callable[[h5py.File], None]
SHARD, TRUTH, TRAP = "case.h5", "truth.json", "trap"
REFUSED, READ = frozenset({"ShardError"}), frozenset({"loaded"})


def _nasty(name: str, edit: Edit, outcomes: frozenset[str] = REFUSED) -> Nasty:
    return Nasty(name, "shard hostile", lambda folder: _build(folder, edit), outcomes)


def _build(folder: Path, edit: Edit) -> None:
    """A sound shard, edited; beside it the trap and what a manifest says of the sound one."""
    os.mkfifo(folder / TRAP)
    data = encode_shard(make_content(samples=2, height=12, width=16))
    (folder / SHARD).write_bytes(data)
    about = {"file": SHARD, "index": 0, "room": "room-α", "split": "train", "samples": 2}
    said = about | {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / TRUTH).write_text(json.dumps(said))
    with h5py.File(folder / SHARD, "r+", libver="v110") as file:
        edit(file)


def _replaced(name: str, make: Callable[[h5py.File, np.ndarray], object]) -> Edit:
    """An edit that takes a dataset away and makes something else of its data."""

    def edit(file: h5py.File) -> None:
        data = file[name][()]
        del file[name]
        make(file, data)

    return edit


def _as(name: str, **options: object) -> Edit:
    """An edit that stores a dataset's data in another way."""
    return _replaced(name, lambda file, data: file.create_dataset(name, **{"data": data, **options}))


def _claimed(name: str, shape: tuple[int, ...], **options: object) -> Edit:
    """An edit that puts a dataset of a shape there and no data."""
    return _replaced(name, lambda file, data: file.create_dataset(name, shape, data.dtype, **options))


def _beside(file: h5py.File) -> str:
    return str(Path(file.filename).parent / TRAP)


def _external(file: h5py.File, data: np.ndarray) -> None:
    file.create_dataset("rgb", data.shape, data.dtype, external=[(_beside(file), 0, data.nbytes)])


def _virtual(name: str) -> Callable[[h5py.File, np.ndarray], None]:
    def make(file: h5py.File, data: np.ndarray) -> None:
        layout = h5py.VirtualLayout(data.shape, data.dtype)
        layout[...] = h5py.VirtualSource(_beside(file), "rgb", data.shape)
        file.create_virtual_dataset(name, layout)

    return make


def _virtual_notes(file: h5py.File) -> None:
    _virtual("notes")(file, np.zeros((2, 2), np.uint8))


def _external_notes(file: h5py.File) -> None:
    file.create_dataset("notes", (100,), "u1", external=[(_beside(file), 0, 100)])


def _filtered(*filters: tuple[int, tuple[int, ...]]) -> Edit:
    """An edit that stores the pictures behind these filters, all of them optional."""

    def make(file: h5py.File, data: np.ndarray) -> None:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((1, 1, *data.shape[2:]))
        for number, values in filters:
            plist.set_filter(number, h5py.h5z.FLAG_OPTIONAL, values)
        kind = h5py.h5t.py_create(data.dtype)
        made = h5py.h5d.create(file.id, b"rgb", kind, h5py.h5s.create_simple(data.shape), plist)
        h5py.Dataset(made)[...] = data

    return _replaced("rgb", make)


def _attribute(name: str, value: object, **options: object) -> Edit:
    def edit(file: h5py.File) -> None:
        if name in file.attrs:
            del file.attrs[name]
        file.attrs.create(name, value, **options)

    return edit


def _long_text(file: h5py.File) -> None:
    file.attrs.create("notes", np.bytes_(b"x" * (1 << 20)))


def _many_attributes(file: h5py.File) -> None:
    for k in range(2000):
        file.attrs[f"note {k}"] = k


def _many_groups(file: h5py.File) -> None:
    for k in range(2000):
        file.create_group(f"notes/{k}")


def _circle(file: h5py.File) -> None:
    file["camera/loop"] = file["/"]
    file["rays/loop/loop"] = file["rays"]


def _camera_is_root(file: h5py.File) -> None:
    del file["camera"]
    file["camera"] = file["/"]


def _deep_groups(file: h5py.File) -> None:
    here = file
    for _ in range(500):
        here = here.create_group("n")


def _group_for_data(file: h5py.File, _: np.ndarray) -> None:
    file.create_group("rgb/rgb")


def _data_for_group(file: h5py.File) -> None:
    del file["camera"]
    file.create_dataset("camera", (1 << 40,), "u1", chunks=(1 << 20,))


def _control_characters(file: h5py.File) -> None:
    file.create_group("\x1b[2J[/red]\n[bold]")
    file.attrs["\x1b]0;x\x07"] = "\x1b[31m"


def _no_samples(file: h5py.File) -> None:
    for name in (
        "rgb",
        "depth",
        "instance",
        "normal",
        *(f"{g}/{n}" for g in ("camera", "rays", "sample") for n in file[g]),
    ):
        _claimed(name, (0, *file[name].shape[1:]))(file)
    for name in ("objects/asset", "objects/T_world_object"):
        _claimed(name, (0, *file[name].shape[1:]))(file)


def _bomb(file: h5py.File, _: np.ndarray) -> None:
    """A picture of 2.7 GB that is no stream at all."""
    shape = (30_000, 30_000, 3)
    made = file.create_dataset("preview", shape, "u1", chunks=shape, compression="gzip", fletcher32=True)
    made.id.write_direct_chunk((0, 0, 0), b"\x78\x9c" + bytes(1000))


def _trap_as_shard(folder: Path) -> None:
    _build(folder, lambda _: None)
    (folder / SHARD).unlink()
    os.mkfifo(folder / SHARD)


_DEEP = "[" * 100_000
_PAIR = np.dtype([("a", "u1"), ("b", "f8")])
NASTIES: tuple[Nasty, ...] = (
    _nasty("external link", _replaced("rgb", lambda f, _: f.__setitem__("rgb", h5py.ExternalLink(_beside(f), "/rgb")))),
    _nasty("external link for a group", lambda f: (f.pop("camera"), f.__setitem__("camera", h5py.ExternalLink(_beside(f), "/")))),
    _nasty("soft link", _replaced("rgb", lambda f, _: f.__setitem__("rgb", h5py.SoftLink("/normal")))),
    _nasty("soft link to itself", _replaced("rgb", lambda f, _: f.__setitem__("rgb", h5py.SoftLink("/rgb")))),
    _nasty("external storage", _replaced("rgb", _external)),
    _nasty("external storage beside", _external_notes),
    _nasty("virtual dataset", _replaced("rgb", _virtual("rgb"))),
    _nasty("virtual dataset of text", _replaced("assets/id", _virtual("assets/id"))),
    _nasty("virtual dataset beside", _virtual_notes),
    _nasty("unknown filter", _filtered((40_000, ()))),
    _nasty("scale-offset filter", _as("instance", scaleoffset=0, chunks=(1, 1, 12, 16))),
    _nasty("thirty-two times deflate", _filtered(*[(1, (9,))] * 32)),
    _nasty("huge shape in tiny chunks", _claimed("rgb", (1 << 40, 2, 12, 16, 3), chunks=(1, 1, 1, 1, 1))),
    _nasty("huge shape, contiguous", _claimed("rgb", (1 << 40, 2, 12, 16, 3))),
    _nasty("huge slots", _claimed("objects/asset", (2, 1 << 40), chunks=(2, 1 << 10))),
    _nasty("no data", _claimed("rgb", (2, 2, 12, 16, 3), chunks=(1, 1, 12, 16, 3), compression="gzip")),
    _nasty("no samples", _no_samples),
    _nasty("growing", _as("rgb", chunks=(1, 1, 12, 16, 3), maxshape=(None, 2, 12, 16, 3))),
    _nasty("tiny chunks, all there", _as("rgb", chunks=(1, 1, 1, 1, 1)), READ),
    _nasty("2.7 GB in a kilobyte", _replaced("preview", _bomb)),
    _nasty("compound", _replaced("rgb", lambda f, d: f.create_dataset("rgb", d.shape, _PAIR))),
    _nasty("variable length", _replaced("rgb", lambda f, d: f.create_dataset("rgb", d.shape, h5py.vlen_dtype("u1")))),
    _nasty("references", _replaced("rgb", lambda f, d: f.create_dataset("rgb", d.shape, h5py.ref_dtype))),
    _nasty("text of variable length", _as("assets/id", data=["a"] * 4, dtype=h5py.string_dtype())),
    _nasty("text that is not UTF-8", _as("assets/id", data=np.array([b"\xff\xfe"] * 4).astype(h5py.string_dtype("utf-8", 2)))),
    _nasty("big-endian", _as("camera/K", dtype=">f8")),
    _nasty("other enum", _as("rays/status", dtype=h5py.enum_dtype({"visible": 0}, "u1"))),
    _nasty("array of arrays", _replaced("rgb", lambda f, _: f.create_dataset("rgb", (2, 2), np.dtype(("u1", (12, 16, 3)))))),
    _nasty("scalar", _replaced("rgb", lambda f, _: f.create_dataset("rgb", (), "u1"))),
    _nasty("nothing", _replaced("rgb", lambda f, _: f.create_dataset("rgb", data=h5py.Empty("u1")))),
    _nasty("object reference", lambda f: _attribute("room", f["rgb"].ref, dtype=h5py.ref_dtype)(f)),
    _nasty("region reference", lambda f: _attribute("room", f["rgb"].regionref[0], dtype=h5py.regionref_dtype)(f)),
    _nasty("empty attribute", _attribute("room", h5py.Empty("S3"))),
    _nasty("attribute of many numbers", _attribute("seed", np.arange(8000))),
    _nasty("attribute of other kind", _attribute("seed", "zero")),
    _nasty("compound attribute", _attribute("shard_index", np.zeros((), _PAIR))),
    _nasty("text attribute that is not UTF-8", _attribute("room", np.bytes_(b"\xff\xfe"))),
    _nasty("deep configuration", _attribute("config_json", _DEEP.encode())),
    _nasty("endless number", _attribute("config_json", b'{"a": ' + b"1" * 50_000 + b"}")),
    _nasty("configuration that is a list", _attribute("config_json", b"[1]")),
    _nasty("newer version in colour", _attribute("format_version", b"2\x1b[31m" + b"x" * 5000)),
    _nasty("lacks what no shard may lack", _attribute("absent", b"rgb")),
    _nasty("lacks what is there", _attribute("absent", b"camera/K,rays/depth0")),
    _nasty("lacks a thousand things", _attribute("absent", b"rays/xy," * 1000)),
    _nasty("megabyte of notes", _long_text, READ),
    _nasty("two thousand attributes", _many_attributes, READ),
    _nasty("two thousand groups", _many_groups, READ),
    _nasty("circle", _circle, READ),
    _nasty("circle through the root", _camera_is_root),
    _nasty("five hundred groups deep", _deep_groups, READ),
    _nasty("group for a dataset", _replaced("rgb", _group_for_data)),
    _nasty("dataset for a group", _data_for_group),
    _nasty("control characters", _control_characters, READ),
    Nasty("a pipe", "shard hostile", _trap_as_shard, REFUSED),
)  # fmt: skip
