"""The ablation: every variant is a command that its program takes, and a row comes out of it."""

import csv
from dataclasses import replace

import ablate_builtin as module
import pytest
from ablate_builtin import BASE, VARIANTS, Row, Variant, main, slug, table

from training.cli.main import parse

TINY = {"rooms": "8", "pairs-per-room": "2", "size": "96x96", "layers": "rgb,depth"}
LITTLE = ("--crop", "96", "--batch", "2", "--min-matches", "8", "--widths", "8", "16", "--blocks", "1", "1")


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: slug(variant.name))
def test_variants_are_commands_of_the_trainer(variant):
    command = parse(["fit", "--shards", "s", "--out", "o", "--preset", "builtin", *variant.fit])
    base = parse(["fit", "--shards", "s", "--out", "o", "--preset", "builtin"])
    assert (command.run != base.run) == bool(variant.fit)
    assert set(dict(variant.rooms)) <= {*BASE, "objects", "relight", "pairs-per-layout"}


def test_names_are_folders_of_their_own():
    assert len({slug(variant.name) for variant in VARIANTS}) == len(VARIANTS)
    assert VARIANTS[0] == Variant("base")
    assert "".join(slug(variant.name) for variant in VARIANTS).replace("-", "").isalnum()


def test_the_table():
    row = Row("base", 0, 9, {f"shards pck@{px}": float(px) for px in (1, 3, 5, 10)})
    text = table([row, Row("unet", 1, 3, {})])
    assert text.splitlines()[0] == "| variant | seed | steps | shards |"
    assert text.splitlines()[2] == "| base | 0 | 9 | 1/3/5/10 |"
    assert text.splitlines()[3] == "| unet | 1 | 3 | nan/nan/nan/nan |"


def test_an_unknown_variant(tmp_path, capsys):
    assert main(["--out", str(tmp_path), "--only", "magic"]) == 2
    assert "--only magic: unknown; choose among base, near cameras" in capsys.readouterr().err


@pytest.mark.slow
def test_a_row_for_each_run(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BASE", TINY)
    monkeypatch.setattr(module, "PILOT_STEPS", 4)
    monkeypatch.setattr(module, "MEASURED", replace(module.MEASURED, pairs=2, queries=10))
    monkeypatch.setattr(
        module, "VARIANTS", (Variant("base", fit=LITTLE), Variant("D = 32", fit=(*LITTLE, "--channels", "32")))
    )
    assert main(["--out", str(tmp_path), "--minutes", "0.01"]) == 0
    rows = list(csv.DictReader((tmp_path / "ablation.csv").open()))
    assert [row["variant"] for row in rows] == ["base", "D = 32"]
    assert all(0 <= float(row["shards pck@5"]) <= 100 for row in rows)
    assert main(["--out", str(tmp_path), "--minutes", "0.01", "--only", "base"]) == 0  # what is there is taken


@pytest.mark.slow
def test_what_fails_is_a_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "BASE", TINY)
    monkeypatch.setattr(module, "VARIANTS", (Variant("base", fit=("--crop", "4096")),))
    assert main(["--out", str(tmp_path)]) != 0
    assert "smaller than a window of 4096x4096" in capsys.readouterr().err
