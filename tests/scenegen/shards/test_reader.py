"""Reading shards: what comes out, in which process, and what is said about files that are no shards."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from roots import PYTHONPATH
from shard_factory import make_content

from scenegen.errors import ShardError
from scenegen.shards.digest import content_sha256
from scenegen.shards.origin import Origin, origin_of
from scenegen.shards.reader import ShardReader, ShardSet
from scenegen.shards.writer import encode_shard, publish
from scenegen.status import Status

FIELDS = {
    "rgb": "rgb",
    "depth": "depth",
    "instance": "instance",
    "normal": "normal",
    "K": "camera/K",
    "T_world_cam": "camera/T_world_cam",
    "xy0": "rays/xy0",
    "depth0": "rays/depth0",
    "ray_instance": "rays/instance",
    "xy": "rays/xy",
    "status": "rays/status",
    "object_asset": "objects/asset",
    "T_world_object": "objects/T_world_object",
    "seed": "sample/seed",
    "overlap": "sample/overlap",
    "baseline_m": "sample/baseline_m",
    "view_angle_deg": "sample/view_angle_deg",
}


@pytest.fixture
def content():
    return make_content(samples=3, views=3)


@pytest.fixture
def path(tmp_path, content):
    publish(tmp_path / "shard.h5", encode_shard(content))
    return tmp_path / "shard.h5"


def python(program, *arguments):
    """Run a program text in another interpreter; its standard output."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": PYTHONPATH}
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert result.returncode == 0, result.stderr
    return result.stdout


# ---- samples ----


@pytest.mark.parametrize("codec", ["gzip", "zstd", "none"])
def test_samples_are_the_content(codec, tmp_path, content):
    if codec == "zstd":
        pytest.importorskip("hdf5plugin", reason="extra zstd is not installed")
    publish(tmp_path / "x.h5", encode_shard(content, codec))
    reader = ShardReader(tmp_path / "x.h5")
    assert len(reader) == 3
    for i, sample in enumerate(reader):
        assert sample.index == i
        for name, dataset in FIELDS.items():
            array = getattr(sample, name)
            assert array.dtype == content.arrays[dataset].dtype
            np.testing.assert_array_equal(array, content.arrays[dataset][i])


def test_samples_say_what_stands_in_their_slots_and_where_they_are_from(tmp_path):
    config = json.dumps({"room_source": "folder:/a/b", "object_source": "procedural"})
    content = make_content(samples=3, config_json=config)
    publish(tmp_path / "x.h5", encode_shard(content))
    for sample in ShardReader(tmp_path / "x.h5"):
        wanted = [content.arrays["assets/id"][k] if k >= 0 else "" for k in sample.object_asset]
        assert sample.object_id.tolist() == wanted
        assert sample.origin == Origin("room-α", "folder", "procedural")


@pytest.mark.parametrize(
    ("config", "source"), [("{}", ""), ("no JSON", ""), ("[1]", ""), ('{"imported_from": "tum"}', "tum")]
)
def test_a_configuration_that_says_nothing_of_sources(config, source):
    assert origin_of({"room": "a", "config_json": config}) == Origin("a", source, "")


def test_shares_of_objects_that_are_seen(path, content):
    sample = ShardReader(path)[1]
    np.testing.assert_array_equal(sample.box, content.arrays["objects/box"][1])
    seen, alone = content.arrays["objects/seen_px"][1], content.arrays["objects/alone_px"][1]
    np.testing.assert_allclose(sample.seen_share, seen / alone)
    assert sample.seen_share.shape == (3, 3)
    bare = ShardReader(path, layers=("depth",))[1]
    assert (bare.box, bare.seen_share, bare.names) == (None, None, {})


def test_matches_are_the_visible_rays(path, content):
    sample = ShardReader(path)[1]
    for view in (1, 2):
        xy0, xy1 = sample.matches(view)
        seen = content.arrays["rays/status"][1, view - 1] == Status.VISIBLE
        assert xy0.dtype == xy1.dtype == np.float32
        assert 0 < len(xy0) < len(seen)
        np.testing.assert_array_equal(xy0, content.arrays["rays/xy0"][1][seen])
        np.testing.assert_array_equal(xy1, content.arrays["rays/xy"][1, view - 1][seen])
    for view in (0, 3):
        with pytest.raises(IndexError, match="one of 1 to 2"):
            sample.matches(view)


