"""Stand-ins for live services: real loopback servers that speak their protocols, from real data."""
