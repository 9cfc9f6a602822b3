import subprocess
import sys

import pytest
import torch

from training.devices import denormals_as_zero
from training.presets import preset
from training.running import fit as fitting

SMALL = 1e-38


def tenth() -> float:
    """A tenth of a number that is nearly the smallest normal one."""
    return (torch.tensor(SMALL) * 0.1).item()


def test_denormals_are_zero_inside_alone():
    assert tenth() > 0
    with denormals_as_zero():
        assert tenth() == 0
    assert tenth() > 0


def test_contexts_nest():
    with denormals_as_zero():
        with denormals_as_zero():
            pass
        assert tenth() == 0
    assert tenth() > 0


def test_an_error_leaves_arithmetic_as_it_was():
    with pytest.raises(KeyError), denormals_as_zero():
        raise KeyError
    assert tenth() > 0


def test_every_thread_that_computes_takes_part():
    def share() -> float:
        return (torch.full((4_000_000,), SMALL) * 0.1 == 0).float().mean().item()

    assert share() == 0
    with denormals_as_zero():
        assert share() == 1
    assert share() == 0


def test_threads_that_start_inside_compute_as_before_outside():
    """In a process of its own, whose threads have not started yet."""
    code = """
import torch
from training.devices import denormals_as_zero

torch.set_num_threads(3)
with denormals_as_zero():
    torch.zeros(4_000_000).add_(1)
print((torch.full((4_000_000,), 1e-38) * 0.1 == 0).any().item())
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_fit_computes_so(monkeypatch, tmp_path):
    seen = []

    def opened(*_):
        seen.append(tenth())
        raise KeyError

    monkeypatch.setattr(fitting, "open_job", opened)
    with pytest.raises(KeyError):
        fitting.fit(preset("quick"), tmp_path, tmp_path / "out")
    assert seen == [0]
