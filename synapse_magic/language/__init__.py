"""The ``%%synapse`` language: cell text to plan to Python source, without a session."""
