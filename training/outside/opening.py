"""Opening a descriptor by what `--descriptor` says."""

from collections.abc import Callable
from pathlib import Path

from scenegen.shards import file_sha256
from training.errors import RequestError
from training.outside.described import Outside, OutsideDescriptor
from training.outside.function_file import open_function
from training.outside.model_file import open_model
from training.settings import Distance

KINDS: dict[str, Callable[[Path, str], Outside]] = {".py": open_function, ".onnx": open_model}
"""Ending of the file's name -> how it is opened, with what stands behind the colon."""


def open_outside(text: str, distance: Distance | None = None) -> tuple[OutsideDescriptor, Distance]:
    """The descriptor of `FILE.py:FUNCTION` or `FILE.onnx`, and how its descriptors are compared.

    That is `distance`, or what the descriptor itself says where it is None. A Python file is run: open only files that
    you trust. Raises RequestError, in a line that names the file.
    """
    path, rest = _parted(text)
    if path.suffix not in KINDS:
        raise RequestError(f"--descriptor {text}: must be FILE.py:FUNCTION or FILE.onnx")
    if not path.is_file():
        raise RequestError(f"--descriptor {text}: there is no file {path}")
    outside = KINDS[path.suffix](path, rest)
    chosen = distance or outside.stated.distance
    return OutsideDescriptor(outside, chosen, file_sha256(path)), chosen


def _parted(text: str) -> tuple[Path, str]:
    """The file, and what stands behind its colon."""
    path, _, rest = text.rpartition(":")
    return (Path(path), rest) if Path(path).suffix in KINDS else (Path(text), "")
