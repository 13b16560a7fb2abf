-- The second migration: jobs that wait for an answer of their owner (status `asking`).
--
-- SQLite cannot change a CHECK, so the table is built anew, with every row, every column and the number that comes
-- next: a number is never given twice, not even one that was cleared away.

CREATE TABLE evaluation_jobs_2 (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    listing TEXT NOT NULL,
    listing_key TEXT NOT NULL,
    owner TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    turn REAL NOT NULL,              -- who goes first: see people.py
    current_stage TEXT,
    result_snapshot_id TEXT,
    error TEXT,
    error_code TEXT,
    suggestions TEXT NOT NULL DEFAULT '[]',  -- of earlier versions: questions took their place
    attempts INTEGER NOT NULL DEFAULT 0,
    kept_stages INTEGER NOT NULL DEFAULT 0,
    resumed INTEGER NOT NULL DEFAULT 0,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    run_after REAL NOT NULL,
    created_at REAL NOT NULL,
    queued_at REAL NOT NULL,         -- when it last joined the line; never goes back, whatever the clock does
    started_at REAL,
    completed_at REAL,
    version INTEGER NOT NULL DEFAULT 1,
    claim_token TEXT,
    worker TEXT,
    process TEXT,                    -- the owner's process: see process.py
    lease_until REAL,                -- on the steady clock
    question TEXT,                   -- what its owner is asked, as JSON
    asked_at REAL,                   -- Unix time
    CHECK ((status = 'running') = (claim_token IS NOT NULL)),
    CHECK ((completed_at IS NULL) = (status IN ('queued', 'running', 'asking'))),
    CHECK ((status = 'done') = (result_snapshot_id IS NOT NULL)),
    CHECK ((status = 'asking') = (question IS NOT NULL)),
    CHECK ((status = 'asking') = (asked_at IS NOT NULL))
);

INSERT INTO evaluation_jobs_2
    (seq, job_id, address, listing, listing_key, owner, status, priority, turn, current_stage, result_snapshot_id,
     error, error_code, suggestions, attempts, kept_stages, resumed, cancel_requested, run_after, created_at, queued_at,
     started_at, completed_at, version, claim_token, worker, process, lease_until)
SELECT seq, job_id, address, listing, listing_key, owner, status, priority, turn, current_stage, result_snapshot_id,
       error, error_code, suggestions, attempts, kept_stages, resumed, cancel_requested, run_after, created_at, queued_at,
       started_at, completed_at, version, claim_token, worker, process, lease_until
FROM evaluation_jobs ORDER BY seq;

DELETE FROM sqlite_sequence WHERE name = 'evaluation_jobs_2';

INSERT INTO sqlite_sequence (name, seq)
SELECT 'evaluation_jobs_2', seq FROM sqlite_sequence WHERE name = 'evaluation_jobs';

DROP TABLE evaluation_jobs;

ALTER TABLE evaluation_jobs_2 RENAME TO evaluation_jobs;

-- The line, with those being served: small however many jobs have ended or wait for an answer, and covering for what a
-- claim looks at (SQLite takes `completed_at` from it too, though it is always NULL here). Only a query that says
-- `status <> 'asking'` in so many words can use it: SQLite does not conclude that from `status = 'queued'`.
CREATE INDEX jobs_line ON evaluation_jobs (turn, seq, run_after, status, completed_at)
WHERE completed_at IS NULL AND status <> 'asking';

-- The jobs of an owner that have not ended, each listing once: asking the same thing again shows the open question.
CREATE UNIQUE INDEX jobs_live ON evaluation_jobs (owner, listing_key) WHERE completed_at IS NULL;

-- The open questions, the oldest first; covering where they are counted. It costs other jobs nothing.
CREATE INDEX jobs_asking ON evaluation_jobs (asked_at, status) WHERE status = 'asking';

CREATE INDEX jobs_ended ON evaluation_jobs (completed_at, status) WHERE completed_at IS NOT NULL;

CREATE INDEX jobs_by_owner ON evaluation_jobs (owner, seq);
