"""The rows of an index that are nearest to each query."""
