"""What the card says is what the shards hold, in words, for mlcroissant, and for whoever comes twice."""

import hashlib
import json
import re
import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path

import h5py
import numpy as np
import pytest
import tyro
from export_world import made_run
from PIL import Image
from rich.console import Console
from shard_factory import make_content

from scenegen.card.croissant import Identity
from scenegen.card.facts import gather_facts
from scenegen.card.picture import CELLS, one_of_each_cell, pair_picture
from scenegen.card.readme import limitations, readme
from scenegen.card.sources import sources_of
from scenegen.card.write import MARK, write_card
from scenegen.cli.publishing import CardCommand, card
from scenegen.errors import RunError, ShardError, UsageError
from scenegen.pipeline.manifest import require_manifest
from scenegen.shards import ShardSet, Status, file_sha256
from scenegen.shards.schema import FIELDS
from scenegen.shards.writer import encode_shard, publish
from scenegen.sizes import size_text

FILES = ("README.md", "card.jpg", "croissant.json")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"), views=2)


@pytest.fixture
def run(made, tmp_path):
    """A copy of a real run."""
    return Path(shutil.copytree(made, tmp_path / "demo"))


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text())


def change(folder, **changes):
    (folder / "manifest.json").write_text(json.dumps(manifest_of(folder) | changes))


def carded(folder, *options):
    """The text of the README and what was printed."""
    console = Console(file=StringIO(), width=200)
    assert card(tyro.cli(CardCommand, args=[str(folder), *options]), console) == 0
    return (folder / "README.md").read_text(), console.file.getvalue()


def synthetic(folder, splits=("train", "val"), **manifest):
    """Shards of random arrays with a manifest that says only what it must."""
    folder.mkdir()
    shards = []
    for k, split in enumerate(splits):
        data = encode_shard(make_content(samples=2, seed=k, split=split, room=f"room-{k}"))
        publish(folder / f"{split}-{k}.h5", data)
        entry = {
            "index": k,
            "file": f"{split}-{k}.h5",
            "room": f"room-{k}",
            "split": split,
            "samples": 2,
            "bytes": len(data),
        }
        shards.append(entry | {"sha256": hashlib.sha256(data).hexdigest()})
    content = {"config": {}, "shards": shards, "failed": [], "num_shards": len(shards)} | manifest
    (folder / "manifest.json").write_text(json.dumps(content))
    return folder


def test_counts_and_shares_are_those_of_the_shards(run):
    text, _ = carded(run)
    shards = ShardSet(run)
    status = np.concatenate([shards[k].status.ravel() for k in range(len(shards))])
    for code in Status:
        count = int((status == code).sum())
        assert re.search(rf"\| `{code.name.lower()}` \|[^|]*\| {count:,} \| {100 * count / len(status):.2f} % \|", text)
    size = sum(p.stat().st_size for p in run.glob("*.h5"))
    assert f"| `train` | train | 2 | 2 | 6 | {size_text(size)} |" in text
    assert "6 samples of 2 views, 64 × 48 pixels, in 2 rooms: for 384 pixels" in text
    baselines = [float(b) for k in range(len(shards)) for b in shards[k].baseline_m]
    assert f"| distance of the cameras | m | {min(baselines):.3g} |" in text
    assert f"| {max(baselines):.3g} |\n| angle" in text


def test_splits_are_named_train_first_then_by_name(tmp_path):
    folder = synthetic(tmp_path / "run", splits=("val", "extra", "train", "test"))
    facts = gather_facts(folder, require_manifest(folder))
    assert list(facts.splits) == ["train", "extra", "test", "val"]
    assert [entries[0].file for entries in facts.splits.values()] == [
        "train-2.h5", "extra-1.h5", "test-3.h5", "val-0.h5"
    ]  # fmt: skip


def test_the_tables_of_the_format_come_from_the_schema(run):
    text, _ = carded(run)
    assert all(f"| `{field.name}` |" in text for field in FIELDS)
    assert "here V = 2, H = 48, W = 64, R = 384" in text
    assert "the centre of the top-left pixel is (0.0, 0.0)" in text


def test_the_ways_to_read_it_work_as_printed(run, monkeypatch):
    text, _ = carded(run)
    blocks = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "load_dataset" not in block]
    assert len(blocks) == 2
    monkeypatch.chdir(run)
    first, second = {}, {}
    exec(blocks[0], first)
    exec(blocks[1].replace("path/of/this/folder", "."), second)
    np.testing.assert_array_equal(first["xy0"], second["xy0"])
    np.testing.assert_array_equal(first["xy1"], second["xy1"])
    assert first["left"].shape == (48, 64, 3)
    assert len(first["xy0"]) > 50


