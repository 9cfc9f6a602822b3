"""The parts of procedural rooms: palette and finishes, floor plan, shell, furniture, layout, recipes.

What has a namesake among the objects of the library is called `room_...`: `seating.room_bed` is an item of the room's
finishes, its back at the wall; `beds.bed` builds it, and beds that are objects.
"""
