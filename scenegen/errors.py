"""The errors that a user may meet: each message is one line that says what, where and what to do.

Nothing here is a bug in the program; the command line prints the message without a traceback
and leaves with `exit_code`.
"""

import errno
import os
from pathlib import Path

MACHINE = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN}
)
"""What the system says where neither the file nor its name is at fault: reading it again may well succeed."""
TOO_MANY_FILES = frozenset({errno.EMFILE, errno.ENFILE})
UNANSWERED = errno.ENOTCONN
"""What an address raises where a server, or the way to it, failed: the text of the error says how."""
REACH = "see that it is there, that you may use it and that the network is up, then run the command again"
"""What to do about that."""
RAISE_LIMIT = "raise the limit of open files (ulimit -n)"
"""What to do about them."""
MOST_SHOWN = 300
"""Characters of a file's own words that an error repeats."""


class ScenegenError(Exception):
    """Base of every error with a message meant for the user."""

    exit_code = 1
    reason = "error"
    """Short stable code by which failures are counted."""


class UsageError(ScenegenError):
    """The request itself cannot be met: a bad flag, an impossible size, a missing source."""

    exit_code = 2


class AssetError(ScenegenError):
    """One asset cannot be used. `reason` is a short stable code that is counted and reported."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type["AssetError"], tuple[str, str]]:
        return (AssetError, (self.reason, str(self)))


class MachineError(ScenegenError):
    """The machine failed while an asset was read: too many open files, a disk or a network that does not answer.

    Never taken for a broken asset, which would be replaced by another one: what is made would depend on the machine.
    """

    reason = "machine"


class StagingError(ScenegenError):
    """A room cannot be furnished or photographed as asked (too small, no free space, no view)."""

    reason = "cannot_be_staged"


class RenderError(ScenegenError):
    """A renderer cannot start or failed (no OpenGL, no device)."""

    reason = "renderer"


class TracerError(ScenegenError):
    """A tracer cannot work here, or failed (Embree's library is missing, or another one than expected)."""

    reason = "tracer"


class ShardError(ScenegenError):
    """A shard is missing, damaged, of another format, or cannot be written."""

    reason = "shard"


class ImportingError(ScenegenError):
    """Data of elsewhere cannot be imported: a depth, pose or picture is missing or damaged, no two frames overlap."""

    reason = "import"


class LonelyError(ImportingError):
    """A frame overlaps with no other one as asked."""


class RunError(ScenegenError):
    """A run folder cannot be used or a run did not complete."""


class RecordError(ValueError):
    """What the record of a slice raised when it was read: the fault of that file, not of the manifest beside it."""

    def __init__(self, path: Path, cause: BaseException) -> None:
        super().__init__(f"{path.name}: {cause}")
        self.path, self.cause = path, cause


def unreadable(path: Path, error: OSError) -> AssetError | MachineError:
    """The error to raise for a file of an asset that could not be read, in the system's own words."""
    words = os.strerror(error.errno) if error.errno else str(error)
    if error.errno not in MACHINE:
        return AssetError("unreadable", f"{path}: cannot be read ({words})")
    advice = RAISE_LIMIT if error.errno in TOO_MANY_FILES else "mend that"
    return MachineError(f"{path}: cannot be read ({words}): {advice}, then run the same command again")


def first_line(error: BaseException) -> str:
    """The first line of an error, or its kind where it says nothing; without its full stop, fit for a terminal."""
    return printable((str(error).strip().splitlines() or [type(error).__name__])[0].rstrip("."))


def printable(text: str) -> str:
    """Words from a file that is not trusted, short and without control characters."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:MOST_SHOWN])
    return shown + ("…" if len(text) > MOST_SHOWN else "")
