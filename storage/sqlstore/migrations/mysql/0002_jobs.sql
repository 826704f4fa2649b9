-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_jobs (
    org_id          VARBINARY(64)  NOT NULL,
    id              VARBINARY(36)  NOT NULL,
    kind            VARBINARY(100) NOT NULL,
    status          VARBINARY(30)  NOT NULL CHECK (status IN
        ('SCHEDULED', 'WAITING_FOR_CONFIRMATION', 'PENDING', 'IN_PROGRESS', 'PAUSED',
        'COMPLETED', 'COMPLETED_WITH_FAILURES', 'FAILED', 'CANCELLED')),
    start_at        BIGINT,
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    updated_at      BIGINT         NOT NULL,
    settled_at      BIGINT,
    -- When its entries and effects began to be removed, and whether any may be left.
    pruned_at       BIGINT,
    prunable        BIGINT NOT NULL DEFAULT 1 CHECK (prunable IN (0, 1)),
    total           BIGINT         NOT NULL,
    completed       BIGINT         NOT NULL,
    skipped         BIGINT         NOT NULL,
    failed          BIGINT         NOT NULL,
    failure         MEDIUMTEXT     NOT NULL,
    failures        BIGINT         NOT NULL,
    retry_at        BIGINT,
    decision        MEDIUMTEXT     NOT NULL,
    attempt         BIGINT         NOT NULL,
    lease_worker    VARBINARY(200) NOT NULL,
    lease_until     BIGINT,
    tried_at        BIGINT         NOT NULL,
    cursor_text     VARBINARY(1000) NOT NULL,
    state_text      MEDIUMTEXT     NOT NULL,
    version         BIGINT         NOT NULL,
    -- For Due: the organization of a job that can run, and the first instant at which a worker may claim it.
    -- job.Job.DueAt computes the same. -62135596800000000 is the zero instant, before every other.
    queue_org       VARBINARY(64) GENERATED ALWAYS AS (
        CASE WHEN status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS') THEN org_id END) STORED,
    due_at          BIGINT GENERATED ALWAYS AS (
        CASE WHEN status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS') THEN GREATEST(
            COALESCE(CASE WHEN status = 'SCHEDULED' THEN start_at END, -62135596800000000),
            COALESCE(retry_at, -62135596800000000),
            COALESCE(CASE WHEN lease_worker <> '' THEN lease_until END, -62135596800000000)) END) STORED,
    PRIMARY KEY (org_id, id),
    -- For what is over and not yet removed.
    KEY jobs_settled (prunable, settled_at, org_id, id),
    KEY jobs_due (queue_org, tried_at, id, due_at, kind),
    -- For lists by kind and status: how a host finds the few that run among the many that are done.
    KEY jobs_kind_status (org_id, kind, status, id),
    KEY jobs_kind (org_id, kind, id),
    KEY jobs_status (org_id, status, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_job_entries (
    org_id VARBINARY(64)   NOT NULL,
    job_id VARBINARY(36)   NOT NULL,
    seq    BIGINT          NOT NULL,
    ref    VARBINARY(1000) NOT NULL,
    status VARBINARY(30)   NOT NULL CHECK (status IN
        ('PENDING', 'COMPLETED', 'SKIPPED', 'FAILED', 'CANCELLED')),
    reason VARBINARY(100)  NOT NULL,
    detail MEDIUMTEXT      NOT NULL,
    data   MEDIUMTEXT      NOT NULL,
    PRIMARY KEY (org_id, job_id, seq),
    KEY job_entries_status (org_id, job_id, status, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_job_effects (
    org_id  VARBINARY(64) NOT NULL,
    job_id  VARBINARY(36) NOT NULL,
    seq     BIGINT        NOT NULL, -- of the first of effects
    effects MEDIUMTEXT    NOT NULL, -- of one batch, as JSON
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_job_effects;
DROP TABLE admincenter_job_entries;
DROP TABLE admincenter_jobs;
