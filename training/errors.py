"""The errors that a user of `scenetrain` may meet: one line that says what, where and what to do."""


class TrainingError(Exception):
    """Base of every error with a message meant for the user."""

    exit_code = 1


class RequestError(TrainingError):
    """The request itself cannot be met: a bad flag, an impossible size, no GPU where one was asked for."""

    exit_code = 2


class DataError(TrainingError):
    """The shards cannot be trained on: none there, mixed sizes, too few visible rays."""


class CheckpointError(TrainingError):
    """A checkpoint is missing, damaged, or of another architecture."""


class ImageError(TrainingError):
    """A picture cannot be read."""


class DivergenceError(TrainingError):
    """Training left the numbers: a loss or descriptors that are not finite."""

    step: int | None = None
    """The step at which it was seen, where that is known."""
