"""What is inside a run: tables, figures, the gallery page, the 3-D viewer. Reads shards only."""
