"""Shapley values of games that are known by their outcomes for coalitions."""
