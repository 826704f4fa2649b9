-- +goose Up
CREATE TABLE admincenter_jobs (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN
        ('SCHEDULED', 'WAITING_FOR_CONFIRMATION', 'PENDING', 'IN_PROGRESS', 'PAUSED',
        'COMPLETED', 'COMPLETED_WITH_FAILURES', 'FAILED', 'CANCELLED')),
    start_at        INTEGER,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    -- When its entries and effects began to be removed, and whether any may be left.
    pruned_at       INTEGER,
    prunable        INTEGER NOT NULL DEFAULT 1 CHECK (prunable IN (0, 1)),
    total           INTEGER NOT NULL,
    completed       INTEGER NOT NULL,
    skipped         INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    failure         TEXT    NOT NULL,
    failures        INTEGER NOT NULL,
    retry_at        INTEGER,
    decision        TEXT    NOT NULL,
    attempt         INTEGER NOT NULL,
    lease_worker    TEXT    NOT NULL,
    lease_until     INTEGER,
    tried_at        INTEGER NOT NULL,
    cursor_text     TEXT    NOT NULL,
    state_text      TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    -- For Due: the organization of a job that can run, and the first instant at which a worker may claim it.
    -- job.Job.DueAt computes the same. -62135596800000000 is the zero instant, before every other.
    queue_org       TEXT GENERATED ALWAYS AS (
        CASE WHEN status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS') THEN org_id END) STORED,
    due_at          INTEGER GENERATED ALWAYS AS (
        CASE WHEN status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS') THEN max(
            COALESCE(CASE WHEN status = 'SCHEDULED' THEN start_at END, -62135596800000000),
            COALESCE(retry_at, -62135596800000000),
            COALESCE(CASE WHEN lease_worker <> '' THEN lease_until END, -62135596800000000)) END) STORED,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

-- For Due, which looks for work across organizations. It has what can run and no more.
CREATE INDEX admincenter_jobs_due ON admincenter_jobs (queue_org, tried_at, id, due_at, kind)
    WHERE queue_org IS NOT NULL;

-- For what is over and not yet removed.
CREATE INDEX admincenter_jobs_settled ON admincenter_jobs (prunable, settled_at, org_id, id);

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
        ('PENDING', 'COMPLETED', 'SKIPPED', 'FAILED', 'CANCELLED')),
    reason TEXT    NOT NULL,
    detail TEXT    NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_job_entries_status ON admincenter_job_entries (org_id, job_id, status, seq);

CREATE TABLE admincenter_job_effects (
    org_id  TEXT    NOT NULL,
    job_id  TEXT    NOT NULL,
    seq     INTEGER NOT NULL, -- of the first of effects
    effects TEXT    NOT NULL, -- of one batch, as JSON
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE admincenter_job_effects;
DROP TABLE admincenter_job_entries;
DROP TABLE admincenter_jobs;
