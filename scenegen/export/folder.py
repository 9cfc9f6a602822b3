"""A folder that appears under its name only when all of it is there and on the disk.

It is built under a temporary name beside it, which is locked while that goes on: what a killed command left
behind is not, and the next one removes it.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from scenegen.errors import ShardError, UsageError
from scenegen.locks import open_folder, take, try_take
from scenegen.shards.writer import sync


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `out` when the block ends well; nothing of it is left otherwise.

    Raises UsageError where `out` is there and not an empty folder, ShardError where it cannot be written.
    """
    require_free(out)
    temporary = out.absolute().with_name(f".{out.absolute().name}.export-{os.getpid()}")
    above = _missing(temporary.parent)
    try:
        _sweep(temporary)
        temporary.mkdir(parents=True)
        with _locked(temporary):
            yield temporary
            for path in (*temporary.rglob("*"), temporary):
                sync(path)
            temporary.replace(out.absolute())
            sync(out.absolute().parent)
    except OSError as error:
        cause = error.strerror or str(error)
        advice = "free space or choose another --out, then run the same command again"
        raise ShardError(f"{out}: cannot be written ({cause}): {advice}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        _remove_empty(above)


def require_free(out: Path) -> None:
    """Raise UsageError unless `out` is not there yet, or an empty folder."""
    try:
        taken = any(out.iterdir()) if out.is_dir() else out.exists() or out.is_symlink()
    except OSError as error:
        raise UsageError(f"{out}: cannot be looked into ({error.strerror}): choose another --out") from None
    if taken:
        raise UsageError(f"{out}: is there already: choose another --out, or remove it first")


def write_file(path: Path, data: bytes) -> None:
    """Write a new file; its folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.write(data)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the kernel's lock on a folder, which ends with this process at the latest."""
    descriptor = open_folder(folder)
    try:
        take(descriptor, "exclusive")
        yield
    finally:
        os.close(descriptor)


def _missing(folder: Path) -> list[Path]:
    """The folder and those above it that are not there yet, innermost first."""
    return [path for path in (folder, *folder.parents) if not os.path.lexists(path)]


def _remove_empty(folders: list[Path]) -> None:
    """Remove the folders as far as nothing lies in them: what was made for a folder that came to nothing."""
    with contextlib.suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _sweep(temporary: Path) -> None:
    """Remove what earlier commands for the same folder left behind when they were killed."""
    prefix = temporary.name.rpartition("-")[0] + "-"
    for path in temporary.parent.glob("*") if temporary.parent.is_dir() else ():
        if path.name.startswith(prefix) and path.is_dir() and not _held(path):
            shutil.rmtree(path, ignore_errors=True)


def _held(folder: Path) -> bool:
    """Whether a process holds the lock on a folder."""
    descriptor = open_folder(folder)
    try:
        return not try_take(descriptor, "exclusive")
    finally:
        os.close(descriptor)
