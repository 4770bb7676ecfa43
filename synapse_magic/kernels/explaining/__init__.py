"""How rows are explained near themselves: what is asked of a model, and what its answers say."""
