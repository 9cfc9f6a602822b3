"""Runs that are killed, starved of disk or cut in slices: what is left is whole, and the same command goes on.

The commands are the real ones, in processes of their own; where an error of the system has to be made up, the
functions of the same command are called here with that error put in.
"""

import errno
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from command_line import content, scenegen, small, started
from interrupting import PATIENCE_S
from rich.console import Console
from roots import ROOT
from small_world import objects_folder, rooms_folder
from soaking.processes import cpu_s, is_worker, workers_of

from scenegen import locks
from scenegen.config import GenerationConfig, ObjectsConfig, Range, Size
from scenegen.errors import RunError, ScenegenError
from scenegen.pipeline import lock, process_pool
from scenegen.pipeline.executors import chosen_crew
from scenegen.pipeline.lock import LOCK, only_run
from scenegen.pipeline.manifest import load_manifest, make_folder
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.pipeline.slices import Slice


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    rooms_folder(folder / "rooms")
    objects_folder(folder / "objects")
    return folder


@pytest.fixture(scope="module")
def whole(world, tmp_path_factory):
    """An undisturbed run of two shards."""
    out = tmp_path_factory.mktemp("whole")
    assert scenegen(*small(world, out, "--workers", 0)).returncode == 0
    return out


def until(condition, what):
    """Wait for something that must come."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


def hidden(out):
    return [path.name for path in out.iterdir() if path.name.startswith(".")]


# ---- the same data, however it is made ----


@pytest.mark.parametrize(
    "workers", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(4, marks=pytest.mark.slow)]
)
def test_any_number_of_workers_makes_the_same(world, whole, tmp_path, workers):
    assert scenegen(*small(world, tmp_path, "--workers", workers)).returncode == 0
    assert content(tmp_path) == content(whole)


@pytest.mark.slow
def test_three_slices_one_of_them_empty_make_the_same(world, whole, tmp_path):
    for part, workers in (("2/3", 1), ("1/3", 0), ("0/3", 2)):
        assert scenegen(*small(world, tmp_path, "--shard", part, "--workers", workers)).returncode == 0
    assert content(tmp_path) == content(whole)
    assert scenegen("verify", tmp_path).returncode == 0


@pytest.mark.slow
def test_a_lost_shard_is_made_again_by_another_number_of_workers(world, whole, tmp_path):
    shutil.copytree(whole, tmp_path / "o")
    sorted((tmp_path / "o").glob("*.h5"))[0].unlink()
    assert scenegen(*small(world, tmp_path / "o", "--workers", 2)).returncode == 0
    assert content(tmp_path / "o") == content(whole)


# ---- kills ----


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")


@needs_proc
def test_a_killed_worker_costs_nothing_but_time(world, whole, tmp_path):
    process = started(world, tmp_path, "--workers", 1)
    victim = until(lambda: workers_of(process.pid), "a worker")[0]
    until(lambda: cpu_s(victim) > 0.8, "the worker's work")
    os.kill(victim, signal.SIGKILL)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert content(tmp_path) == content(whole)
    assert not hidden(tmp_path)


@pytest.mark.slow
@needs_proc
def test_the_command_alone_is_killed_and_its_workers_end_by_themselves(world, whole, tmp_path):
    process = started(world, tmp_path, "--workers", 2)
    orphans = until(lambda: len(found := workers_of(process.pid)) == 2 and found, "two workers")
    until(lambda: max(map(cpu_s, orphans)) > 0.8, "the workers' work")
    process.kill()
    process.communicate()
    assert scenegen(*small(world, tmp_path, "--workers", 2)).returncode == 0
    until(lambda: not any(map(is_worker, orphans)), "the end of the orphans")
    assert content(tmp_path) == content(whole)
    assert scenegen("verify", tmp_path).returncode == 0


def test_a_killed_slice_leaves_nothing_that_verify_minds(world, whole, tmp_path):
    process = started(world, tmp_path, "--shard", "0/2", "--workers", 1)
    until(lambda: list(tmp_path.glob("run-0-of-2.lock")), "the slice's lock")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    job = sorted(content(whole))[0]
    (tmp_path / f".{job}.tmp-99999").write_bytes(b"half")
    (tmp_path / ".manifest.json.tmp-99999").write_bytes(b"half")
    assert (tmp_path / "run-0-of-2.lock").exists()
    assert scenegen(*small(world, tmp_path, "--shard", "1/2", "--workers", 0)).returncode == 0
    assert hidden(tmp_path) == [f".{job}.tmp-99999"], "the other slice may still be writing it"
    assert scenegen(*small(world, tmp_path, "--shard", "0/2", "--workers", 0)).returncode == 0
    (tmp_path / "run-0-of-2.lock").touch()
    assert content(tmp_path) == content(whole)
    done = scenegen("verify", tmp_path)
    assert done.returncode == 0, done.stdout


POISONED = """
import os, signal, sys
from scenegen.pipeline import worker

