"""A descriptor that is an ONNX model, run by onnxruntime (extra `onnx`) on the CPU.

Its one input is a picture (1, 3, H, W) float32 of any H and W, in [0, 1]; its first output (1, D, h, w) floats. Its
metadata (`metadata_props`) say the rest, all of it optional: `stride_px`, `offset_px`, `multiple_px`, `distance`,
`name` (`training.outside.stated`) and `input`, a name of INPUTS.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from scenegen.errors import first_line
from training.errors import RequestError
from training.outside.described import Outside, Picture
from training.outside.stated import stated

Floats = NDArray[np.float32]
_MEAN, _STD = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)
INPUTS: dict[str, Callable[[Floats], Floats]] = {
    "unit": lambda picture: picture / np.float32(255),
    "byte": lambda picture: picture,
    "imagenet": lambda picture: (picture / np.float32(255) - _MEAN) / _STD,
}
"""What a model wants of the values 0 to 255 of a picture (H, W, 3): 0 to 1, as they are, or ImageNet's mean and std."""


def open_model(path: Path, rest: str) -> Outside:
    """The model of a file. Raises RequestError, in a line, where it cannot be run on pictures of any size."""
    if rest:
        raise RequestError(f"{path}:{rest}: a model has no functions; name the file alone")
    session = _session(path)
    said = session.get_modelmeta().custom_metadata_map
    scaled = _scaling(path, said.get("input", "unit"))
    taken = _input(path, session)

    def describe(picture: Picture) -> Any:
        values = np.ascontiguousarray(scaled(picture.astype(np.float32)).transpose(2, 0, 1)[None])
        size = f"{picture.shape[1]}x{picture.shape[0]}"
        try:
            returned = session.run(None, {taken: values})[0]
        except Exception as error:  # onnxruntime raises errors of many kinds
            raise RequestError(f"{path} failed on a picture of {size} px: {first_line(error)}") from error
        if not isinstance(returned, np.ndarray) or returned.ndim != 4 or len(returned) != 1:
            raise RequestError(f"{path} returned {getattr(returned, 'shape', 'no array')}, not (1, D, h, w)")
        return returned[0]

    return Outside(stated(str(path), path.stem, said.get), describe)


def _session(path: Path) -> Any:
    """The session of a file, with as many threads as PyTorch has. Raises RequestError."""
    try:
        onnxruntime: Any = import_module("onnxruntime")  # no part of the base install
    except ImportError:
        raise RequestError(f"{path}: needs onnxruntime: pip install onnxruntime to run it") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 4  # errors are raised, and told in a line
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise RequestError(f"{path}: is no ONNX model that onnxruntime can run: {first_line(error)}") from error


def _scaling(path: Path, name: str) -> Callable[[Floats], Floats]:
    """The entry of INPUTS. Raises RequestError that lists them."""
    if name not in INPUTS:
        raise RequestError(f"{path}: its input is {name!r}, choose one of {', '.join(INPUTS)}")
    return INPUTS[name]


def _input(path: Path, session: Any) -> str:
    """Name of the only input. Raises RequestError unless it takes float32 pictures (1, 3, H, W) of any size."""
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise RequestError(f"{path}: has {len(inputs)} inputs, must have one, a picture (1, 3, H, W)")
    shape = [size if isinstance(size, int) else None for size in inputs[0].shape]
    if inputs[0].type != "tensor(float)" or len(shape) != 4 or shape[0] not in (1, None) or shape[1] not in (3, None):
        raise RequestError(f"{path}: takes {inputs[0].type} {inputs[0].shape}, must take float32 (1, 3, H, W)")
    if shape[2:] != [None, None]:
        height, width = (size or "any" for size in shape[2:])
        raise RequestError(f"{path}: takes pictures of {width}x{height} px only; export it with dynamic H and W")
    return inputs[0].name
