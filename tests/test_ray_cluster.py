"""Jobs on a real Ray cluster of two nodes on this machine: the same shards, also where a node is killed meanwhile."""

import subprocess
import sys
from dataclasses import replace

import pytest
from test_process_pool import finished, task_and_jobs  # noqa: F401

from scenegen.errors import RunError, UsageError
from scenegen.pipeline import ray_cluster
from scenegen.pipeline.events import Advanced, Failed, Finished
from scenegen.pipeline.executors import Crew, chosen_crew
from scenegen.pipeline.inline import run_inline
from scenegen.pipeline.ray_cluster import run_ray

ray = pytest.importorskip("ray", reason="the extra ray is not installed")
cluster_utils = pytest.importorskip("ray.cluster_utils")
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"
)


@pytest.fixture
def cluster():
    """A head without a CPU, and two nodes of one each."""
    quiet = {"include_dashboard": False, "num_gpus": 0, "object_store_memory": 80 << 20}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **quiet})
    cluster.nodes = [cluster.add_node(num_cpus=1, num_gpus=0, object_store_memory=80 << 20) for _ in range(2)]
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def digests(events):
    return {e.job.index: e.record.shards[0].sha256 for e in events if isinstance(e, Finished)}


def test_a_node_that_is_killed_costs_its_shard_another_try(task_and_jobs, cluster):  # noqa: F811
    task, jobs = task_and_jobs
    events, alive = [], list(cluster.nodes)
    for event in run_ray(task, jobs, None, cluster.address):
        events.append(event)
        if isinstance(event, Advanced) and len(alive) == 2:
            cluster.remove_node(alive.pop(), allow_graceful=False)
    assert finished(events) == [0, 1, 2]
    assert not [e for e in events if isinstance(e, Failed)]
    assert sum(e.samples for e in events if isinstance(e, Advanced)) == 6
    assert digests(events) == digests(run_inline(task, jobs))


def test_failures_come_back_in_words_and_closing_ends_the_actors(task_and_jobs, cluster, tmp_path):  # noqa: F811
    task, jobs = task_and_jobs
    lost = replace(task, config=replace(task.config, object_source=f"folder:{tmp_path / 'lost'}"))
    events = list(run_ray(lost, jobs, 1, cluster.address))
    assert [type(e) for e in events] == [Failed] * 3
    assert "lost" in events[0].message
    events = run_ray(task, jobs, 2, cluster.address)
    next(events)
    events.close()
    assert not ray.is_initialized()


def test_no_cluster_at_the_address_is_one_line(task_and_jobs):  # noqa: F811
    task, jobs = task_and_jobs
    with pytest.raises(
        RunError, match=r"--address 127\.0\.0\.1:9: no Ray cluster answers there \(.*refused.*\): see to"
    ):
        list(run_ray(task, jobs, None, "127.0.0.1:9"))


def test_ray_that_is_not_installed_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"the package ray is missing: pip install 'scenegen\[ray\]'"):
        ray_cluster._imported()


def test_who_shall_run_the_jobs():
    assert chosen_crew("process", 0, None) == Crew("inline", 0)
    assert chosen_crew("ray", 3, "auto") == Crew("ray", 3, "auto")
    for words, what in {
        ("dask", None, None): "--executor dask: is unknown; choose one of inline, process, ray",
        ("process", -1, None): "--workers -1: must be 0",
        ("process", None, "auto"): "--address auto: is for --executor ray",
    }.items():
        with pytest.raises(UsageError, match=what):
            chosen_crew(*words)


def test_a_command_without_its_cluster_is_one_line(tmp_path):
    command = [sys.executable, "-m", "scenegen", "render", "--rooms", "1", "--pairs-per-room", "1", "--executor", "ray"]
    command += ["--address", "127.0.0.1:9", "--size", "64x48", "--out", str(tmp_path / "o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("scenegen: --address 127.0.0.1:9: no Ray cluster answers there")
    assert "Traceback" not in done.stderr
