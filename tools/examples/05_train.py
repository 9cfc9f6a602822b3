"""Train a small network on shards for some steps, and look at what it has learnt.

    python tools/examples/05_train.py SHARDS RUN [STEPS]

What `scenetrain fit` and `scenetrain eval` do; a run that was stopped goes on.
"""

import sys

from training.cli import main

if len(sys.argv) not in (3, 4):
    sys.exit(f"usage: {sys.argv[0]} SHARDS RUN [STEPS]")
shards, run, steps = [*sys.argv, "300"][1:4]
size = ["--widths", "16", "32", "64", "--blocks", "1", "1", "2", "--crop", "96", "--batch", "4", "--workers", "0"]

if __name__ == "__main__":
    code = main(["fit", "--preset", "quick", "--shards", shards, "--out", run, "--steps", steps, *size])
    code = code or main(
        ["eval", "--run", run, "--shards", shards, "--pairs", "8", "--queries", "100", "--pictures", "0"]
    )
    sys.exit(code)
