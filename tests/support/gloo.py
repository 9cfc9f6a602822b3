"""Processes over gloo that train one run, as torchrun would start them."""

import os
import socket
import subprocess
import sys

from interrupting import PATIENCE_S
from roots import PYTHONPATH

CHILD = """
import os, signal, sys
from pathlib import Path
import torch
import training.running.fit as it
from training_world import TINY
from training.running.checkpoint import read_settings
shards, out, weights, *written = map(Path, sys.argv[1:])
settings = read_settings(written[0].read_text()) if written else TINY
until = int(str(written[1])) if written[1:] else settings.steps
real, train, losses = it._run, it.train, []
def spied(job, *rest):
    step = real(job, *rest)
    torch.save(job.trainee.state_dict(), weights / f"{job.world.rank}.pt")
    torch.save(losses, weights / f"losses-{job.world.rank}.pt")
    return step
def overheard(*arguments, **named):
    for state in train(*arguments, **named):
        losses.append(float(state.losses["total"]))
        if state.step == until < settings.steps:
            os.kill(os.getpid(), signal.SIGTERM)
        yield state
it._run, it.train = spied, overheard
print(it.fit(settings, shards, out, "cpu"))
"""


def together(count, *words):
    """Run the child as torchrun would, in `count` processes; returns their outputs."""
    children = started(count, *words)
    outputs = [child.communicate(timeout=PATIENCE_S) for child in children]
    assert [child.returncode for child in children] == [0] * count, outputs
    return [out for out, _ in outputs]


def started(count, *words):
    """The children, at work."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shared = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    return [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, *map(str, words)],
            env={**os.environ, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank), "PYTHONPATH": PYTHONPATH},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for rank in range(count)
    ]  # fmt: skip
