"""The routes: one module for each blueprint, each with its `bp`."""
