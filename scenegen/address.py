"""A place of a remote file system, s3://bucket/set, that is used as a `pathlib.Path` is.

Names are universal_pathlib's and bytes are fsspec's (extra `s3`). What these lack is here: to them a network that does
not answer is often a file that is not there, and else an error of any type, of whichever library was at work. Here it
is an OSError as of a failing disk, whose number says what happened, and whose text is the first line of what was said.
"""

import contextlib
import errno
import fnmatch
import glob
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple, Self

from scenegen.errors import UNANSWERED, first_line

RANGES: dict[str, Any] = {"block_size": 1 << 18, "cache_type": "blockcache", "cache_options": {"maxblocks": 64}}
"""How a file is read at any place: 256 kB at once, of which 16 MiB are kept while it is open."""
STREAM: dict[str, Any] = {"block_size": 1 << 23, "cache_type": "readahead"}
"""How a file is read from its beginning to its end."""
PATIENCE: dict[str, dict[str, Any]] = {
    "s3": {"config_kwargs": {"connect_timeout": 10, "read_timeout": 20, "retries": {"max_attempts": 0}}}
}
"""What file systems are told of waiting, by protocol: s3fs tries five times itself, so a server that says nothing is
given up after 100 s. By what its libraries do unasked, each of the five is five more, of a minute each."""
NUMBERS = {FileNotFoundError: errno.ENOENT, FileExistsError: errno.EEXIST, PermissionError: errno.EACCES}
"""What libraries raise without a number; anything else is UNANSWERED."""


class Stat(NamedTuple):
    """What is known of a file."""

    st_size: int


@dataclass(frozen=True, order=True)
class Address:
    """A file or folder of a remote file system. Whatever asks the server raises OSError, with the address as filename.

    It is no `pathlib.Path` to Python, and has of it what this program uses.
    """

    place: Any
    """The name as a `upath.UPath`, which is asked for names only."""

    def __str__(self) -> str:
        return str(self.place)

    def __truediv__(self, name: str) -> Self:
        return type(self)(self.place / name)

    @property
    def name(self) -> str:
        """The last part; of a whole bucket, that of the bucket."""
        return str(self).rstrip("/").rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The ending of the name, with its dot."""
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> Self:
        """The folder that it is in."""
        return type(self)(self.place.parent)

    @property
    def protocol(self) -> str:
        """The word before ://."""
        return str(self.place.protocol)

    @property
    def key(self) -> str:
        """The name as the file system has it."""
        return str(self.place.path)

    def resolve(self) -> Self:
        """Itself: there are no links."""
        return self

    def relative_to(self, folder: Self) -> PurePosixPath:
        """The way here from a folder above."""
        return PurePosixPath(self.key).relative_to(folder.key)

    def ask(self, what: str, *arguments: Any, **options: Any) -> Any:
        """What a method of the file system returns."""
        import fsspec

        with as_oserror(str(self)):
            # that of this process: a connection that a fork inherited would not do
            system = fsspec.filesystem(self.protocol, **PATIENCE.get(self.protocol, {}) | self.place.storage_options)
            system.invalidate_cache()  # others write there too: what was listed before says nothing of now
            return getattr(system, what)(*arguments, **options)

    def exists(self) -> bool:
        """Whether there is a file or a folder."""
        return bool(self._kind())

    def is_dir(self) -> bool:
        """Whether there is a folder: something below it."""
        return self._kind() == "directory"

    def is_file(self) -> bool:
        """Whether there is a file."""
        return self._kind() == "file"

    def _kind(self) -> str:
        """What there is; nothing where nothing is."""
        with contextlib.suppress(FileNotFoundError):
            return self.ask("info", self.key)["type"]
        return ""

    def stat(self) -> Stat:
        """The size of a file."""
        return Stat(int(self.ask("info", self.key)["size"]))

    def open(self, mode: str = "r", encoding: str = "utf-8") -> IO[Any]:
        """A file to read: all at once as text, in order as bytes."""
        if "b" in mode:
            return self.ranges(STREAM)
        return io.TextIOWrapper(io.BytesIO(self.read_bytes()), encoding)

    def ranges(self, how: dict[str, Any] = RANGES) -> Any:
        """A file to read at any place; the parts come as they are asked for, and a bounded number is kept."""
        return Ranges(str(self), self.ask("open", self.key, "rb", **how))

    def read_bytes(self) -> bytes:
        """All of a file."""
        return self.ask("cat_file", self.key)

    def read_text(self, encoding: str = "utf-8") -> str:
        """All of a file as text."""
        with self.open(encoding=encoding) as lines:
            return lines.read()

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove a file."""
        with contextlib.suppress(*(FileNotFoundError,) if missing_ok else ()):
            self.ask("rm_file", self.key)

    def glob(self, pattern: str) -> Iterator[Self]:
        """What lies in the folder under names of a pattern."""
        keys = self.ask("glob", f"{glob.escape(self.key.rstrip('/'))}/{pattern}")
        return (self / key.rpartition("/")[2] for key in keys)

    def rglob(self, pattern: str) -> Iterator[Self]:
        """The files below the folder whose names follow a pattern."""
        return (self / name for name in self.sizes() if fnmatch.fnmatchcase(name.rpartition("/")[2], pattern))

    def sizes(self) -> dict[str, int]:
        """Bytes of every file below the folder, as it is now, by the way there."""
        root = self.key.rstrip("/") + "/"
        found = self.ask("find", root, detail=True)
        return {key.removeprefix(root): int(info["size"]) for key, info in found.items()}


class Ranges:
    """A remote file, open to be read, as HDF5 and digests ask for one."""

    def __init__(self, name: str, file: Any) -> None:
        self._name = name
        self._file = file

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, all of them where no number is given. Raises OSError."""
        with as_oserror(self._name):
            return self._file.read(size)

    def readinto(self, buffer: Any) -> int:
        """The next bytes into memory; their number. Raises OSError."""
        with as_oserror(self._name):
            return self._file.readinto(buffer)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self._file.tell()

    def close(self) -> None:
        """Forget what is kept."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def as_oserror(name: str) -> Iterator[None]:
    """OSError about a file of this name for whatever a file system, and the libraries under it, raise."""
    try:
        yield
    except Exception as error:
        number = next((number for kind, number in NUMBERS.items() if isinstance(error, kind)), UNANSWERED)
        text = said(error)  # where nothing is, fsspec says its name
        raise OSError(number, os.strerror(number) if text in name else text, name) from error


def said(error: BaseException) -> str:
    """The first line of an error; of one that says nothing itself, of what it came from.

    Timeouts of fsspec say nothing, and s3fs fails to look into those: an IndexError.
    """
    cause = error.__cause__ or error.__context__
    if cause is not None and (not str(error).strip() or isinstance(error, LookupError)):
        return said(cause)
    return first_line(error)
