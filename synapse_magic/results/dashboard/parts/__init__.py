"""Dashboards of explained texts and images."""
