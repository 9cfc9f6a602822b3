"""Damaged and hostile files, by the thousand, through the doors that meet foreign files.

    python tools/fuzz.py assets --cases 100000 --seed 0     (a long run: the table, exit code 1 if anything broke)
    python tools/fuzz.py assets --seed 0 --case 4711        (one case again, its files kept)
    python tools/fuzz.py assets --nasties                   (the files that are bad on purpose)

A case is made from the seed and its number alone. Cases run in a child process under limits of memory and time;
a child that crashes or hangs costs its one case.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests" / "support")]

from fuzzing.runner import Outcome, run_cases, table  # noqa: E402  # pyright: ignore[reportMissingImports]
from fuzzing.target import SUITES, make_case, open_suite, write_files  # noqa: E402  # pyright: ignore[reportMissingImports]

PRINT_EVERY_S = 20.0


def main() -> int:
    """Run what was asked for; 0 where nothing broke."""
    words = _words()
    if words.nasties:
        outcomes = _collected(words.suite, "nasties", 0, len(open_suite(words.suite).nasties))
    elif words.case is not None:
        folder = _kept(words.suite, words.seed, words.case)
        print(f"files in {folder}")
        outcomes = _collected(words.suite, str(words.seed), words.case, words.case + 1)
        print(f"{outcomes[0].target}: {outcomes[0].outcome} {outcomes[0].kind}\n{outcomes[0].text}")
    else:
        outcomes = _collected(words.suite, str(words.seed), words.start, words.start + words.cases)
    print(table(outcomes))
    return int(any(o.outcome == "broken" for o in outcomes))


def _words() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", choices=sorted(SUITES))
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--start", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int, help="only this one")
    parser.add_argument("--nasties", action="store_true", help="only the files that are bad on purpose")
    return parser.parse_args()


def _collected(suite: str, seed: str, first: int, last: int) -> list[Outcome]:
    """All outcomes; what broke is printed at once, and now and then how far it is."""
    outcomes: list[Outcome] = []
    start = said = time.monotonic()
    for outcome in run_cases(suite, seed, first, last):
        outcomes.append(outcome)
        if outcome.outcome == "broken":
            name = outcome.nasty or f"--seed {seed} --case {outcome.case}"
            print(f"BROKEN {outcome.target} {name}: {outcome.kind}\n{outcome.text.strip()}\n", flush=True)
        if time.monotonic() - said > PRINT_EVERY_S:
            said = time.monotonic()
            print(f"{len(outcomes)} of {last - first} in {said - start:.0f} s", file=sys.stderr, flush=True)
    return outcomes


def _kept(suite: str, seed: int, number: int) -> Path:
    """The files of a case, in a folder for looking at."""
    target, files = make_case(open_suite(suite), seed, number)
    folder = Path("out") / "fuzz" / f"{suite}-{seed}-{number}-{target.name.replace(' ', '_')}"
    write_files(folder, files)
    return folder


if __name__ == "__main__":
    sys.exit(main())
