"""Generated data for demonstrations and tests."""
