"""Descriptors from outside of this project: a function in a Python file, or an ONNX model, as a `Descriptor`."""

from training.outside.opening import open_outside

__all__ = ["open_outside"]