def test_cost_versions_and_digests_are_those_of_the_manifest(run):
    text, _ = carded(run)
    manifest = manifest_of(run)
    seconds = sum(s["seconds"] for s in manifest["shards"])
    assert f"Cost: {seconds:.0f} core-seconds on {manifest['made_with']['machine']}, {6 / seconds:.2f} samples" in text
    assert f"`{manifest['config_sha256']}`" in text
    assert f"| numpy | {manifest['made_with']['numpy']} |" in text
    assert "render --config config.json --room-source folder:PATH --object-source folder:PATH --out AGAIN" in text
    assert "where PATH is the place of a folder of meshes. Root seed" in text


def test_the_same_run_gives_the_same_bytes_and_its_own_card_is_replaced(run, tmp_path):
    carded(run)
    first = [(run / name).read_bytes() for name in FILES]
    carded(run)
    assert [(run / name).read_bytes() for name in FILES] == first
    carded_elsewhere = tmp_path / "new" / "card"
    card(CardCommand(run, out=carded_elsewhere), Console(file=StringIO()))
    assert [(carded_elsewhere / name).read_bytes() for name in FILES] == first


def test_no_lens_distortion_is_a_limit_of_pinholes_alone(made):
    facts = gather_facts(made, require_manifest(made), None)
    assert "Synthetic pictures: no lens distortion, motion blur" in limitations(facts)[0]
    assert "Synthetic pictures: no motion blur" in limitations(replace(facts, lens="brown"))[0]


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_somebody_else_is_left_alone(run, name):
    (run / name).write_bytes(b"mine")
    with pytest.raises(
        UsageError, match=f"{name}: was not made by scenegen card: move it away, or give another folder"
    ):
        carded(run)
    assert (run / name).read_bytes() == b"mine"
    assert [n for n in FILES if (run / n).exists()] == [name]


def test_croissant_is_valid_and_says_what_is_there(run):
    mlc = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    carded(run, "--url", "https://example.org/demo", "--creator", "A lab", "--date", "2026-01-31")
    dataset = mlc.Dataset(str(run / "croissant.json"))
    meta = dataset.metadata
    assert not meta.ctx.issues.errors
    assert not meta.ctx.issues.warnings
    assert meta.conforms_to == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
    listed = {f.content_url: f.sha256 for f in meta.file_objects}
    there = [*run.glob("*.h5"), run / "manifest.json", run / "config.json"]
    assert listed == {p.name: file_sha256(p) for p in there}
    assert {f.content_url: f.content_size for f in meta.file_objects} == {
        p.name: f"{p.stat().st_size} B" for p in there
    }
    rows = list(dataset.records("shards"))
    assert [r["shards/samples"] for r in rows] == [3, 3]
    assert [r["shards/room"] for r in rows] == ["room0", "room1"]
    assert [r["splits/name"] for r in dataset.records("splits")] == ["train"]
    assert meta.data_limitations
    assert meta.personal_sensitive_information
    assert meta.creators[0].name == "A lab"
    assert not json.loads((run / "croissant.json").read_text())["isLiveDataset"]


def test_what_croissant_lacks_is_said(run):
    _, printed = carded(run)
    assert "croissant.json has no url, creator, datePublished: before you publish, give --url, --creator" in printed
    _, printed = carded(run, "--url", "https://example.org", "--creator", "A lab", "--date", "2026-01-31")
    assert "has no" not in printed


def test_an_unfinished_run_is_described_and_called_so(run):
    manifest = manifest_of(run)
    failed = [{"file": "val-room9-000.h5", "index": 3, "why": "too\nsmall | <b>"}]
    change(run, shards=manifest["shards"][:1], num_shards=3, failed=failed, complete=False)
    text, printed = carded(run)
    assert "the run is unfinished: the card describes 1 of 3 shards" in printed
    assert "> **Unfinished.** 1 of 3 shards are there, 1 missing, 1 failed." in text
    assert "> - failed: `val-room9-000.h5`: too small | <b>\n" in text
    assert json.loads((run / "croissant.json").read_text())["isLiveDataset"]


def test_a_listed_shard_that_is_gone_counts_as_missing(run):
    next(run.glob("*room1*.h5")).unlink()
    text, _ = carded(run)
    assert "1 of 2 shards are there, 1 missing, 0 failed" in text
    assert "3 samples of 2 views" in text


def test_a_manifest_that_says_little_gives_a_card_that_does_not_make_things_up(tmp_path):
    text, _ = carded(synthetic(tmp_path / "little"))
    assert "Cost: " in text
    assert "core-seconds" not in text
    assert "What became of" not in text
    assert "| `val` |" in text
    assert "Rooms of one split are in no other" in text


