"""Locks of the system on files and folders: flock(2) where there is fcntl, else LockFileEx (Windows).

They end with the process that holds them, however it ends, so none is ever stale; and they end with the descriptor.
On Windows a lock also keeps others from reading what it covers, so a byte far behind the end of the file is locked, and
a folder, which cannot be opened there and not be renamed while a file in it is, is locked by a file beside it.
"""

import ctypes
import errno
import os
from pathlib import Path
from typing import Any, Literal

try:
    import fcntl
except ModuleNotFoundError:
    fcntl = None

Mode = Literal["shared", "exclusive"]
"""With others that share, or alone."""
_FAIL_IMMEDIATELY, _EXCLUSIVE = 1, 2  # LOCKFILE_FAIL_IMMEDIATELY, LOCKFILE_EXCLUSIVE_LOCK
_FAR = 1 << 30
"""High half of the offset of the byte that is locked on Windows."""
_TAKEN = (33, 997)  # ERROR_LOCK_VIOLATION, ERROR_IO_PENDING


def open_folder(folder: Path) -> int:
    """A descriptor to lock a folder by; close it to end the lock. Raises OSError."""
    if fcntl is not None:
        return os.open(folder, os.O_RDONLY)
    place = folder.absolute()
    return os.open(place.with_name(f".{place.name}.lock"), os.O_RDWR | os.O_CREAT)


def take(descriptor: int, mode: Mode) -> None:
    """Lock what is open, after waiting for others. Raises OSError where the file system has no locks."""
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX if mode == "exclusive" else fcntl.LOCK_SH)
    else:
        _lock_file(descriptor, _EXCLUSIVE if mode == "exclusive" else 0)


def try_take(descriptor: int, mode: Mode) -> bool:
    """Lock what is open unless another process holds it; whether that was so. Raises OSError as `take` does."""
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_NB | (fcntl.LOCK_EX if mode == "exclusive" else fcntl.LOCK_SH))
        else:
            _lock_file(descriptor, _FAIL_IMMEDIATELY | (_EXCLUSIVE if mode == "exclusive" else 0))
    except BlockingIOError:
        return False
    return True


class _Overlapped(ctypes.Structure):
    """OVERLAPPED of minwinbase.h: where the locked byte lies."""

    _fields_ = (
        ("Internal", ctypes.c_void_p),
        ("InternalHigh", ctypes.c_void_p),
        ("Offset", ctypes.c_uint32),
        ("OffsetHigh", ctypes.c_uint32),
        ("hEvent", ctypes.c_void_p),
    )


def _lock_file(descriptor: int, flags: int) -> None:
    """LockFileEx on one byte (learn.microsoft.com, fileapi.h). Raises BlockingIOError where another has it, OSError."""
    kernel, handle = _windows(descriptor)
    place = _Overlapped(OffsetHigh=_FAR)
    if kernel.LockFileEx(ctypes.c_void_p(handle), flags, 0, 1, 0, ctypes.byref(place)):
        return
    code = int(kernel.GetLastError())
    if code in _TAKEN:
        raise BlockingIOError(errno.EAGAIN, "locked by another process")
    raise OSError(errno.ENOLCK, f"no lock: Windows error {code}")


def _windows(descriptor: int) -> tuple[Any, int]:
    """kernel32, and its handle of a descriptor."""
    import msvcrt

    return ctypes.windll.kernel32, msvcrt.get_osfhandle(descriptor)  # pyright: ignore[reportAttributeAccessIssue]
