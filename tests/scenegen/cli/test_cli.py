"""The real commands, as a user types them."""

import json
import signal
import subprocess
import sys
import time

import pytest
from command_line import scenegen, small
from interrupting import PATIENCE_S, interruptible
from small_world import objects_folder, rooms_folder

from scenegen.cli import main
from scenegen.layers import LAYERS


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    rooms_folder(folder / "rooms")
    objects_folder(folder / "objects")
    return folder


def test_render_inspect_and_render_again(world, tmp_path):
    first = scenegen(*small(world, tmp_path / "a", "--workers", 1))
    assert first.returncode == 0, first.stderr
    assert (
        "pairs                2 in 2 of 2 shards" in first.stdout.replace("  pairs", "pairs")
        or "2 in 2 of 2" in first.stdout
    )
    for word in ("visible", "overlap", "baseline (m)", "rejected cameras", "bytes", "pairs/s"):
        assert word in first.stdout
    assert "Traceback" not in first.stderr
    again = scenegen(*small(world, tmp_path / "a"))
    assert again.returncode == 0
    assert "nothing was missing" in again.stdout
    shard = next((tmp_path / "a").glob("*.h5"))
    for target in (tmp_path / "a", shard):
        shown = scenegen("inspect", target)
        assert shown.returncode == 0, shown.stderr
        assert "visible" in shown.stdout


def test_a_run_can_be_repeated_from_its_config(world, tmp_path):
    assert scenegen(*small(world, tmp_path / "a", "--seed", 3)).returncode == 0
    config = tmp_path / "a" / "config.json"
    again = scenegen("render", "--config", config, "--out", tmp_path / "b", "--no-cache")
    assert again.returncode == 0, again.stderr
    a, b = (json.loads((tmp_path / d / "manifest.json").read_text()) for d in "ab")
    assert [s["sha256"] for s in a["shards"]] == [s["sha256"] for s in b["shards"]]
    other = scenegen("render", "--config", config, "--seed", 4, "--out", tmp_path / "b")
    assert other.returncode == 1
    assert "holds a run with another configuration (seed 3 there, 4 now)" in other.stderr


def test_a_published_configuration_needs_its_sources_named(world, tmp_path):
    assert scenegen(*small(world, tmp_path / "a")).returncode == 0
    (tmp_path / "a" / "local.json").unlink()
    words = ["render", "--config", tmp_path / "a" / "config.json", "--out", tmp_path / "b", "--no-cache"]
    done = scenegen(*words)
    assert done.returncode == 2
    line = "room source 'folder' lacks its folder; use folder:PATH, as in --room-source folder:PATH"
    assert done.stderr == f"scenegen: {line}\n"
    places = [f"--{role}-source=folder:{world / f'{role}s'}" for role in ("room", "object")]
    assert scenegen(*words, *places).returncode == 0
    a, b = (json.loads((tmp_path / d / "manifest.json").read_text()) for d in "ab")
    assert [s["sha256"] for s in a["shards"]] == [s["sha256"] for s in b["shards"]]


