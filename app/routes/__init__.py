"""HTTP in, HTML and JSON out: one module per blueprint, each exposing `bp`; `wiring` puts them together."""
