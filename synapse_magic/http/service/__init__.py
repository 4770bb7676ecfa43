"""A described service called from rows: values into requests, and replies into typed values."""
