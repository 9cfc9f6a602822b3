"""Jobs in this process, one after the other."""

import contextlib
from collections.abc import Iterator

from scenegen.errors import ScenegenError
from scenegen.pipeline.events import Advanced, Event, Failed, Finished
from scenegen.pipeline.work import Work
from scenegen.shards.manifest import ShardJob


def run_inline(work: Work, jobs: list[ShardJob]) -> Iterator[Event]:
    """Run all jobs in this process, one after the other; progress comes with each finished shard."""
    with contextlib.closing(work.open()) as bench:
        for job in jobs:
            try:
                record = bench.make(job, lambda _: None)
            except ScenegenError as error:
                yield Failed(job, str(error), error.reason)
                continue
            yield Advanced(job, job.samples)
            yield Finished(job, record)
