"""Jobs on a real Ray cluster of two nodes on this machine: the same shards, also where a node is killed meanwhile."""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from interrupting import PATIENCE_S
from pool_work import finished, task_and_jobs_in
from small_world import objects_folder, rooms_folder

from scenegen.errors import RunError, UsageError
from scenegen.pipeline import cluster_address, ray_cluster
from scenegen.pipeline.events import Advanced, Failed, Finished
from scenegen.pipeline.executors import Crew, chosen_crew
from scenegen.pipeline.inline import run_inline
from scenegen.pipeline.ray_cluster import _Head, run_ray
from scenegen.shards.manifest import ShardJob

ray = pytest.importorskip("ray", reason="the extra ray is not installed")
cluster_utils = pytest.importorskip("ray.cluster_utils")
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"
)


@pytest.fixture(scope="module")
def task_and_jobs(tmp_path_factory):
    return task_and_jobs_in(tmp_path_factory.mktemp("world"))


def started(nodes):
    """A head without a CPU, and nodes of one each."""
    quiet = {"include_dashboard": False, "num_gpus": 0, "object_store_memory": 80 << 20}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **quiet})
    cluster.nodes = [cluster.add_node(num_cpus=1, num_gpus=0, object_store_memory=80 << 20) for _ in range(nodes)]
    return cluster


@pytest.fixture
def cluster():
    """Two nodes of one CPU each."""
    cluster = started(2)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def digests(events):
    return {e.job.index: e.record.shards[0].sha256 for e in events if isinstance(e, Finished)}


def test_a_node_that_is_killed_costs_its_shard_another_try(task_and_jobs, cluster):
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


HOLD = """
import ray, sys, time

class Holder:
    def here(self):
        return True

ray.init(sys.argv[1], logging_level="ERROR")
holder = ray.remote(num_cpus=1)(Holder).remote()
ray.get(holder.here.remote())
print("held", flush=True)
time.sleep(1e6)
"""


