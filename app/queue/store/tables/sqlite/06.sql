-- The sixth migration: which tries count towards giving up, who looks for work, and what the clock said before.
--
-- Columns with defaults, and new tables: processes of an earlier version go on, and every try of theirs counts.

-- The most finished stages that earlier tries have kept: a try that keeps more than that was not in vain.
ALTER TABLE evaluation_jobs ADD COLUMN kept_before INTEGER NOT NULL DEFAULT 0;

-- The tries that kept a stage and yet ended without a report.
ALTER TABLE evaluation_jobs ADD COLUMN fruitful INTEGER NOT NULL DEFAULT 0;

-- The workers that look for work, each with the time at which it last said so: see workers.py.
CREATE TABLE workers (
    name TEXT PRIMARY KEY,           -- host, process and thread, as in evaluation_jobs
    process TEXT NOT NULL,           -- see process.py
    seen_at REAL NOT NULL            -- on the steady clock
) WITHOUT ROWID;

-- The last time that two readings of the clock agreed on: see app/queue/clocks.py.
CREATE TABLE settled_clock (id INTEGER PRIMARY KEY, at REAL NOT NULL);
