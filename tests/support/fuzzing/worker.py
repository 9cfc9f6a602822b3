"""The child that runs cases under limits of memory and time: python -m fuzzing.worker SUITE SEED FIRST LAST.

One JSON line per event goes to the standard output it was started with: `{"start": n}` before a case and its
outcome after. SEED "nasties" runs the suite's nasty files instead. Everything that a parser prints is caught and
makes its case broken: warnings of a library are no business of the terminal.
"""

import contextlib
import faulthandler
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from types import FrameType
from typing import Any

from fuzzing.target import InsaneError, Suite, Target, make_case, open_suite, write_files
from scenegen.errors import AssetError, ScenegenError

CASE_CPU_S = 20
"""A case may take that much processor time: the costliest take 2 s on a fast core and 6 s on a shared, slow one."""
MEMORY_BYTES = 2 << 30
"""Address space that a case may take beyond what the child has at its start."""
OUT_OF_MEMORY = ("MemoryError", "Unable to allocate", "out of memory", "cannot allocate", "array is too big")


class TooSlow(BaseException):
    """Over the time limit; no Exception, so that no parser's `except Exception` swallows it."""


def main(name: str, seed: str, first: int, last: int) -> None:
    """Run the cases first..last-1 of a suite."""
    suite = open_suite(name)
    events = os.fdopen(os.dup(1), "w", buffering=1)
    _warm_up(suite)
    noise = tempfile.TemporaryFile()  # noqa: SIM115
    os.dup2(noise.fileno(), 1)
    os.dup2(noise.fileno(), 2)
    faulthandler.enable(os.fdopen(int(os.environ.get("FUZZ_CRASH_FD", "2")), "w"))
    warnings.simplefilter("always")
    signal.signal(signal.SIGPROF, _too_slow)
    _limit_memory()
    for number in range(first, last):
        events.write(json.dumps({"start": number}) + "\n")
        events.write(json.dumps({"case": number, **_run(suite, seed, number, noise)}) + "\n")
    os._exit(0)  # native threads of the libraries need not be waited for


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    """The clock's answer."""
    raise TooSlow


def _warm_up(suite: Suite) -> None:
    """Import and start everything that takes memory once: every seed, sound."""
    for target in suite.targets:
        for seed in target.seeds():
            folder = Path(tempfile.mkdtemp())
            write_files(folder, seed.files)
            with contextlib.suppress(ScenegenError):
                target.load(folder)
            shutil.rmtree(folder)


def _limit_memory() -> None:
    """No more than `MEMORY_BYTES` beyond now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(suite: Suite, seed: str, number: int, noise: Any) -> dict[str, Any]:
    """One case in a folder of its own: target, outcome, kind, text, seconds."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz"))
    try:
        if seed == "nasties":
            nasty = suite.nasties[number]
            target, name = suite.target(nasty.target), {"nasty": nasty.name}
            nasty.build(folder)
        else:
            target, files = make_case(suite, int(seed), number)
            name = {}
            write_files(folder, files)
        noise.seek(0)
        noise.truncate()
        start = time.process_time()
        result = _judged(target, folder)
        seconds = time.process_time() - start
        return {**name, "target": target.name, "seconds": round(seconds, 3), **_silent(result, noise)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _judged(target: Target, folder: Path) -> dict[str, str]:
    """Outcome, kind and text of one load."""
    signal.setitimer(signal.ITIMER_PROF, CASE_CPU_S)
    try:
        note = target.load(folder)
        signal.setitimer(signal.ITIMER_PROF, 0)
        return {"outcome": "loaded", "kind": "", "text": note}
    except ScenegenError as error:
        signal.setitimer(signal.ITIMER_PROF, 0)
        return _refused(error)
    except TooSlow:
        return _broken("slow", f"more than {CASE_CPU_S} s\n{traceback.format_exc(-4)}")
    except InsaneError as error:
        signal.setitimer(signal.ITIMER_PROF, 0)
        return _broken("insane", str(error))
    except BaseException as error:  # that is what is looked for
        signal.setitimer(signal.ITIMER_PROF, 0)
        return _broken(f"escaped {type(error).__name__}", traceback.format_exc(-6))


def _refused(error: ScenegenError) -> dict[str, str]:
    """A refusal, which must be one short line and must not come from a lack of memory."""
    text = str(error)
    reason = error.reason if isinstance(error, AssetError) else ""  # others have one for each type
    kind = f"{type(error).__name__} {reason}".strip()
    if any(word in text for word in OUT_OF_MEMORY):
        return _broken("memory", text)
    if not text.isprintable() or len(text) > 1000:
        return _broken("message", ascii(text)[:2000])
    return {"outcome": "refused", "kind": kind, "text": text}


def _broken(kind: str, text: str) -> dict[str, str]:
    """Something to mend."""
    return {"outcome": "broken", "kind": kind, "text": text[-4000:]}


def _silent(result: dict[str, str], noise: Any) -> dict[str, str]:
    """The result, or broken where something was printed."""
    sys.stdout.flush()
    sys.stderr.flush()
    noise.seek(0)
    said = noise.read()
    return result if not said or result["outcome"] == "broken" else _broken("noise", said.decode("utf-8", "replace"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