@pytest.mark.slow
def test_a_cpu_that_others_use_holds_nothing_up(task_and_jobs, cluster):
    task, jobs = task_and_jobs
    with subprocess.Popen([sys.executable, "-c", HOLD, cluster.address], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout.readline() == "held\n"
            assert finished(run_ray(task, jobs, None, cluster.address)) == [0, 1, 2]
        finally:
            other.kill()


def test_failures_come_back_in_words_and_closing_ends_the_actors(task_and_jobs, cluster, tmp_path):
    task, jobs = task_and_jobs
    lost = replace(task, config=replace(task.config, object_source=f"folder:{tmp_path / 'lost'}"))
    events = list(run_ray(lost, jobs, 1, cluster.address))
    assert [type(e) for e in events] == [Failed] * 3
    assert "lost" in events[0].message
    events = run_ray(task, jobs, 2, cluster.address)
    next(events)
    events.close()
    assert not ray.is_initialized()


def test_no_cluster_at_the_address_is_one_line(task_and_jobs):
    task, jobs = task_and_jobs
    with pytest.raises(
        RunError, match=r"--address 127\.0\.0\.1:9: no Ray cluster answers there \(.*refused.*\): see to"
    ):
        list(run_ray(task, jobs, None, "127.0.0.1:9"))


@pytest.mark.parametrize("address", [":9", "[::1]:9", "127.0.0.1:99999"])
def test_nobody_is_asked_at_an_address_where_nothing_listens(monkeypatch, address):
    """Neither at that of the option nor at that of the environment, which Ray would ask for minutes."""
    monkeypatch.setenv("RAY_ADDRESS", address)
    monkeypatch.setattr(ray, "init", lambda *_, **__: pytest.fail("Ray was asked"))
    for giver, given in (("--address", address), ("RAY_ADDRESS", None)):
        said = rf"^{giver} {re.escape(address)}: no Ray cluster answers there \(.*\): see to it"
        with pytest.raises(RunError, match=said) as told, ray_cluster._connected(ray, given):
            pass
        assert ("not known" in str(told.value)) == (address == ":9")


@pytest.mark.parametrize("answer", [None, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["silent", "closes", "web"])
def test_who_listens_and_is_no_ray_is_not_waited_for(monkeypatch, listening, answer):
    address, server = listening
    monkeypatch.setattr(cluster_address, "REACH_SECONDS", 0.2)
    monkeypatch.setattr(ray, "init", lambda *_, **__: pytest.fail("Ray was asked"))
    held = []

    def serve():
        held.append(server.accept()[0])
        if answer is not None:
            held[0].recv(64)
            held[0].sendall(answer)
            held[0].shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=serve)
    thread.start()
    said = rf"^--address {address}: no Ray cluster answers there \([^)]+\): see to it"
    with pytest.raises(RunError, match=said), ray_cluster._connected(ray, address):
        pass
    thread.join()
    held[0].close()


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


# ---- a head that is lost ----


@pytest.fixture
def listening():
    """The address of a socket that listens, and the socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}", server


def test_a_head_may_be_silent_for_a_while(listening, monkeypatch):
    address, server = listening
    head = _Head(address)
    assert head.answers()
    server.close()
    assert not head.answers()
    head.silent_since -= ray_cluster.LOST_SECONDS
    lost = (
        rf"the Ray cluster is lost \(its head at {address} does not answer, .*refused\): see to it, then run the same"
    )
    with pytest.raises(RunError, match=lost):
        head.answers()
    monkeypatch.setattr(ray_cluster, "reach", lambda _: None)
    assert head.answers()
    assert head.silent_since is None


def test_a_silent_head_is_asked_for_nothing():
    class Ray:
        def put(self, _): ...

        def remote(self, **_):
            return lambda maker: maker

        def kill(self, _):
            pytest.fail("it would wait for an answer")

    cluster = ray_cluster._Cluster(Ray(), None, None, _Head("127.0.0.1:9", silent_since=1.0))
    cluster.actors.append(ray_cluster._Actor(None, None))
    cluster.close()


class Exceptions:
    class RayActorError(Exception):
        pass


class Failing:
    """A Ray whose actors die as they start."""

    exceptions = Exceptions

    def put(self, _): ...

    def cluster_resources(self):
        return {"CPU": self.cores}

    def remote(self, **_):
        return lambda maker: SimpleNamespace(remote=lambda *_: SimpleNamespace(here=SimpleNamespace(remote=object)))

    def wait(self, refs, **_):
        return refs[:1], refs[1:]

    def get(self, _):
        raise Exceptions.RayActorError("No module named 'scenegen'\nmore")


def test_workers_that_never_start_and_a_cluster_without_a_cpu_are_one_line(listening):
    ray_there = Failing()
    for cores, what in {
        2: r"^no worker starts on the Ray cluster \(No module named 'scenegen'\): see that its nodes have scenegen, then",
        0: "^the Ray cluster has no CPU left: see to it, then run the same command again: what is made is kept$",
    }.items():
        ray_there.cores = cores
        cluster = ray_cluster._Cluster(ray_there, None, None, _Head(listening[0]))
        with pytest.raises(RunError, match=what):
            list(ray_cluster._run(cluster, [ShardJob(k, "room", "train", 0, 1, f"{k}.h5") for k in range(3)]))
    assert not cluster.actors


def test_a_silent_head_without_workers_is_waited_for_and_then_lost(monkeypatch):
    monkeypatch.setattr(ray_cluster, "LOST_SECONDS", 0.1)
    monkeypatch.setattr(ray_cluster, "IDLE_SECONDS", 0.01)
    cluster = ray_cluster._Cluster(Failing(), None, None, _Head("127.0.0.1:9"))
    with pytest.raises(RunError, match="the Ray cluster is lost"):
        list(ray_cluster._run(cluster, [ShardJob(0, "room", "train", 0, 1, "0.h5")]))


IMPATIENT = """
import sys
from scenegen.pipeline import cluster_address, ray_cluster

ray_cluster.LOST_SECONDS = 0.0

if __name__ == "__main__":
    from scenegen.cli.main import main
    sys.exit(main())
"""


def ended(process):
    """Wait for a command that must end by itself; its exit code and its errors."""
    try:
        _, errors = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    return process.returncode, errors


@pytest.mark.slow
def test_a_head_that_is_lost_ends_the_run_in_one_line_and_the_same_command_goes_on(tmp_path):
    program, out = tmp_path / "impatient.py", tmp_path / "o"
    program.write_text(IMPATIENT)
    sources = ["--room-source", f"folder:{rooms_folder(tmp_path / 'rooms')}"]
    sources += ["--object-source", f"folder:{objects_folder(tmp_path / 'objects')}"]
    command = [sys.executable, str(program), "render", "--rooms", "3", "--pairs-per-room", "12", "--size", "64x48"]
    command += [*sources, "--no-cache", "--out", str(out)]

    def start(*more):
        return subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    cluster = started(1)
    head = cluster.address
    try:
        process = start("--executor", "ray", "--address", head)
        until_there(out, process)
        for info in cluster.head_node.all_processes["gcs_server"]:
            info.process.kill()
        code, errors = ended(process)
    finally:
        cluster.shutdown()
    assert code == 1, errors
    assert errors.startswith(f"scenegen: the Ray cluster is lost (its head at {head} does not answer, ")
    assert errors.endswith("): see to it, then run the same command again: what is made is kept\n")
    assert len(errors.splitlines()) == 1
    kept = {path.name: path.stat().st_mtime_ns for path in out.glob("*.h5")}
    assert kept
    cluster = started(1)
    try:
        code, errors = ended(start("--executor", "ray", "--address", cluster.address))
    finally:
        cluster.shutdown()
    assert code == 0, errors
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["complete"]
    listed = {entry["file"] for entry in manifest["shards"]}
    assert {path.name for path in out.glob("*.h5")} == listed >= kept.keys()


def until_there(out, process):
    """Wait for the first shard of a command."""
    deadline = time.monotonic() + PATIENCE_S
    while not list(out.glob("*.h5")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "waited in vain for a shard"
        time.sleep(0.02)
