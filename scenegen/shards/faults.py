"""What is said about a shard or a manifest that cannot be read: what, why, and what to do."""

import errno
import os
from pathlib import Path

from scenegen.errors import (
    MACHINE,
    RAISE_LIMIT,
    REACH,
    TOO_MANY_FILES,
    UNANSWERED,
    RecordError,
    ShardError,
    first_line,
    printable,
)

AGAIN = "make it again with the command that made it, or copy it again"
"""What to do about a damaged shard."""

DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, ArithmeticError, MemoryError)
"""What h5py and NumPy raise about a damaged file."""
SYSTEM = MACHINE | {errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG}
"""What the system says where the file itself may be sound: it is not to be made again."""


def fault(error: BaseException, what: str = "is damaged") -> str:
    """What is wrong with a file, or a part of it, that raised an error, and what to do."""
    return trouble(error, f"{what} ({first_line(error)}): {AGAIN}")


def trouble(error: BaseException, otherwise: str) -> str:
    """What the system says where it did not let a file be read; `otherwise` where the file itself is at fault."""
    if isinstance(error, OSError) and error.errno == UNANSWERED:
        return f"cannot be reached ({printable(str(error.strerror))}): {REACH}"
    if isinstance(error, OSError) and error.errno in SYSTEM:
        limit = f", or {RAISE_LIMIT}" if error.errno in TOO_MANY_FILES else ""
        return f"cannot be read ({os.strerror(error.errno)}): mend that{limit}, then run the same command again"
    return otherwise


def no_manifest(path: Path, error: BaseException) -> ShardError:
    """The error to raise for a manifest, or a record beside it, that raised an error when it was read."""
    if isinstance(error, RecordError):
        return ShardError(bad_record(error))
    what = f"is not a manifest ({type(error).__name__}: {first_line(error)})"
    return ShardError(f"{path}: {trouble(error, f'{what}: run the command that made it again, or delete it')}")


def bad_record(error: RecordError) -> str:
    """The words for a record that raised an error when it was read."""
    advice = "move it away, then run the same command again: what it alone lists is made again"
    return f"{error.path}: {trouble(error.cause, f'is no record of this run ({first_line(error.cause)}): {advice}')}"
