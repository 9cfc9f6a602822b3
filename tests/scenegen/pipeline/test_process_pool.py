"""Workers that die cost their shard a retry, not the run."""

import errno
import multiprocessing
import os
import signal
from dataclasses import replace

import pytest
from pool_work import finished, task_and_jobs_in

from scenegen.errors import RunError
from scenegen.pipeline import process_pool
from scenegen.pipeline.events import Advanced, Failed, Finished
from scenegen.pipeline.inline import run_inline
from scenegen.pipeline.process_pool import run_pool


@pytest.fixture(scope="module")
def task_and_jobs(tmp_path_factory):
    return task_and_jobs_in(tmp_path_factory.mktemp("world"))


def test_inline_and_pool_tell_the_same(task_and_jobs):
    task, jobs = task_and_jobs
    inline, pool = list(run_inline(task, jobs)), list(run_pool(task, jobs, 2))
    assert finished(inline) == finished(pool) == [0, 1, 2]
    for events in (inline, pool):
        assert sum(e.samples for e in events if isinstance(e, Advanced)) == 6
    by_index = [
        {e.job.index: e.record.shards[0].sha256 for e in events if isinstance(e, Finished)} for events in (inline, pool)
    ]
    assert by_index[0] == by_index[1]


def test_a_killed_worker_costs_one_retry(task_and_jobs, monkeypatch):
    task, jobs = task_and_jobs
    crew = []
    start = process_pool._start
    monkeypatch.setattr(process_pool, "_start", lambda t: crew.append(start(t)) or crew[-1])
    events = []
    for event in run_pool(task, jobs, 2):
        events.append(event)
        if isinstance(event, Advanced) and len(events) == 1:
            victim = next(w for w in crew if w.job == event.job)
            os.kill(victim.process.pid, signal.SIGKILL)
    assert finished(events) == [0, 1, 2]
    assert sum(e.samples for e in events if isinstance(e, Advanced)) == 6
    assert len(crew) == 3


def test_a_job_that_always_kills_its_worker_fails_and_the_others_are_made(task_and_jobs, monkeypatch):
    task, jobs = task_and_jobs
    poisoned = jobs[1]
    give = process_pool._give

    def deadly(worker, waiting):
        give(worker, waiting)
        if worker.job == poisoned:
            os.kill(worker.process.pid, signal.SIGKILL)

    monkeypatch.setattr(process_pool, "_give", deadly)
    events = list(run_pool(task, jobs, 2))
    assert finished(events) == [0, 2]
    failures = [e for e in events if isinstance(e, Failed)]
    assert [f.job for f in failures] == [poisoned]
    assert f"room {poisoned.room}: its worker died 3 times (exit code -9, without a word)" in failures[0].message


def test_closing_the_iterator_ends_the_workers(task_and_jobs, monkeypatch):
    task, jobs = task_and_jobs
    crew = []
    start = process_pool._start
    monkeypatch.setattr(process_pool, "_start", lambda t: crew.append(start(t)) or crew[-1])
    events = run_pool(task, jobs, 2)
    next(events)
    events.close()
    assert not any(w.process.is_alive() for w in crew)


def test_workers_before_one_that_cannot_be_started_are_ended(task_and_jobs, monkeypatch):
    task, jobs = task_and_jobs
    others, started, spawned = set(multiprocessing.active_children()), [], process_pool._spawned

    def second_fails(task):
        if started:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        started.append(spawned(task))
        return started[0]

    monkeypatch.setattr(process_pool, "_spawned", second_fails)
    with pytest.raises(RunError, match="a worker cannot be started"):
        list(run_pool(task, jobs, 2))
    assert not started[0].process.is_alive()
    assert set(multiprocessing.active_children()) <= others


def test_a_source_that_is_gone_fails_every_job_with_its_message(task_and_jobs, tmp_path):
    task, jobs = task_and_jobs
    lost = replace(task, config=replace(task.config, object_source=f"folder:{tmp_path / 'lost'}"))
    events = list(run_pool(lost, jobs, 1))
    assert [type(e) for e in events] == [Failed] * 3
    assert "lost" in events[0].message
