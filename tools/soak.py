"""A long run that is killed on the way stays as it was, and what it made is right: tried, and measured.

    python tools/soak.py --pairs 20000 --workers 2 --kills 10 --out out/soak     (an hour)
    python tools/soak.py --pairs 60 --rooms 12 --kills 3 --out out/soak          (a minute: no time to leak)

`scenegen render` makes so many pairs of 32 x 32 pixels without layers from the built-in library, by so many workers.
At evenly spread points of progress it dies by SIGKILL and is started again: by turns all processes at once, or a
worker alone and then the command alone. Memory and open handles of the command and of each worker are read from /proc
twice a second, and how much the workers have computed (`soaking/judging.py` says what is compared with what, and
why). At the end `scenegen verify` reads all, some shards are made again undisturbed in another folder and must have
the same content, and nothing may be left: no worker, no temporary file beside the shards.

Exit code 0: all is right and flat. What a soak is too short to tell is said, and not held against it. Linux only.
"""

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benching.report import machine
from benching.section import Row, Section
from soaking.disturbed import COMMAND, WORKER, Diary, Moment, Soak, endure, last_words
from soaking.judging import MEASURES, WARM_PAIRS, Change, by_life, change_over_lives, change_with_age, traces
from soaking.pace import cost_of, grown, halves, pace_over_lives, pace_with_age

from scenegen.shards.records import known_manifest

