"""Folders that are addresses, as s3://bucket/set: where they come in, what lies in them, how they are written to.

An object store has no rename, no locks and no half-written files. So a file is sent whole under its own name, a shard
only where none is yet, and nobody is kept out: what two runs make of one configuration is the same.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from scenegen.address import Address, said
from scenegen.errors import REACH, ShardError, UsageError

METADATA: dict[str, Callable[[str], dict[str, Any]]] = {"s3": lambda digest: {"Metadata": {"sha256": digest}}}
"""How a digest is sent along, by protocol."""
OF_THIS_MACHINE = ("", "file", "local")
"""Protocols that are no network's."""


def located(place: Any) -> Path:
    """A path, or an `Address` where `place` is one: text, or a `upath.UPath` with options. Raises UsageError.

    What is remote is no `pathlib.Path` to Python, and behaves like one.
    """
    if isinstance(place, str):
        place = _named(place) if "://" in place else Path(place)
    if isinstance(place, Path | Address):
        return place  # pyright: ignore[reportReturnType]
    found: Any = Path(place.path) if place.protocol in OF_THIS_MACHINE else Address(place)
    return found


def _named(place: str) -> Any:
    """An address as universal_pathlib has it, once what its protocol needs is imported. Raises UsageError."""
    try:
        from upath import UPath

        path: Any = UPath(place)
        path.fs  # noqa: B018 - what a protocol needs is imported here
    except ModuleNotFoundError as error:
        raise UsageError(f"{place}: needs the package {error.name}: pip install 'scenegen[s3]'") from None
    except (ImportError, ValueError) as error:
        raise UsageError(f"{place}: cannot be reached ({said(error)}): install what fsspec needs for it") from None
    return path


def local(place: str) -> Path:
    """A path of this machine. Raises UsageError for an address."""
    if "://" in place:
        raise UsageError(f"{place}: is an address, and this must lie on this machine: give a path here")
    return Path(place)


def is_remote(path: object) -> bool:
    """Whether a path is of a remote file system."""
    return isinstance(path, Address)


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file below a folder, by the way there. Raises OSError."""
    if isinstance(folder, Address):
        return folder.sizes()
    found: dict[str, int] = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # taken away meanwhile
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path.stat().st_size
    return found


def present(folder: Path, names: Iterable[str]) -> dict[str, int]:
    """Bytes of those of some files of a folder that are there, by name. Raises OSError where nobody answers."""
    there = folder.sizes() if isinstance(folder, Address) else None
    found = {name: _size(f"{folder}/{name}") if there is None else there.get(name, -1) for name in names}
    return {name: size for name, size in found.items() if size >= 0}


def _size(path: str) -> int:
    """Bytes of a file, -1 where there is none."""
    try:
        return os.stat(path).st_size  # noqa: PTH116 - a Path for each of very many costs more than the system's answer
    except OSError:
        return -1


def write_over(path: Path, data: bytes) -> None:
    """Send a file whole; one of its name is replaced. Raises ShardError."""
    with _explained(path) as address:
        address.ask("pipe_file", address.key, data)


def write_new(path: Path, data: bytes) -> bytes:
    """Send a file whole unless one of its name is there; the bytes that are there now. Raises ShardError."""
    with _explained(path) as address:
        extra = METADATA.get(address.protocol, lambda _: {})(hashlib.sha256(data).hexdigest())
        try:
            address.ask("pipe_file", address.key, data, mode="create", **extra)
        except FileExistsError:
            return address.read_bytes()
    return data


def require_writable(folder: Path) -> None:
    """Raise ShardError unless a file can be put into a remote folder, and taken away."""
    probe = folder / f".probe-{os.getpid()}"
    write_over(probe, b"")
    with _explained(probe):
        probe.unlink()


@contextlib.contextmanager
def _explained(path: Any) -> Iterator[Address]:
    """The address; ShardError, in one line, where it does not answer, or refuses."""
    try:
        yield path
    except OSError as error:
        raise ShardError(f"{path}: cannot be reached ({error.strerror}): {REACH}") from None