@pytest.mark.parametrize(
    ("rooms", "objects", "license", "word", "phrases"),
    [
        ("procedural", "procedural", "CC0", "cc0-1.0", ["rooms and objects: the built-in library", "publicdomain"]),
        ("scenenn:/else", "shapenet:/where", "terms", "other", ["rooms: SceneNN.", "hua2016", "chang2015", "/terms"]),
        ("folder:/else", "procedural", "rooms: not stated: see", "unknown", ["rooms: a folder of meshes."]),
        ("folder:/else", "shapenet:/where", "rooms: not stated", "other", ['license_link: "https://shapenet']),
        ("folder:/else", "folder:/where", "CC BY 4.0", "other", ["rooms and objects: a folder", "*CC BY 4.0*"]),
    ],
)
def test_licences_follow_the_sources(tmp_path, rooms, objects, license, word, phrases):
    config = {"room_source": rooms, "object_source": objects}
    text, _ = carded(synthetic(tmp_path / "demo", config=config, license=license))
    assert f'\nlicense: "{word}"\n' in text
    assert [phrase for phrase in phrases if phrase not in text] == []
    assert "/else" not in text
    assert "/where" not in text


def test_scenes_of_known_terms_link_to_them():
    scans, models = sources_of({"room_source": "scenenn:x", "object_source": "shapenet:y"})
    assert (scans.roles, models.roles) == (("rooms",), ("objects",))
    assert scans.link
    assert models.link
    assert scans.persons != models.persons


def test_matches_are_drawn_where_they_are():
    sample = make_sample()
    picture = np.asarray(pair_picture(sample)).astype(int)
    left, right = picture[:, :300], picture[:, 302:]
    colors = []
    for (x, y), (u, v) in zip(*sample.matches(), strict=True):
        a, b = (
            side[round((q + 0.5) * 300 / 32), round((p + 0.5) * 300 / 32)]
            for side, p, q in ((left, x, y), (right, u, v))
        )
        np.testing.assert_array_equal(a, b)
        colors.append(tuple(a))
    assert len(set(colors)) == 3


def make_sample():
    """A grey pair with three matches."""
    from dataclasses import replace

    from scenegen.shards.sample import Sample

    blank = dict.fromkeys(Sample.__dataclass_fields__)
    xy0, xy1 = (
        np.array([[3, 4], [15, 12], [28, 20]], np.uint16),
        np.array([[[5, 6], [9.5, 20.25], [28, 3]]], np.float32),
    )
    sample = Sample(**blank | {"rgb": np.full((2, 24, 32, 3), 90, np.uint8), "xy0": xy0, "xy": xy1})
    return replace(sample, status=np.full((1, 3), Status.VISIBLE, np.uint8))


