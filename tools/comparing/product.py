"""Files read by scenegen, each in a process of its own.

`python -m comparing.product` takes lines "FILE<tab>ROOT<tab>FOLDER" from its input. For each it forks, so
that time and memory are those of reading alone: the packages are loaded once, before. The answer is a line of JSON;
FOLDER/facts.npz holds the facts.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from comparing.facts import Facts, measured, restore, save

PATIENCE_S = 120
_LIMIT = signal.SIGALRM


@dataclass(frozen=True)
class Reading:
    """What reading a file cost."""

    seconds: float
    cpu_seconds: float
    """Of all threads: what a busy machine does not change."""
    peak_mb: float
    """Largest resident set of the process, packages included."""
    own_mb: float
    """The same less what the process had before."""
    code: str
    """Of the refusal, empty where the file was read."""
    defects: tuple[str, ...]


class Product:
    """The child that reads: `read` one file after the other, then `close`.

    Files may name others below `root`; `folder` is for what passes between the processes.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._root, self._folder = root, folder
        here = Path(__file__).resolve().parents[1]
        paths = os.pathsep.join([str(here), os.environ.get("PYTHONPATH", "")])
        self._child = subprocess.Popen(
            [sys.executable, "-m", "comparing.product"], env=os.environ | {"PYTHONPATH": paths},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def read(self, path: Path) -> tuple[Facts, Reading]:
        """What scenegen finds in a file, and at what cost."""
        assert self._child.stdin
        assert self._child.stdout
        (self._folder / "facts.npz").unlink(missing_ok=True)
        self._child.stdin.write(f"{path}\t{self._root}\t{self._folder}\n")
        self._child.stdin.flush()
        answer = json.loads(self._child.stdout.readline())
        reading = Reading(**answer | {"defects": tuple(answer["defects"])})
        file = self._folder / "facts.npz"
        return restore(file) if file.exists() else Facts(error=f"{reading.code}: the process ended"), reading

    def close(self) -> None:
        """End the child."""
        self._child.communicate()


def serve() -> None:
    """Answer the lines of standard input."""
    import PIL.Image

    import comparing.unlit  # noqa: F401 (loaded once, for all forks)
    import scenegen.assets.reading  # noqa: F401

    PIL.Image.init()
    for line in sys.stdin:
        print(_forked(*map(Path, line.rstrip("\n").split("\t"))), flush=True)


def _forked(path: Path, root: Path, folder: Path) -> str:
    """The answer of a fork, or of the loss of one."""
    note = folder / "answer.json"
    note.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        signal.signal(_LIMIT, signal.SIG_DFL)
        signal.alarm(PATIENCE_S)
        try:
            note.write_text(json.dumps(_read(path, root, folder)))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    if note.exists():
        return note.read_text()
    code = "too slow" if os.WTERMSIG(status) == _LIMIT else f"signal {os.WTERMSIG(status)}"
    return json.dumps(
        {"seconds": PATIENCE_S, "cpu_seconds": PATIENCE_S, "peak_mb": 0, "own_mb": 0, "code": code, "defects": []}
    )


def _read(path: Path, root: Path, folder: Path) -> dict:
    """Read, measure and draw one file."""
    from comparing import unlit
    from scenegen.assets.reading import read_mesh_file
    from scenegen.errors import AssetError

    before, start, busy = _resident_mb("VmRSS"), time.perf_counter(), time.process_time()
    mesh, code, defects, error = None, "", (), ""
    try:
        mesh, defects = read_mesh_file(path, root=root)
    except AssetError as refusal:
        code, error = refusal.reason, str(refusal)
    cost = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - busy}
    peak = _resident_mb("VmHWM")
    cost |= {"peak_mb": peak, "own_mb": peak - before}
    facts = Facts(error=error.replace(str(path), path.name))
    if mesh is not None:
        facts = measured(mesh.vertices, mesh.faces)
        facts = replace(facts, pictures={"base": unlit.pictures(mesh)} if facts.diagonal > 0 else {})
    save(facts, folder / "facts.npz")
    said = [f"{d.code}: {d.detail}" for d in defects]
    return cost | {"code": code, "defects": said}


def _resident_mb(name: str) -> float:
    """A figure of this process, in MB of 10^6 bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(name))


if __name__ == "__main__":
    serve()
