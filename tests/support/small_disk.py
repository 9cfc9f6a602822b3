"""A disk that is full, as far as one process can make itself one: no file may grow beyond a size."""

import contextlib
import resource


@contextlib.contextmanager
def files_up_to(size):
    """Inside, writing beyond `size` bytes of any file is an OSError ("File too large"), as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
