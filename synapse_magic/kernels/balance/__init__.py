"""The maths of data balance: counts of levels in, measures out."""