def test_matches_are_spread_over_the_picture():
    xy = np.random.default_rng(0).uniform(0, [319, 239], (4000, 2)).astype(np.float32)
    rows = one_of_each_cell(xy, 320, 240)
    cells = {(int(x // 64), int(y // 60)) for x, y in xy[rows] + 0.5}
    assert len(rows) == len(cells) == CELLS[0] * CELLS[1]
    assert len(one_of_each_cell(xy[:0], 320, 240)) == 0
    np.testing.assert_array_equal(one_of_each_cell(xy[:1], 320, 240), [0])


def test_the_picture_is_small_and_ours(run):
    carded(run)
    with Image.open(run / "card.jpg") as picture:
        assert picture.info["comment"] == MARK.encode()
        assert picture.width == 1214
    assert (run / "card.jpg").stat().st_size < 400_000


def test_words_that_would_break_the_files_are_refused(run):
    cases = {
        "--name": ("a\nb", "--name 'a\\nb': must be one line of text"),
        "--creator": (" ", "--creator ' ': must be one line of text"),
        "--url": ("ftp://x", "--url 'ftp://x': must begin with https:// or http://"),
        "--date": ("31.1.2026", "--date '31.1.2026': must be YYYY-MM-DD"),
    }
    for option, (value, text) in cases.items():
        with pytest.raises(UsageError, match=re.escape(text)):
            carded(run, option, value)
    assert not any((run / name).exists() for name in FILES)


def test_names_are_quoted(run):
    name = 'The "best": rooms {of} all'
    text, _ = carded(run, "--name", name)
    assert f"pretty_name: {json.dumps(name)}\n" in text
    assert 'title = {The "best": rooms of all}' in text


def damage(path):
    with h5py.File(path) as file:
        at = file["rgb"].id.get_chunk_info(2).byte_offset
    data = bytearray(path.read_bytes())
    data[at + 20] ^= 255
    path.write_bytes(data)


def newer(path):
    with h5py.File(path, "r+") as file:
        file.attrs.modify("format_version", b"3.0")


def longer(path):
    path.write_bytes(path.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (damage, "rgb is damaged"),
        (newer, "has format version 3.0, this program reads 2.0: update scenegen"),
        (longer, r"has \d+ bytes, the manifest says \d+: run the command that made it again, or scenegen verify"),
    ],
)
def test_a_bad_shard_is_one_line_and_no_card(run, spoil, text):
    path = next(run.glob("*room0*.h5"))
    spoil(path)
    with pytest.raises(ShardError, match=text) as caught:
        carded(run)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert not any((run / name).exists() for name in FILES)


def test_folders_without_a_run_are_one_line(run, tmp_path):
    with pytest.raises(RunError, match=r"holds no run \(no manifest.json\): give the --out of a scenegen render"):
        carded(tmp_path)
    with pytest.raises(RunError, match="holds no run"):
        carded(tmp_path / "no")
    for path in run.glob("*.h5"):
        path.unlink()
    with pytest.raises(ShardError, match="demo: holds no shard yet: a card needs at least one"):
        carded(run)


@pytest.mark.parametrize(
    "odd",
    [
        {"room": 3},
        {"sha256": None},
        {"file": "../a.h5"},
        {"rays": []},
        {"rays": {"visible": "many"}},
        {"overlap": 0.5},
        {"objects": ["x"]},
        {"seconds": "long"},
    ],
)
def test_a_manifest_that_is_no_manifest_is_one_line(run, odd):
    change(run, shards=[entry | odd for entry in manifest_of(run)["shards"]])
    with pytest.raises(RunError, match=r"manifest\.json: is not a manifest of a run \(.*\); move it away"):
        carded(run)


def test_a_shard_without_a_digest_is_one_line(run):
    change(run, shards=[entry | {"sha256": ""} for entry in manifest_of(run)["shards"]])
    with pytest.raises(ShardError, match=r"manifest\.json: says no sha256 of .*\.h5: run the command"):
        carded(run)


def test_defects_and_replaced_assets_are_counted_and_old_manifests_have_no_such_section(run):
    older = {key: value for key, value in manifest_of(run).items() if key not in ("assets", "skipped")}
    (run / "manifest.json").write_text(json.dumps(older))
    assert "## Assets" not in carded(run)[0]
    assets = {"room a": {"no_uv": ["x"], "odd|<b>": []}, "object b": {"no_uv": []}}
    failed = [{"index": 9, "file": "train-c-000.h5", "room": "c", "reason": "empty", "why": "nothing in it"}]
    change(run, assets=assets, skipped={"object d": {"reason": "no_faces", "why": "flat"}}, failed=failed)
    text, _ = carded(run)
    assert "## Assets: defects and replacements\n\n2 assets in use have defects:\n\n| defect | assets |" in text
    assert "| `no_uv` | 2 |\n| `odd/(b)` | 1 |\n" in text
    assert "2 could not be used; for an object that could not, another one was drawn:" in text
    assert "| `empty` | 1 |\n| `no_faces` | 1 |\n" in text


def test_an_out_that_cannot_be_written_is_one_line(run, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ShardError, match=r"file: cannot be made \(File exists\): choose another --out"):
        card(CardCommand(run, out=tmp_path / "file"), Console(file=StringIO()))


def test_a_card_does_not_disturb_verify(run):
    from scenegen.verify.check import targets

    carded(run)
    assert targets(run)[1] == []


def test_text_does_not_depend_on_where_the_run_lies(run, tmp_path):
    facts = gather_facts(run, require_manifest(run), "name")
    text = readme(facts, MARK, "card.jpg")
    moved = Path(shutil.move(run, tmp_path / "moved"))
    assert readme(gather_facts(moved, require_manifest(moved), "name"), MARK, "card.jpg") == text
    assert str(tmp_path) not in text
    write_card(moved, require_manifest(moved), moved, "name", Identity(date="2026-01-31"))
    assert str(tmp_path) not in (moved / "croissant.json").read_text()


def test_a_source_without_words_of_its_own_is_not_taken_for_a_folder():
    (source,) = sources_of({"room_source": "bare", "object_source": "bare"})
    assert (source.kind, source.title, source.roles) == ("bare", "the source `bare`", ("rooms", "objects"))
    assert source.terms == "Terms of bare, as far as the shards state them."
