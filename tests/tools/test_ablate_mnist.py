"""The ablation at λ = 1: what its variants change, what its table says, and that the tool makes it."""

from dataclasses import asdict, replace

import ablate_mnist
import numpy as np
import pytest
from mnist_world import strokes, tiny
from scipy import special

from training.errors import RequestError
from training.experiments.colored_mnist import ablation
from training.experiments.colored_mnist.ablation import HEADS, compare_variants, table, variants, write_tables
from training.experiments.colored_mnist.settings import experiment
from training.experiments.colored_mnist.trial import MnistRow
from training.files.rows import read_rows


def row(seed, known, unknown):
    return MnistRow("inf", 1.0, seed, known, unknown, 0.01, 10, 5, 2.0, 1.0, "CPU")


def leaves(value, path=()):
    if not isinstance(value, dict):
        return {path: value}
    return {k: v for key, part in value.items() for k, v in leaves(part, (*path, key)).items()}


def test_each_variant_changes_one_thing():
    base = experiment("official")
    made = variants(base)
    assert made[0].settings == base
    found = {}
    for variant in made[1:]:
        before, after = leaves(asdict(base)), leaves(asdict(variant.settings))
        found[variant.name] = {".".join(path): after[path] for path in before if before[path] != after[path]}
    assert found == {
        "backbone-x2": {"backbone.steps": 60_000},
        "classifier-x2": {"classifier.steps": 24_000},
        "d-16": {"model.channels": 16},
        "d-64": {"model.channels": 64},
        "norm-pixel": {"model.norm": "pixel"},
        "kept-0.5": {"view.kept": 0.5},
        "kept-0.125": {"view.kept": 0.125},
    }
    assert all((trial.norm, trial.lam) == ("inf", 1.0) for trial in ablation.trials(3))


def test_the_table():
    chosen = variants(tiny())
    rows = {
        "base": [row(0, 0.70, 0.70), row(1, 0.72, 0.74)],
        "d-16": [row(0, 0.71, 0.745), row(1, 0.73, 0.755)],
        "d-64": [row(0, 0.61, 0.66)],
        "norm-pixel": [],
    }
    base, small, large = table(compare_variants(rows, chosen))
    assert base == ("base", "2", "71.0 ± 1.4", "72.0 ± 2.8", "", "", "2", "1")
    assert small[:5] == ("D = 16", "2", "72.0 ± 1.4", "75.0 ± 0.7", "+3.0")
    errors = np.array([np.var([70, 74], ddof=1), np.var([74.5, 75.5], ddof=1)]) / 2  # Welch and Satterthwaite
    half = special.stdtrit(errors.sum() ** 2 / (errors**2).sum(), 0.975) * np.sqrt(errors.sum())
    assert [float(word) for word in small[5].split(" to ")] == pytest.approx([3 - half, 3 + half], abs=0.06)
    assert large == ("D = 64", "1", "61.0", "66.0", "-6.0", "", "2", "1")


def test_a_gain_without_a_base_is_unknown(tmp_path):
    (only,) = compare_variants({"d-16": [row(0, 0.7, 0.7)]}, variants(tiny()))
    assert np.isnan(only.gain)
    assert np.isnan(compare_variants({"d-16": [row(0, 0.7, 0.7)], "base": []}, variants(tiny()))[0].gain)


def test_the_files(tmp_path):
    made = compare_variants({"base": [row(0, 0.7, 0.71), row(1, 0.72, 0.73)]}, variants(tiny()))
    names = [path.name for path in write_tables(made, tmp_path)]
    assert names == ["ablation.md", "ablation.csv", "runs.csv"]
    heads, _, line = (tmp_path / "ablation.md").read_text().splitlines()
    assert heads.count("|") == line.count("|") == len(HEADS) + 1
    assert (tmp_path / "ablation.csv").read_text().splitlines()[0] == ",".join(HEADS)
    assert (tmp_path / "runs.csv").read_text().splitlines()[1].startswith("base,inf,1,0,0.7,0.71,")
    assert [one.seed for one in read_rows(tmp_path / "runs.csv", MnistRow)] == [0, 1]


def test_the_tool_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ablate_mnist, "load_mnist", lambda _: strokes())
    monkeypatch.setattr(ablate_mnist, "experiment", lambda _: replace(tiny(), evaluated=30))
    words = ["--mnist", "none", "--out", str(tmp_path), "--workers", "1", "--seeds", "2"]
    assert ablate_mnist.main([*words, "--only", "d-16"]) == 0
    said = capsys.readouterr().out
    assert said.count("2 of 2") == 2
    assert "OOD - base" in said
    assert len((tmp_path / "ablation.md").read_text().splitlines()) == 4
    assert ablate_mnist.main([*words, "--only", "norm-pixel,d-16"]) == 0
    assert capsys.readouterr().out.count("2 of 2") == 1
    assert [line.split(",")[0] for line in (tmp_path / "runs.csv").read_text().splitlines()[1:]] == [
        *("base", "base", "d-16", "d-16", "norm-pixel", "norm-pixel")
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "d-17"], "--only d-17: unknown; choose among base, backbone-x2"),
        (["--seeds", "0"], "--seeds 0: must be 1 or more"),
        (["--classifier-steps", "0"], "--classifier-steps 0: must be 1 or more"),
        ([], "train-images-idx3-ubyte.gz: no such file"),
    ],
)
def test_bad_requests_are_one_line(tmp_path, capsys, words, said):
    assert ablate_mnist.main(["--mnist", str(tmp_path), "--out", str(tmp_path / "run"), *words]) == 2
    assert said in capsys.readouterr().err


def test_the_base_is_always_there():
    offered = variants(tiny())
    assert [variant.name for variant in ablation.choose_variants(offered, "kept-0.5")] == ["base", "kept-0.5"]
    assert ablation.choose_variants(offered, None) == offered
    with pytest.raises(RequestError, match="--only : unknown"):
        ablation.choose_variants(offered, "")
