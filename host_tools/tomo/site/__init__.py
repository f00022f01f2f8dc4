"""A site as a technician knows it: nodes, places, circuits, limits. One file, checked whole."""
