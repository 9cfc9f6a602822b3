"""How fast training is: the loader's rate, the parts of a step."""
