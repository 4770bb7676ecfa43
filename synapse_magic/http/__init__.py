"""Calls over HTTP without Spark: what workers run, and a service to try it against."""
