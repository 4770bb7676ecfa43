"""Arrays drawn as stand-alone HTML, as matplotlib Axes and as tables, with the same numbers."""
