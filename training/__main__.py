"""`python -m training`: the same as the command `scenetrain`; what torchrun starts."""

import sys

from training.cli import main

if __name__ == "__main__":
    sys.exit(main())
