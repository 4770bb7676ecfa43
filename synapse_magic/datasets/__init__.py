"""Generated data for demonstrations and tests."""

from synapse_magic.datasets.people import people

__all__ = ["people"]
