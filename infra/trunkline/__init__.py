"""The `trunkline` command: one entry to every process of the product, and what an operator asks from a shell."""
