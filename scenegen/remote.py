"""Folders that are addresses, as s3://bucket/set: paths of universal_pathlib over fsspec's file systems (extra `s3`).

An object store has no rename, no locks and no half-written files. So a file is sent whole under its own name, a shard
only where none is yet, and nobody is kept out: what two runs make of one configuration is the same.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scenegen.errors import ShardError, UsageError

BLOCK_BYTES = 1 << 18
"""What is read at once of a remote file."""
KEPT_BLOCKS = 64
"""Blocks of a remote file that are kept in memory while it is open: 16 MiB."""
METADATA: dict[str, Callable[[str], dict[str, Any]]] = {"s3": lambda digest: {"Metadata": {"sha256": digest}}}
"""How a digest is sent along, by protocol."""


def located(place: str | Path) -> Path:
    """A path, or a path-like of a remote file system where `place` is an address. Raises UsageError.

    What is remote is no `pathlib.Path` to Python, and behaves like one.
    """
    if not isinstance(place, str) or "://" not in place:
        return Path(place) if isinstance(place, str) else place
    try:
        from upath import UPath

        path: Any = UPath(place)
        path.fs  # noqa: B018 - what a protocol needs is imported here
    except ModuleNotFoundError as error:
        raise UsageError(f"{place}: needs the package {error.name}: pip install 'scenegen[s3]'") from None
    except (ImportError, ValueError) as error:
        raise UsageError(f"{place}: cannot be reached ({_line(error)}): install what fsspec needs for it") from None
    return path


def is_remote(path: object) -> bool:
    """Whether a path is of a remote file system."""
    return not isinstance(path, str | Path)


def opened(path: Path) -> Any:
    """A remote file to read at any place; ranges come as they are asked for, and a bounded number is kept.

    Raises OSError.
    """
    with _as_oserror():
        options = {"block_size": BLOCK_BYTES, "cache_type": "blockcache", "cache_options": {"maxblocks": KEPT_BLOCKS}}
        return _system(path).open(_key(path), "rb", **options)


def write_over(path: Path, data: bytes) -> None:
    """Send a file whole; one of its name is replaced. Raises ShardError."""
    with _explained(path):
        _system(path).pipe_file(_key(path), data)


def write_new(path: Path, data: bytes) -> bytes:
    """Send a file whole unless one of its name is there; the bytes that are there now. Raises ShardError."""
    with _explained(path):
        extra = METADATA.get(_protocol(path), lambda _: {})(hashlib.sha256(data).hexdigest())
        try:
            _system(path).pipe_file(_key(path), data, mode="create", **extra)
        except FileExistsError:
            return _system(path).cat_file(_key(path))
    return data


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file below a remote folder, by name. Raises ShardError."""
    with _explained(folder):
        system, root = _system(folder), _key(folder).rstrip("/") + "/"
        system.invalidate_cache()
        return {key.removeprefix(root): int(info["size"]) for key, info in system.find(root, detail=True).items()}


def require_writable(folder: Path) -> None:
    """Raise ShardError unless a file can be put into a remote folder, and taken away."""
    probe = folder / f".probe-{os.getpid()}"
    write_over(probe, b"")
    with _explained(probe):
        _system(probe).rm_file(_key(probe))


def _system(path: Any) -> Any:
    """The file system, of this process: one that a fork inherited would not do."""
    import fsspec

    return fsspec.filesystem(_protocol(path), **path.storage_options)


def _protocol(path: Any) -> str:
    return str(path.protocol)


def _key(path: Any) -> str:
    return str(path.path)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """ShardError, in one line, for whatever a file system and the libraries under it raise."""
    try:
        yield
    except FileExistsError:
        raise
    except Exception as error:
        advice = "see that it is there, that you may write to it and that the network is up, then run the command again"
        raise ShardError(f"{path}: cannot be reached ({_line(error)}): {advice}") from None


@contextlib.contextmanager
def _as_oserror() -> Iterator[None]:
    """OSError for whatever a file system raises, as if the file lay on a disk."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(_line(error)) from error


def _line(error: BaseException) -> str:
    """The first line of an error."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