def test_indices_follow_python(path):
    reader = ShardReader(path)
    assert reader[-1].index == 2
    assert reader[np.int64(1)].index == 1
    for index in (3, -4):
        with pytest.raises(IndexError, match=f"sample {index} of 3"):
            reader[index]
    with pytest.raises(TypeError):
        reader["0"]  # type: ignore[index]


def test_layers_can_be_left_out_and_must_exist_when_asked_for(tmp_path):
    publish(tmp_path / "x.h5", encode_shard(make_content(layers=("depth", "normal"))))
    sample = ShardReader(tmp_path / "x.h5")[0]
    assert sample.depth is not None
    assert sample.instance is None
    assert ShardReader(tmp_path / "x.h5", layers=())[0].depth is None
    with pytest.raises(ShardError, match=r"x.h5: has no layer 'instance': it holds depth, normal$"):
        ShardReader(tmp_path / "x.h5", layers=["instance"])[0]


def test_single_datasets_by_leading_indices(path, content):
    reader = ShardReader(path)
    np.testing.assert_array_equal(reader.read("rgb", 2, 1), content.arrays["rgb"][2, 1])
    np.testing.assert_array_equal(reader.read("rays/xy", 0), content.arrays["rays/xy"][0])
    np.testing.assert_array_equal(reader.read("sample/overlap"), content.arrays["sample/overlap"])
    np.testing.assert_array_equal(reader.read("preview"), content.arrays["preview"])
    with pytest.raises(ShardError, match="has no dataset 'flow'"):
        reader.read("flow")


def test_samples_do_not_share_memory(path):
    reader = ShardReader(path)
    reader[0].K[:] = 0
    assert reader[0].K[0, 0, 0] == 500


def test_attributes_config_and_assets(path, content):
    reader = ShardReader(path)
    attributes = reader.attributes
    assert content.attributes.items() <= attributes.items()
    assert type(attributes["seed"]) is int
    assert reader.config == {"pairs": 2}
    assert list(reader.asset_ids) == list(content.arrays["assets/id"])
    assert list(reader.asset_categories) == list(content.arrays["assets/category"])
    assert {info.name: info.shape for info in reader.datasets()} == {n: a.shape for n, a in content.arrays.items()}
    assert all(info.stored_bytes > 0 and info.codec == "gzip" for info in reader.datasets())
    pictures, rays = content.arrays["rgb"].shape, content.arrays["rays/depth0"].shape
    assert tuple(reader.sizes[name] for name in ("sample", "view", "y", "x")) == pictures[:4]
    assert (reader.sizes["sample"], reader.sizes["ray"]) == rays


def test_a_shard_without_objects(tmp_path):
    publish(tmp_path / "x.h5", encode_shard(make_content(slots=0, assets=0)))
    assert ShardReader(tmp_path / "x.h5")[0].object_asset.shape == (0,)


# ---- files and processes ----


def test_nothing_is_opened_before_use_and_closing_is_not_final(path):
    assert ShardReader(path.parent / "missing.h5").path.name == "missing.h5"
    with ShardReader(path) as reader:
        assert len(reader) == 3
    assert reader[0].index == 0
    reader.close()
    with h5py.File(path, "r+"):
        pass  # possible only when no handle is left


def test_pickles_without_its_handle(path):
    reader = ShardReader(path, layers=["depth"])
    reader[0]
    copy = pickle.loads(pickle.dumps(reader))
    assert copy._opened is None
    assert (copy[1].rgb == reader[1].rgb).all()
    assert copy[1].normal is None


def test_reads_beside_a_plain_h5py_handle(path):
    with h5py.File(path):
        assert len(ShardReader(path)) == 3
        assert len(content_sha256(path)) == 64


