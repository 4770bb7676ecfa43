"""Gradient-boosted trees by LightGBM, trained over all workers of the session."""
