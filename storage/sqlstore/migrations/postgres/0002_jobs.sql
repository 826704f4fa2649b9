-- +goose Up
CREATE TABLE admincenter_jobs (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN
        ('SCHEDULED', 'WAITING_FOR_CONFIRMATION', 'PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')),
    start_at        BIGINT,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    settled_at      BIGINT,
    total           BIGINT NOT NULL,
    completed       BIGINT NOT NULL,
    skipped         BIGINT NOT NULL,
    failed          BIGINT NOT NULL,
    cursor_text     TEXT COLLATE "C" NOT NULL,
    failure         TEXT COLLATE "C" NOT NULL,
    attempt         BIGINT NOT NULL,
    lease_owner     TEXT COLLATE "C",
    lease_until     BIGINT,
    version         BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- For Due, which looks for work across organizations.
CREATE INDEX admincenter_jobs_due ON admincenter_jobs (status, id);

-- For lists by kind and status: how a host finds the few that run among the many that are done.
CREATE INDEX admincenter_jobs_status ON admincenter_jobs (org_id, status, id);
CREATE INDEX admincenter_jobs_kind ON admincenter_jobs (org_id, kind, id);
CREATE INDEX admincenter_jobs_kind_status ON admincenter_jobs (org_id, kind, status, id);

CREATE TABLE admincenter_job_entries (
    org_id TEXT COLLATE "C" NOT NULL,
    job_id TEXT COLLATE "C" NOT NULL,
    seq    BIGINT NOT NULL,
    ref    TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN
        ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'SKIPPED', 'FAILED', 'CANCELLED')),
    reason TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    data   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
);

CREATE INDEX admincenter_job_entries_status ON admincenter_job_entries (org_id, job_id, status, seq);

-- +goose Down
DROP TABLE admincenter_job_entries;
DROP TABLE admincenter_jobs;
