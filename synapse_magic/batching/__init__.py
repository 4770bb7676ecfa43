"""Rows to mini-batches and back, and many partitions to few: for services and other slow calls."""
