"""The command as a user types it: what it does, what it says, and how it leaves."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from interrupting import PATIENCE_S, interruptible
from picture_folder import pictures
from training_world import TINY, write_shards

from training.cli import main
from training.cli.main import parse
from training.coding import differences, flat
from training.data.transforms.cover import CoverTransform
from training.data.transforms.registry import image_settings
from training.objectives.registry import names
from training.presets import PRESETS, QUICK_STEPS, preset
from training.running.checkpoint import load
from training.running.fit import fit
from training.running.logs import HEALTH, LOG, VALIDATION, read_lines
from training.running.schedule import learning_rate
from training.settings import WarpSettings

SMALL = ["--preset", "compare", "--device", "cpu", "--batch", "2", "--crop", "16", "--min-matches", "4", "--points", "100",
         "--workers", "0", "--channels", "8", "--validation-pairs", "2"]  # fmt: skip


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"))


@pytest.fixture
def scenetrain(monkeypatch, capsys):
    """Run the command in this process; returns exit code, output and errors."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words):
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = leaving.code
        return code, *capsys.readouterr()

    return run


def command(*words, **named):
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return [sys.executable, "-m", "training", *map(str, words)], {"env": environment, "text": True, **named}


def logged(run):
    return {name: read_lines(run / name) for name in (LOG, VALIDATION, HEALTH)}


def test_fit_then_fit_again(scenetrain, shards, tmp_path):
    words = ["fit", "--shards", shards, "--out", tmp_path / "run", *SMALL, "--steps", 2]
    code, out, errors = scenetrain(*words)
    assert (code, errors) == (0, "")
    assert re.search(r"trained 2 steps; validation loss [+-]\d\.\d{4} untrained, [+-]\d\.\d{4} now\n", out)
    assert f"next: scenetrain eval --run {tmp_path / 'run'} --shards {shards}" in out
    assert f"tensorboard --logdir {tmp_path / 'run'}" in out
    code, out, _ = scenetrain(*words)
    assert code == 0
    assert f"{tmp_path / 'run'} is finished: all 2 steps were done before (--no-resume begins anew)" in out
    code, _, errors = scenetrain(*words, "--seed", 3)
    assert code == 2
    assert "holds a run of other settings (seed is 0 there and 3 now); use another --out" in errors
    assert scenetrain(*words, "--seed", 3, "--no-resume")[0] == 0
    assert load(tmp_path / "run" / "checkpoint.pt").settings.seed == 3


def test_killed_in_the_middle_a_run_goes_on_as_if_nothing_had_been(scenetrain, shards, tmp_path):
    """SIGKILL at whatever point the process happens to be; the same command again gives the same bits."""
    shape = [*SMALL, "--steps", 24, "--checkpoint-every", 3, "--validate-every", 6, "--health-every", 4]
    assert scenetrain("fit", "--shards", shards, "--out", tmp_path / "whole", *shape)[0] == 0
    words, named = command("fit", "--shards", shards, "--out", tmp_path / "cut", *shape)
    threads = {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    named["env"] |= threads
    for _ in range(10):  # on a busy machine it may be over before it is killed: then once more
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **named)
        while not (tmp_path / "cut" / "checkpoint.pt").exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        said = process.communicate()[0]
        step = load(tmp_path / "cut" / "checkpoint.pt").step
        if step < 24:
            break
        shutil.rmtree(tmp_path / "cut")
    assert process.returncode == -signal.SIGKILL, said
    assert 0 < step < 24, said
    code, out, _ = scenetrain("fit", "--shards", shards, "--out", tmp_path / "cut", *shape)
    assert code == 0
    assert f"going on from step {step}" in out
    assert logged(tmp_path / "cut") == logged(tmp_path / "whole")
    whole, cut = (load(tmp_path / name / "checkpoint.pt") for name in ("whole", "cut"))
    assert all(torch.equal(whole.model[name], value) for name, value in cut.model.items())


