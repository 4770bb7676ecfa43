"""The ``synapse-magic`` command."""
