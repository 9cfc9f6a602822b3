"""The passes of the Embree renderer once more, compiled: one visit per pixel in place of one per array."""
