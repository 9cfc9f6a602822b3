"""The gallery: one HTML page with samples of a run."""
