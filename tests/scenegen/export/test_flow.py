"""Flow files read as Middlebury describes them, by code of its own."""

import numpy as np
import pytest
from export_world import made_run
from PIL import Image

from scenegen.errors import UsageError
from scenegen.export.flow import flo
from scenegen.export.run import ExportChoice, export_run
from scenegen.shards import ShardSet, Status


def read_flo(path):
    data = path.read_bytes()
    assert np.frombuffer(data, "<f4", 1)[0] == 202021.25
    width, height = np.frombuffer(data, "<i4", 2, 4)
    return np.frombuffer(data, "<f4", offset=12).reshape(height, width, 2)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"), layers=("rgb", "depth", "visibility"))


@pytest.fixture(scope="module")
def out(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "flow"
    export_run(run, out, ExportChoice("flow"))
    return out


def test_flow_is_that_of_the_rays_and_masks_are_their_verdicts(run, out):
    sample = ShardSet(run, split="train")[0]
    lines = [line.split() for line in (out / "pairs_train.txt").read_text().splitlines()]
    assert len(lines) == 6 * len(ShardSet(run, split="train"))
    x, y = sample.xy0.astype(int).T
    for other, (first, second, flow, masks) in zip((1, 2), lines[:2], strict=True):
        assert (first.rpartition("_")[2], second.rpartition("_")[2]) == ("view0.png", f"view{other}.png")
        assert (np.asarray(Image.open(out / "train" / first)) == sample.rgb[0]).all()
        found, known = read_flo(out / "train" / flow), np.load(out / "train" / masks)
        status = sample.status[other - 1]
        assert (known["status"][y, x] == status).all()
        assert (known["visible"] == (known["status"] == Status.VISIBLE)).all()
        seen = status == Status.VISIBLE
        assert np.abs(found[y, x] + sample.xy0 - sample.xy[other - 1])[seen].max() < 1e-3
        assert (found[known["status"] == Status.BEHIND_CAMERA] > 1e9).all()


def test_a_file_of_flow_has_middleburys_mark_where_there_is_none(tmp_path):
    flow = np.array([[[1.5, -2.0], [np.nan, np.nan]], [[0, 0], [3, 4]], [[5, 6], [7, 8]]], np.float32)
    (tmp_path / "a.flo").write_bytes(flo(flow))
    read = read_flo(tmp_path / "a.flo")
    assert read.shape == (3, 2, 2)
    assert (read[0, 1] == 1e10).all()
    np.testing.assert_array_equal(read[1:], flow[1:])


def test_a_run_without_the_layer_is_refused(tmp_path):
    bare = made_run(tmp_path)
    with pytest.raises(
        UsageError,
        match="has no layer visibility, and --format flow needs it: render with --layers rgb,depth,visibility",
    ):
        export_run(bare, tmp_path / "out", ExportChoice("flow"))
    assert not (tmp_path / "out").exists()
