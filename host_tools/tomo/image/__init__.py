"""Flash images: what a node keeps in its chip, as a file, and what it means."""
