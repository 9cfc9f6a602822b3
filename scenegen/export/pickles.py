"""Index files that are pickles, as loaders of MegaDepth want them: written so that every NumPy since 1.0 reads them.

NumPy 2 pickles arrays under names that NumPy before 1.26 does not have, which these loaders are still run with. Here an
array is a call of `numpy.array` with its numbers, or of `numpy.ndarray` with its bytes, both public in all of them. The
protocol is fixed: equal content gives equal bytes. Nothing of this project reads a pickle.
"""

import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROTOCOL = 4
"""Python 3.4 and later read it."""
MOST_LISTED = 1 << 20
"""Bytes of an array that is written number by number."""


def pickled(content: dict[str, Any]) -> bytes:
    """A dict of numbers, text, lists and arrays as a bare pickle; `numpy.load` takes it too where it may unpickle."""
    return _dump(content)


def pickled_npy(content: dict[str, Any]) -> bytes:
    """A dict as `numpy.save` writes one: an array of type object without axes, whose only item it is."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "|O", "fortran_order": False, "shape": ()})
    return stream.getvalue() + _dump(np.array(content, dtype=object))


def _dump(content: Any) -> bytes:
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, PROTOCOL)
    pickler.dispatch_table = {np.ndarray: _call}
    pickler.dump(content)
    return stream.getvalue()


def _call(array: NDArray[Any]) -> tuple[Callable[..., NDArray[Any]], tuple[Any, ...]]:
    """An array as the call that makes it again: by its numbers, or by its bytes where they are many."""
    if array.dtype != object and array.nbytes > MOST_LISTED:
        return np.ndarray, (array.shape, array.dtype.str, bytearray(array.tobytes()))
    return np.array, (array.tolist(), array.dtype.str)
