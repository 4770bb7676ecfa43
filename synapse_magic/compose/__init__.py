"""Stages made of several topics."""
