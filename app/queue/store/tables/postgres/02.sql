-- Runs, which evaluate all addresses of a region by tiles, as tables/sqlite/11.sql has them.

CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    region TEXT NOT NULL,
    build TEXT NOT NULL,
    options TEXT NOT NULL,
    tiles BIGINT NOT NULL,
    addresses BIGINT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    UNIQUE (region, build, options)
);

CREATE TABLE run_tiles (
    run_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    addresses BIGINT NOT NULL,
    job_seq BIGINT NOT NULL UNIQUE,
    PRIMARY KEY (run_id, number)
);

CREATE TABLE tile_rows (job_seq BIGINT PRIMARY KEY, rows BYTEA NOT NULL);

CREATE FUNCTION tile_of_deleted_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM tile_rows WHERE job_seq = OLD.seq;
    DELETE FROM runs WHERE run_id = (SELECT run_id FROM run_tiles WHERE job_seq = OLD.seq)
        AND NOT EXISTS (
            SELECT 1 FROM run_tiles WHERE run_tiles.run_id = runs.run_id AND job_seq <> OLD.seq
        );
    DELETE FROM run_tiles WHERE job_seq = OLD.seq;
    RETURN NULL;
END $$;

CREATE TRIGGER tile_of_deleted_job AFTER DELETE ON evaluation_jobs
FOR EACH ROW WHEN (OLD.owner = 'run:') EXECUTE FUNCTION tile_of_deleted_job();

-- The totals are those of people's jobs, so tiles are counted by themselves.

DROP TRIGGER job_without_report ON evaluation_jobs;

CREATE TRIGGER job_without_report AFTER UPDATE OF status ON evaluation_jobs
FOR EACH ROW WHEN (NEW.status IN ('failed', 'cancelled') AND NEW.owner <> 'run:')
EXECUTE FUNCTION job_without_report();

DROP TRIGGER job_tried_again ON evaluation_jobs;

CREATE TRIGGER job_tried_again AFTER UPDATE OF status ON evaluation_jobs
FOR EACH ROW WHEN (
    NEW.status = 'queued' AND OLD.status = 'running' AND NEW.error_code IS NOT NULL AND NEW.owner <> 'run:'
)
EXECUTE FUNCTION job_tried_again();

DROP TRIGGER done_job_deleted ON evaluation_jobs;

CREATE TRIGGER done_job_deleted AFTER DELETE ON evaluation_jobs
FOR EACH ROW WHEN (OLD.status = 'done' AND OLD.owner <> 'run:') EXECUTE FUNCTION done_job_deleted();

CREATE FUNCTION tile_made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM count_job('tile', '');
    RETURN NULL;
END $$;

CREATE TRIGGER tile_made AFTER INSERT ON run_tiles FOR EACH ROW EXECUTE FUNCTION tile_made();