def test_toml_works_too(world, tmp_path):
    (tmp_path / "c.toml").write_text(
        f'rooms = 1\npairs_per_room = 1\nsize = [96, 72]\nroom_source = "folder:{world / "rooms"}"\n'
        f'object_source = "folder:{world / "objects"}"\n[objects]\nplacement = "float"\n'
    )
    done = scenegen("render", "--config", tmp_path / "c.toml", "--out", tmp_path / "o", "--no-cache")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "o" / "config.json").read_text())["objects"]["placement"] == "float"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["render", "--rooms", "0"], 2, "scenegen: --rooms 0: at least 1 room is needed"),
        (["render", "--size", "10x10"], 2, "scenegen: --size 10x10: width and height must be 32 to 8192 pixels, as in 640x480"),
        (["render", "--size", "big"], 2, "'big' is not WIDTHxHEIGHT, as in 640x480"),
        (["render", "--overlap", "0.9:0.2"], 2, "scenegen: --overlap 0.9:0.2: must be LOW:HIGH within 0:1"),
        (["render", "--overlap", "lots"], 2, "'lots' is not LOW:HIGH, as in 0.2:0.9"),
        (["render", "--trace-fraction", "0.2"], 2, "scenegen: --trace-fraction 0.2: choose one of 1, 0.5, 0.25, 0.125"),
        (["render", "--layers", "rgb,flow"], 2, "scenegen: --layers flow: unknown; choose from rgb,depth,instance,normal"),
        (["render", "--room-source", "scenenn:nowhere"], 2, "scenegen: room source 'scenenn:nowhere': nowhere does not exist"),
        (["render", "--object-source", "blender"], 2, "scenegen: unknown object source 'blender'; use procedural | shapenet:PATH"),
        (["render", "--room-source", "folder:empty"], 2, "scenegen: "),
        (["render", "--object-source", "shapenet:empty"], 2, "scenegen: "),
        (["render", "--config", "none.json"], 2, "scenegen: --config none.json: cannot be read (No such file or directory)"),
        (["render", "--config", "bad.json"], 2, "scenegen: --config bad.json: is not .json"),
        (["render", "--config", "odd.json"], 2, "scenegen: --config odd.json: unknown option 'colour'; known here: rooms"),
        (["render", "--no-such-flag"], 2, "--no-such-flag"),
        (["render", "--out", "bad.json/x", "--rooms", "1"], 1, "scenegen: bad.json/x: cannot be written (Not a directory)"),
        (["inspect", "nowhere"], None, "nowhere"),
        (["inspect", "bad.json"], None, "bad.json"),
        (["assets", "check", "folder:nowhere"], 2, "nowhere"),
        (["assets", "check", "folder:empty"], None, "empty"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(tmp_path, words, code, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "odd.json").write_text('{"colour": 3}')
    done = scenegen(*words, cwd=tmp_path)
    assert done.returncode == code if code else done.returncode in (1, 2)
    assert message in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    if done.stderr.startswith("scenegen:"):
        assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.json", "empty", "odd.json"]


@pytest.mark.parametrize(
    "words", [[], ["--help"], ["render", "--help"], ["inspect", "--help"], ["assets", "check", "--help"]]
)
def test_help_reads_like_a_manual(words):
    done = scenegen(*words)
    assert done.returncode == 0
    assert "usage: scenegen" in done.stdout
    if words[:1] == ["render"]:
        for flag in ("--rooms", "--room-source", "--object-source", "--pairs-per-room", "--views", "--size", "--seed",
                     "--trace-fraction", "--workers", "--renderer", "--layers", "--codec", "--config", "--overlap",
                     "--placement", "--relight"):  # fmt: skip
            assert flag in done.stdout
        assert all(f"  {layer.name}: " in done.stdout for layer in LAYERS)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupting_says_how_to_go_on(world, tmp_path, number, code):
    words = [*small(world, tmp_path / "o", "--workers", 2)]
    words[words.index("--pairs-per-room") + 1] = 1000
    with interruptible():
        process = subprocess.Popen(
            [sys.executable, "-m", "scenegen", *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    while not (tmp_path / "o" / "manifest.json").exists() and process.poll() is None:
        time.sleep(0.1)
    time.sleep(1.0)
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    assert "interrupted; the same command again goes on where this one stopped" in errors
    assert "Traceback" not in errors
    assert not [p for p in (tmp_path / "o").iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("command", ["export", "verify", "gallery", "repack"])
def test_a_command_that_keeps_nothing_does_not_promise_to_go_on(command, monkeypatch, capsys):
    def interrupted(words):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules[main.__module__], "_parse", interrupted)
    assert main([command, "x"]) == 130
    assert capsys.readouterr().err == "interrupted; the same command again begins anew\n"


def test_the_doctor_reports_and_writes(world, tmp_path):
    (world / "objects" / "broken.obj").write_text("v 1 2 nan\nf 1 2 3\n")
    try:
        done = scenegen("assets", "check", f"folder:{world / 'objects'}", "--json", tmp_path / "r.json", "--manifest",
                        tmp_path / "m.json")  # fmt: skip
    finally:
        (world / "objects" / "broken.obj").unlink()
    assert done.returncode == 0, done.stderr
    assert "broken" in done.stdout
    assert "12" in done.stdout
    assert json.loads((tmp_path / "r.json").read_text())
    assert "sha256" in (tmp_path / "m.json").read_text()
