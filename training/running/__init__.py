"""A training run: from its parts through its steps to its folder, alone or in several processes."""
