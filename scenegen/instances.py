"""Numbers of the instances of a scene: what a pixel or a ray shows."""

NOTHING = 0
ROOM = 1
FIRST_OBJECT = 2
"""Of the object in slot 0; the others follow."""
