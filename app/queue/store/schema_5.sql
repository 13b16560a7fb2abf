-- The fifth migration, for programs: tokens of hosts, keys by which a request that is sent twice counts once, and an
-- owner's reports in pages.
--
-- Tables and an index alone: a process of an earlier version goes on and knows none of them.

CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,     -- SHA-256 of the secret, which is kept nowhere
    prefix TEXT NOT NULL,            -- the first letters of the secret, by which people tell tokens apart
    owner TEXT NOT NULL UNIQUE,      -- what jobs and reports that came with the token are owned by
    max_live_jobs INTEGER NOT NULL,
    per_minute INTEGER NOT NULL,
    created_at REAL NOT NULL,
    last_used_on TEXT,               -- a day (UTC), no finer
    revoked_at REAL
);

-- One token of a name at a time.
CREATE UNIQUE INDEX api_tokens_in_use ON api_tokens (name) WHERE revoked_at IS NULL;

CREATE TABLE idempotency_keys (
    digest TEXT PRIMARY KEY,         -- SHA-256 of the owner and the key
    request TEXT NOT NULL,           -- SHA-256 of what was sent with it
    job_id TEXT NOT NULL,            -- what came of it
    kept_at REAL NOT NULL
) WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (kept_at);

-- The reports of an owner, long after their jobs were cleared away. Next to a report of 44 kB its page weighs nothing.
CREATE INDEX snapshots_by_owner ON snapshots (owner, job_seq);
