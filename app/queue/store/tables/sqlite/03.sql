-- The third migration: which report a job evaluates again, kept with the report that comes of it.
--
-- Columns alone: a process of an earlier version goes on and leaves them empty.

ALTER TABLE evaluation_jobs ADD COLUMN again_of TEXT;

ALTER TABLE snapshots ADD COLUMN again_of TEXT;
