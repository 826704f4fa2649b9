-- +goose Up
CREATE TABLE admincenter_jobs (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN
        ('SCHEDULED', 'WAITING_FOR_CONFIRMATION', 'PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')),
    start_at        INTEGER,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    total           INTEGER NOT NULL,
    completed       INTEGER NOT NULL,
    skipped         INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    cursor_text     TEXT    NOT NULL,
    failure         TEXT    NOT NULL,
    attempt         INTEGER NOT NULL,
    lease_owner     TEXT,
    lease_until     INTEGER,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

-- For Due, which looks for work across organizations.
CREATE INDEX admincenter_jobs_due ON admincenter_jobs (status, id);

-- For lists by kind and status: how a host finds the few that run among the many that are done.
CREATE INDEX admincenter_jobs_status ON admincenter_jobs (org_id, status, id);
CREATE INDEX admincenter_jobs_kind ON admincenter_jobs (org_id, kind, id);
CREATE INDEX admincenter_jobs_kind_status ON admincenter_jobs (org_id, kind, status, id);

CREATE TABLE admincenter_job_entries (
    org_id TEXT    NOT NULL,
    job_id TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    ref    TEXT    NOT NULL,
    status TEXT    NOT NULL CHECK (status IN
        ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'SKIPPED', 'FAILED', 'CANCELLED')),
    reason TEXT    NOT NULL,
    detail TEXT    NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_job_entries_status ON admincenter_job_entries (org_id, job_id, status, seq);

-- +goose Down
DROP TABLE admincenter_job_entries;
DROP TABLE admincenter_jobs;