WORKERS = """
import hashlib, multiprocessing, sys
from scenegen.shards.reader import ShardReader, ShardSet

def digest(item):
    source, index = item
    handle = getattr(source, "_opened", None)
    return hashlib.sha256(source[index].rgb.tobytes() + source[index].xy.tobytes()).hexdigest(), handle is None

class Inherited:
    "Reads through the module's global reader: a forked child finds it open."
    def __getitem__(self, index):
        return READER[index]

if __name__ == "__main__":
    method, path, folder = sys.argv[1:]
else:
    path = None
if path:
    READER = ShardReader(path)
    expected = [digest((READER, i))[0] for i in range(len(READER))]
    sources = [READER, ShardSet(folder)]
    [source[0] for source in sources]
    if method == "fork":
        sources.append(Inherited())
    context = multiprocessing.get_context(method)
    for source in sources:
        with context.Pool(2) as pool:
            found = pool.map(digest, [(source, i) for i in range(len(expected))] * 3, chunksize=1)
        assert [text for text, _ in found] == expected * 3
        assert all(fresh for _, fresh in found), "a handle was sent to a worker"
        assert digest((READER, 0))[0] == expected[0], "the parent lost its handle"
    print("same")
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_read_the_same_samples(method, path, tmp_path):
    program = tmp_path / "workers.py"
    program.write_text(WORKERS)
    command = [sys.executable, str(program), method, str(path), str(path.parent)]
    environment = os.environ | {"PYTHONPATH": PYTHONPATH}
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert result.stdout == "same\n", result.stderr


def test_a_forked_child_does_not_use_its_parents_file(path):
    program = """
