-- The ninth migration: the ledger of requests to live services, and their answers. It binds every process that has this
-- file open: one request a service at a time, never sooner than its pause, never more than the day's budget.

CREATE TABLE services (
    name TEXT PRIMARY KEY,
    next_allowed_at REAL NOT NULL DEFAULT 0,  -- Unix time of the next request
    noted_at REAL NOT NULL DEFAULT 0,         -- when that was written: a clock put back shows by it
    rests INTEGER NOT NULL DEFAULT 0,         -- whether the service asked for that wait
    turn_token TEXT,                          -- of the request under way
    turn_process TEXT,                        -- see process.py
    turn_until REAL,                          -- on the steady clock
    place_token TEXT,                         -- of the one evaluation that waits where it is; others join the line again
    place_process TEXT,
    place_until REAL,                         -- on the steady clock
    day INTEGER NOT NULL DEFAULT 0,           -- days since 1970 (UTC), to which the next two belong
    requests INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    faults INTEGER NOT NULL DEFAULT 0,        -- in a row
    closed_until REAL NOT NULL DEFAULT 0,     -- Unix time
    last_fault TEXT NOT NULL DEFAULT '',
    last_success_at REAL
) WITHOUT ROWID;

-- What was asked is kept as a hash alone; the body says enough about the address, so it goes with its job.
CREATE TABLE service_answers (
    service TEXT NOT NULL,
    question BLOB NOT NULL,                   -- SHA-256
    about BLOB NOT NULL,                      -- SHA-256 of the text that was asked about, x'' for none
    size INTEGER NOT NULL,                    -- bytes of the body as it came
    fetched_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    body BLOB,                                -- compressed; NULL once something better was made of it
    PRIMARY KEY (service, question)
);

CREATE INDEX answers_about ON service_answers (about) WHERE about <> x'';
