-- The tables of jobs and snapshots, as the first migration makes them. Later changes become migrations beside it.

CREATE TABLE evaluation_jobs (
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
    suggestions TEXT NOT NULL DEFAULT '[]',
    attempts INTEGER NOT NULL DEFAULT 0,
    kept_stages INTEGER NOT NULL DEFAULT 0,
    resumed INTEGER NOT NULL DEFAULT 0,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    run_after REAL NOT NULL,
    created_at REAL NOT NULL,
    queued_at REAL NOT NULL,         -- created_at that never goes back, whatever the clock does
    started_at REAL,
    completed_at REAL,
    version INTEGER NOT NULL DEFAULT 1,
    claim_token TEXT,
    worker TEXT,
    process TEXT,                    -- the owner's process: see process.py
    lease_until REAL,                -- on the steady clock
    CHECK ((status = 'running') = (claim_token IS NOT NULL)),
    CHECK ((completed_at IS NULL) = (status IN ('queued', 'running'))),
    CHECK ((status = 'done') = (result_snapshot_id IS NOT NULL))
);

CREATE TABLE job_events (
    job_seq INTEGER NOT NULL,
    version INTEGER NOT NULL,        -- the job's version after the transition
    at REAL NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    stage TEXT,
    worker TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (job_seq, version)
) WITHOUT ROWID;

CREATE TABLE job_stages (
    job_seq INTEGER NOT NULL,
    place INTEGER NOT NULL,          -- first, second, ... to begin
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    seconds REAL,
    reason TEXT NOT NULL DEFAULT '',
    finding BLOB,                    -- what a later attempt goes on from; emptied once the report is stored
    PRIMARY KEY (job_seq, stage)
) WITHOUT ROWID;

-- `job_seq` as the key makes a second snapshot of one job impossible; it is also part of the id, which finds the row.
CREATE TABLE snapshots (
    job_seq INTEGER PRIMARY KEY,
    snapshot_id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at REAL NOT NULL,
    report BLOB NOT NULL
);

-- Each index costs every job a page in the log, so there are no more than these.

-- The line, with those being served: small however many jobs have ended, and covering for what a claim looks at
-- (SQLite takes `completed_at` from it too, though it is always NULL here).
CREATE INDEX jobs_line ON evaluation_jobs (turn, seq, run_after, status, completed_at) WHERE completed_at IS NULL;

-- The live jobs of an owner, each listing once.
CREATE UNIQUE INDEX jobs_live ON evaluation_jobs (owner, listing_key) WHERE completed_at IS NULL;

CREATE INDEX jobs_ended ON evaluation_jobs (completed_at, status) WHERE completed_at IS NOT NULL;

CREATE INDEX jobs_by_owner ON evaluation_jobs (owner, seq);

-- `checked_at` is rewritten by the readiness check: the cheapest write that proves writing works.
CREATE TABLE probe (id INTEGER PRIMARY KEY, checked_at REAL NOT NULL);
INSERT INTO probe VALUES (1, 0);
