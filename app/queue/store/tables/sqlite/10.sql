-- The tenth migration: for sites of several hosts, which regions the site has by build, which host holds which, and which
-- of them a job needs.
--
-- A column with a default and new tables: processes of an earlier version go on, and know jobs for every host alone.

-- The build ("name@build") whose data a job must run on; '' for one that any host may take that holds every region.
ALTER TABLE evaluation_jobs ADD COLUMN needs TEXT NOT NULL DEFAULT '';

DROP INDEX jobs_line;

-- As before (tables/sqlite/02.sql), covering for what a claim looks at now.
CREATE INDEX jobs_line ON evaluation_jobs (turn, seq, run_after, status, needs, completed_at)
WHERE completed_at IS NULL AND status <> 'asking';

-- The regions of the site, as they were published; empty where each host has its own.
CREATE TABLE region_builds (
    name TEXT PRIMARY KEY,
    build TEXT NOT NULL,
    before TEXT NOT NULL,            -- the build before it, which does too until every host has the new one; '' for none
    published_at REAL NOT NULL
) WITHOUT ROWID;

-- What each host holds, as its workers said last.
CREATE TABLE hosts (
    name TEXT PRIMARY KEY,
    regions TEXT NOT NULL,           -- JSON: what it holds of each region, by the region's name (HeldRegion)
    seen_at REAL NOT NULL            -- on the steady clock
) WITHOUT ROWID;
