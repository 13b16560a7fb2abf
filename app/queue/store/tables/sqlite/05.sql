-- The fifth migration: batches of listings; shortlists with what several people say of their entries; and for programs
-- tokens of hosts, keys by which a request that is sent twice counts once, and an owner's reports in pages.
--
-- New tables, an index, and triggers, so that whoever deletes a job or a report deletes it here too, older code that
-- does not know these tables included. Nothing is added to a job, so a claim and a completion write what they always did.

CREATE TABLE batches (
    batch_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    created_at REAL NOT NULL,
    notes TEXT NOT NULL              -- what was said of the file as it was read: a JSON list of sentences
) WITHOUT ROWID;

CREATE INDEX batches_by_owner ON batches (owner, created_at);

CREATE TABLE batch_lines (
    batch_id TEXT NOT NULL,
    number INTEGER NOT NULL,         -- as in the file: its first line is 1
    address TEXT NOT NULL,
    job_seq INTEGER,                 -- the job that evaluates it; NULL for a line that was refused
    why TEXT NOT NULL,               -- why it was refused, "" for one that was not
    given TEXT NOT NULL,             -- what a refused line held, as JSON, for a form that corrects it
    PRIMARY KEY (batch_id, number),
    CHECK ((job_seq IS NULL) = (why <> ''))
) WITHOUT ROWID;

CREATE INDEX batch_lines_by_job ON batch_lines (job_seq) WHERE job_seq IS NOT NULL;

-- A batch is kept as long as its jobs are. With the last of them go the lines that were refused, and the batch.
CREATE TRIGGER batch_job_deleted AFTER DELETE ON evaluation_jobs BEGIN
    DELETE FROM batch_lines WHERE job_seq = OLD.seq;
END;

CREATE TRIGGER batch_line_deleted AFTER DELETE ON batch_lines WHEN OLD.job_seq IS NOT NULL BEGIN
    DELETE FROM batches WHERE batch_id = OLD.batch_id
        AND NOT EXISTS (SELECT 1 FROM batch_lines WHERE batch_id = OLD.batch_id AND job_seq IS NOT NULL);
END;

CREATE TRIGGER batch_deleted AFTER DELETE ON batches BEGIN
    DELETE FROM batch_lines WHERE batch_id = OLD.batch_id;
END;

CREATE TABLE lists (
    list_id INTEGER PRIMARY KEY,
    created_at REAL NOT NULL,
    reading_link TEXT UNIQUE,        -- NULL: not shared
    together_link TEXT UNIQUE
);

-- Who has a say on a list: its owner, and others by the name they gave.
CREATE TABLE list_people (
    person_id INTEGER PRIMARY KEY,
    list_id INTEGER NOT NULL,
    name TEXT NOT NULL,              -- "" for an owner who gave none
    is_owner INTEGER NOT NULL
);

CREATE INDEX list_people_by_list ON list_people (list_id);

-- A person may use several browsers; a browser is one person on a list.
CREATE TABLE list_visitors (
    visitor TEXT NOT NULL,           -- the random id of the signed cookie
    list_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    is_owner INTEGER NOT NULL,
    PRIMARY KEY (visitor, list_id)
) WITHOUT ROWID;

-- A browser owns one list at most.
CREATE UNIQUE INDEX list_owned ON list_visitors (visitor) WHERE is_owner = 1;

CREATE INDEX list_visitors_by_list ON list_visitors (list_id);

CREATE TABLE list_entries (
    entry_id INTEGER PRIMARY KEY,
    list_id INTEGER NOT NULL,
    job_seq INTEGER NOT NULL,        -- the number of the report
    place INTEGER NOT NULL,          -- the smallest stands first
    added_at REAL NOT NULL,
    UNIQUE (list_id, job_seq)
);

CREATE INDEX list_entries_by_report ON list_entries (job_seq);

-- Each person has an own mark and note on each entry, so nobody writes over what another one said.
CREATE TABLE list_opinions (
    entry_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    mark TEXT NOT NULL CHECK (mark IN ('', 'yes', 'maybe', 'no')),
    note TEXT NOT NULL,
    changed_at REAL NOT NULL,
    PRIMARY KEY (entry_id, person_id)
) WITHOUT ROWID;

CREATE INDEX list_opinions_by_person ON list_opinions (person_id);

CREATE TRIGGER listed_report_deleted AFTER DELETE ON snapshots BEGIN
    DELETE FROM list_entries WHERE job_seq = OLD.job_seq;
END;

CREATE TRIGGER list_entry_deleted AFTER DELETE ON list_entries BEGIN
    DELETE FROM list_opinions WHERE entry_id = OLD.entry_id;
END;

CREATE TRIGGER list_deleted AFTER DELETE ON lists BEGIN
    DELETE FROM list_entries WHERE list_id = OLD.list_id;
    DELETE FROM list_visitors WHERE list_id = OLD.list_id;
    DELETE FROM list_people WHERE list_id = OLD.list_id;
END;

CREATE TRIGGER list_person_deleted AFTER DELETE ON list_people BEGIN
    DELETE FROM list_opinions WHERE person_id = OLD.person_id;
    DELETE FROM list_visitors WHERE list_id = OLD.list_id AND person_id = OLD.person_id;
END;

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
    made TEXT NOT NULL,              -- the id of the job or batch that came of it
    kept_at REAL NOT NULL
) WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (kept_at);

-- The reports of an owner, long after their jobs were cleared away. Next to a report of 44 kB its page weighs nothing.
CREATE INDEX snapshots_by_owner ON snapshots (owner, job_seq);
