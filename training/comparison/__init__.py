"""`scenetrain compare`: objectives on one bench, with nothing but the objective changed."""
