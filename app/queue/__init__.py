"""Jobs, their store, the worker thread and the wake-up. Knows no Flask."""
