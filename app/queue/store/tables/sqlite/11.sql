-- The eleventh migration: runs, which evaluate all addresses of a region by jobs of many addresses each (tiles).
--
-- New tables and triggers alone. A process of an earlier version takes a tile for a listing that it cannot read, and
-- ends it as failed; whoever begins the run again, as it says, evaluates that tile anew.

CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    region TEXT NOT NULL,
    build TEXT NOT NULL,             -- of the region's data: see app/atlas/files.py
    options TEXT NOT NULL,           -- JSON
    tiles INTEGER NOT NULL,          -- how many it has; fewer are there only while it is made
    addresses INTEGER NOT NULL,
    created_at REAL NOT NULL,
    UNIQUE (region, build, options)
) WITHOUT ROWID;

CREATE TABLE run_tiles (
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,         -- from 0 on
    addresses INTEGER NOT NULL,
    job_seq INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;

-- What came of a tile, stored in the transaction that ends its job. It is no report: nothing that reads reports sees it.
CREATE TABLE tile_rows (job_seq INTEGER PRIMARY KEY, rows BLOB NOT NULL);

CREATE TRIGGER tile_of_deleted_job AFTER DELETE ON evaluation_jobs WHEN OLD.owner = 'run:' BEGIN
    DELETE FROM tile_rows WHERE job_seq = OLD.seq;
    DELETE FROM runs WHERE run_id = (SELECT run_id FROM run_tiles WHERE job_seq = OLD.seq)
        AND NOT EXISTS (
            SELECT 1 FROM run_tiles WHERE run_tiles.run_id = runs.run_id AND job_seq <> OLD.seq
        );
    DELETE FROM run_tiles WHERE job_seq = OLD.seq;
END;

-- The totals of the seventh migration are those of people's jobs, so tiles are counted by themselves.
DROP TRIGGER job_without_report;

CREATE TRIGGER job_without_report AFTER UPDATE OF status ON evaluation_jobs
WHEN NEW.status IN ('failed', 'cancelled') AND NEW.owner <> 'run:' BEGIN
    INSERT INTO job_totals (outcome, reason, jobs) VALUES (NEW.status, coalesce(NEW.error_code, ''), 1)
    ON CONFLICT (outcome, reason) DO UPDATE SET jobs = jobs + 1;
END;

DROP TRIGGER job_tried_again;

CREATE TRIGGER job_tried_again AFTER UPDATE OF status ON evaluation_jobs
WHEN NEW.status = 'queued' AND OLD.status = 'running' AND NEW.error_code IS NOT NULL AND NEW.owner <> 'run:' BEGIN
    INSERT INTO job_totals (outcome, reason, jobs) VALUES ('tried again', NEW.error_code, 1)
    ON CONFLICT (outcome, reason) DO UPDATE SET jobs = jobs + 1;
END;

DROP TRIGGER done_job_deleted;

CREATE TRIGGER done_job_deleted AFTER DELETE ON evaluation_jobs WHEN OLD.status = 'done' AND OLD.owner <> 'run:' BEGIN
    INSERT INTO job_totals (outcome, reason, jobs) VALUES ('done', '', 1)
    ON CONFLICT (outcome, reason) DO UPDATE SET jobs = jobs + 1;
END;

-- The numbers of jobs go up for tiles too: so many of them are no job of a person's.
CREATE TRIGGER tile_made AFTER INSERT ON run_tiles BEGIN
    INSERT INTO job_totals (outcome, reason, jobs) VALUES ('tile', '', 1)
    ON CONFLICT (outcome, reason) DO UPDATE SET jobs = jobs + 1;
END;
