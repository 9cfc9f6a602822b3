"""From two frames with depth to a sample: every verdict follows from depth, cameras and the sensor's noise."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenegen.geometry import choose_pixels
from scenegen.importing.choosing import Chooser
from scenegen.importing.frames import FrameSequence, color_view, depth_view
from scenegen.importing.options import ImportOptions
from scenegen.importing.sample import Geometry, ImportedSample, JudgedRays
from scenegen.seeding import Stage, generator, stable_key
from scenegen.shards.by_depth import follow_by_depth

CELL = (2, 4)
"""(width, height) of the cell of pixels that holds one ray, as in rendered shards."""


@dataclass(frozen=True)
class FrameStudio:
    """Makes samples of one sequence of frames."""

    sequence: FrameSequence
    size: tuple[int, int]
    """(width, height) of the pictures of a sample."""
    options: ImportOptions
    chooser: Chooser

    def make(self, index: int) -> tuple[ImportedSample, tuple[Path, ...]]:
        """A sample and the files that it is made of.

        Raises ImportingError where no two frames pair up, or one is damaged.
        """
        first, partner, overlap = self.chooser.pair(index)
        frames = (self.sequence.frames[first], self.sequence.frames[partner])
        views = [depth_view(frame, self.options.K, self.size) for frame in frames]
        view0, view1 = views
        key = stable_key(self.sequence.name)
        xy0 = choose_pixels(*self.size, CELL, generator(self.options.seed, Stage.RAYS, room=key, sample=index))
        rays = JudgedRays(xy0, *follow_by_depth(xy0, view0, view1, self.sequence.noise))
        geometry = Geometry(
            depth=np.stack([view.depth for view in views]),
            K=np.stack([view.K for view in views]),
            T_world_cam=np.stack([view.T_world_cam for view in views]),
            overlap=overlap,
        )
        pictures = (color_view(frames[0], self.size), color_view(frames[1], self.size))
        files = tuple(path for frame in frames for path in (frame.color, frame.depth))
        return ImportedSample(index, pictures, rays, geometry), files
