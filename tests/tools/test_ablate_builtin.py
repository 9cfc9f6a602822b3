"""The ablation: every variant is a command that its program takes, and a row comes out of it."""

import csv
import json
from argparse import Namespace
from dataclasses import replace

import ablate_builtin as module
import pytest
from ablate_builtin import Row, _chosen, fastest_s, main, rows_in, slug, steps_worth, table
from ablating.pictures import CHANGES
from ablating.variants import BASE, VARIANTS, Variant

from training.cli.main import parse

TINY = {"rooms": "8", "pairs-per-room": "2", "size": "96x96", "layers": "rgb,depth"}
LITTLE = ("--crop", "96", "--batch", "2", "--min-matches", "8", "--widths", "8", "16", "--blocks", "1", "1")


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: slug(variant.name))
def test_variants_are_commands_of_the_trainer(variant):
    command = parse(["fit", "--shards", "s", "--out", "o", "--preset", "builtin", *variant.fit])
    base = parse(["fit", "--shards", "s", "--out", "o", "--preset", "builtin"])
    assert (command.run != base.run) == bool(variant.fit)
    assert set(dict(variant.rooms)) <= {*BASE, "objects", "relight", "pairs-per-layout", "room-source"}
    assert not variant.pictures or variant.pictures in CHANGES


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
    said = capsys.readouterr().err
    assert said.startswith("--only magic: unknown; choose among base, near-cameras, ")
    names = said.split("among ")[1].strip().split(", ")
    assert len(_chosen(",".join(names), tmp_path)) == len(VARIANTS)  # what is offered can be asked for


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--steps", "0", "0: must be a whole number, 1 or more"),
        ("--seeds", "-1", "-1: must be a whole number, 1 or more"),
        ("--steps", "1.5", "1.5: must be a whole number, 1 or more"),
        ("--photos", "none", "none: is no folder"),
        ("--scans", "none", "none: is no folder"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_room_is_rendered(tmp_path, monkeypatch, capsys, option, value, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["--out", str(tmp_path / "out"), f"{option}={value}"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"argument {option}: {said}\n")
    assert not list(tmp_path.iterdir())


def test_scans_need_a_folder(tmp_path, capsys):
    assert main(["--out", str(tmp_path), "--only", "scanned-rooms"]) == 2
    assert capsys.readouterr().err == "--only scanned-rooms: needs scanned rooms; name their folder with --scans\n"


@pytest.mark.parametrize(("price", "steps"), [(2.0, 100), (2.1, 100), (1.9, 100), (4.0, 50), (1.0, 200), (999, 1)])
def test_equal_time_in_steps_of_the_base(monkeypatch, price, steps):
    prices = {"base": 2.0, "other": price}
    monkeypatch.setattr(module, "price_s", lambda variant, beside, words: prices[variant.name])
    assert steps_worth(100, Variant("other", fit=("--channels", "9")), Namespace()) == steps


def test_what_trains_as_the_base_does_has_its_steps(monkeypatch):
    monkeypatch.setattr(module, "price_s", lambda *_: pytest.fail("nothing to measure"))
    assert steps_worth(100, Variant("other", (("rooms", "24"),)), Namespace()) == 100
    assert steps_worth(100, Variant("other", fit=("--noise-std", "0")), Namespace()) == 100


def test_the_price_is_that_of_the_fastest_step():
    records = [{"step": step, "cpu_s": cpu_s} for step, cpu_s in ((1, 9.0), (2, 11.0), (4, 14.0), (5, 16.5))]
    assert fastest_s(records) == pytest.approx(1.5)


def test_rows_are_in_the_order_of_the_variants(tmp_path):
    for name, seed in (("unet", 0), ("base", 1), ("base", 0)):
        file = tmp_path / "rows" / name / f"seed{seed}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"variant": name, "seed": seed, "steps": 1, "scores": {}}))
    assert [(row.variant, row.seed) for row in rows_in(tmp_path)] == [("base", 0), ("base", 1), ("unet", 0)]


@pytest.mark.slow
def test_a_row_for_each_run(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BASE", TINY)
    monkeypatch.setattr(module, "PILOT_STEPS", 4)
    monkeypatch.setattr(module, "MEASURED", replace(module.MEASURED, pairs=2, queries=10))
    monkeypatch.setattr(
        module, "VARIANTS", (Variant("base", fit=LITTLE), Variant("D = 32", fit=(*LITTLE, "--channels", "32")))
    )
    assert main(["--out", str(tmp_path), "--steps", "3"]) == 0
    rows = list(csv.DictReader((tmp_path / "ablation.csv").open()))
    assert [row["variant"] for row in rows] == ["base", "D = 32"]
    assert all(0 <= float(row["shards pck@5"]) <= 100 for row in rows)
    assert rows[0]["steps"] == "3"
    assert main(["--out", str(tmp_path), "--steps", "3", "--only", "base"]) == 0  # what is there is taken, and kept
    assert list(csv.DictReader((tmp_path / "ablation.csv").open())) == rows


@pytest.mark.slow
def test_what_fails_is_a_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "BASE", TINY)
    monkeypatch.setattr(module, "VARIANTS", (Variant("base", fit=("--crop", "4096")),))
    assert main(["--out", str(tmp_path)]) != 0
    assert "smaller than a window of 4096x4096" in capsys.readouterr().err
