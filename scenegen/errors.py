"""The errors that a user may meet: each message is one line that says what, where and what to do.

Nothing here is a bug in the program; the command line prints the message without a traceback
and leaves with `exit_code`.
"""


class ScenegenError(Exception):
    """Base of every error with a message meant for the user."""

    exit_code = 1
    reason = "error"
    """Short stable code by which failures are counted."""


class UsageError(ScenegenError):
    """The request itself cannot be met: a bad flag, an impossible size, a missing source."""

    exit_code = 2


class AssetError(ScenegenError):
    """One asset cannot be used. `reason` is a short stable code that is counted and reported."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type["AssetError"], tuple[str, str]]:
        return (AssetError, (self.reason, str(self)))


class StagingError(ScenegenError):
    """A room cannot be furnished or photographed as asked (too small, no free space, no view)."""

    reason = "cannot_be_staged"


class RenderError(ScenegenError):
    """A renderer cannot start or failed (no OpenGL, no device)."""

    reason = "renderer"


class ShardError(ScenegenError):
    """A shard is missing, damaged, of another format, or cannot be written."""

    reason = "shard"


class RunError(ScenegenError):
    """A run folder cannot be used or a run did not complete."""
