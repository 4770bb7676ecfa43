"""Services over HTTP, called from the rows of a frame."""
