-- +goose Up
CREATE TABLE admincenter_jobs (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN
        ('SCHEDULED', 'WAITING_FOR_CONFIRMATION', 'PENDING', 'IN_PROGRESS', 'PAUSED',
        'COMPLETED', 'COMPLETED_WITH_FAILURES', 'FAILED', 'CANCELLED')),
    start_at        BIGINT,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    settled_at      BIGINT,
    -- When its entries and effects began to be removed, and whether any may be left.
    pruned_at       BIGINT,
    prunable        BIGINT NOT NULL DEFAULT 1 CHECK (prunable IN (0, 1)),
    total           BIGINT NOT NULL,
    completed       BIGINT NOT NULL,
    skipped         BIGINT NOT NULL,
    failed          BIGINT NOT NULL,
    failure         TEXT COLLATE "C" NOT NULL,
    failures        BIGINT NOT NULL,
    retry_at        BIGINT,
    decision        TEXT COLLATE "C" NOT NULL,
    attempt         BIGINT NOT NULL,
    lease_worker    TEXT COLLATE "C" NOT NULL,
    lease_until     BIGINT,
    tried_at        BIGINT NOT NULL,
    cursor_text     TEXT COLLATE "C" NOT NULL,
    state_text      TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    -- For Due: the organization of a job that can run, and the first instant at which a worker may claim it.
    -- job.Job.DueAt computes the same. -62135596800000000 is the zero instant, before every other.
    queue_org       TEXT COLLATE "C" GENERATED ALWAYS AS (
        CASE WHEN status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS') THEN org_id END) STORED,
    due_at          BIGINT GENERATED ALWAYS AS (
        CASE WHEN status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS') THEN GREATEST(
            COALESCE(CASE WHEN status = 'SCHEDULED' THEN start_at END, -62135596800000000),
            COALESCE(retry_at, -62135596800000000),
            COALESCE(CASE WHEN lease_worker <> '' THEN lease_until END, -62135596800000000)) END) STORED,
    PRIMARY KEY (org_id, id)
);

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
    org_id TEXT COLLATE "C" NOT NULL,
    job_id TEXT COLLATE "C" NOT NULL,
    seq    BIGINT NOT NULL,
    ref    TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN
        ('PENDING', 'COMPLETED', 'SKIPPED', 'FAILED', 'CANCELLED')),
    reason TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    data   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
);

CREATE INDEX admincenter_job_entries_status ON admincenter_job_entries (org_id, job_id, status, seq);

CREATE TABLE admincenter_job_effects (
    org_id  TEXT COLLATE "C" NOT NULL,
    job_id  TEXT COLLATE "C" NOT NULL,
    seq     BIGINT NOT NULL, -- of the first of effects
    effects TEXT COLLATE "C" NOT NULL, -- of one batch, as JSON
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
);

-- +goose Down
DROP TABLE admincenter_job_effects;
DROP TABLE admincenter_job_entries;
DROP TABLE admincenter_jobs;
