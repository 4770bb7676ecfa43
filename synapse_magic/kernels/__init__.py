"""The maths on arrays: no Spark, no state, no printing."""
