"""The stages, each in a module of its own name with a function `run`."""
