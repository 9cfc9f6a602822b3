"""`python -m scenegen`: the same as the command `scenegen`."""

import sys

from scenegen.cli import main

if __name__ == "__main__":
    sys.exit(main())
