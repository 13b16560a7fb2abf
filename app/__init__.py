"""Doorstep: type an address, learn what daily life is like there."""
