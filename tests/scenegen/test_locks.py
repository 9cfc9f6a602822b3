"""Locks on POSIX as they are, and the calls that Windows would get."""

import ctypes
import os
import subprocess
import sys

import pytest

from scenegen import locks
from scenegen.locks import open_folder, take, try_take
from scenegen.pipeline.lock import manifest_writer, only_run, owner
from scenegen.pipeline.slices import Slice
from scenegen.shards.writer import publish, sync

TRY = """
import sys
from pathlib import Path
from scenegen.locks import open_folder, try_take
print(try_take(open_folder(Path(sys.argv[1])), sys.argv[2]))
"""


def tried(folder, mode):
    """What another process finds."""
    return subprocess.run([sys.executable, "-c", TRY, folder, mode], capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(("held", "asked", "found"), [
    ("exclusive", "exclusive", "False"), ("exclusive", "shared", "False"),
    ("shared", "exclusive", "False"), ("shared", "shared", "True"),
])  # fmt: skip
def test_who_may_join_whom(tmp_path, held, asked, found):
    descriptor = open_folder(tmp_path)
    take(descriptor, held)
    assert tried(tmp_path, asked) == found
    os.close(descriptor)
    assert tried(tmp_path, asked) == "True"


class Windows:
    """LockFileEx of fileapi.h, for one process: a table of byte to holders, by handle."""

    def __init__(self):
        self.held, self.error, self.files = {}, 0, {}

    def handle(self, descriptor):
        status = os.fstat(descriptor)
        return (status.st_ino << 20) | descriptor

    def LockFileEx(self, handle, flags, reserved, low, high, overlapped):
        place = overlapped._obj
        assert (reserved, low, high, place.Offset) == (0, 1, 0, 0)
        key = (handle.value >> 20, place.OffsetHigh)
        others = {h: f for h, f in self.held.get(key, {}).items() if h != handle.value and self.open(h)}
        if others and (flags & 2 or any(f & 2 for f in others.values())):
            assert flags & 1, "would wait for ever"
            self.error = 33
            return 0
        self.held.setdefault(key, {})[handle.value] = flags
        return 1

    def open(self, handle):
        try:
            return os.fstat(handle & 0xFFFFF).st_ino == handle >> 20
        except OSError:
            return False

    def GetLastError(self):
        return self.error


@pytest.fixture
def windows(monkeypatch):
    """This process as if it ran on Windows, as far as locks and synchronisation go."""
    system = Windows()
    monkeypatch.setattr(locks, "fcntl", None)
    monkeypatch.setattr(locks, "_windows", lambda descriptor: (system, system.handle(descriptor)))
    monkeypatch.delattr(os, "O_DIRECTORY")
    return system


def test_runs_are_kept_apart_there_too(windows, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    with only_run(folder):
        assert (owner(folder) or "").startswith("another run (process")
        with pytest.raises(Exception, match="is at work here"), only_run(folder, Slice(0, 2)):
            pytest.fail("a slice beside a whole run")
    assert owner(folder) is None
    with only_run(folder, Slice(0, 2)), only_run(folder, Slice(1, 2)), manifest_writer(folder):
        with pytest.raises(Exception, match="is at work here"), only_run(folder):
            pytest.fail("a whole run beside slices")
        with pytest.raises(Exception, match="is at work here"), only_run(folder, Slice(1, 2)):
            pytest.fail("one slice twice")
    assert (tmp_path / ".run.lock").is_file()
    assert not (folder / ".run.lock").exists()


def test_another_error_of_the_system_is_told(windows, tmp_path, monkeypatch):
    monkeypatch.setattr(windows, "LockFileEx", lambda *_: 0)
    monkeypatch.setattr(windows, "error", 50)
    with pytest.raises(OSError, match="no lock: Windows error 50"):
        try_take(open_folder(tmp_path), "shared")


def test_files_are_published_where_folders_cannot_be_opened(windows, tmp_path, monkeypatch):
    real = os.open

    def refusing(path, flags, *rest):
        if os.path.isdir(path):  # noqa: PTH112
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", refusing)
    publish(tmp_path / "a.h5", b"\r\n\n")
    sync(tmp_path)
    assert (tmp_path / "a.h5").read_bytes() == b"\r\n\n"


def test_the_place_that_is_locked_is_as_windows_reads_it():
    place = locks._Overlapped(OffsetHigh=5)
    pointer = ctypes.sizeof(ctypes.c_void_p)
    raw = bytes(place)
    assert len(raw) == 3 * pointer + 8
    assert int.from_bytes(raw[2 * pointer + 4 : 2 * pointer + 8], sys.byteorder) == 5


def test_what_is_missing_there_is_not_needed_to_import():
    script = (
        "import sys\n"
        "for name in ('fcntl', 'resource', 'pwd', 'termios'): sys.modules[name] = None\n"
        "import os\n"
        "del os.sched_getaffinity\n"
        "import scenegen.cli.main, scenegen.pipeline.run, scenegen.verify.quarantine, scenegen.export.run\n"
        "import scenegen.cli.verifying, scenegen.inspect.gallery.write, scenegen.pipeline.pilot, scenegen.pipeline.merge\n"
        "from scenegen.pipeline.cores import usable_cores\n"
        "print(usable_cores() == os.cpu_count())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