def test_ctrl_c_says_how_to_go_on(shards, tmp_path):
    words, named = command("fit", "--shards", shards, "--out", tmp_path / "run", *SMALL, "--steps", 5000)
    with interruptible():
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **named)
    while not (tmp_path / "run" / "log.jsonl").exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    step = load(tmp_path / "run" / "checkpoint.pt").step
    assert (
        f"stopped after step {step} of 5000, with a checkpoint in {tmp_path / 'run'}; the same command goes on" in out
    )
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["fit", "--shards", "empty", "--out", "run"], 1, "scenetrain: empty: holds no shards"),
        (["fit", "--shards", "nowhere", "--out", "run"], 1, "scenetrain: nowhere: "),
        (["fit", "--shards", "empty", "--out", "run", "--lam", "1.5"], 2, "scenetrain: --lam 1.5: must be in [0, 1]"),
        (["fit", "--shards", "empty", "--out", "run", "--lr", "0"], 2, "scenetrain: --lr 0: must be a positive number"),
        (["fit", "--shards", "empty", "--out", "run", "--lr", "nan"], 2, "scenetrain: --lr nan: must be a positive number"),
        (["fit", "--shards", "empty", "--out", "run", "--batch", "0"], 2, "scenetrain: --batch 0: must be 1 or more"),
        (["fit", "--shards", "empty", "--out", "run", "--seed", "-1"], 2, "scenetrain: --seed -1: must be 0 or more"),
        (["fit", "--shards", "empty", "--out", "run", "--validate-every", "-1"], 2, "scenetrain: --validate-every -1: must"),
        (["fit", "--shards", "empty", "--out", "run", "--steps", "3", "--epochs", "2"], 2, "--epochs and --steps: give one"),
        (["fit", "--shards", "empty", "--out", "run", "--p", "3"], 2, "--p"),
        (["fit", "--shards", "empty", "--out", "run", "--preset", "fast"], 2, "--preset"),
        (["fit", "--shards", "empty"], 2, "--out"),
        (["fit", "--out", "run"], 2, "scenetrain: fit: give either --shards DIR or --images DIR"),
        (["fit", "--out", "run", "--shards", "empty", "--images", "empty"], 2, "scenetrain: fit: give either --shards"),
        (["fit", "--out", "run", "--images", "empty"], 1, "scenetrain: empty: holds no pictures"),
        (["fit", "--out", "run", "--images", "empty", "--transform", "no"], 2, "--transform no: unknown; choose one of"),
        (["fit", "--out", "run", "--images", "empty", "--zoom", "1"], 2, "--zoom"),
        (["fit", "--no-such-flag"], 2, "--no-such-flag"),
        (["extract", "photo.png", "--run", "nowhere", "--out", "d.h5"], 1, "scenetrain: nowhere/checkpoint.pt: does not"),
        (["match", "a.png", "b.png", "--run", "nowhere", "--out", "m.png"], 1, "scenetrain: nowhere/checkpoint.pt: does not"),
        (["eval", "--run", "nowhere", "--shards", "empty"], 1, "scenetrain: nowhere"),
        (["dance"], 2, "dance"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(scenetrain, tmp_path, monkeypatch, words, code, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    left, out, errors = scenetrain(*words)
    assert left == code, out + errors
    assert message in errors + out
    if errors.startswith("scenetrain:"):
        assert len(errors.strip().splitlines()) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["empty"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize(
    "words", [["fit", "--shards", "x", "--out", ""], ["match", "a", "b", "--run", ""], ["fetch-mnist", "--out", ""]]
)
def test_an_empty_path_is_not_the_folder_that_one_stands_in(scenetrain, words):
    assert scenetrain(*words) == (2, "", 'scenetrain: "" is no path: give one, or . for this folder\n')


def test_no_gpu_where_one_was_asked_for(scenetrain, shards, tmp_path):
    code, _, errors = scenetrain("fit", "--shards", shards, "--out", tmp_path / "run", "--device", "cuda")
    assert code == 2
    assert errors.startswith("scenetrain: --device cuda: no GPU is usable (")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("words", [[], ["--help"], ["fit", "--help"], ["eval", "--help"], ["extract", "--help"],
                                   ["match", "--help"], ["bench", "--help"], ["compare", "--help"]])  # fmt: skip
def test_help_reads_like_a_manual(scenetrain, words):
    code, out, _ = scenetrain(*words)
    assert code == 0
    assert "usage: scenetrain" in out
    if len(words) == 2 and words[0] != "bench":
        assert f"scenetrain {words[0]} " in out.split("For example:")[1]
    if words[:1] == ["fit"]:
        places = [name.rpartition(".")[2] for name in flat(preset("paper")) if name != "views"]
        for option in (*places, "shards", "out", "preset", "device", "compile", "resume", "checkpoint_every"):
            assert f"--{option.replace('_', '-')}" in out
        assert all(name in out.split("Objectives")[1] for name in names())


WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "{name}":
            raise ModuleNotFoundError(f"No module named '{{name}}'", name=name)
sys.meta_path.insert(0, Missing())
from training.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("name", ["torch", "tensorboard"])
def test_without_pytorch_it_says_how_to_install(tmp_path, name):
    script = [sys.executable, "-c", WITHOUT.format(name=name)]
    done = subprocess.run([*script, "fit", "--shards", "x", "--out", "y"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        f"scenetrain: the package {name} is missing; install what training needs: pip install 'scenegen[train]'\n"
    )


@pytest.mark.parametrize("words", [["--help"], ["eval", "--help"], ["match", "--nonsense"]])
def test_help_and_bad_options_do_not_wait_for_pytorch(words):
    """`fit --help` does: an objective's options stand beside its formula."""
    code = (
        "import sys\nfrom training.cli.main import parse\n"
        f"try: parse({words})\nexcept SystemExit: print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False", done.stderr


def settings_of(*words):
    """The settings that the words of a run ask for."""
    return parse(["fit", "--shards", "s", "--out", "o", *map(str, words)]).run


def test_options_left_out_keep_the_value_of_the_preset():
    for name in PRESETS:
        assert settings_of("--preset", name) == preset(name)


PLAIN = {name: value for name, value in flat(preset("paper")).items() if type(value) in (int, float)}


@pytest.mark.parametrize("place", PLAIN)
def test_every_option_reaches_its_place_and_no_other(place):
    value = 7 if type(PLAIN[place]) is int else 0.625
    settings = settings_of(f"--{place.rpartition('.')[2].replace('_', '-')}", value)
    assert flat(settings)[place] == value
    assert [line.split()[0] for line in differences(preset("paper"), settings)] == [place]


def test_words_reach_their_places():
    settings = settings_of(
        "--preset=official", "--p", "1", "--sampling", "bilinear", "--norm", "pixel", "--precision", "float32"
    )
    assert (settings.objective, settings.loss.p, settings.loss.scale) == ("stable", "1", "official")
    assert (settings.pixels.sampling, settings.model.norm, settings.precision) == ("bilinear", "pixel", "float32")


def test_an_objective_brings_its_options():
    assert settings_of("--objective", "infonce", "--temperature", "0.2").loss.temperature == 0.2
    assert settings_of("--objective=don").loss.margin == 0.5


def test_pictures_bring_their_options():
    there = parse(["fit", "--images", "photos", "--out", "o", "--transform", "cover", "--zoom", "0.2", "--canvas", "2"])
    assert (there.images, there.shards) == (Path("photos"), None)
    assert there.run.views == replace(image_settings("cover"), canvas=2.0, ranges=CoverTransform(zoom=0.2))
    assert parse(["fit", "--images=photos", "--out", "o"]).run.views == image_settings("paper")
    assert settings_of().views is None


def test_a_preset_s_warps_are_for_rooms(scenetrain, tmp_path):
    assert settings_of("--preset", "quick").data.warp != WarpSettings()
    assert settings_of("--preset", "quick", "--images", "photos").data.warp == WarpSettings()
    given = ("fit", "--preset", "quick", "--images", pictures(tmp_path / "photos"), "--out", tmp_path / "run", *SMALL)
    for words, said in {
        ("--warp-zoom", "1.5"): "--warp-zoom 1.5: is for shards; how pictures of a folder are moved are the ranges of "
        "--transform",
        ("--positives-across", "0.2"): "--positives-across: is for shards, which say where their objects stand; "
        "leave it out",
    }.items():
        assert scenetrain(*given, *words) == (2, "", f"scenetrain: {said}\n")
    assert not (tmp_path / "run").exists()


def test_fit_on_a_set_without_val_does_not_send_to_eval_on_it(scenetrain, tmp_path):
    folder = write_shards(tmp_path / "shards", val=0)
    code, out, errors = scenetrain("fit", "--shards", folder, "--out", tmp_path / "run", *SMALL, "--steps", 2)
    assert (code, errors) == (0, "")
    assert "--shards DIR (a folder with a split val)" in out
    assert f"--shards {folder}" not in out


def test_fit_on_pictures(scenetrain, tmp_path):
    folder = pictures(tmp_path / "photos")
    code, out, errors = scenetrain("fit", "--images", folder, "--out", tmp_path / "run", *SMALL, "--steps", 2)
    assert (code, errors) == (0, "")
    assert f"next: scenetrain match --run {tmp_path / 'run'} A B --out matches.png, or scenetrain eval" in out


def test_options_of_another_objective_are_refused(scenetrain):
    begin = ("fit", "--shards", "s", "--out", "o", "--objective", "infonce")
    for words in (("--lam", "0.5"), ("--lam=0.5",)):
        code, _, errors = scenetrain(*begin, *words)
        owners = "--lam: is an option of --objective stable or stable-hard"
        said = f"{owners}; those of infonce: similarity, temperature, radius-px"
        assert (code, errors) == (2, f"scenetrain: {said}\n")
    code, out, errors = scenetrain(*begin, "--lamb", "0.5")  # of none
    assert code == 2
    assert "--lamb" in out + errors


def test_an_unknown_objective_lists_the_known_ones(scenetrain):
    code, _, errors = scenetrain("fit", "--shards", "s", "--out", "o", "--objective", "magic")
    assert (code, errors) == (2, f"scenetrain: --objective magic: unknown; choose one of {', '.join(names())}\n")


def test_descriptors_have_length_one_where_the_objective_compares_directions():
    """Another objective takes the length with it, whatever the preset says; --unit-length has the last word."""

    def unit(*words):
        return settings_of(*words).model.unit_length

    assert (unit("--preset", "paper"), unit("--preset", "quick")) == (False, True)
    assert unit("--preset", "paper", "--objective", "infonce")
    assert not unit("--preset", "quick", "--objective", "stable")
    assert not unit("--objective", "infonce", "--no-unit-length")
    assert unit("--objective", "stable", "--unit-length")


def test_epochs_replace_the_steps_of_a_preset():
    assert settings_of("--preset", "quick").steps == QUICK_STEPS
    settings = settings_of("--preset", "quick", "--epochs", 2)
    assert (settings.steps, settings.epochs) == (0, 2)


def test_another_peak_keeps_the_shape_of_the_schedule():
    rates = settings_of("--lr", "2e-3").optimizer
    assert [learning_rate(step, 1000, rates) for step in (0, 49, 999)] == pytest.approx([8e-5, 2e-3, 8e-9])


@pytest.fixture(scope="module")
def run(shards, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    fit(replace(TINY, steps=1), shards, out, "cpu")
    return out


def test_extract_and_match(scenetrain, run, tmp_path):
    from PIL import Image

    for name in ("a.png", "b.png"):
        Image.effect_noise((40, 32), 80).convert("RGB").save(tmp_path / name)
    code, out, errors = scenetrain("extract", tmp_path / "a.png", tmp_path / "b.png", "--run", run, "--out", tmp_path / "d.h5",
                                   "--device", "cpu")  # fmt: skip
    assert (code, errors) == (0, "")
    assert f"{tmp_path / 'd.h5'} holds a.png, b.png" in out
    code, out, errors = scenetrain("match", tmp_path / "a.png", tmp_path / "a.png", "--run", run, "--out", tmp_path / "m.png",
                                   "--device", "cpu")  # fmt: skip
    assert (code, errors) == (0, "")
    assert f"pixels found a match; the picture is {tmp_path / 'm.png'}" in out
    assert (tmp_path / "m.png").stat().st_size > 0


@pytest.mark.parametrize(
    "words", [["fit"], ["fit", "--objective", "cover"], ["fit", "--images", "p"], ["compare"], ["eval"], ["bench"]]
)
def test_help_waits_for_no_pytorch(words):
    """Nor where an objective is listed by its file alone, as one that is added is."""
    code = (
        "import sys\nfrom training.cli.main import parse\n"
        "from training.objectives.registry import FILES\nFILES['mine'] = 'triplet'\n"
        f"try:\n    parse({[*words, '--help']})\nexcept SystemExit as left:\n    assert left.code == 0\n"
        "print(sorted({'torch', 'numba', 'scipy', 'matplotlib'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "[]\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["eval", "--pairs", "-1"], "--pairs -1: must be 0 or more"),
        (["eval", "--queries", "0"], "--queries 0: must be 1 or more"),
        (["eval", "--window", "-5"], "--window -5: must be 0 or more"),
        (["eval", "--pictures", "-1"], "--pictures -1: must be 0 or more"),
        (["eval", "--seed", "-1"], "--seed -1: must be 0 or more"),
        (["extract", "a.jpg", "--tile", "-1"], "--tile -1: must be 0 or more"),
    ],
)
def test_numbers_out_of_range_are_one_line(scenetrain, words, said):
    where = ["--shards", "nowhere"] if words[0] == "eval" else []
    assert scenetrain(*words, *where, "--run", "builtin", "--out", "out") == (2, "", f"scenetrain: {said}\n")
