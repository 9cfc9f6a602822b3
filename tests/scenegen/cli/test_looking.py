"""`figure` and `view` as functions of their options."""

import io

import h5py
import numpy as np
import pytest
from looking_world import room_views, shard
from PIL import Image
from rich.console import Console

from scenegen.cli.looking import FigureCommand, ViewCommand, figure, view
from scenegen.errors import ScenegenError

pytest.importorskip("matplotlib", reason="figures are drawn with matplotlib (extra: view)")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return shard(tmp_path_factory.mktemp("shards") / "a.h5")


def run(command):
    said = io.StringIO()
    code = (figure if isinstance(command, FigureCommand) else view)(command, Console(file=said))
    return code, said.getvalue()


def test_of_many_views_some_are_shown_and_that_is_said(tmp_path):
    many, out = shard(tmp_path / "many.h5", views=room_views() * 4, samples=1), tmp_path / "a.png"
    said = f"{out}: layers of many.h5, sample 0, 4 views left out (--views names those to show)\n"
    assert run(FigureCommand(many, out, kind="layers")) == (0, said)
    assert run(FigureCommand(many, out, views=(0, 11), kind="layers")) == (0, f"{out}: layers of many.h5, sample 0\n")
    with pytest.raises(ScenegenError, match="--views: names 9, and a sheet is wide enough for 8: name fewer"):
        run(FigureCommand(many, out, views=tuple(range(9))))


@pytest.mark.parametrize("kind", ["matches", "tracks", "overlap", "layers", "warp"])
def test_a_figure_is_written(path, tmp_path, kind):
    out = tmp_path / "a.png"
    assert run(FigureCommand(path, out, sample=1, kind=kind)) == (0, f"{out}: {kind} of a.h5, sample 1\n")
    assert Image.open(out).size[0] == 1350


def test_a_folder_will_do(path, tmp_path):
    assert run(FigureCommand(path.parent, tmp_path / "a.png", kind="tracks", count=5))[0] == 0


def test_the_seed_chooses_the_lines(path, tmp_path):
    pictures = []
    for k, seed in enumerate((0, 0, 1)):
        run(FigureCommand(path, tmp_path / f"{k}.png", seed=seed, count=20))
        pictures.append((tmp_path / f"{k}.png").read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"out": "a.gif"}, "a figure is written as .png, .svg, .pdf"),
        ({"out": "no/a.png"}, "there is no folder"),
        ({"sample": 2}, "--sample 2: "),
        ({"sample": -1}, "has samples 0 to 1"),
        ({"views": (0, 7)}, "--views 7: a.h5, sample 0 has views 0 to 2"),
        ({"views": (2, 1)}, "name 0 first"),
        ({"count": -4}, "--count -4: give 1 to 1000 lines or points, or 0"),
        ({"count": 1001}, "--count 1001: give 1 to 1000 lines or points, or 0"),
        ({"seed": -1}, "--seed -1: give a number from 0"),
        ({"path": "nowhere.h5"}, "no such file or folder: give a shard (.h5) or the folder of a run"),
        ({"path": "text.h5"}, "is not HDF5"),
        ({"path": "newer.h5"}, "has format version 3.0, this program reads 2.0: update scenegen"),
        ({"path": "damaged.h5"}, "rgb is damaged"),
        (
            {"path": "bare.h5", "kind": "warp"},
            "has no depth layer, which --kind warp needs: render with --layers rgb,depth",
        ),
        ({"path": "bare.h5", "kind": "overlap"}, "has no depth layer, which --kind overlap needs"),
        ({"path": "bare.h5", "kind": "layers"}, "has no layer that --kind layers could show"),
    ],
)
def test_bad_input_is_one_line_and_no_file(path, tmp_path, options, message):
    (tmp_path / "text.h5").write_text("no shard")
    for name in ("newer.h5", "damaged.h5"):
        (tmp_path / name).write_bytes(path.read_bytes())
    with h5py.File(tmp_path / "newer.h5", "a") as file:
        file.attrs["format_version"] = b"3.0"
    _damage(tmp_path / "damaged.h5")
    shard(tmp_path / "bare.h5", layers=(), samples=1)
    given = {"path": path, "out": tmp_path / "a.png"} | options
    given |= {name: tmp_path / given[name] for name in ("path", "out")}
    with pytest.raises(ScenegenError) as caught:
        run(FigureCommand(**given))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("*.png"))


def _damage(path):
    """Change bytes in the middle of the first picture."""
    with h5py.File(path) as file:
        at = file["rgb"].id.get_chunk_info(0).byte_offset
    data = bytearray(path.read_bytes())
    data[at + 200 : at + 240] = bytes(np.arange(40, dtype=np.uint8))
    path.write_bytes(data)


def test_a_folder_that_cannot_be_written(path, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    if _writable(locked):
        pytest.skip("this user may write everywhere")
    with pytest.raises(ScenegenError, match="cannot be written"):
        run(FigureCommand(path, locked / "a.png"))
    assert not list(locked.iterdir())


def _writable(folder):
    try:
        (folder / "probe").touch()
    except OSError:
        return False
    (folder / "probe").unlink()
    return True


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"save": "a.txt"}, "a recording is written as .rrd"),
        ({"save": "no/a.rrd"}, "there is no folder"),
        ({"sample": 5}, "has samples 0 to 1"),
        ({"port": 70000}, "a port is a number from 0 to 65535"),
        ({"path": "nowhere"}, "no such file or folder"),
    ],
)
def test_bad_views(path, tmp_path, options, message):
    pytest.importorskip("viser", reason="the 3-D page needs viser (extra: view)")
    pytest.importorskip("rerun", reason="recordings need rerun-sdk")
    given = {"path": path} | options
    if "save" in options:
        given["save"] = tmp_path / options["save"]
    if "path" in options:
        given["path"] = tmp_path / options["path"]
    with pytest.raises(ScenegenError) as caught:
        run(ViewCommand(**given))
    assert message in str(caught.value)
    assert not list(tmp_path.glob("a.*"))
