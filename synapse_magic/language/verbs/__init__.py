"""One file for each family of verbs: a plan in, the statements of its program out."""
