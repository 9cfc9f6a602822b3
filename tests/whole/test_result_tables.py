"""Tables of the page about training are those of the files in tools/results, number by number."""

import csv
import json
import statistics

import pytest
from roots import ROOT

RESULTS = ROOT / "tools" / "results"
PAGE = (ROOT / "training" / "README.md").read_text(encoding="utf-8")
RADII_PX = (1, 3, 5, 10)


def read(name):
    return list(csv.DictReader((RESULTS / name).read_text(encoding="utf-8").splitlines()))


def cells_of(text):
    """The lines of Markdown tables in a text, heads and rules apart, as lists of cells without emphasis."""
    lines = [line.replace("*", "").strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [cells for cells in lines if not set(cells[0]) <= {"-"}]


def section(begin, end):
    return PAGE.split(begin)[1].split(end)[0]


def rounded(values):
    """As Markdown has PCK at four radii: the third with a digit more."""
    return "/".join(f"{value:.{k == 2:d}f}" for k, value in enumerate(values))


def test_the_ablation():
    rows, lines = read("ablation.csv"), cells_of((RESULTS / "ablation.md").read_text(encoding="utf-8"))
    assert len(lines) == 1 + len(rows)
    for cells, row in zip(lines[1:], rows, strict=True):
        assert cells[:3] == [row["variant"], row["seed"], row["steps"]]
        for cell, benchmark in zip(cells[3:], lines[0][3:], strict=True):
            values = [float(row[f"{benchmark} pck@{px}"]) for px in RADII_PX]
            assert [int(said) for said in cell.split("/")] == pytest.approx(values, abs=0.501)


def test_photographs():
    tables = cells_of((RESULTS / "photos.md").read_text(encoding="utf-8"))
    assert len(tables) > 25
    assert all(cells in cells_of(section("### Measured\n", "\n## ")) for cells in tables)


def runs(rows, objective, factor):
    return [row for row in rows if (row["objective"], row["lr_factor"]) == (objective, factor)]


def mean(rows, metric):
    return statistics.mean(float(row[metric]) for row in rows)


def test_all_objectives():
    rows = read("compare_objectives.csv")
    lines = cells_of(section("### All objectives", "![PCK@5"))
    trained = {cells[0].split(" (")[0]: cells[1:] for cells in lines if len(cells) == 8 and " of " in cells[6]}
    assert set(trained) == {row["objective"] for row in rows}
    price = statistics.median(float(row["s_per_step"]) for row in runs(rows, "infonce", "1"))
    for name, (pck, spread, median, closer, faster, collapsed, step) in trained.items():
        plain, fast = runs(rows, name, "1"), runs(rows, name, "3")
        exact = [100 * float(row["pck@5"]) for row in plain]
        assert pck == rounded([100 * mean(plain, f"pck@{px}") for px in RADII_PX])
        assert spread == f"{statistics.stdev(exact):.1f}, {min(exact):.1f}"
        assert [median, closer] == [f"{mean(plain, 'median_px'):.0f}", f"{100 * mean(plain, 'closer'):.0f}"]
        assert faster == f"{100 * mean(fast, 'pck@5'):.1f}"
        fallen = (f"{sum(row['collapsed'] == 'yes' for row in some)} of {len(some)}" for some in (plain, fast))
        assert collapsed == ", ".join(fallen)
        assert step == f"{statistics.median(float(row['s_per_step']) for row in plain) / price:.2f}"


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("compare_stable_softmax.csv", "`stable-softmax` came later"),
        ("compare_stable_bits.csv", "`stable-bits` came after"),
    ],
)
def test_stable_objectives(name, begin):
    head, *lines = cells_of(section(begin, "`tools/results/"))
    assert len(lines) > 2
    for cells in lines:
        said = dict(zip(head, cells, strict=False))  # a cell at the end may be empty
        some = runs(read(name), said["objective"], said.get("rate", "1 x").removesuffix(" x"))
        exact = [100 * float(row["pck@5"]) for row in some]
        assert said["seeds"] == str(len(some))
        assert said["PCK@1/3/5/10 px, %"] == rounded([100 * mean(some, f"pck@{px}") for px in RADII_PX])
        assert said["sd of PCK@5, worst"] == f"{statistics.stdev(exact):.1f}, {min(exact):.1f}"
        digits = len(said["closer, %"].partition(".")[2])
        assert said["closer, %"] == f"{100 * mean(some, 'closer'):.{digits}f}"
        assert said["collapsed"] == str(sum(row["collapsed"] == "yes" for row in some))
        if seconds := said.get("CPU s of a run"):
            spent = [float(row["cpu_s"]) for row in some]
            assert [int(each) for each in seconds.split(" to ")] == pytest.approx([min(spent), max(spent)], abs=0.501)


def test_experiment_2():
    files = ("experiment2.json", "experiment2_infonce.json")
    told, infonce = (json.loads((RESULTS / file).read_text(encoding="utf-8")) for file in files)
    assert told["settings"]["sha256"] == infonce["settings"]["sha256"]
    rows = {row["name"]: row for row in told["rows"]} | {"InfoNCE": infonce["rows"][0]}
    lines = {cells[0]: cells[1:] for cells in cells_of(section("13,824 points", "\n\nBoth of"))[1:]}
    said = {
        "untrained network": "untrained",
        "`paper`, 948 steps of 32 pairs": "trained",
        "InfoNCE, same network, data and schedule": "InfoNCE",
        "RGB patches 7 × 7": "RGB 7x7",
        "the same less their mean": "RGB 7x7 - mean",
        "dense SIFT": "dense SIFT",
    }
    assert set(lines) == set(said)
    for line, (pck, closer, clusters, edges, *_) in lines.items():
        metrics, claims = rows[said[line]]["metrics"], rows[said[line]]["claims"]
        assert pck.split(" (")[0] == "/".join(f"{100 * metrics[f'pck@{px}']['value']:.1f}" for px in RADII_PX)
        assert closer.split(" (")[0] == f"{100 * metrics['closer']['value']:.1f} %"
        assert clusters == f"{claims['clusters/ari']:.3f} / {claims['clusters/fg_ari']:.3f}"
        assert edges == f"{claims['edges/ap']:.3f}"


def test_displacement():
    rows = {(row["motion"], row["way"]): row for row in read("displacement.csv")}
    lines = {cells[0]: cells[1:] for cells in cells_of(section("### Known motions", "\n### "))}
    for motion in dict.fromkeys(motion for motion, _ in rows):
        errors = [
            f"{float(rows[motion, way]['median_px']):.1f} / {float(rows[motion, way]['mean_px']):.1f}"
            for way in ("still", "regressed", "nearest")
        ]
        near = f"{100 * float(rows[motion, 'regressed']['within_3_px']):.0f} %"
        assert lines[motion] == [*errors[:2], near, errors[2]]
