"""The parts of procedural rooms: palette and finishes, floor plan, shell, furniture, layout, recipes."""
