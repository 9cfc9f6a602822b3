"""The benchmark of objectives prices every one of them; nothing is asserted about speed."""

import subprocess
import sys

import pytest
import torch
from bench_objectives import SHIFT_PX, Price, noise_pairs, remark
from roots import ROOT

TOOL = ROOT / "tools" / "bench_objectives.py"


def test_the_pairs_are_what_they_say():
    batch = noise_pairs(2, 32)
    assert batch.xy0.shape == (2, 128, 2)
    assert torch.equal(batch.images1[..., SHIFT_PX:], batch.images0[..., :-SHIFT_PX])
    assert torch.equal(batch.xy1 - batch.xy0, torch.tensor([SHIFT_PX, 0.0]).expand(2, 128, 2))
    assert batch.covisible.sum() == 2 * 32 * (32 - SHIFT_PX)


def test_what_costs_too_much_is_marked():
    assert remark(Price("a", 1.0, 1.49, follows=False)) == ""
    assert remark(Price("a", 1.0, 1.51, follows=False)) == "above 1.5"
    assert remark(Price("a", 1.0, 1.9, follows=True)) == "has a second network"


@pytest.mark.slow
def test_a_table_of_ratios():
    words = ["--objectives", "stable:p=2", "--batch", "2", "--crop", "32", "--rounds", "1"]
    done = subprocess.run([sys.executable, TOOL, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()[3:]}
    assert set(rows) == {"infonce", "stable:p=2"}
    assert rows["infonce"][1] == "1.00"
    assert all(float(cell) > 0 for row in rows.values() for cell in row[:3])
