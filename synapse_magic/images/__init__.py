"""Images on Spark: read, changed, multiplied, unrolled and cut into superpixels, by OpenCV."""
