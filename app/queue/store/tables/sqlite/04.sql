-- The fourth migration: the pictures of a report, stored with it or when they were first asked for.

CREATE TABLE pictures (
    job_seq INTEGER NOT NULL,  -- the number of its snapshot
    name TEXT NOT NULL,        -- as in its link: "map.svg"
    body BLOB NOT NULL,        -- an SVG is kept compressed (gzip)
    PRIMARY KEY (job_seq, name)
);

-- Whoever deletes a report deletes its pictures, older code that does not know them too.
CREATE TRIGGER snapshot_deleted AFTER DELETE ON snapshots BEGIN
    DELETE FROM pictures WHERE job_seq = OLD.job_seq;
END;
