"""ONNX models: what their metadata say, what they are given, and every way in which they fail in a line."""

import sys

import numpy as np
import pytest

from training.errors import RequestError
from training.outside.model_file import open_model

onnx = pytest.importorskip("onnx", reason="onnx is not installed")
pytest.importorskip("onnxruntime", reason="extra onnx is not installed")
from onnx import TensorProto, helper  # noqa: E402

PICTURE = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)


def saved(tmp_path, nodes, shape=(1, 3, "H", "W"), kind=TensorProto.FLOAT, inputs=("x",), output=None, **said):
    """A model of nodes from `x` to `y`."""
    taken = [helper.make_tensor_value_info(name, kind, shape) for name in inputs]
    output = output or helper.make_tensor_value_info("y", kind, None)
    graph = helper.make_graph(nodes, "peer", taken, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {key: str(value) for key, value in said.items()})
    onnx.save(model, tmp_path / "peer.onnx")
    return tmp_path / "peer.onnx"


SAME = helper.make_node("Identity", ["x"], ["y"])
POOLED = helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2])


def test_a_model_is_given_values_from_0_to_1_and_says_nothing(tmp_path):
    outside = open_model(saved(tmp_path, [SAME]), "")
    assert (outside.stated.name, outside.stated.stride_px, outside.stated.distance) == ("peer", 1, "cosine")
    got = outside.describe(PICTURE)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, PICTURE.transpose(2, 0, 1) / 255, rtol=1e-6)


def test_metadata_state_the_grid(tmp_path):
    path = saved(tmp_path, [POOLED], stride_px=2, multiple_px=2, distance="l2", name="Peer", input="byte")
    outside = open_model(path, "")
    stated = outside.stated
    assert (stated.where, stated.name) == (str(path), "Peer")
    assert (stated.stride_px, stated.offset_px, stated.multiple_px, stated.distance) == (2, 0.5, 2, "l2")
    true = PICTURE.reshape(3, 2, 4, 2, 3).mean((1, 3)).transpose(2, 0, 1)
    np.testing.assert_allclose(outside.describe(PICTURE), true, rtol=1e-6)


def test_imagenet_values_have_its_mean_and_spread(tmp_path):
    got = open_model(saved(tmp_path, [SAME], input="imagenet"), "").describe(PICTURE)
    true = (PICTURE / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(got, true.transpose(2, 0, 1), atol=1e-5)


def test_pictures_of_any_size_are_taken(tmp_path):
    outside = open_model(saved(tmp_path, [SAME]), "")
    assert [outside.describe(PICTURE[:h, :w]).shape for h, w in ((6, 8), (3, 5))] == [(3, 6, 8), (3, 3, 5)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": (1, 3, 240, 320)}, r"takes pictures of 320x240 px only; export it with dynamic H and W"),
        ({"shape": (1, 3, "H", 320)}, r"takes pictures of 320xany px only; export it with dynamic H and W"),
        ({"shape": (1, 1, "H", "W")}, r"takes tensor\(float\) \[1, 1, 'H', 'W'\], must take float32 \(1, 3, H, W\)"),
        ({"shape": (2, 3, "H", "W")}, r"takes tensor\(float\) \[2, .*"),
        ({"shape": ("H", "W", 3)}, r"takes tensor\(float\) \['H', .*"),
        ({"kind": TensorProto.UINT8}, r"takes tensor\(uint8\) .*, must take float32 \(1, 3, H, W\)"),
        ({"inputs": ("x", "z")}, r"has 2 inputs, must have one, a picture \(1, 3, H, W\)"),
        ({"input": "grey"}, "its input is 'grey', choose one of unit, byte, imagenet"),
        ({"stride_px": "eight"}, "its stride_px is 'eight', must be a number of pixels"),
    ],
)
def test_a_model_that_cannot_take_pictures_is_refused_in_a_line(tmp_path, change, message):
    with pytest.raises(RequestError, match=rf"peer\.onnx: {message}$"):
        open_model(saved(tmp_path, [SAME], **change), "")


def test_what_fails_inside_or_is_no_map_is_told_in_a_line(tmp_path):
    reshaped = [
        helper.make_node("Constant", [], ["s"], value=helper.make_tensor("s", TensorProto.INT64, [2], [7, 7])),
        helper.make_node("Reshape", ["x", "s"], ["y"]),
    ]
    with pytest.raises(RequestError, match=r"peer\.onnx failed on a picture of 8x6 px: .*") as raised:
        open_model(saved(tmp_path, reshaped), "").describe(PICTURE)
    assert "\n" not in str(raised.value)
    flat = helper.make_node("Flatten", ["x"], ["y"])
    with pytest.raises(RequestError, match=r"peer\.onnx returned \(1, 144\), not \(1, D, h, w\)$"):
        open_model(saved(tmp_path, [flat]), "").describe(PICTURE)
    twice = helper.make_node("Concat", ["x", "x"], ["y"], axis=0)
    with pytest.raises(RequestError, match=r"peer\.onnx returned \(2, 3, 6, 8\), not \(1, D, h, w\)$"):
        open_model(saved(tmp_path, [twice]), "").describe(PICTURE)
    listed = helper.make_node("SequenceConstruct", ["x"], ["y"])
    with pytest.raises(RequestError, match=r"peer\.onnx returned no array, not \(1, D, h, w\)$"):
        open_model(
            saved(tmp_path, [listed], output=helper.make_tensor_sequence_value_info("y", TensorProto.FLOAT, None)), ""
        ).describe(PICTURE)


def test_a_damaged_file_and_a_function_of_a_model_are_refused_in_a_line(tmp_path):
    path = tmp_path / "peer.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(RequestError, match=r"peer\.onnx: is no ONNX model that onnxruntime can run: .*") as raised:
        open_model(path, "")
    assert "\n" not in str(raised.value)
    with pytest.raises(RequestError, match=r"peer\.onnx:f: a model has no functions; name the file alone$"):
        open_model(path, "f")


def test_without_onnxruntime_it_is_named(tmp_path, monkeypatch):
    path = saved(tmp_path, [SAME])
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(RequestError, match=r"peer\.onnx: needs onnxruntime: pip install onnxruntime to run it$"):
        open_model(path, "")
