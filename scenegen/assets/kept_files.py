"""Files kept for the next run, which many processes may write at once: a reader sees all of one or none."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Have `write` fill a file aside (`.part`), then rename it; nothing is left behind where that fails.

    Raises OSError, and whatever `write` raises.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        Path(name).replace(path)
    except BaseException:
        remove(Path(name))
        raise


def remove(path: Path) -> None:
    """Remove a file that another process may have removed already."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
