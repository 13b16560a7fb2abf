"""HTTP in, HTML and JSON out: one module for each blueprint, each exposing `bp`."""
