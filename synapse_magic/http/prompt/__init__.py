"""Prompts made of rows, and replies made values: no Spark, plain values that travel."""
