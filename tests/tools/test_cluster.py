"""The files for schedulers: they hand each task its part, and a lost task's part is made by the next start."""

import os
import subprocess

import pytest
import yaml
from roots import ROOT

from scenegen.pipeline.slices import chosen_slice

CLUSTER = ROOT / "tools" / "cluster"
STUB = '#!/bin/sh\necho "$SCENEGEN_SHARD" "$@"\n'


def started(tmp_path, *command, **environment):
    """A command of a scheduler, with programs that say what they were asked."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name in ("scenegen", "ray"):
        (folder / name).write_text(STUB)
        (folder / name).chmod(0o755)
    path = {"PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(["bash", *command], capture_output=True, text=True, env=path | environment)


def slurm(tmp_path, *words, **environment):
    """The script as Slurm starts it."""
    return started(tmp_path, str(CLUSTER / "slurm_array.sh"), *words, **environment)


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


def test_the_nodes_of_a_skypilot_task_make_their_parts(tmp_path):
    task = yaml.safe_load((CLUSTER / "skypilot_task.yaml").read_text())
    count = task["num_nodes"]
    for rank in (0, count - 1):
        node = {"SKYPILOT_NODE_RANK": str(rank), "SKYPILOT_NUM_NODES": str(count)}
        done = started(tmp_path, "-c", task["run"], **node)
        assert done.stdout.split() == [f"{rank}/{count}", "render", "--out", "/data/set", "--rooms", "76"]


def test_a_ray_job_asks_for_the_executor(tmp_path):
    script = str(CLUSTER / "ray_job.sh")
    done = started(tmp_path, script, "/shared/set", "--rooms", "76", RAY_ADDRESS="http://head:8265")
    words = "job submit -- scenegen render --executor ray --address auto --out /shared/set --rooms 76"
    assert done.stdout.split() == words.split()
    assert "set it to the address of the cluster" in started(tmp_path, script, "/shared/set").stderr