import os, sys
from pathlib import Path
from scenegen.shards.reader import ShardReader
reader = ShardReader(sys.argv[1])
reader[0]
descriptors = lambda: [str(entry.resolve()) for entry in Path("/proc/self/fd").glob("*")]
parent = reader._opened
child = os.fork()
if child == 0:
    good = (reader[1].rgb == reader[-2].rgb).all() and reader._opened is not parent
    good = good and reader._opened.pid == os.getpid() and descriptors().count(sys.argv[1]) == 1
    os._exit(0 if good else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert reader._opened is parent and reader[2].index == 2
"""
    python(program, path.resolve())


# ---- files that are no shards ----


def is_open(path):
    """Whether this process holds a descriptor of the file (where the system can tell)."""
    links = [str(entry.resolve()) for entry in Path("/proc/self/fd").glob("*")]
    return str(path.resolve()) in links


def test_open_files_are_noticed(path):
    with h5py.File(path):
        assert is_open(path) == Path("/proc/self/fd").is_dir()


def message(path, use=len):
    """The one-line ShardError of reading `path`; a file that cannot be used is closed again."""
    with pytest.raises(ShardError) as caught:
        use(ShardReader(path))
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"{path}: ")
    if use is len:
        assert not is_open(path)
    return text.removeprefix(f"{path}: ")


AGAIN = "make it again with the command that made it, or copy it again"


def edited(path, edit):
    """The path of a shard after `edit(file)`."""
    with h5py.File(path, "r+") as file:
        edit(file)
    return path


def test_missing_and_foreign_files(tmp_path):
    assert message(tmp_path / "no.h5") == "no such file: check the path, or run the command that makes it"
    assert message(tmp_path).startswith("no such file")
    (tmp_path / "text.h5").write_text("hello")
    assert message(tmp_path / "text.h5").startswith("is not HDF5, or was cut short (")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["x"] = [1, 2]
    expected = "is HDF5 but not a scenegen-pairs shard: give a shard that scenegen wrote"
    assert message(tmp_path / "foreign.h5") == expected


def test_newer_versions(path):
    edited(path, lambda file: file.attrs.modify("format_version", "1.7"))
    assert len(ShardReader(path)) == 3
    edited(path, lambda file: file.attrs.modify("format_version", "3.0"))
    assert message(path) == "has format version 3.0, this program reads 2.0: update scenegen"


def test_missing_parts(path):
    edited(path, lambda file: file.attrs.pop("license"))
    assert message(path) == f"has no attribute 'license': {AGAIN}"


def test_missing_dataset(path):
    edited(path, lambda file: file.pop("rays/status"))
    assert message(path) == f"rays/status: missing: {AGAIN}"


def test_wrong_type_and_shape(path):
    def retype(file):
        del file["rays/depth0"]
        file["rays/depth0"] = np.zeros((3, 96), np.float64)

    assert message(edited(path, retype)) == f"rays/depth0 has type float64, not float32: {AGAIN}"

    def reshape(file):
        del file["rays/depth0"]
        file["rays/depth0"] = np.zeros((3, 95), np.float32)

    assert message(edited(path, reshape)) == f"rays/depth0: shape (3, 95) is not (3, 96) (sample, ray): {AGAIN}"


def test_other_status_codes(path):
    def renumber(file):
        codes = file["rays/status"][:]
        del file["rays/status"]
        file["rays/status"] = codes.astype(h5py.enum_dtype({"visible": 0}, basetype="u1"))

    assert message(edited(path, renumber)).startswith("rays/status has type uint8, not uint8 enum")


def link_away(file):
    file["rgb"] = h5py.ExternalLink("/etc/hostname", "/x")


def link_soft(file):
    file["rgb"] = h5py.SoftLink("/depth")


def store_away(file):
    file.create_dataset("rgb", (3, 3, 24, 32, 3), "u1", external=[("/etc/passwd", 0, 20736)])


def map_away(file):
    layout = h5py.VirtualLayout((3, 3, 24, 32, 3), "u1")
    layout[:] = h5py.VirtualSource("other.h5", "rgb", layout.shape)
    file.create_virtual_dataset("rgb", layout)


@pytest.mark.parametrize("trick", [link_away, link_soft, store_away, map_away])
def test_data_outside_the_file_is_refused(trick, path):
    def edit(file):
        del file["rgb"]
        trick(file)

    assert message(edited(path, edit)).endswith("do not trust this file")


def test_a_broken_configuration(path):
    edited(path, lambda file: file.attrs.modify("config_json", "{"))
    assert "config_json is not JSON" in message(path, lambda reader: reader.config)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.9999])
def test_truncated_files(share, path):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert message(path).startswith("is not HDF5, or was cut short (")


def test_a_damaged_chunk_is_named(path):
    with h5py.File(path) as file:
        place = file["rgb"].id.get_chunk_info(4)
    data = bytearray(path.read_bytes())
    data[place.byte_offset + place.size // 2] ^= 1
    path.write_bytes(data)
    assert (ShardReader(path).read("rgb", 0) == make_content(samples=3, views=3).arrays["rgb"][0]).all()
    assert message(path, lambda reader: reader.read("rgb", 1)).startswith("rgb is damaged (")


FLIPS = """
import sys
from pathlib import Path
import numpy as np
from scenegen.errors import ShardError
from scenegen.shards.digest import content_sha256
from scenegen.shards.reader import ShardReader

def everything(path):
    with ShardReader(path) as reader:
        names = [info.name for info in reader.datasets()]
        said = reader.attributes | {"digest": content_sha256(path)}
        return said, [reader.read(name) for name in names] + [s.matches()[1] for s in reader]

def same(a, b):
    pairs = zip(a[1], b[1], strict=True)
    return a[0] == b[0] and all(np.array_equal(x, y, equal_nan=x.dtype.kind == "f") for x, y in pairs)

path, step = Path(sys.argv[1]), int(sys.argv[2])
good, truth = path.read_bytes(), everything(path)
rng = np.random.default_rng(0)
raised = equal = 0
for start in range(0, len(good), step):
    place = min(start + int(rng.integers(step)), len(good) - 1)
    bad = bytearray(good)
    bad[place] ^= 1 << int(rng.integers(8))
    path.write_bytes(bad)
    try:
        assert same(everything(path), truth), f"wrong data after a flip at byte {place}"
        equal += 1
    except ShardError:
        raised += 1
print(raised, equal)
"""


@pytest.mark.parametrize("codec", ["gzip", "none"])
def test_a_flipped_bit_never_gives_wrong_data(codec, tmp_path):
    """In a process of its own, because a damaged file may take the C library down with it."""
    path = tmp_path / "x.h5"
    path.write_bytes(encode_shard(make_content(samples=1, height=12, width=16, layers=("depth",)), codec))
    raised, equal = map(int, python(FLIPS, path, 96).split())
    assert raised > 50
    assert raised + equal > 150


# ---- folders ----


@pytest.fixture
def folder(tmp_path):
    """Four shards of 1 to 4 samples; every other one is `val`."""
    root = tmp_path / "run"
    (root / "shards").mkdir(parents=True)
    for i in range(4):
        split = ("train", "val")[i % 2]
        content = make_content(samples=i + 1, seed=i, room=f"room-{i}", split=split, shard_index=i)
        publish(root / "shards" / f"{i}.h5", encode_shard(content, "none"))
    return root


def list_shards(folder, order=(0, 1, 2, 3)):
    """Write a manifest that lists the shards in some order."""
    shards = [
        {
            "file": f"shards/{i}.h5",
            "samples": i + 1,
            "room": f"room-{i}",
            "split": ("train", "val")[i % 2],
            "sha256": "…",
        }
        for i in order
    ]
    (folder / "manifest.json").write_text(json.dumps({"shards": shards, "version": 1}))


@pytest.mark.parametrize("listed", [True, False])
def test_a_folder_is_one_sequence(listed, folder):
    if listed:
        list_shards(folder)
    shards = ShardSet(folder)
    assert len(shards) == 10
    assert [shards.locate(i) for i in (0, 1, 2, 3, 5, 6, 9, -1)] == [
        (0, 0), (1, 0), (1, 1), (2, 0), (2, 2), (3, 0), (3, 3), (3, 3)
    ]  # fmt: skip
    pictures = [make_content(samples=i + 1, seed=i).arrays["rgb"] for i in range(4)]
    for sample, picture in zip(shards, np.concatenate(pictures), strict=True):
        assert (sample.rgb == picture).all()
    with pytest.raises(IndexError, match="sample 10 of 10"):
        shards[10]


def test_the_manifest_decides_order_and_membership(folder):
    list_shards(folder, order=(3, 1))
    assert [entry.room for entry in ShardSet(folder).entries] == ["room-3", "room-1"]


def test_a_manifest_saves_opening_files(folder):
    list_shards(folder)
    for path in (folder / "shards").iterdir():
        path.unlink()
    shards = ShardSet(folder)
    assert len(shards) == 10
    with pytest.raises(ShardError, match=r"0\.h5: no such file"):
        shards[0]


@pytest.mark.parametrize("listed", [True, False])
def test_splits(listed, folder):
    if listed:
        list_shards(folder)
    assert len(ShardSet(folder, split="train")) == 4
    assert {entry.room for entry in ShardSet(folder, split="val").entries} == {"room-1", "room-3"}
    with pytest.raises(ShardError, match=r"has no shard of split 'test': choose one of train, val$"):
        ShardSet(folder, split="test")


def test_few_files_are_open_at_a_time(folder):
    shards = ShardSet(folder, max_open=2)
    readers = [shards.reader(i) for i in range(4)]
    assert [len(reader) for reader in readers] == [1, 2, 3, 4]
    [shards[i] for i in range(10)]
    assert len(shards._readers) == 2
    shards.close()
    assert [shards[i].index for i in (9, 0, 9)] == [3, 0, 3]
    assert not pickle.loads(pickle.dumps(shards))._readers


def test_layers_reach_the_readers(folder):
    assert ShardSet(folder, layers=["depth"])[0].normal is None


def test_temporary_files_are_not_shards(folder):
    (folder / "shards" / ".9.h5.tmp-123").write_bytes(b"half")
    assert len(ShardSet(folder)) == 10


def folder_message(folder):
    with pytest.raises(ShardError) as caught:
        ShardSet(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_folders_that_hold_no_run(tmp_path):
    assert folder_message(tmp_path / "no").endswith("no such folder: check the path, or run the command that makes it")
    assert folder_message(tmp_path) == f"{tmp_path}: holds no shard: finish the run with the command that started it"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"shards": 3}', '{"shards": [{}]}', '{"shards": [{"file": "../x.h5", "samples": 1}]}']
)
def test_broken_manifests(text, tmp_path):
    (tmp_path / "manifest.json").write_text(text)
    assert folder_message(tmp_path).startswith(f"{tmp_path / 'manifest.json'}: is not a manifest (")
