-- The seventh migration: what has happened so far, in numbers that never fall. Rows of jobs are tried again and cleared
-- away, so counts of them go down, and whoever watches a site by its counters takes that for a new beginning.
--
-- Triggers, so that older code counts too. A job that goes well costs one more page a stage; a claim and a completion
-- write what they always did.

CREATE TABLE stage_totals (
    stage TEXT NOT NULL,
    at_most REAL NOT NULL,           -- seconds: the bounds of a histogram, 9e999 (infinity) for what took longer
    stages INTEGER NOT NULL,
    seconds REAL NOT NULL,           -- of all of them together
    PRIMARY KEY (stage, at_most)
) WITHOUT ROWID;

INSERT INTO stage_totals
SELECT stage,
    CASE WHEN seconds <= 0.005 THEN 0.005 WHEN seconds <= 0.02 THEN 0.02 WHEN seconds <= 0.05 THEN 0.05
        WHEN seconds <= 0.1 THEN 0.1 WHEN seconds <= 0.25 THEN 0.25 WHEN seconds <= 0.5 THEN 0.5
        WHEN seconds <= 1 THEN 1.0 WHEN seconds <= 2.5 THEN 2.5 WHEN seconds <= 10 THEN 10.0
        WHEN seconds <= 30 THEN 30.0 WHEN seconds <= 120 THEN 120.0 ELSE 9e999 END,
    count(*), sum(seconds)
FROM job_stages WHERE seconds IS NOT NULL GROUP BY 1, 2;

CREATE TRIGGER stage_timed AFTER UPDATE OF seconds ON job_stages WHEN NEW.seconds IS NOT NULL BEGIN
    INSERT INTO stage_totals (stage, at_most, stages, seconds)
    VALUES (
        NEW.stage,
        CASE WHEN NEW.seconds <= 0.005 THEN 0.005 WHEN NEW.seconds <= 0.02 THEN 0.02 WHEN NEW.seconds <= 0.05 THEN 0.05
            WHEN NEW.seconds <= 0.1 THEN 0.1 WHEN NEW.seconds <= 0.25 THEN 0.25 WHEN NEW.seconds <= 0.5 THEN 0.5
            WHEN NEW.seconds <= 1 THEN 1.0 WHEN NEW.seconds <= 2.5 THEN 2.5 WHEN NEW.seconds <= 10 THEN 10.0
            WHEN NEW.seconds <= 30 THEN 30.0 WHEN NEW.seconds <= 120 THEN 120.0 ELSE 9e999 END,
        1,
        NEW.seconds
    )
    ON CONFLICT (stage, at_most) DO UPDATE SET stages = stages + 1, seconds = seconds + excluded.seconds;
END;

CREATE TABLE job_totals (
    outcome TEXT NOT NULL,           -- failed, cancelled, tried again; done for those that were cleared away since
    reason TEXT NOT NULL,            -- the error's code, "" without one
    jobs INTEGER NOT NULL,
    PRIMARY KEY (outcome, reason)
) WITHOUT ROWID;

INSERT INTO job_totals
SELECT status, coalesce(error_code, ''), count(*) FROM evaluation_jobs
WHERE status IN ('failed', 'cancelled') AND completed_at IS NOT NULL GROUP BY 1, 2;

CREATE TRIGGER job_without_report AFTER UPDATE OF status ON evaluation_jobs
WHEN NEW.status IN ('failed', 'cancelled') BEGIN
    INSERT INTO job_totals (outcome, reason, jobs) VALUES (NEW.status, coalesce(NEW.error_code, ''), 1)
    ON CONFLICT (outcome, reason) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER job_tried_again AFTER UPDATE OF status ON evaluation_jobs
WHEN NEW.status = 'queued' AND OLD.status = 'running' AND NEW.error_code IS NOT NULL BEGIN
    INSERT INTO job_totals (outcome, reason, jobs) VALUES ('tried again', NEW.error_code, 1)
    ON CONFLICT (outcome, reason) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER done_job_deleted AFTER DELETE ON evaluation_jobs WHEN OLD.status = 'done' BEGIN
    INSERT INTO job_totals (outcome, reason, jobs) VALUES ('done', '', 1)
    ON CONFLICT (outcome, reason) DO UPDATE SET jobs = jobs + 1;
END;
