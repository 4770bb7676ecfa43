"""Numbers about a frame or a scored frame, aggregated by Spark."""
