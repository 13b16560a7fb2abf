"""Live services: where an address outside all regions lies, and what is around it, at a handful of requests."""
