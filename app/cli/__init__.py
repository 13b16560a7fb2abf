"""The commands: `flask region ...`, `flask jobs ...` and `flask worker`."""