SIZE = "32x32"
"""The smallest pictures that are made."""
ALL_ROOMS = 96
"""Of the built-in library."""
PASSED = "passed"


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak, check, print the tables and write soak.md and soak.json into --out; 0 where all is right."""
    words = _parser().parse_args(arguments)
    run, said = words.out / "run", words.out / "soak.log"
    if words.out.exists() and any(words.out.iterdir()):
        raise SystemExit(f"soak: --out {words.out}: is not empty: choose another folder, or delete it")
    (temporary := words.out / "tmp").mkdir(parents=True)
    command = _render(words, run)
    diary = endure(Soak(command, run, said, words.kills, words.pairs, {"TMPDIR": str(temporary.resolve())}))
    checks = list(_checks(words, run, said, diary))
    changes = list(_changes(diary.moments, words.kills + 1))
    sections = _lives(diary), _flatness(changes), Section("Checks", tuple(checks))
    _write(words, sections)
    print("\n".join(section.markdown() for section in sections))
    return int(not (all(row["result"] == PASSED for row in checks) and all(each.flat for _, each in changes if each)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20_000, help="rounded up to as many for each room")
    parser.add_argument("--rooms", type=int, default=ALL_ROOMS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--sample", type=int, default=8, help="shards that are made again undisturbed")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    return parser


def _render(words: argparse.Namespace, out: Path) -> list[str]:
    """The command that is soaked."""
    each = math.ceil(words.pairs / words.rooms)
    made = ("--rooms", words.rooms, "--pairs-per-room", each, "--size", SIZE, "--layers", "rgb", "--no-cache")
    return _scenegen("render", *made, "--workers", words.workers, "--out", out)


def _scenegen(*words: object) -> list[str]:
    return [sys.executable, "-m", "scenegen", *map(str, words)]


def _checks(words: argparse.Namespace, run: Path, said: Path, diary: Diary) -> Iterator[Row]:
    """What must hold at the end."""
    verified = _succeeds(_scenegen("verify", run), said)
    yield {"check": "scenegen verify", "result": _result(verified), "found": last_words(said)}
    compared, differ = _made_again(words, run, said)
    found = f"{differ} of {compared} shards differ from those made undisturbed"
    yield {"check": "content digests", "result": _result(compared > 0 and not differ), "found": found}
    orphans, hidden = diary.orphans(), [path.name for path in run.iterdir() if path.name.startswith(".")]
    yield {"check": "workers left", "result": _result(not orphans), "found": str(len(orphans))}
    yield {"check": "temporary files left beside the shards", "result": _result(not hidden), "found": str(len(hidden))}
    logs = len(list((words.out / "tmp").iterdir()))
    yield {"check": "empty files left in TMPDIR by workers that were killed", "result": PASSED, "found": str(logs)}


def _result(holds: bool) -> str:
    return PASSED if holds else "failed"


def _succeeds(command: Sequence[str], said: Path) -> bool:
    """Whether a command ends well; what it says goes to the log."""
    with said.open("ab") as log:
        return subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode == 0


def _made_again(words: argparse.Namespace, run: Path, said: Path) -> tuple[int, int]:
    """Make evenly spread shards of the run again, undisturbed; how many, and how many have another content."""
    digests = _digests(run)
    out, parts = words.out / "again", max(1, len(digests) // max(1, words.sample))
    if not _succeeds([*_render(words, out), "--shard", f"0/{parts}"], said):
        return 0, 0
    again = _digests(out)
    return len(again), sum(digests.get(name) != digest for name, digest in again.items())


def _digests(run: Path) -> dict[str, str]:
    """Name to digest of the content, of all shards of a run."""
    manifest = known_manifest(run)
    return {entry.file: entry.content_sha256 for entry in manifest.shards} if manifest else {}


def _changes(moments: Sequence[Moment], lives: int) -> Iterator[tuple[str, Change | None]]:
    """Every comparison by its name; None where the soak was too short for it."""
    found = halves(moments)
    cost = cost_of(part for pair in found.values() for part in pair)
    for role in (WORKER, COMMAND):
        for name, measure in MEASURES.items():
            seen = traces(moments, role, measure, cost)
            yield f"{name} of a {role}: lives", change_over_lives(seen, lives)
            yield f"{name} of a {role}: age", change_with_age(seen)
    yield "CPU seconds a pair: lives", pace_over_lives(grown(found), lives)
    yield "CPU seconds a pair: age", pace_with_age(grown(found))


def _flatness(changes: Sequence[tuple[str, Change | None]]) -> Section:
    """First against last quarter (of pace: half) of everything."""
    note = f"lives: of the run, at equal age of the processes. age: within each life, after {WARM_PAIRS} pairs."
    return Section("Early and late", tuple(_row(*each) for each in changes), note)


def _row(name: str, change: Change | None) -> Row:
    if change is None:
        return {"measure": name, "early": "", "late": "", "change": "", "at most": "", "verdict": "too short to tell"}
    figures = {"early": change.first, "late": change.last, "change": f"{change.growth:+.1%}"}
    verdict = "flat" if change.flat else "grows"
    return {"measure": name, **figures, "at most": f"{change.allowed:+.1%}", "verdict": verdict}


def _lives(diary: Diary) -> Section:
    """Each life, and how it ended."""
    rows = [_life(life, seen, diary.endings[life]) for life, seen in by_life(diary.moments).items()]
    return Section("Lives of the run", tuple(rows))


def _life(life: int, seen: Sequence[Moment], ending: str) -> Row:
    """What was made in a life, and the most that a process of it held."""
    states = {role: [p.state for m in seen for p in m.processes if p.role == role] for role in (WORKER, COMMAND)}
    most = {f"{role}, MB": max((state.memory_mb for state in each), default=0.0) for role, each in states.items()}
    open_most = {f"{role}, handles": max((s.handles for s in each), default=0) for role, each in states.items()}
    pairs = {"pairs": seen[-1].pairs - seen[0].pairs, "CPU s a pair": cost_of(halves(seen).get(life, ()))}
    return {"life": life + 1, **pairs, **most, **open_most, "ended": ending}


def _write(words: argparse.Namespace, sections: Sequence[Section]) -> None:
    """soak.md and soak.json."""
    asked = {name: getattr(words, name) for name in ("pairs", "rooms", "workers", "kills", "sample")}
    tables = [{"title": section.title, "rows": section.rows} for section in sections]
    content = {"machine": machine(), "asked": asked, "sections": tables}
    (words.out / "soak.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (words.out / "soak.md").write_text("\n".join(section.markdown() for section in sections), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
