"""Tokens of hosts in the store: made and revoked by operators, looked up with every request that shows one."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from app.db.interface import Connection
from app.errors import TokenNameTaken, TokenNotFound
from app.queue.store.base import StoreBase
from app.queue.tokens import OWNER_MARK, PREFIX_LETTERS, Token, digest_of, new_secret

_IN_USE = "SELECT 1 FROM api_tokens WHERE name = :name AND revoked_at IS NULL"
_COLUMNS = "name, prefix, owner, max_live_jobs, per_minute, created_at, last_used_on, revoked_at"


class TokenStore(StoreBase):
    """The tokens. Only their digests are kept."""

    def create_token(self, name: str, max_live_jobs: int, per_minute: int) -> str:
        """Make a token and return its secret, which cannot be had again. Raises TokenNameTaken."""
        secret = new_secret()
        with self.db.write(durable=True, turn="tokens") as connection:
            if connection.execute(_IN_USE, {"name": name}).fetchone():
                raise TokenNameTaken(name=name)
            connection.execute(
                """
                INSERT INTO api_tokens (name, digest, prefix, owner, max_live_jobs, per_minute, created_at)
                VALUES (:name, :digest, :prefix, :owner, :max_live_jobs, :per_minute, :now)
                """,
                {
                    "name": name,
                    "digest": digest_of(secret),
                    "prefix": secret[:PREFIX_LETTERS],
                    "owner": f"{OWNER_MARK}{secrets.token_hex(16)}",
                    "max_live_jobs": max_live_jobs,
                    "per_minute": per_minute,
                    "now": self.clocks.unix(),
                },
            )
        return secret

    def list_tokens(self) -> tuple[Token, ...]:
        """Return all tokens, the revoked ones too, oldest first."""
        # The columns are the constants above.
        return tuple(Token(*row) for row in self.db.read(f"SELECT {_COLUMNS} FROM api_tokens ORDER BY id"))  # noqa: S608

    def revoke_token(self, name: str) -> None:
        """Let a token open nothing any more, from the next request on; its reports stay. Raises TokenNotFound."""
        with self.db.write(durable=True) as connection:
            revoked = connection.execute(
                "UPDATE api_tokens SET revoked_at = :now WHERE name = :name AND revoked_at IS NULL",
                {"now": self.clocks.unix(), "name": name},
            )
            if not revoked.rowcount:
                raise TokenNotFound(name=name)

    def token_with(self, secret: str) -> Token | None:
        """Return the token with this secret, and note the day of its use; None if there is none, or it was revoked."""
        digest = digest_of(secret)
        rows = self.db.read(
            f"SELECT {_COLUMNS} FROM api_tokens WHERE digest = :digest AND revoked_at IS NULL",  # noqa: S608
            {"digest": digest},
        )
        if not rows:
            return None
        token = Token(*rows[0])
        today = datetime.fromtimestamp(self.clocks.unix(), UTC).date().isoformat()
        if token.last_used_on != today:
            with self.db.write(durable=False) as connection:
                connection.execute(
                    "UPDATE api_tokens SET last_used_on = :today WHERE digest = :digest",
                    {"today": today, "digest": digest},
                )
        return token


def live_jobs_allowed(connection: Connection, owner: str, usually: int) -> int:
    """Return how many live jobs an owner may have: a token has a limit of its own."""
    if not owner.startswith(OWNER_MARK):
        return usually
    row = connection.execute("SELECT max_live_jobs FROM api_tokens WHERE owner = :owner", {"owner": owner}).fetchone()
    return int(row["max_live_jobs"]) if row else usually
