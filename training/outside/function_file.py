"""A descriptor that is a function of a Python file.

The function takes a picture (H, W, 3) uint8 and returns (D, h, w) floats, as a NumPy array or a tensor. Its attributes
say the rest, all of them optional: `stride_px`, `offset_px`, `multiple_px`, `distance`, `name`
(`training.outside.stated`). For the file, as for one that Python runs, modules of its own folder can be imported.
"""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from scenegen.errors import first_line
from training.errors import RequestError
from training.outside.described import Outside, Picture
from training.outside.stated import stated


def open_function(path: Path, function: str) -> Outside:
    """The function of that name. Raises RequestError, in a line, where the file cannot be loaded or has none."""
    if not function:
        raise RequestError(f"{path}: name its function too, as {path}:describe")
    where = f"{path}:{function}"
    found = getattr(_loaded(path), function, None)
    if found is None:
        raise RequestError(f"{where}: the file has no {function}")
    if not callable(found):
        raise RequestError(f"{where}: is of type {type(found).__name__}, not a function")

    def describe(picture: Picture) -> Any:
        try:
            with _beside(path):
                return found(picture)
        except Exception as error:
            size = f"{picture.shape[1]}x{picture.shape[0]}"
            raise RequestError(f"{where} failed on a picture of {size} px: {_told(error, path)}") from error

    return Outside(stated(where, f"{path.stem}:{function}", lambda key: getattr(found, key, None)), describe)


def _loaded(path: Path) -> ModuleType:
    """The file as a module of its own, entered in no list of modules. Raises RequestError."""
    spec = spec_from_file_location(path.stem, path.absolute())
    if spec is None or spec.loader is None:
        raise RequestError(f"{path}: is no Python file")
    module = module_from_spec(spec)
    try:
        with _beside(path):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise RequestError(f"{path}: cannot be loaded: {_told(error, path)}") from error
    return module


@contextmanager
def _beside(path: Path) -> Iterator[None]:
    """Imports look into the folder of the file first."""
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _told(error: BaseException, path: Path) -> str:
    """The kind and first line of an error, and the last line of the file that it went through."""
    whole = str(path.absolute())
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == whole]
    kind = type(error).__name__
    text = f"{kind}: {first_line(error)}" if str(error) else kind
    return f"{text} (line {lines[-1]})" if lines else text
