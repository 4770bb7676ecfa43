"""The nearest rows of an index to each query: exact, block by block, on arrays."""
