"""The pixels that a loss looks at: positives and negatives of a batch of pairs, as rectangular tensors."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class PixelPairs:
    """S = P ∪ N of each pair (paper, Eq. 2), padded to the largest of the batch.

    For a positive, `xy1` is the true match T(p), sub-pixel; for a negative it is a random pixel R(p).
    """

    xy0: Tensor
    """(B, N, 2) int32 pixels p of view 0 (x, y)."""
    xy1: Tensor
    """(B, N, 2) float32 pixels T(p) or R(p) of view 1 (x, y), inside the picture."""
    positive: Tensor
    """(B, N) bool: True in P, False in N or in padding."""
    valid: Tensor
    """(B, N) bool: False in padding."""
    foreground: Tensor | None = None
    """(B, N) bool: the source pixel is known to lie on a placed object; None where nothing is known."""

    @property
    def negative(self) -> Tensor:
        """(B, N) bool: True in N."""
        return self.valid & ~self.positive
