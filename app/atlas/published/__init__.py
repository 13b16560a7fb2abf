"""Builds of regions in a store that the hosts of a site share: put there, and fetched from there, checked."""
