"""Reads .osm.pbf files block by block, and of each element only what is asked for.

The format is that of https://wiki.openstreetmap.org/wiki/PBF_Format. Protocol Buffers' own library decodes a
block at once, and numpy all nodes of it; only the elements that are wanted become Python objects.
"""
