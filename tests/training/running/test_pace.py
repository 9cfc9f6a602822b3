"""The stopwatch of a run: it stands while it is told to, and goes on from an earlier call."""

import pytest
import torch

from training.running import pace as module
from training.running.pace import Pace, peak_mib

CPU = torch.device("cpu")


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand: wall time passes three times as fast as CPU time."""
    times = [0.0]
    monkeypatch.setattr(module, "_now", lambda: (times[0], 3 * times[0]))
    return times


def test_time_counts_but_for_what_is_let_out(clock):
    pace = Pace(CPU)
    clock[0] = 2.0
    with pace.standing():
        clock[0] = 50.0
    clock[0] = 51.0
    found = pace.numbers()
    assert (found["cpu_s"], found["wall_s"]) == (3.0, 9.0)
    assert pace.numbers()["cpu_s"] == 3.0


def test_the_clock_starts_again_after_an_error(clock):
    pace = Pace(CPU)

    def fail():
        with pace.standing():
            clock[0] = 5.0
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    clock[0] = 6.0
    assert pace.numbers()["cpu_s"] == 1.0


def test_a_run_that_goes_on_adds_to_what_was(clock):
    pace = Pace(CPU, [{"cpu_s": 1.0, "wall_s": 1.0, "peak_mib": 1.0}, {"cpu_s": 9.0, "wall_s": 8.0, "peak_mib": 1e9}])
    clock[0] = 1.0
    assert pace.numbers() == {"cpu_s": 10.0, "wall_s": 11.0, "peak_mib": 1e9}


def test_the_peak_of_memory_sees_what_was_let_go():
    before = peak_mib(CPU)
    if not before:
        pytest.skip("this system does not tell")
    large = torch.ones(2**26)  # 256 MiB
    del large
    assert peak_mib(CPU) >= before
    assert peak_mib(CPU) > 256
