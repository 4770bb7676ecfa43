"""What is wrong with one image."""

from __future__ import annotations

from synapse_magic.errors import SynapseError


class ImageError(SynapseError):
    """One image is broken, or a step cannot be done on it; other images are not concerned."""
