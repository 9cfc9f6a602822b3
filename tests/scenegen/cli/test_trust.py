"""verify, status, repack and slices of a run, as a user types them."""

import contextlib
import json
import os
import resource
import shutil
import signal
import time

import pytest
from command_line import content, scenegen, small, started
from small_world import objects_folder, rooms_folder


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    rooms_folder(folder / "rooms")
    objects_folder(folder / "objects")
    return folder


@pytest.fixture(scope="module")
def whole(world, tmp_path_factory):
    """An undisturbed run."""
    out = tmp_path_factory.mktemp("whole")
    assert scenegen(*small(world, out, "--workers", 0)).returncode == 0
    return out


def test_a_sound_run_is_verified(whole, tmp_path):
    done = scenegen("verify", whole, "--deep", 1, "--json", tmp_path / "report.json")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 shards are sound" in done.stdout
    assert "rays: 0 of " in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["sound"]
    assert report["made_again"]["rgb"]["differ"] == 0
    assert scenegen("verify", whole, "--fast").returncode == 0


def test_a_published_run_is_made_again_where_its_sources_are_named(world, whole, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(whole, copy)
    (copy / "local.json").unlink()
    lacking = scenegen("verify", copy, "--deep", 1)
    assert lacking.returncode == 0
    assert (
        "nothing is made again, the assets are not at hand (object source 'folder' lacks its folder" in lacking.stdout
    )
    assert "name them with --room-source and --object-source" in lacking.stdout
    places = [f"--{role}-source=folder:{world / f'{role}s'}" for role in ("room", "object")]
    assert "rays: 0 of " in scenegen("verify", copy, "--deep", 1, *places).stdout
    wrong = scenegen("verify", copy, "--deep", 1, places[1], f"--room-source=folder:{world / 'objects'}")
    assert "the rooms or objects there are not those that the run chose from" in wrong.stdout


def test_damage_is_found_and_named(whole, tmp_path):
    copy = tmp_path / "copy"
    assert scenegen("repack", whole, "--codec", "gzip", "--out", copy).returncode == 0
    first, second = sorted(copy.glob("*.h5"))
    data = bytearray(first.read_bytes())
    data[len(data) // 3] ^= 8
    first.write_bytes(data)
    (copy / "stray.h5").write_bytes(b"")
    done = scenegen("verify", copy)
    assert done.returncode == 1
    assert first.name in done.stdout
    assert "its bytes are not those of the manifest" in done.stdout
    assert "stray.h5" in done.stdout
    assert "1 of 2 shards are sound" in done.stdout
    assert second.name not in done.stdout
    assert scenegen("verify", copy, "--fast").returncode == 1


def test_single_shards_and_the_report_of_damage(whole, tmp_path):
    first, second = sorted(whole.glob("*.h5"))
    cut = tmp_path / "cut.h5"
    cut.write_bytes(first.read_bytes()[:-1])
    assert scenegen("verify", first, second).returncode == 0
    done = scenegen("verify", first, cut, "--json", tmp_path / "report.json")
    assert done.returncode == 1
    assert "1 of 2 shards are sound" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert not report["sound"]
    assert [(shard["name"], len(shard["problems"])) for shard in report["shards"]] == [(first.name, 0), (cut.name, 1)]
    assert "was cut short" in report["shards"][1]["problems"][0]


def test_repack_keeps_what_the_shards_say(whole, tmp_path):
    done = scenegen("repack", whole, "--codec", "none", "--out", tmp_path / "none")
    assert done.returncode == 0, done.stderr
    assert content(tmp_path / "none") == content(whole)
    assert scenegen("verify", tmp_path / "none").returncode == 0


def test_slices_make_the_same_run_and_status_says_what_is_left(world, whole, tmp_path):
    assert scenegen(*small(world, tmp_path, "--shard", "1/2", "--workers", 1)).returncode == 0
    half = scenegen("status", tmp_path)
    assert half.returncode == 1
    assert "1 of 2 done" in half.stdout
    assert "missing  " in half.stdout
    assert scenegen(*small(world, tmp_path, "--shard", "0/2", "--workers", 2)).returncode == 0
    assert scenegen("status", tmp_path).returncode == 0
    assert content(tmp_path) == content(whole)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["verify"], 2, ""),
        (["verify", "nowhere"], 2, "no such file or folder"),
        (["verify", ".", "--fast", "--deep", "1"], 2, "with --deep 1 or more, or --fast"),
        (["status", "."], 1, "holds no run"),
        (["repack", ".", "--codec", "none", "--out", "x"], 1, "holds no run"),
        (["render", "--shard", "3/2", "--out", "x"], 2, "must be i/n with i from 0 to n - 1"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path, words, code, message):
    done = scenegen(*words, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_run_in_the_folder_is_refused(world, tmp_path):
    first = started(world, tmp_path, "--pairs-per-room", 1000, "--workers", 0)
    lock = tmp_path / "run.lock"  # names its holder as soon as it is held
    while not (lock.exists() and lock.read_text()) and first.poll() is None:
        time.sleep(0.05)
    second = scenegen(*small(world, tmp_path, "--pairs-per-room", 1000))
    first.kill()
    first.communicate()
    assert second.returncode == 1
    assert f"another run (process {first.pid} on " in second.stderr
    assert scenegen("status", tmp_path).returncode == 1


def kill_at(world, out, seconds):
    """Start the command, kill all of it after a while; whether it was still at work."""
    process = started(world, out, "--workers", 2)
    time.sleep(seconds)
    alive = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return alive


@pytest.mark.parametrize("seconds", [0.6, 1.4, 2.2])
def test_killed_and_started_again_the_set_is_that_of_an_undisturbed_run(world, whole, tmp_path, seconds):
    kill_at(world, tmp_path, seconds)
    assert scenegen(*small(world, tmp_path, "--workers", 2)).returncode == 0
    assert content(tmp_path) == content(whole)
    assert scenegen("verify", tmp_path).returncode == 0


@pytest.mark.slow
def test_kills_at_twenty_moments(world, whole, tmp_path):
    disturbed = 0
    for number in range(20):
        out = tmp_path / str(number)
        disturbed += kill_at(world, out, 0.3 + 0.17 * number)
        assert scenegen(*small(world, out, "--workers", 2)).returncode == 0
        assert content(out) == content(whole)
        assert scenegen("verify", out).returncode == 0
    assert disturbed >= 10


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_full_disk_is_a_clean_error_and_the_run_goes_on_afterwards(world, whole, tmp_path):
    process = started(world, tmp_path, "--workers", 0, preexec_fn=limit_files)
    _, errors = process.communicate()
    assert process.returncode == 1, errors
    assert b"Traceback" not in errors
    assert not list(tmp_path.glob("*.h5"))
    assert not list(tmp_path.glob(".*"))
    assert scenegen(*small(world, tmp_path, "--workers", 0)).returncode == 0
    assert content(tmp_path) == content(whole)
