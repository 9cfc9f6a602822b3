"""Small faults in a module, and whether its tests notice them."""
