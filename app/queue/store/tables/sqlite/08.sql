-- The eighth migration: which live service a running job waits for, and how long a job has waited for its turn.
--
-- Columns with defaults, which an earlier version leaves as they are: what they say counts for a running job alone, and
-- every claim and every stage of this version begins with none.

-- The name of the service that the stage under way asks, NULL where it asks none.
ALTER TABLE evaluation_jobs ADD COLUMN waits_for TEXT;

-- Since when (Unix time), NULL where it asks none.
ALTER TABLE evaluation_jobs ADD COLUMN waits_since REAL;

-- 1 while it has not asked yet, as it is another job's turn.
ALTER TABLE evaluation_jobs ADD COLUMN waits_turn INTEGER NOT NULL DEFAULT 0;

-- Seconds for which it was handed back in all, its tries not counted, because a service was busy with other jobs.
ALTER TABLE evaluation_jobs ADD COLUMN turn_seconds REAL NOT NULL DEFAULT 0;
