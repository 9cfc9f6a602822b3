"""`scenegen gallery`: what it writes, and what it says of folders that are not as they should be."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import h5py
import numpy as np
import pytest
import tyro
from gallery_world import write_manifest, write_run, write_shard
from rich.console import Console

from scenegen.cli.gallery import GalleryCommand, gallery
from scenegen.errors import ShardError, UsageError
from scenegen.inspect.gallery.assets import MOST_ROWS
from scenegen.inspect.gallery.card import instance_names
from scenegen.inspect.gallery.page import fill_template
from scenegen.inspect.gallery.write import make_gallery
from scenegen.shards.reader import ShardReader


def run(folder, out, **options):
    """Exit code and what the terminal shows."""
    console = Console(file=io.StringIO(), width=500)
    code = gallery(GalleryCommand(folder, out, **options), console)
    return code, console.file.getvalue()


class Tags(HTMLParser):
    """Elements of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def cards(page):
    return re.findall(r'<li class="card" data-facts="([^"]*)"', page)


def test_a_run_becomes_one_page(tmp_path):
    code, words = run(write_run(tmp_path / "demo"), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert code == 0
    assert words.startswith(f"6 of 6 samples in {tmp_path / 'page.html'} (")
    assert len(cards(page)) == 6
    assert "6 samples of 3 rooms, 2 views each at 32 × 24 px, 96 points" in page
    assert "All 6 samples." in page
    assert "{{" not in page
    assert "still to come" not in page


def test_the_first_asset_of_a_shard_has_a_name_as_the_others_have(tmp_path):
    with ShardReader(write_shard(tmp_path / "a.h5")) as reader:
        assert list(reader.asset_categories[:2]) == ["chair", "mug"]
        assert instance_names(reader, np.array([1, 0, -1])) == ["nothing", "room", "mug", "chair", ""]


def test_what_is_put_into_a_page_is_not_looked_at_again():
    """So a room named {{data}} is a name, and nothing of a shard can bring in another part of the page."""
    values = {"first": "{{second}} {{first}}", "second": "{{first}}"}
    assert fill_template("<{{first}}|{{second}}>", values) == "<{{second}} {{first}}|{{first}}>"


def test_assets_with_defects_and_skipped_ones_are_listed(tmp_path):
    write_run(tmp_path / "demo", rooms=1)
    assert 'id="assets-title"' not in make_gallery(tmp_path / "demo", 9).html
    defects = {"room r0": {"doubtful_up": ["confidence 0.31"]}, "object <b>": {"no_uv": ["a", "b"]}}
    write_manifest(tmp_path / "demo", assets=defects, skipped={"object c": {"reason": "no_faces", "why": "flat"}})
    page = make_gallery(tmp_path / "demo", 9).html
    assert "<td>room r0</td><td>doubtful_up</td><td>confidence 0.31</td>" in page
    assert "<td>object &lt;b&gt;</td><td>no_uv</td><td>a, b</td>" in page
    assert "<td>object c</td><td>no_faces</td><td>not used: flat</td>" in page
    assert "With defects: doubtful_up 1, no_uv 1. Not used: no_faces 1" in page
    many = {f"object {k}": {"no_uv": []} for k in range(MOST_ROWS + 5)}
    write_manifest(tmp_path / "demo", assets=many)
    page = make_gallery(tmp_path / "demo", 9).html
    assert page.count("<td>no_uv</td>") == MOST_ROWS
    assert "and 5 more in manifest.json" in page


def test_a_page_asks_for_nothing_outside_itself(tmp_path):
    page = make_gallery(write_run(tmp_path / "demo"), 600).html
    for tag, attributes in Tags(page).found:
        for name in ("src", "href", "action", "srcset", "data", "style"):
            address = attributes.get(name) or ""
            assert name != "style" or not address, (tag, attributes)
            assert address == "" or address.startswith(("data:image/webp;base64,", "#mark-")), (tag, name, address[:80])
    assert "@import" not in page
    assert "url(" not in page
    assert not re.findall(r"https?://", page)


def test_the_same_run_gives_the_same_bytes(tmp_path):
    folder = write_run(tmp_path / "demo")
    assert make_gallery(folder, 600).html == make_gallery(folder, 600).html


def test_max_takes_samples_evenly_over_rooms(tmp_path):
    made = make_gallery(write_run(tmp_path / "demo", rooms=4, samples=5), 8)
    rooms = [re.search(r"&quot;room&quot;: &quot;(\w+)&quot;", card)[1] for card in cards(made.html)]
    assert sorted(rooms) == sorted(["r0", "r1", "r2", "r3"] * 2)
    assert (made.shown, made.samples) == (8, 20)
    assert "8 of 20 samples, evenly over the rooms." in made.html


def test_a_running_run_shows_what_is_there_and_says_what_is_to_come(tmp_path):
    folder = write_run(tmp_path / "demo", rooms=1)
    write_manifest(folder, coming=["new.h5", "later.h5", "last.h5"], failed=["broken.h5"])
    write_shard(folder / "new.h5", room="fresh")
    (folder / ".later.h5.tmp-7").write_bytes(b"\x89HDF")
    code, _ = run(folder, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert code == 0
    assert len(cards(page)) == 4
    assert "2 shards of 5 still to come" in page
    assert "1 shard failed to render" in page
    assert "no view was found" in page
    assert "2 of 5" in page


def test_a_run_that_has_nothing_yet_is_one_line(tmp_path):
    write_manifest(tmp_path, coming=["a.h5"])
    with pytest.raises(ShardError, match=r"holds no shard yet: give the folder of a scenegen render, or wait"):
        make_gallery(tmp_path, 10)
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(ShardError, match=r"holds no shard: give the folder"):
        make_gallery(tmp_path, 10)


def flip(path, dataset, index=0):
    """Damage one stored chunk."""
    with h5py.File(path) as file:
        chunk = file[dataset].id.get_chunk_info(index)
    data = bytearray(path.read_bytes())
    data[chunk.byte_offset + chunk.size // 2] ^= 0xFF
    path.write_bytes(data)


def newer(path):
    with h5py.File(path, "r+") as file:
        file.attrs["format_version"] = np.bytes_("3.0")


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda p: flip(p, "rgb", 3), "rgb is damaged"),
        (lambda p: flip(p, "rays/status", 1), "rays/status is damaged"),
        (lambda p: p.write_bytes(p.read_bytes()[:9000]), "is not HDF5, or was cut short"),
        (lambda p: p.write_bytes(b"hello"), "is not HDF5, or was cut short"),
        (newer, "has format version 3.0, this program reads 2.0: update scenegen"),
    ],
    ids=["picture", "rays", "cut", "text", "newer"],
)
def test_a_bad_shard_is_skipped_on_the_page_and_in_the_terminal(tmp_path, harm, reason):
    folder = tmp_path / "demo"
    write_run(folder)
    (folder / "manifest.json").unlink()
    harm(folder / "train-r0.h5")
    code, words = run(folder, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert code == 1
    assert [line for line in words.splitlines() if line.startswith(f"skipped  train-r0.h5: {reason}")]
    assert "1 shard skipped" in page
    assert f"<code>train-r0.h5</code> {reason}" in page
    assert str(tmp_path) not in page
    assert len(cards(page)) == 4
    assert "4 samples of 2 rooms" in page


def test_when_no_shard_can_be_read_there_is_no_page(tmp_path):
    folder = write_run(tmp_path / "demo", rooms=1)
    write_manifest(folder)
    newer(folder / "train-r0.h5")
    write_manifest(folder)
    with pytest.raises(ShardError, match=r"none of its shards can be read \(1 skipped\); train-r0.h5 has format ver"):
        run(folder, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_what_files_say_is_never_markup(tmp_path):
    evil = "<script>alert(1)</script><!--\"'&"
    folder = tmp_path / "<i>demo"
    write_run(folder, room=evil, split="</title><b>", license=evil, category="</script><u>")
    write_manifest(folder, license=evil, failed=["<u>.h5"])
    write_shard(folder / "<s>.h5")
    code, _ = run(folder, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert code == 1
    assert "<script>alert" not in page
    assert "alert(1)" in page
    kinds = {tag for tag, _ in Tags(page).found}
    assert not kinds & {"i", "u", "s"}
    assert page.count("<title>&lt;i&gt;demo") == 1
    scripts = [attributes.get("type") for tag, attributes in Tags(page).found if tag == "script"]
    assert [kind for kind in scripts if kind != "application/json"] == [None]


def test_requests_that_cannot_be_met_are_refused_before_any_work(tmp_path):
    folder = write_run(tmp_path / "demo", rooms=1)
    for options, words in (
        ({"out": tmp_path}, "is a folder: give the name of the page"),
        ({"out": tmp_path / "no" / "page.html"}, "no such folder"),
        ({"out": tmp_path / "page.html", "max": 0}, "--max 0: must be 1 or more"),
    ):
        with pytest.raises(UsageError, match=words):
            run(folder, **options)


def test_a_page_that_cannot_be_written_is_one_line(tmp_path, monkeypatch):
    folder = write_run(tmp_path / "demo", rooms=1)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(ShardError, match=r"page.html: cannot be written \(No space left on device\): free space"):
        run(folder, tmp_path / "page.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]


def test_a_full_size_sample_takes_less_than_100_kB(tmp_path):
    """Random pictures are the hardest to pack."""
    write_shard(tmp_path / "demo" / "a.h5", samples=1, height=480, width=640, views=2, layers=())
    made = make_gallery(tmp_path / "demo", 1).html
    data = re.search(r'<script type="application/json" id="data-0">.*?</script>', made)[0]
    card = re.search(r'<li class="card".*?</li>', made)[0]
    assert len(data) + len(card) < 100_000


def test_the_command_line_knows_the_command(tmp_path):
    words = [str(tmp_path), "--out", "page.html", "--max", "12"]
    assert tyro.cli(GalleryCommand, args=words) == GalleryCommand(tmp_path, Path("page.html"), 12)
