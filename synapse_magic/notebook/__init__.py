"""The face in Jupyter: the magic, progress, completion and errors."""
