"""The first quarter of an hour on a GPU: everything that can only be measured there, in one command.

    tools/gpu_session.sh out/gpu                    (about 14 minutes; OUT/session.json and a text file for each step)
    tools/gpu_session.sh out/gpu --only loss,steps  (some of it)
    tools/gpu_session.sh out/dry --dry              (every line with tiny sizes on a CPU: no minute is lost to a typo)

Each step runs in a process of its own with a limit of seconds, so that one that hangs does not cost the others; a step
that fails is told and the rest goes on. Exit code 0 where all ended well. The fused loss against its reference, forward
and backward; the loss against its bandwidth bound, eager and compiled; step time and share of the loader at 256 px;
Experiment 1, ten seeds together, with CUDA graphs; a training of five minutes and its table.
"""

import argparse
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PYTHON = shlex.quote(sys.executable)
TRAIN = f"{PYTHON} -m training"
ASK = (
    "import json, torch; there = torch.cuda.is_available(); print(json.dumps({'torch': torch.__version__, "
    "'device': torch.cuda.get_device_name() if there else 'CPU', 'cuda': torch.version.cuda}))"
)


PATIENCE = 5
"""How many times its limit a dry step has: that a line works is all it is to tell, on a machine that may be busy."""


@dataclass(frozen=True)
class Step:
    """One measurement."""

    name: str
    limit_s: int
    """Seconds after which it is ended."""
    command: str
    """What is run on a GPU; {out} is the folder of the session."""
    dry: str
    """The same at a size for a CPU."""
    stop: str = "KILL"
    """Signal that ends it; INT where a stopped run is a result."""


STEPS = (
    Step("device", 60, f'{PYTHON} -c "{ASK}"', f'{PYTHON} -c "{ASK}"'),
    Step(
        "kernels",
        120,
        f"{PYTHON} -m pytest -q -p no:cacheprovider tests/training/objectives/test_fused.py",
        f"{PYTHON} -m pytest -q -p no:cacheprovider --collect-only tests/training/objectives/test_fused.py",
    ),
    Step(
        "loss", 60, f"{PYTHON} tools/bench_loss.py", f"{PYTHON} tools/bench_loss.py --device cpu --size 16 --repeats 1"
    ),
    Step(
        "loss-float32",
        60,
        f"{PYTHON} tools/bench_loss.py --dtype float32",
        f"{PYTHON} tools/bench_loss.py --device cpu --size 16 --repeats 1 --dtype float32",
    ),
    Step(
        "pairs",
        120,
        f"{PYTHON} -m scenegen render --rooms 64 --pairs-per-room 8 --size 320x256 --layers rgb --out {{out}}/pairs",
        f"{PYTHON} -m scenegen render --rooms 8 --pairs-per-room 1 --size 96x96 --layers rgb --workers 0 "
        "--out {out}/pairs",
    ),
    Step(
        "steps-paper",
        90,
        f"{TRAIN} bench --shards {{out}}/pairs --preset paper --device cuda",
        f"{TRAIN} bench --shards {{out}}/pairs --preset quick --device cpu",
    ),
    Step(
        "steps-builtin",
        90,
        f"{TRAIN} bench --shards {{out}}/pairs --preset builtin --device cuda",
        f"{TRAIN} bench --shards {{out}}/pairs --preset quick --device cpu",
    ),
    Step(
        "experiment-1",
        120,
        f"{PYTHON} tools/bench_mnist.py --mnist data/mnist --preset official --together 10 --compile --device cuda",
        f"{PYTHON} tools/bench_mnist.py --help",
    ),
    Step(
        "fit",
        300,
        f"{TRAIN} fit --preset builtin --shards {{out}}/pairs --out {{out}}/run --workers 8 --steps 3000",
        f"{TRAIN} fit --preset quick --shards {{out}}/pairs --out {{out}}/run --steps 2 --batch 2 --crop 64 "
        "--points 64 --min-matches 1",
        stop="INT",
    ),
    Step(
        "eval",
        90,
        f"{TRAIN} eval --run {{out}}/run --shards {{out}}/pairs --pairs 32 --queries 256 --pictures 0",
        f"{TRAIN} eval --run {{out}}/run --shards {{out}}/pairs --pairs 1 --queries 8 --pictures 0",
    ),
)


@dataclass(frozen=True)
class Done:
    """What came of a step."""

    name: str
    command: str
    code: int
    """Its exit code; 124 and 137 where it was ended at its limit."""
    seconds: float
    output: str
    """The file with what it printed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps in turn; 0 where all ended well."""
    words = _words(arguments)
    known = {step.name: step for step in STEPS}
    asked = words.only.split(",") if words.only else list(known)
    if unknown := [name for name in asked if name not in known]:
        print(f"--only {','.join(unknown)}: no such step; choose among {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [step for step in STEPS if step.name in asked]
    words.out.mkdir(parents=True, exist_ok=True)
    done: list[Done] = []
    for step in chosen:
        done.append(run(step, words.out, dry=words.dry))
        print(f"{step.name:<14} {done[-1].seconds:6.1f} s  {'ok' if passed(step, done[-1]) else 'FAILED'}", flush=True)
        record(words.out / "session.json", done)
    return 0 if all(passed(step, each) for step, each in zip(chosen, done, strict=True)) else 1


def run(step: Step, out: Path, *, dry: bool) -> Done:
    """One step, with its output in a file."""
    command = (step.dry if dry else step.command).replace("{out}", shlex.quote(str(out)))
    limit_s = PATIENCE * step.limit_s if dry else step.limit_s
    limited = f"timeout --signal={step.stop} --kill-after=30 {limit_s} {command}"
    printed, start = out / f"{step.name}.txt", time.monotonic()
    with printed.open("w", encoding="utf-8") as file:
        code = subprocess.run(["bash", "-c", limited], stdout=file, stderr=subprocess.STDOUT, check=False).returncode
    return Done(step.name, command, code, round(time.monotonic() - start, 1), printed.name)


def passed(step: Step, done: Done) -> bool:
    """Whether it ended well: also at its limit, where a stopped run is a result."""
    return done.code == 0 or (step.stop == "INT" and done.code in (124, 130))


def record(path: Path, done: Sequence[Done]) -> None:
    """Everything so far: a session that is cut off leaves what it has."""
    path.write_text(json.dumps([asdict(each) for each in done], indent=1) + "\n", encoding="utf-8")


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder for session.json and what the steps print")
    parser.add_argument("--dry", action="store_true", help="every line at a tiny size on the CPU")
    parser.add_argument("--only", help="names of steps, with commas between")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
