"""What a Host header may say: something that a link can be built with."""

from __future__ import annotations

import re

#: A name of labels, an IPv4 or a bracketed IPv6 address, and a port.
_HOST = re.compile(
    r"(?:\[[0-9A-Fa-f:.]{2,45}\]|(?=.{1,254}(?::|$))[0-9A-Za-z_-]{1,63}(?:\.[0-9A-Za-z_-]{1,63})*\.?)(?::[0-9]{0,5})?"
)


def is_host(text: str) -> bool:
    """Return whether a text names a host, with or without a port."""
    return _HOST.fullmatch(text) is not None
