"""Optical flow as an import: carried, hidden by the data's own word or by collisions, decoded as others write it."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_world import imported, noise, save_rgb
from PIL import Image

from scenegen.errors import ImportingError
from scenegen.importing.layouts.flow import collisions, read_flow
from scenegen.importing.options import ImportOptions
from scenegen.importing.png16 import SIGNATURE, read_png16, unfiltered
from scenegen.importing.registry import sequences
from scenegen.shards import ShardSet, Status


def flow_file(path, flow):
    height, width = flow.shape[:2]
    path.write_bytes(struct.pack("<fii", 202021.25, width, height) + flow.astype("<f4").tobytes())


def write_flow(folder, flow, name="0001_flow.flo"):
    height, width = flow.shape[:2]
    save_rgb(folder / "0001_img1.png", noise(width, height))
    save_rgb(folder / "0001_img2.png", noise(width, height))
    flow_file(folder / name, flow)


def test_flow_of_another_size_is_refused(tmp_path, capsys):
    write_flow(tmp_path, np.zeros((10, 20, 2)))
    save_rgb(tmp_path / "0001_img1.png", noise(64, 48))
    assert imported("flow", tmp_path, tmp_path / "c") == 1
    assert "is 20x10, its picture 64x48: flow is one of the picture that it starts from" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.flo", b"PIEH"),
        ("a.flo", struct.pack("<fii", 202021.25, 20, 10)),
        ("a.npy", b""),
        ("a.pfm", b"PF\n3 3\n-1\n12"),
        ("a.png", SIGNATURE + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", 4, 4, 16, 2, 0, 0, 0, 0)),
        ("a.png", SIGNATURE + struct.pack(">I4sB", 13, b"IHDR", 4)),
    ],
)
def test_flow_that_is_cut_short_is_a_line(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportingError, match=r"cannot be read as optical flow \(.*\): mend or remove it$"):
        read_flow(tmp_path / name)


def test_flow_carries_its_pixels_and_what_it_does_not_know_is_no_hit(tmp_path):
    flow = np.zeros((48, 64, 2))
    flow[..., 0], flow[..., 1] = 3.25, -1.5
    flow[:8] = 1e10
    write_flow(tmp_path / "data", flow)
    assert imported("flow", tmp_path / "data", tmp_path / "run") == 0
    sample = ShardSet(tmp_path / "run")[0]
    known = sample.xy0[:, 1] >= 8
    assert (sample.status[0][~known] == Status.NO_HIT).all()
    np.testing.assert_allclose(sample.xy[0][known], sample.xy0[known] + (3.25, -1.5), atol=1e-5)
    inside = sample.xy0[known][:, 0] + 3.25 <= 63.5
    assert (sample.status[0][known] == np.where(inside, Status.VISIBLE, Status.OUT_OF_VIEW)).all()


def test_two_motions_that_land_on_one_place_are_both_ambiguous():
    flow = np.zeros((20, 60, 2))
    flow[:, :20, 0] = 30  # columns 0..19 land on 30..49, whose own pixels stay
    clash = collisions(flow)
    assert clash[:, :20].all()
    assert clash[:, 30:50].all()
    assert not clash[:, 20:30].any()
    assert not clash[:, 50:].any()


def test_flow_that_hides_without_saying_so_becomes_ambiguous(tmp_path):
    flow = np.zeros((48, 64, 2))
    flow[:, :20, 0] = 30
    write_flow(tmp_path, flow)
    (sequence,) = sequences("flow", tmp_path)
    _, status = sequence.pairs[0].truth(ImportOptions()).at(np.array([[5.0, 5], [25.0, 5], [35.0, 5]]))
    assert status.tolist() == [Status.AMBIGUOUS, Status.VISIBLE, Status.AMBIGUOUS]


def test_the_mask_of_the_data_says_what_is_hidden(tmp_path):
    flow = np.full((48, 64, 2), 1.0)
    for kind, name in (("clean", "frame_0001.png"), ("clean", "frame_0002.png")):
        save_rgb(tmp_path / kind / "alley" / name, noise(64, 48))
    (tmp_path / "flow" / "alley").mkdir(parents=True)
    flow_file(tmp_path / "flow" / "alley" / "frame_0001.flo", flow)
    mask = np.zeros((48, 64), np.uint8)
    mask[:, :10] = 255
    (tmp_path / "occlusions" / "alley").mkdir(parents=True)
    Image.fromarray(mask).save(tmp_path / "occlusions" / "alley" / "frame_0001.png")
    (sequence,) = sequences("flow", tmp_path)
    assert sequence.name == "alley"
    _, status = sequence.pairs[0].truth(ImportOptions()).at(np.array([[5.0, 5], [20.0, 5]]))
    assert status.tolist() == [Status.OCCLUDED, Status.VISIBLE]


def test_png_of_16_bits_is_read_as_another_program_writes_it(tmp_path):
    cv2 = pytest.importorskip("cv2")
    values = np.random.default_rng(0).integers(0, 65536, (37, 53, 3), np.uint16)
    values[10:20] = values[9]
    for strategy in range(5):
        cv2.imwrite(str(tmp_path / "a.png"), values[..., ::-1], [cv2.IMWRITE_PNG_STRATEGY, strategy])
        assert (read_png16(tmp_path / "a.png") == values).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9))
def test_filters_of_png_are_undone_as_the_specification_says(seed, height, width):
    rng = np.random.default_rng(seed)
    filtered = rng.integers(0, 256, (height, width, 6)).astype(np.uint8)
    filters = rng.integers(0, 5, height).astype(np.uint8)
    assert (unfiltered(filtered, filters) == slowly(filtered, filters)).all()


def slowly(filtered, filters):
    """Byte by byte, from the text of the specification."""
    height, width, count = filtered.shape
    out = np.zeros((height + 1, width + 1, count), int)
    for r, c, b in np.ndindex(height, width, count):
        a, up, corner = int(out[r + 1, c, b]), int(out[r, c + 1, b]), int(out[r, c, b])
        p = a + up - corner
        nearest = min((abs(p - v), k, v) for k, v in enumerate((a, up, corner)))[2]
        guess = (0, a, up, (a + up) // 2, nearest)[filters[r]]
        out[r + 1, c + 1, b] = (int(filtered[r, c, b]) + guess) % 256
    return out[1:, 1:].astype(np.uint8)


def test_kitti_flow_is_decoded(tmp_path):
    cv2 = pytest.importorskip("cv2")
    stored = np.zeros((12, 16, 3), np.uint16)
    stored[..., 0], stored[..., 1], stored[..., 2] = 32768 + 64 * 3, 32768 - 32, 1
    stored[0, 0, 2] = 0
    cv2.imwrite(str(tmp_path / "000000_10.png"), stored[..., ::-1])
    flow = read_flow(tmp_path / "000000_10.png")
    assert np.isnan(flow[0, 0]).all()
    assert (flow[1:] == (3, -0.5)).all()