made = worker.run_job

def deadly(task, studio, job, progress):
    if job.room == "room0":
        print("room0 is\\nmy last word", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    return made(task, studio, job, progress)

worker.run_job = deadly

if __name__ == "__main__":
    from scenegen.cli.main import main
    sys.exit(main())
"""


def test_a_shard_that_kills_its_workers_fails_with_their_last_words_and_the_others_are_made(world, whole, tmp_path):
    program = tmp_path / "poisoned.py"
    program.write_text(POISONED)
    words = [sys.executable, str(program), *map(str, small(world, tmp_path / "o", "--workers", 1))]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "300"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    (failure,) = json.loads((tmp_path / "o" / "manifest.json").read_text())["failed"]
    assert "room room0: its worker died 3 times (exit code -11; its last words: " in failure["why"]
    words = ["room0 is", "my last word", "Fatal Python error: Segmentation fault", "in deadly)"]
    assert all(word in failure["why"] for word in words), failure["why"]
    assert len(failure["why"]) < 500
    assert [path.name for path in (tmp_path / "o").glob("*.h5")] == ["train-room1-000.h5"]
    state = scenegen("status", tmp_path / "o")
    assert state.returncode == 1
    assert "its worker died 3 times" in state.stdout
    assert scenegen(*small(world, tmp_path / "o")).returncode == 0
    assert content(tmp_path / "o") == content(whole)


# ---- full disks ----


def test_a_log_that_cannot_grow_is_one_line_and_the_shards_are_there(world, whole, tmp_path):
    with Path("/dev/full").open("w") as full:
        done = started_into(full, small(world, tmp_path, "--workers", 0))
    assert done.returncode == 1
    what = "the output cannot be written (No space left on device): free space, then run the same command again"
    assert done.stderr == f"scenegen: {what}\n"
    assert content(tmp_path) == content(whole)
    for words in (["status", tmp_path], ["verify", tmp_path, "--fast"]):
        with Path("/dev/full").open("w") as full:
            done = started_into(full, words)
        assert (done.returncode, done.stderr) == (1, f"scenegen: {what}\n")


def started_into(stream, words):
    """Run the command with its output into a stream."""
    environment = os.environ | {"NO_COLOR": "1"}
    command = [sys.executable, "-m", "scenegen", *map(str, words)]
    return subprocess.run(command, stdout=stream, stderr=subprocess.PIPE, text=True, env=environment)


SMALL_DISK = """
set -e
mount -t tmpfs -o size=$1 tmpfs disk
shift
set +e
"$@" > disk/log
echo $? > code
ls -A disk/out > left
mount -o remount,size=50M tmpfs disk
"$@" && "$2" "$3" "$4" verify disk/out && cp disk/out/manifest.json .
"""


@pytest.mark.parametrize(
    ("size", "workers"),
    [("64k", 0), *(pytest.param(*case, marks=pytest.mark.slow) for case in (("4k", 0), ("8k", 2), ("200k", 2)))],
)
def test_a_disk_that_is_full_at_any_stage(world, whole, tmp_path, size, workers):
    """A file system of a few kilobytes: the log, the lock, the manifest or a shard finds no room."""
    alone = ["unshare", "--user", "--map-root-user", "--mount"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*alone, "mount", "-t", "tmpfs", "x", tmp_path], capture_output=True).returncode
    ):
        pytest.skip("mounting is not allowed here")
    (tmp_path / "disk").mkdir()
    words = [sys.executable, "-m", "scenegen", *map(str, small(world, "disk/out", "--workers", workers))]
    command = [*alone, "sh", "-c", SMALL_DISK.replace('"$2" "$3" "$4"', '"$1" "$2" "$3"'), "sh", size, *words]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "code").read_text() == "1\n"
    assert "Traceback" not in done.stderr
    left = (tmp_path / "left").read_text().split()
    assert not [name for name in left if name.startswith(".")]
    assert content(tmp_path) == content(whole)


@pytest.fixture(scope="module")
def config(world):
    return GenerationConfig(
        rooms=2,
        pairs_per_room=1,
        size=Size(64, 48),
        room_source=f"folder:{world / 'rooms'}",
        object_source=f"folder:{world / 'objects'}",
        objects=ObjectsConfig(objects=Range(1, 2)),
    )


def run(config, out, workers=0, part=None):
    display = Display(Console(file=StringIO()))
    return render(
        config,
        out,
        codec="gzip",
        crew=chosen_crew("process", workers, None),
        cache=None,
        display=display,
        part=part or Slice(),
    )


@pytest.fixture(scope="module")
def digests(config, tmp_path_factory):
    out = tmp_path_factory.mktemp("digests")
    run(config, out)
    return content(out)


class Refusing:
    """A function of the system that refuses its `nth` call, and counts."""

    def __init__(self, function, nth, code=errno.ENOSPC):
        self.function, self.nth, self.code, self.calls = function, nth, code, 0

    def __call__(self, *arguments, **options):
        self.calls += 1
        if self.calls == self.nth:
            raise OSError(self.code, os.strerror(self.code))
        return self.function(*arguments, **options)


@pytest.mark.parametrize(
    "name", ["replace", pytest.param("write", marks=pytest.mark.slow), pytest.param("fsync", marks=pytest.mark.slow)]
)
def test_any_call_that_the_system_refuses_is_survived(config, digests, tmp_path, monkeypatch, name):
    """Every write, fsync and rename of a run fails once, each in a run of its own."""
    codes = []
    for nth in range(1, 40):
        out = tmp_path / str(nth)
        refusing = Refusing(getattr(os, name), nth, errno.EIO if name == "fsync" else errno.ENOSPC)
        with monkeypatch.context() as patch:
            patch.setattr(os, name, refusing)
            codes.append(ended(config, out))
        if refusing.calls < nth:
            break
        assert codes[-1] == 1
        assert not hidden(out)
        manifest = load_manifest(out)
        listed = {entry.file: entry for entry in (manifest.shards if manifest else ())}
        for path in out.glob("*.h5"):
            assert path.name not in listed or path.stat().st_size == listed[path.name].bytes
        assert run(config, out).exit_code == 0
        assert content(out) == digests
    assert codes[-1] == 0
    assert len(codes) > 5


def ended(config, out):
    """The exit code that the command would have."""
    try:
        return run(config, out).exit_code
    except ScenegenError as error:
        return error.exit_code


def test_a_lock_file_that_cannot_be_written_still_locks(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "FileIO", NoRoom)
    with only_run(tmp_path), pytest.raises(RunError, match="another run is at work here"), only_run(tmp_path):
        pytest.fail("two runs in one folder")
    assert not (tmp_path / LOCK).exists()


class NoRoom(lock.FileIO):
    """A file that cannot grow."""

    def write(self, _):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_without_locks_is_one_line(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks.fcntl, "flock", refuse)
    with (
        pytest.raises(RunError, match=r"cannot be locked \(No locks available\): mend its rights, or choose"),
        only_run(tmp_path),
    ):
        pytest.fail("no lock")


def test_a_worker_that_cannot_be_started_is_one_line(config, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(process_pool.tempfile, "mkstemp", refuse)
    with pytest.raises(RunError, match=r"a worker cannot be started \(Resource temporarily unavailable\): free memory"):
        run(config, tmp_path, workers=1)


def test_a_worker_whose_log_cannot_grow_works_all_the_same(config, digests, tmp_path, monkeypatch):
    def to_nowhere(**_):
        link = tmp_path / "log"
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/full")
        return os.open(os.devnull, os.O_RDONLY), str(link)

    monkeypatch.setattr(process_pool.tempfile, "mkstemp", to_nowhere)
    assert run(config, tmp_path / "o", workers=1).exit_code == 0
    assert content(tmp_path / "o") == digests
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_a_worker_that_dies_before_its_next_shard_costs_one_retry(config, digests, tmp_path, monkeypatch):
    give, killed = process_pool._give, []

    def late(worker, waiting):
        if waiting and len(waiting) == 1 and not killed:
            killed.append(worker.process.pid)
            worker.process.kill()
            worker.process.join()
        give(worker, waiting)

    monkeypatch.setattr(process_pool, "_give", late)
    assert run(config, tmp_path, workers=1).exit_code == 0
    assert killed
    assert content(tmp_path) == digests


def test_two_calls_that_look_at_a_folder_do_not_disturb_each_other(tmp_path, monkeypatch):
    touch = Path.touch

    def swept(path, *arguments):
        touch(path, *arguments)
        path.unlink()

    monkeypatch.setattr(Path, "touch", swept)
    make_folder(tmp_path / "o")
    assert not hidden(tmp_path / "o")


def test_a_file_is_no_folder_to_write_to(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"file: is a file; choose another --out, a folder$"):
        make_folder(tmp_path / "file")


# ---- the order of publishing ----


def test_file_sync_rename_folder_sync_manifest(config, tmp_path, monkeypatch):
    """What a manifest lists is on the disk before the manifest is, whenever the power goes."""
    events, written = [], {}
    fsync, replace, opened = os.fsync, os.replace, os.open

    def note_open(path, *arguments, **options):
        descriptor = opened(path, *arguments, **options)
        written[descriptor] = Path(path).name
        return descriptor

    def note_fsync(descriptor):
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        events.append(("folder", "") if is_folder else ("file", re.sub(r"^\.|\.tmp-\d+$", "", written[descriptor])))
        fsync(descriptor)

    def note_replace(source, target):
        name = Path(target).name
        listed = (
            [entry["file"] for entry in json.loads(Path(source).read_text())["shards"]]
            if name == "manifest.json"
            else []
        )
        events.append(("rename", name, *listed))
        replace(source, target)

    for name, note in (("open", note_open), ("fsync", note_fsync), ("replace", note_replace)):
        monkeypatch.setattr(os, name, note)
    run(config, tmp_path)
    renames = [k for k, event in enumerate(events) if event[0] == "rename"]
    for k in renames:
        assert events[k - 1] == ("file", events[k][1])
        assert events[k + 1] == ("folder", "")
    names = [events[k][1] for k in renames]
    assert sorted(set(names)) == [
        "config.json",
        "local.json",
        "manifest.json",
        "train-room0-000.h5",
        "train-room1-000.h5",
    ]
    for shard in names:
        if shard.endswith(".h5"):
            safe = events.index(("rename", shard)) + 1
            first_listed = next(
                k for k, event in enumerate(events) if event[:2] == ("rename", "manifest.json") and shard in event[2:]
            )
            assert safe < first_listed


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_the_kernel_sees_the_same_order(world, tmp_path):
    trace = tmp_path / "trace"
    calls = "trace=openat,fsync,rename,renameat,renameat2"
    words = [sys.executable, "-m", "scenegen", *map(str, small(world, tmp_path / "o", "--workers", 0))]
    done = subprocess.run(["strace", "-f", "-y", "-e", calls, "-o", trace, *words], capture_output=True, text=True)
    if "PTRACE" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("tracing is not allowed here")
    assert done.returncode == 0, done.stderr
    lines = [
        line
        for line in trace.read_text().splitlines()
        if f"{tmp_path}/o" in line and re.search(r"(fsync|rename)", line)
    ]
    for name in ("train-room0-000.h5", "train-room1-000.h5"):
        synced, renamed = (next(k for k, line in enumerate(lines) if re.search(p, line)) for p in (
            rf"fsync\(\d+<.*\.{name}\.tmp-", rf"rename.*{name}\"(, 0)?\)"))  # fmt: skip
        assert synced < renamed
        assert re.search(rf"fsync\(\d+<{tmp_path}/o>\)", lines[renamed + 1])
    manifests = [k for k, line in enumerate(lines) if re.search(r"rename.*/manifest\.json\"", line)]
    assert manifests[-1] > max(k for k, line in enumerate(lines) if re.search(r"rename.*\.h5\"", line))
