"""What guards the site: whose request it is taken for, how many there may be, and what every answer carries.

Each module but `shared.py` and `clients.py` puts itself before or around every request (`init_app`).
"""

from app.web.security.floods import refuse_floods
from app.web.security.headers import POLICY

__all__ = ["POLICY", "refuse_floods"]
