"""ONNX files of trained networks: equal to PyTorch at any size, and read by the door for descriptors from outside."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from networks import shaken
from training_world import tiny
from weights_maker import run_folder

from scenegen.shards import file_sha256
from training.errors import RequestError
from training.models.describe import NetworkDescriptor
from training.models.networks import NETWORKS, build_network
from training.outside import open_outside
from training.running.checkpoint import Checkpoint, save
from training.settings import ModelSettings
from training.weights import onnx_file
from training.weights.onnx_file import AnySize, write_onnx
from training.weights.trained import open_trained

ONE_STAGE = ModelSettings((8,), (1,), 8, 2, unit_length=True)
SIZES = [(37, 50), (101, 63), (64, 32), (1, 3)]


def picture(height, width, seed=0):
    return torch.randint(0, 256, (1, 3, height, width), generator=torch.Generator().manual_seed(seed)).to(torch.uint8)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run folder, its file as the command makes it, and what the command says."""
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package, reason=f"{package} is not installed (extra onnx)")
    folder = tmp_path_factory.mktemp("onnx")
    run, out = run_folder(folder / "run", ONE_STAGE), folder / "own.onnx"
    words = [sys.executable, "-m", "training", "export-onnx", "--run", str(run), "--out", str(out)]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return run, out, done


def test_the_command_says_what_it_did_and_nothing_else(made):
    _, out, done = made
    said = f"{out} gives 8 numbers for each pixel of a picture of any size; onnxruntime and PyTorch differ by "
    assert done.stdout.startswith(said)
    assert float(done.stdout.removeprefix(said).split()[0]) < 1e-4
    assert done.stderr == ""
    assert sorted(path.name for path in out.parent.iterdir()) == ["own.onnx", "run"]


@pytest.mark.parametrize("size", SIZES)
def test_it_equals_pytorch_at_any_size(made, size):
    run, out, _ = made
    descriptor, _ = open_outside(str(out))
    expected = NetworkDescriptor("network", open_trained(run).network)(picture(*size))
    np.testing.assert_allclose(descriptor(picture(*size)), expected, rtol=0, atol=1e-4)


def test_its_metadata_say_how_to_use_it_and_where_it_is_from(made):
    import onnx

    run, out, _ = made
    said = {prop.key: prop.value for prop in onnx.load(out).metadata_props}
    grid = {"stride_px": "1", "offset_px": "0", "multiple_px": "1", "distance": "l2", "input": "unit"}
    assert grid.items() <= said.items()
    assert said["weights_sha256"] == file_sha256(run / "checkpoint.pt")
    assert open_outside(str(out))[1] == "l2"


def test_its_input_and_output_are_named_with_free_sides(made):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(made[1]))
    assert [(each.name, each.shape) for each in session.get_inputs()] == [("image", [1, 3, "H", "W"])]
    assert [(each.name, each.shape) for each in session.get_outputs()] == [("descriptors", [1, 8, "H", "W"])]


def test_it_holds_no_path_of_the_machine(made):
    content = made[1].read_bytes()
    assert b".py" not in content
    assert str(onnx_file.__file__).encode() not in content


@torch.no_grad()
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("size", SIZES)
def test_padding_without_a_decision_changes_nothing(name, size):
    network = build_network(ModelSettings((8, 16, 16), (1, 1, 1), 8, 2, network=name), 0).eval()
    x = picture(*size) / 255
    torch.testing.assert_close(AnySize(network)(x), network(x))


def test_it_is_compared_where_a_side_ends_between_two_cells_of_the_padded_picture():
    """The built-in network has cells of 2 px and pads to 16: an even side that is no multiple of 16 has such a border."""
    assert all(any(size[axis] % 2 == 0 and size[axis] % 16 for size in onnx_file.COMPARED) for axis in (0, 1))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "unet"])
def test_every_network_can_be_exported(tmp_path, name):
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package, reason=f"{package} is not installed (extra onnx)")
    run = tmp_path / "run"
    settings = ModelSettings((8, 16, 16), (1, 1, 1), 8, 2, network=name)
    weights = build_network(settings, 0).state_dict()
    run.mkdir()

    save(run / "checkpoint.pt", Checkpoint(tiny(model=settings), 1, 1, "", weights, {}, {}))
    written = write_onnx(run, tmp_path / "own.onnx")
    assert written.channels == 8
    assert written.difference < 1e-4
    descriptor, _ = open_outside(str(tmp_path / "own.onnx"))
    expected = NetworkDescriptor("network", open_trained(run).network)(picture(37, 50))
    np.testing.assert_allclose(descriptor(picture(37, 50)), expected, rtol=0, atol=1e-4)


def test_what_cannot_be_exported_is_a_line(tmp_path, monkeypatch):
    """Told by the error that began it, of several lines as PyTorch's are."""

    def failing(*arguments, **named):
        raise RuntimeError("step 1/3") from ValueError("no such operator\nand much more")

    monkeypatch.setattr(onnx_file, "find_spec", lambda name: True)
    monkeypatch.setattr(torch.onnx, "export", failing)
    run = run_folder(tmp_path / "run", ONE_STAGE)
    with pytest.raises(RequestError) as caught:
        write_onnx(run, tmp_path / "own.onnx")
    why = "cannot be ONNX of any height and width (ValueError: no such operator)"
    assert str(caught.value) == f"{run}: its network (unet, norm=image) {why}"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.slow
def test_windows_of_attention_cannot_be_exported(tmp_path):
    pytest.importorskip("onnxscript", reason="onnxscript is not installed (extra onnx)")
    run = run_folder(tmp_path / "run", ModelSettings((8,), (1,), 4, 2, norm="pixel"))
    with pytest.raises(RequestError) as caught:
        write_onnx(run, tmp_path / "own.onnx")
    text = str(caught.value)
    assert text.startswith(f"{run}: its network (unet, norm=pixel) cannot be ONNX of any height and width (Guard")
    assert text.endswith("; train with --norm image to export it")
    assert "\n" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_missing_packages_are_a_line(tmp_path, monkeypatch, package):
    monkeypatch.setattr(onnx_file, "find_spec", lambda name: None if name == package else True)
    with pytest.raises(
        RequestError, match=rf"^export-onnx: needs the package {package}: pip install 'scenegen\[onnx\]'$"
    ):
        write_onnx(tmp_path, tmp_path / "own.onnx")


def test_without_onnxruntime_nothing_is_compared(monkeypatch, tmp_path):
    monkeypatch.setattr(onnx_file, "find_spec", lambda name: None)
    assert onnx_file._difference(tmp_path, shaken(ONE_STAGE)) is None
