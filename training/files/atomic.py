"""Files that are there whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from scenegen.errors import first_line
from training.errors import RequestError


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to: it takes the name of `path` when the block ends well, and goes otherwise."""
    draft = path.with_name(f".{path.name}.partial")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(out: Path) -> Iterator[None]:
    """Around what writes `out`, or below it: RequestError in a line in place of an OSError."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else first_line(error)  # h5py puts a page into strerror
        raise RequestError(f"{out}: cannot be written ({why}); change --out or free space") from None


def see_room(beside: Path, size: int) -> None:
    """Raise OSError where there is no room for so many bytes beside a file, by taking and giving back that room.

    For what does not survive a full disk: the HDF5 library cannot close such a file, and ends the program.
    """
    filler = beside.with_name(f"{beside.name}.room")
    try:
        with filler.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
    finally:
        filler.unlink(missing_ok=True)
