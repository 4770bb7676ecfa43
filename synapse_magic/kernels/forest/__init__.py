"""Trees of any library as plain arrays, and the exact Shapley values of what they predict."""
