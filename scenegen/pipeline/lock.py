"""One run in a folder at a time, and one writer of its manifest.

The locks are the system's (`scenegen.locks`): they end with the process that holds them, however it ends, so none is
ever stale. The file says who holds it. A whole run excludes everything else; slices of a run (`--shard i/n`)
exclude only a whole run and the same slice.
"""

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from scenegen.errors import RunError
from scenegen.locks import Mode, open_folder, take, try_take
from scenegen.pipeline.slices import WHOLE, Slice
from scenegen.remote import is_remote

LOCK = "run.lock"
"""Name of the file that says who runs in a folder."""


@contextlib.contextmanager
def only_run(out: Path, part: Slice = WHOLE) -> Iterator[None]:
    """Hold a run folder while the block runs. Raises RunError, naming the owner, where another run holds it."""
    with contextlib.ExitStack() as stack:
        if is_remote(out):  # nobody can be kept out, and what others make of the same run is the same
            yield
            return
        mode = "shared" if part.count > 1 else "exclusive"
        stack.enter_context(_locked(out / LOCK, mode, part))
        if part.count > 1:
            stack.enter_context(_locked(out / f"run-{part.index}-of-{part.count}.lock", "exclusive", part))
        yield


@contextlib.contextmanager
def manifest_writer(out: Path) -> Iterator[None]:
    """Be the only one who reads and rewrites the manifest while the block runs; others wait.

    Raises RunError where the folder cannot be locked.
    """
    if is_remote(out):
        yield
        return
    with _explained(out):
        folder = open_folder(out)
    try:
        with _explained(out):
            take(folder, "exclusive")
        yield
    finally:
        os.close(folder)


@contextlib.contextmanager
def _explained(out: Path) -> Iterator[None]:
    """RunError where the system refuses: no right to the file, a file system without locks."""
    try:
        yield
    except OSError as error:
        advice = "mend its rights, or choose another --out on a file system with locks"
        raise RunError(f"{out}: cannot be locked ({error.strerror}): {advice}") from None


def owner(out: Path) -> str | None:
    """Who runs in a folder now, in words; None where nobody does, or it is remote."""
    if is_remote(out):
        return None
    try:
        with (out / LOCK).open("r+") as file:
            if not try_take(file.fileno(), "exclusive"):
                return _described((out / LOCK).read_text())
    except OSError:
        pass
    return None


@contextlib.contextmanager
def _locked(path: Path, mode: Mode, part: Slice) -> Iterator[None]:
    """Hold one lock file, and say in it who does; one that nobody shares is taken away at the end."""
    with _taken(path, mode) as file:
        who = {"pid": os.getpid(), "host": platform.node(), "slice": str(part)}
        with contextlib.suppress(OSError):  # a full disk: the lock holds without a name
            file.truncate(0)
            file.write(json.dumps(who).encode() + b"\n")
        try:
            yield
        finally:
            if mode == "exclusive":
                with contextlib.suppress(PermissionError):  # Windows keeps what is open; nobody holds it any more
                    path.unlink(missing_ok=True)


def _taken(path: Path, mode: Mode) -> FileIO:
    """The lock file, open and locked. Raises RunError, naming the owner, where that cannot be."""
    while True:
        with _explained(path.parent):
            file = FileIO(path, "a+")
            if try_take(file.fileno(), mode):
                # an owner that ended in between took the file away: the lock is on one that has no name
                if path.exists() and os.fstat(file.fileno()).st_ino == path.stat().st_ino:
                    return file
                file.close()
                continue
        file.seek(0)
        who = _described(file.read().decode(errors="replace"))
        file.close()
        raise RunError(f"{path.parent}: {who} is at work here: wait for it, end it, or choose another --out")


def _described(text: str) -> str:
    """The owner that a lock file names."""
    try:
        said = json.loads(text)
        whole = "" if said["slice"] == "0/1" else f" with --shard {said['slice']}"
        return f"another run{whole} (process {said['pid']} on {said['host']})"
    except (ValueError, KeyError, TypeError):
        return "another run"
