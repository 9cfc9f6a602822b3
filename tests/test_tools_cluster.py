"""The files for schedulers: they hand each task its part, and a lost task's part is made by the next start."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from scenegen.pipeline.slices import chosen_slice

CLUSTER = Path(__file__).resolve().parents[1] / "tools" / "cluster"
STUB = '#!/bin/sh\necho "$SCENEGEN_SHARD" "$@"\n'


def slurm(tmp_path, *words, **environment):
    """The script as Slurm starts it, with a `scenegen` that says what it was asked."""
    stub = tmp_path / "bin" / "scenegen"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text(STUB)
    stub.chmod(0o755)
    path = {"PATH": f"{stub.parent}:{os.environ['PATH']}"}
    script = str(CLUSTER / "slurm_array.sh")
    return subprocess.run(["bash", script, *words], capture_output=True, text=True, env=path | environment)


TASK = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "16", "SLURM_CPUS_PER_TASK": "4"}


def test_a_task_of_an_array_makes_its_part(tmp_path):
    done = slurm(tmp_path, "out/set", "--rooms", "76", **TASK)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["3/16", "render", "--out", "out/set", "--workers", "4", "--rooms", "76"]


def test_tasks_started_again_alone_keep_their_part(tmp_path):
    done = slurm(tmp_path, "out/set", **TASK | {"SLURM_ARRAY_TASK_COUNT": "2", "PARTS": "16"})
    assert done.stdout.split()[0] == "3/16"


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [((), TASK, "give the folder of the set"), (("out",), {}, "start it with sbatch --array=0-15")],
)
def test_what_is_missing_is_said(tmp_path, words, environment, said):
    done = slurm(tmp_path, *words, **environment)
    assert done.returncode != 0
    assert said in done.stderr


def test_the_indexed_job_says_how_many_parts_there_are():
    job = yaml.safe_load((CLUSTER / "kubernetes_job.yaml").read_text())
    (container,) = job["spec"]["template"]["spec"]["containers"]
    environment = {item["name"]: item["value"] for item in container["env"]}
    count = job["spec"]["completions"]
    assert job["spec"]["completionMode"] == "Indexed"
    parts = [chosen_slice(None, environment | {"JOB_COMPLETION_INDEX": str(index)})[0] for index in range(count)]
    assert [(part.index, part.count) for part in parts] == [(index, count) for index in range(count)]
