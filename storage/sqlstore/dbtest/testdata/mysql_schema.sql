-- What the catalog says of the schema: to be read, not run.

TABLE admincenter_accounts InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(200) NOT NULL
    name varchar(255) COLLATE utf8mb4_bin NOT NULL
    customer_id varbinary(200) NOT NULL
    invoice_currency varbinary(3) NOT NULL
    primary_email varchar(320) COLLATE utf8mb4_bin NOT NULL
    net_term_days bigint(20)
    phone_number varchar(255) COLLATE utf8mb4_bin NOT NULL
    line1 varchar(255) COLLATE utf8mb4_bin NOT NULL
    line2 varchar(255) COLLATE utf8mb4_bin NOT NULL
    postal_code varchar(255) COLLATE utf8mb4_bin NOT NULL
    city varchar(255) COLLATE utf8mb4_bin NOT NULL
    state varchar(255) COLLATE utf8mb4_bin NOT NULL
    country varchar(255) COLLATE utf8mb4_bin NOT NULL
    aliases mediumtext COLLATE utf8mb4_bin NOT NULL
    billing_information mediumtext COLLATE utf8mb4_bin NOT NULL
    metadata mediumtext COLLATE utf8mb4_bin NOT NULL
    tags mediumtext COLLATE utf8mb4_bin NOT NULL
    status varbinary(30) NOT NULL
    search mediumtext COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    updated_at bigint(20) NOT NULL
    version bigint(20) NOT NULL
    restored_version bigint(20) NOT NULL
    INDEX accounts_customer (org_id, customer_id, id)
    INDEX accounts_status (org_id, status, id)
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_accounts_ibfk_1 (org_id, customer_id) REFERENCES admincenter_customers (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_account_aliases InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    value varbinary(200) NOT NULL
    holders mediumtext COLLATE utf8mb4_bin NOT NULL
    PRIMARY KEY PRIMARY (org_id, value)
    FOREIGN KEY admincenter_account_aliases_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_archived_currencies InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    code varbinary(3) NOT NULL
    archived_at bigint(20) NOT NULL
    archived_by_kind varbinary(30) NOT NULL
    archived_by_id varbinary(237) NOT NULL
    PRIMARY KEY PRIMARY (org_id, code)
    FOREIGN KEY admincenter_archived_currencies_ibfk_1 (org_id, code) REFERENCES admincenter_currencies (org_id, code) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_audit InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    at bigint(20) NOT NULL
    actor_kind varbinary(30) NOT NULL
    actor_id varbinary(200) NOT NULL
    actor_for varbinary(36) NOT NULL
    action varbinary(100) NOT NULL
    subject_kind varbinary(100) NOT NULL
    subject_id varbinary(1000) NOT NULL
    changes mediumtext COLLATE utf8mb4_bin NOT NULL
    request_sum varbinary(32) NOT NULL
    request_id varbinary(200) NOT NULL
    digest varbinary(64) NOT NULL
    INDEX audit_action (org_id, action, at, id)
    INDEX audit_actor (org_id, actor_kind, actor_id, at, id)
    UNIQUE audit_id (org_id, id)
    INDEX audit_subject (org_id, subject_kind, subject_id, at, id)
    INDEX audit_subject_kind (org_id, subject_kind, at, id)
    INDEX audit_support (org_id, actor_for, at, id)
    PRIMARY KEY PRIMARY (org_id, at, id)
    FOREIGN KEY admincenter_audit_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    TRIGGER admincenter_audit_no_delete BEFORE DELETE IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
            AND NOT EXISTS (SELECT 1 FROM admincenter_audit_log l FORCE INDEX (audit_log_record)
                JOIN admincenter_audit_cuts c ON c.org_id = l.org_id
                WHERE l.record_id = OLD.id AND l.org_id = OLD.org_id AND l.seq <= c.seq) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: audit records cannot be deleted';
        END IF
    TRIGGER admincenter_audit_no_update BEFORE UPDATE SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: audit records cannot be changed'
    TRIGGER admincenter_audit_waits AFTER INSERT INSERT INTO admincenter_audit_queue (org_id, id) VALUES (NEW.org_id, NEW.id)

TABLE admincenter_audit_anchor InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_audit_anchor_ibfk_1 (org_id, id) REFERENCES admincenter_audit (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_audit_cuts InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    seq bigint(20) NOT NULL
    hash varbinary(64) NOT NULL
    sealed_at bigint(20) NOT NULL
    record_id varbinary(36) NOT NULL
    at bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id)
    FOREIGN KEY admincenter_audit_cuts_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    TRIGGER admincenter_audit_cuts_made BEFORE INSERT IF NOT EXISTS (SELECT 1 FROM admincenter_audit
                WHERE org_id = NEW.org_id AND id = NEW.record_id AND at = NEW.at AND action = 'trail.trim')
            OR NOT EXISTS (SELECT 1 FROM admincenter_audit_log
                WHERE org_id = NEW.org_id AND seq = NEW.seq AND hash = NEW.hash AND sealed_at = NEW.sealed_at) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the audit trail is cut on record, and once at a place';
        END IF
    TRIGGER admincenter_audit_cuts_moved BEFORE UPDATE IF NEW.org_id <> OLD.org_id OR NEW.seq <= OLD.seq
            OR NOT EXISTS (SELECT 1 FROM admincenter_audit
                WHERE org_id = NEW.org_id AND id = NEW.record_id AND at = NEW.at AND action = 'trail.trim')
            OR NOT EXISTS (SELECT 1 FROM admincenter_audit_log
                WHERE org_id = NEW.org_id AND seq = NEW.seq AND hash = NEW.hash AND sealed_at = NEW.sealed_at) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the audit trail is cut on record, and once at a place';
        END IF
    TRIGGER admincenter_audit_cuts_no_delete BEFORE DELETE IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: where the audit trail is cut cannot be deleted';
        END IF

TABLE admincenter_audit_cuts_anchor InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    PRIMARY KEY PRIMARY (org_id)
    FOREIGN KEY admincenter_audit_cuts_anchor_ibfk_1 (org_id) REFERENCES admincenter_audit_cuts (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_audit_heads InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    seq bigint(20) NOT NULL
    hash varbinary(64) NOT NULL
    sealed_at bigint(20)
    horizon bigint(20)
    oldest_at bigint(20)
    INDEX audit_heads_oldest (oldest_at, org_id)
    INDEX audit_heads_sealed (sealed_at, org_id)
    PRIMARY KEY PRIMARY (org_id)
    FOREIGN KEY admincenter_audit_heads_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_audit_log InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    seq bigint(20) NOT NULL
    record_id varbinary(36) NOT NULL
    sealed_at bigint(20) NOT NULL
    horizon bigint(20)
    digest varbinary(64) NOT NULL
    prev varbinary(64) NOT NULL
    hash varbinary(64) NOT NULL
    UNIQUE audit_log_record (record_id, org_id)
    PRIMARY KEY PRIMARY (org_id, seq)
    FOREIGN KEY admincenter_audit_log_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    TRIGGER admincenter_audit_log_no_delete BEFORE DELETE IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
            AND NOT EXISTS (SELECT 1 FROM admincenter_audit_cuts WHERE org_id = OLD.org_id AND seq >= OLD.seq) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the log of the audit trail cannot be deleted';
        END IF
    TRIGGER admincenter_audit_log_no_update BEFORE UPDATE SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the log of the audit trail cannot be changed'

TABLE admincenter_audit_log_anchor InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    seq bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, seq)
    FOREIGN KEY admincenter_audit_log_anchor_ibfk_1 (org_id, seq) REFERENCES admincenter_audit_log (org_id, seq) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_audit_queue InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_audit_queue_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_audit_values InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    record_id varbinary(36) NOT NULL
    change_no bigint(20) NOT NULL
    salt varbinary(64) NOT NULL
    from_value mediumtext COLLATE utf8mb4_bin NOT NULL
    to_value mediumtext COLLATE utf8mb4_bin NOT NULL
    erasure_id varbinary(36)
    PRIMARY KEY PRIMARY (org_id, record_id, change_no)
    FOREIGN KEY admincenter_audit_values_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    TRIGGER admincenter_audit_values_erased BEFORE UPDATE IF OLD.erasure_id IS NOT NULL OR NEW.erasure_id IS NULL OR NEW.salt <> '' OR NEW.from_value <> ''
            OR NEW.to_value <> '' OR NEW.org_id <> OLD.org_id OR NEW.record_id <> OLD.record_id
            OR NEW.change_no <> OLD.change_no THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: values of audit records cannot be changed';
        END IF
    TRIGGER admincenter_audit_values_no_delete BEFORE DELETE IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
            AND NOT EXISTS (SELECT 1 FROM admincenter_audit_log l FORCE INDEX (audit_log_record)
                JOIN admincenter_audit_cuts c ON c.org_id = l.org_id
                WHERE l.record_id = OLD.record_id AND l.org_id = OLD.org_id AND l.seq <= c.seq) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: values of audit records cannot be deleted';
        END IF

TABLE admincenter_audit_values_anchor InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    record_id varbinary(36) NOT NULL
    change_no bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, record_id, change_no)
    FOREIGN KEY admincenter_audit_values_anchor_ibfk_1 (org_id, record_id, change_no) REFERENCES admincenter_audit_values (org_id, record_id, change_no) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_credentials InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    user_id varbinary(36) NOT NULL
    hash text COLLATE utf8mb4_bin NOT NULL
    epoch bigint(20) NOT NULL
    changed_at bigint(20)
    PRIMARY KEY PRIMARY (org_id, user_id)
    FOREIGN KEY admincenter_credentials_ibfk_1 (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_currencies InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    code varbinary(3) NOT NULL
    rate varchar(64) COLLATE ascii_bin NOT NULL
    base_slot bigint(20)
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    UNIQUE base (org_id, base_slot)
    PRIMARY KEY PRIMARY (org_id, code)
    FOREIGN KEY admincenter_currencies_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK base_slot `base_slot` = 1
    CHECK code octet_length(`code`) = 3
    CHECK rate !(`rate` regexp '[^0-9.]') and `rate` regexp '[1-9]' and `rate` regexp '^[0-9]{1,12}([.][0-9]{1,18})?$'
    TRIGGER admincenter_currencies_no_delete BEFORE DELETE BEGIN
        IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be deleted';
        END IF;
    END
    TRIGGER admincenter_currencies_no_update BEFORE UPDATE SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be changed'

TABLE admincenter_currencies_anchor InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    code varbinary(3) NOT NULL
    PRIMARY KEY PRIMARY (org_id, code)
    FOREIGN KEY admincenter_currencies_anchor_ibfk_1 (org_id, code) REFERENCES admincenter_currencies (org_id, code) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_customers InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(200) NOT NULL
    name varbinary(1020) NOT NULL
    primary_email varbinary(1280) NOT NULL
    phone_number varchar(255) COLLATE utf8mb4_bin NOT NULL
    line1 varchar(255) COLLATE utf8mb4_bin NOT NULL
    line2 varchar(255) COLLATE utf8mb4_bin NOT NULL
    postal_code varchar(255) COLLATE utf8mb4_bin NOT NULL
    city varchar(255) COLLATE utf8mb4_bin NOT NULL
    state varchar(255) COLLATE utf8mb4_bin NOT NULL
    country varchar(255) COLLATE utf8mb4_bin NOT NULL
    metadata mediumtext COLLATE utf8mb4_bin NOT NULL
    status varbinary(30) NOT NULL
    search mediumtext COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    updated_at bigint(20) NOT NULL
    version bigint(20) NOT NULL
    restored_version bigint(20) NOT NULL
    INDEX customers_email (org_id, primary_email, id)
    INDEX customers_name (org_id, name, id)
    INDEX customers_status (org_id, status, id)
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_customers_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_enrichments InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    event_schema varbinary(200) NOT NULL
    definition mediumtext COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    updated_by_kind varbinary(30) NOT NULL
    updated_by_id varbinary(237) NOT NULL
    version bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, event_schema)
    FOREIGN KEY admincenter_enrichments_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_enrichment_dependencies InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    namespace varbinary(100) NOT NULL
    name varbinary(100) NOT NULL
    event_schema varbinary(200) NOT NULL
    INDEX enrichment_dependencies_schema (org_id, event_schema)
    PRIMARY KEY PRIMARY (org_id, namespace, name, event_schema)
    FOREIGN KEY admincenter_enrichment_dependencies_ibfk_1 (org_id, event_schema) REFERENCES admincenter_enrichments (org_id, event_schema) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_event_schemas InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    name varbinary(200) NOT NULL
    definition mediumtext COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    updated_by_kind varbinary(30) NOT NULL
    updated_by_id varbinary(237) NOT NULL
    version bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, name)
    FOREIGN KEY admincenter_event_schemas_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_event_schema_versions InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    name varbinary(200) NOT NULL
    definition mediumtext COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    updated_by_kind varbinary(30) NOT NULL
    updated_by_id varbinary(237) NOT NULL
    version bigint(20) NOT NULL
    deleted bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, name, version)
    FOREIGN KEY admincenter_event_schema_versions_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK deleted `deleted` in (0,1)

TABLE admincenter_exchange_rates InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    code varbinary(3) NOT NULL
    valid_from bigint(20) NOT NULL
    seq bigint(20) NOT NULL
    rate varchar(64) COLLATE ascii_bin NOT NULL
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    PRIMARY KEY PRIMARY (org_id, code, valid_from, seq)
    UNIQUE seq (org_id, code, seq)
    FOREIGN KEY admincenter_exchange_rates_ibfk_1 (org_id, code) REFERENCES admincenter_currencies (org_id, code) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK CONSTRAINT_1 `valid_from` >= `created_at`
    CHECK rate !(`rate` regexp '[^0-9.]') and `rate` regexp '[1-9]' and `rate` regexp '^[0-9]{1,12}([.][0-9]{1,18})?$'
    CHECK seq `seq` > 1
    CHECK seq `seq` > 1
    TRIGGER admincenter_exchange_rates_no_delete BEFORE DELETE IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be deleted';
        END IF
    TRIGGER admincenter_exchange_rates_no_update BEFORE UPDATE SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be changed'

TABLE admincenter_exchange_rates_anchor InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    code varbinary(3) NOT NULL
    seq bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, code, seq)
    FOREIGN KEY admincenter_exchange_rates_anchor_ibfk_1 (org_id, code, seq) REFERENCES admincenter_exchange_rates (org_id, code, seq) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_external_ids InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    external_id varbinary(256) NOT NULL
    user_id varbinary(36) NOT NULL
    UNIQUE org_id (org_id, user_id)
    PRIMARY KEY PRIMARY (org_id, external_id)
    FOREIGN KEY admincenter_external_ids_ibfk_1 (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_factors InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    user_id varbinary(36) NOT NULL
    id varbinary(36) NOT NULL
    sealed varbinary(1024) NOT NULL
    step bigint(20) NOT NULL
    created_at bigint(20) NOT NULL
    confirmed_at bigint(20)
    PRIMARY KEY PRIMARY (org_id, user_id)
    FOREIGN KEY admincenter_factors_ibfk_1 (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK sealed octet_length(`sealed`) >= 1

TABLE admincenter_identities InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    issuer varbinary(512) NOT NULL
    subject varbinary(256) NOT NULL
    user_id varbinary(36) NOT NULL
    linked_at bigint(20) NOT NULL
    INDEX identities_user (org_id, user_id, issuer, subject)
    PRIMARY KEY PRIMARY (org_id, issuer, subject)
    FOREIGN KEY admincenter_identities_ibfk_1 (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_imports InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    type varbinary(100) NOT NULL
    file_name varchar(255) COLLATE utf8mb4_bin NOT NULL
    size bigint(20) NOT NULL
    sha256 varbinary(64) NOT NULL
    text_sha256 varbinary(64) NOT NULL
    details mediumtext COLLATE utf8mb4_bin NOT NULL
    row_count bigint(20) NOT NULL
    status varbinary(30) NOT NULL
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    file_removed_at bigint(20)
    file_kept bigint(20) NOT NULL DEFAULT 1
    version bigint(20) NOT NULL
    INDEX imports_file (file_kept, updated_at, org_id, id)
    INDEX imports_sha256 (org_id, sha256, id)
    INDEX imports_status (org_id, status, id)
    INDEX imports_text (org_id, text_sha256, id)
    INDEX imports_type (org_id, type, id)
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_imports_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK file_kept `file_kept` in (0,1)

TABLE admincenter_import_blobs InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    import_id varbinary(36) NOT NULL
    remove_at bigint(20)
    removed bigint(20) NOT NULL DEFAULT 0
    INDEX import_blobs_due (remove_at, org_id, import_id)
    PRIMARY KEY PRIMARY (org_id, import_id)
    FOREIGN KEY admincenter_import_blobs_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK removed `removed` in (0,1)

TABLE admincenter_import_mappings InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    type varbinary(100) NOT NULL
    name varchar(100) COLLATE utf8mb4_bin NOT NULL
    name_key varbinary(1000) NOT NULL
    details mediumtext COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    version bigint(20) NOT NULL
    UNIQUE import_mappings_name (org_id, type, name_key)
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_import_mappings_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_import_pieces InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    import_id varbinary(36) NOT NULL
    start bigint(20) NOT NULL
    piece mediumblob NOT NULL
    PRIMARY KEY PRIMARY (org_id, import_id, start)
    FOREIGN KEY admincenter_import_pieces_ibfk_1 (org_id, import_id) REFERENCES admincenter_imports (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_invitations InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    email varchar(320) COLLATE utf8mb4_bin NOT NULL
    email_key varbinary(320) NOT NULL
    role varbinary(100) NOT NULL
    status varbinary(30) NOT NULL
    digest varbinary(32) NOT NULL
    invited_by_kind varbinary(30) NOT NULL
    invited_by_id varbinary(237) NOT NULL
    created_at bigint(20) NOT NULL
    sent_at bigint(20) NOT NULL
    expires_at bigint(20) NOT NULL
    settled_at bigint(20)
    user_id varbinary(36)
    pending_key varbinary(320)
    version bigint(20) NOT NULL
    INDEX invitations_pending (org_id, status, expires_at)
    INDEX invitations_status (org_id, status, id)
    UNIQUE org_id (org_id, pending_key)
    UNIQUE org_id_2 (org_id, digest)
    INDEX org_id_3 (org_id, user_id)
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_invitations_ibfk_1 (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
    FOREIGN KEY admincenter_invitations_ibfk_2 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK digest octet_length(`digest`) = 32

TABLE admincenter_jobs InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    kind varbinary(100) NOT NULL
    status varbinary(30) NOT NULL
    start_at bigint(20)
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    settled_at bigint(20)
    pruned_at bigint(20)
    prunable bigint(20) NOT NULL DEFAULT 1
    total bigint(20) NOT NULL
    completed bigint(20) NOT NULL
    skipped bigint(20) NOT NULL
    failed bigint(20) NOT NULL
    failure mediumtext COLLATE utf8mb4_bin NOT NULL
    failures bigint(20) NOT NULL
    retry_at bigint(20)
    decision mediumtext COLLATE utf8mb4_bin NOT NULL
    attempt bigint(20) NOT NULL
    lease_worker varbinary(200) NOT NULL
    lease_until bigint(20)
    tried_at bigint(20) NOT NULL
    cursor_text varbinary(1000) NOT NULL
    state_text mediumtext COLLATE utf8mb4_bin NOT NULL
    version bigint(20) NOT NULL
    queue_org varbinary(64)
    due_at bigint(20)
    INDEX jobs_due (queue_org, tried_at, id, due_at, kind)
    INDEX jobs_kind (org_id, kind, id)
    INDEX jobs_kind_status (org_id, kind, status, id)
    INDEX jobs_settled (prunable, settled_at, org_id, id)
    INDEX jobs_status (org_id, status, id)
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_jobs_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK prunable `prunable` in (0,1)
    CHECK status `status` in ('SCHEDULED','WAITING_FOR_CONFIRMATION','PENDING','IN_PROGRESS','PAUSED','COMPLETED','COMPLETED_WITH_FAILURES','FAILED','CANCELLED')

TABLE admincenter_job_effects InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    job_id varbinary(36) NOT NULL
    seq bigint(20) NOT NULL
    effects mediumtext COLLATE utf8mb4_bin NOT NULL
    PRIMARY KEY PRIMARY (org_id, job_id, seq)
    FOREIGN KEY admincenter_job_effects_ibfk_1 (org_id, job_id) REFERENCES admincenter_jobs (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_job_entries InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    job_id varbinary(36) NOT NULL
    seq bigint(20) NOT NULL
    ref varbinary(1000) NOT NULL
    status varbinary(30) NOT NULL
    reason varbinary(100) NOT NULL
    detail mediumtext COLLATE utf8mb4_bin NOT NULL
    data mediumtext COLLATE utf8mb4_bin NOT NULL
    INDEX job_entries_status (org_id, job_id, status, seq)
    PRIMARY KEY PRIMARY (org_id, job_id, seq)
    FOREIGN KEY admincenter_job_entries_ibfk_1 (org_id, job_id) REFERENCES admincenter_jobs (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK status `status` in ('PENDING','COMPLETED','SKIPPED','FAILED','CANCELLED')

TABLE admincenter_organizations InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    name text COLLATE utf8mb4_bin NOT NULL
    status varbinary(30) NOT NULL
    status_at bigint(20) NOT NULL
    purged bigint(20) NOT NULL DEFAULT 0
    created_at bigint(20) NOT NULL
    version bigint(20) NOT NULL
    INDEX organizations_status (status, purged, org_id)
    PRIMARY KEY PRIMARY (org_id)
    CHECK purged `purged` = 0 or `purged` = 1 and `status` = 'DELETED'
    CHECK status `status` in ('ACTIVE','SUSPENDED','DELETED')
    TRIGGER admincenter_organizations_guarded BEFORE UPDATE BEGIN
        IF NEW.org_id <> OLD.org_id THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the id of an organization cannot be changed';
        END IF;
        IF OLD.status = 'DELETED' AND (OLD.purged = 1 OR NEW.purged = 0 OR NEW.status <> 'DELETED'
            OR CAST(NEW.name AS BINARY) <> '' OR NEW.status_at <> OLD.status_at OR NEW.created_at <> OLD.created_at
            OR NEW.version <> OLD.version) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a deleted organization cannot be changed';
        END IF;
        IF OLD.status <> 'DELETED' AND NEW.status = 'DELETED' AND (OLD.status <> 'SUSPENDED'
            OR NEW.version <> OLD.version + 1 OR CAST(NEW.name AS BINARY) <> '' OR NEW.purged <> 0
            OR NOT EXISTS (SELECT 1 FROM admincenter_audit
                WHERE org_id = NEW.org_id AND action = 'organization.delete' AND at = NEW.status_at)) THEN
            SIGNAL SQLSTATE '45000'
                SET MESSAGE_TEXT = 'admincenter: an organization is suspended first, and deleted on record';
        END IF;
    END
    TRIGGER admincenter_organizations_made BEFORE INSERT BEGIN
        IF NEW.status <> 'ACTIVE' THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: an organization is made active';
        END IF;
    END
    TRIGGER admincenter_organizations_no_delete BEFORE DELETE SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: an organization stays, if only as deleted'

TABLE admincenter_pending_sign_ins InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    digest varbinary(32) NOT NULL
    user_id varbinary(36) NOT NULL
    epoch bigint(20) NOT NULL
    state varbinary(4096)
    attempts bigint(20) NOT NULL
    created_at bigint(20) NOT NULL
    expires_at bigint(20) NOT NULL
    INDEX pending_sign_ins_user (org_id, user_id, expires_at)
    PRIMARY KEY PRIMARY (org_id, digest)
    FOREIGN KEY admincenter_pending_sign_ins_ibfk_1 (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK digest octet_length(`digest`) = 32

TABLE admincenter_plans InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(200) NOT NULL
    version bigint(20) NOT NULL
    name varchar(255) COLLATE utf8mb4_bin NOT NULL
    description varchar(255) COLLATE utf8mb4_bin NOT NULL
    status varbinary(30) NOT NULL
    currencies text COLLATE utf8mb4_bin NOT NULL
    cycle varchar(100) COLLATE utf8mb4_bin NOT NULL
    anniversary tinyint(4) NOT NULL
    created_at bigint(20) NOT NULL
    updated_at bigint(20) NOT NULL
    record_version bigint(20) NOT NULL
    INDEX plans_status (org_id, status, id, version)
    PRIMARY KEY PRIMARY (org_id, id, version)
    FOREIGN KEY admincenter_plans_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK anniversary `anniversary` in (0,1)
    CHECK version `version` > 0

TABLE admincenter_plan_migrations InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    source_id varbinary(200) NOT NULL
    source_version bigint(20) NOT NULL
    target_id varbinary(200) NOT NULL
    target_version bigint(20) NOT NULL
    mode varbinary(30) NOT NULL
    overrides varbinary(30) NOT NULL
    require_confirmation tinyint(4) NOT NULL
    zone varchar(100) COLLATE utf8mb4_bin NOT NULL
    idempotency_key varbinary(1020)
    request_digest varbinary(64) NOT NULL
    of_id varbinary(36)
    follows varbinary(30) NOT NULL
    options mediumtext COLLATE utf8mb4_bin NOT NULL
    held_version bigint(20)
    UNIQUE org_id (org_id, idempotency_key)
    UNIQUE org_id_2 (org_id, source_id, held_version)
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_plan_migrations_ibfk_1 (org_id, id) REFERENCES admincenter_jobs (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK require_confirmation `require_confirmation` in (0,1)

TABLE admincenter_recovery_codes InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    user_id varbinary(36) NOT NULL
    digest varbinary(32) NOT NULL
    PRIMARY KEY PRIMARY (org_id, user_id, digest)
    FOREIGN KEY admincenter_recovery_codes_ibfk_1 (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK digest octet_length(`digest`) = 32

TABLE admincenter_roles InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    name varbinary(100) NOT NULL
    display_name text COLLATE utf8mb4_bin NOT NULL
    description text COLLATE utf8mb4_bin NOT NULL
    permissions text COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    updated_at bigint(20) NOT NULL
    version bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, name)
    FOREIGN KEY admincenter_roles_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK permissions `permissions` <> ''

TABLE admincenter_schedules InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(200) NOT NULL
    account_id varbinary(200) NOT NULL
    plan_id varbinary(200) NOT NULL
    plan_version bigint(20) NOT NULL
    from_at bigint(20) NOT NULL
    until_at bigint(20)
    currency varbinary(3) NOT NULL
    cycle_override varchar(100) COLLATE utf8mb4_bin NOT NULL
    rate_cards varchar(255) COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    updated_at bigint(20) NOT NULL
    version bigint(20) NOT NULL
    removed_at bigint(20)
    removed_by_kind varbinary(30) NOT NULL
    removed_by_id varbinary(237) NOT NULL
    PRIMARY KEY PRIMARY (org_id, id)
    INDEX schedules_account (org_id, account_id, from_at)
    INDEX schedules_plan (org_id, plan_id, plan_version, account_id)
    FOREIGN KEY admincenter_schedules_ibfk_1 (org_id, account_id) REFERENCES admincenter_schedule_accounts (org_id, account_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK CONSTRAINT_1 `until_at` > `from_at`

TABLE admincenter_schedule_accounts InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    account_id varbinary(200) NOT NULL
    changed_at bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, account_id)
    FOREIGN KEY admincenter_schedule_accounts_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_schema InnoDB utf8mb4_general_ci
    version bigint(20) NOT NULL
    name varchar(200) COLLATE utf8mb4_general_ci NOT NULL
    applied_at bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (version)

TABLE admincenter_sessions InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    user_id varbinary(36) NOT NULL
    digest varbinary(32) NOT NULL
    label text COLLATE utf8mb4_bin NOT NULL
    source text COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    authenticated_at bigint(20)
    last_seen_at bigint(20) NOT NULL
    expires_at bigint(20) NOT NULL
    epoch bigint(20) NOT NULL
    UNIQUE org_id (org_id, digest)
    PRIMARY KEY PRIMARY (org_id, id)
    INDEX sessions_user (org_id, user_id, id)
    FOREIGN KEY admincenter_sessions_ibfk_1 (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
    FOREIGN KEY admincenter_sessions_ibfk_2 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK digest octet_length(`digest`) = 32

TABLE admincenter_settings InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    entity_kind varbinary(30) NOT NULL
    entity_id varbinary(200) NOT NULL
    namespace varbinary(100) NOT NULL
    name varbinary(100) NOT NULL
    value_type varbinary(30) NOT NULL
    value_text mediumtext COLLATE utf8mb4_bin NOT NULL
    schema_text mediumtext COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    updated_by_kind varbinary(30) NOT NULL
    updated_by_id varbinary(237) NOT NULL
    version bigint(20) NOT NULL
    UNIQUE org_id (org_id, entity_kind, entity_id, namespace, name)
    PRIMARY KEY PRIMARY (org_id, id)
    INDEX settings_entity (org_id, entity_kind, entity_id, id)
    INDEX settings_entity_kind (org_id, entity_kind, id)
    INDEX settings_name (org_id, name, id)
    INDEX settings_namespace (org_id, namespace, id)
    INDEX settings_value_type (org_id, value_type, id)
    FOREIGN KEY admincenter_settings_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK CONSTRAINT_1 `entity_kind` <> 'ORGANIZATION' or `entity_id` = ''
    CHECK value_type `value_type` in ('STRING','NUMERIC','JSON','JSON_LOGIC')

TABLE admincenter_setting_counts InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    settings bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id)
    FOREIGN KEY admincenter_setting_counts_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK settings `settings` >= 0

TABLE admincenter_setting_versions InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    version bigint(20) NOT NULL
    entity_kind varbinary(30) NOT NULL
    entity_id varbinary(200) NOT NULL
    namespace varbinary(100) NOT NULL
    name varbinary(100) NOT NULL
    value_type varbinary(30) NOT NULL
    value_text mediumtext COLLATE utf8mb4_bin NOT NULL
    schema_text mediumtext COLLATE utf8mb4_bin NOT NULL
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    updated_by_kind varbinary(30) NOT NULL
    updated_by_id varbinary(237) NOT NULL
    deleted bigint(20) NOT NULL
    PRIMARY KEY PRIMARY (org_id, id, version)
    FOREIGN KEY admincenter_setting_versions_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK deleted `deleted` in (0,1)

TABLE admincenter_tickets InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    kind varbinary(30) NOT NULL
    user_id varbinary(36)
    epoch bigint(20) NOT NULL
    digest varbinary(32) NOT NULL
    old_digest varbinary(32)
    old_email varchar(320) COLLATE utf8mb4_bin NOT NULL
    old_key varbinary(320) NOT NULL
    new_email varchar(320) COLLATE utf8mb4_bin NOT NULL
    new_key varbinary(320)
    old_confirms bigint(20) NOT NULL
    old_confirmed_at bigint(20)
    new_confirmed_at bigint(20)
    created_at bigint(20) NOT NULL
    expires_at bigint(20) NOT NULL
    version bigint(20) NOT NULL
    UNIQUE org_id (org_id, digest)
    UNIQUE org_id_2 (org_id, old_digest)
    UNIQUE org_id_3 (org_id, new_key)
    PRIMARY KEY PRIMARY (org_id, id)
    INDEX tickets_expired (org_id, expires_at)
    INDEX tickets_user (org_id, user_id, kind, id)
    FOREIGN KEY admincenter_tickets_ibfk_1 (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
    FOREIGN KEY admincenter_tickets_ibfk_2 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK digest octet_length(`digest`) = 32
    CHECK kind `kind` in ('EMAIL_CHANGE','PASSWORD_RESET')
    CHECK old_confirms `old_confirms` in (0,1)
    CHECK old_digest octet_length(`old_digest`) = 32

TABLE admincenter_tokens InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    name varchar(255) COLLATE utf8mb4_bin NOT NULL
    user_id varbinary(36)
    permissions text COLLATE utf8mb4_bin NOT NULL
    networks text COLLATE utf8mb4_bin NOT NULL
    prefix varbinary(100) NOT NULL
    last4 varbinary(100) NOT NULL
    state varbinary(30) NOT NULL
    listed bigint(20)
    expires_at bigint(20)
    last_used_at bigint(20)
    created_at bigint(20) NOT NULL
    created_by_kind varbinary(30) NOT NULL
    created_by_id varbinary(237) NOT NULL
    updated_at bigint(20) NOT NULL
    rotated_from varbinary(36)
    rotated_to varbinary(36)
    version bigint(20) NOT NULL
    hash_key varbinary(100) NOT NULL
    digest varbinary(32) NOT NULL
    UNIQUE digest (digest)
    PRIMARY KEY PRIMARY (org_id, id)
    INDEX tokens_created_by (org_id, created_by_kind, created_by_id)
    INDEX tokens_listed (org_id, listed, id)
    INDEX tokens_live (org_id, state, expires_at)
    INDEX tokens_state (org_id, state, id)
    INDEX tokens_user_listed (org_id, user_id, listed, id)
    INDEX tokens_user_state (org_id, user_id, state, id)
    FOREIGN KEY admincenter_tokens_ibfk_1 (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
    FOREIGN KEY admincenter_tokens_ibfk_2 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
    CHECK digest octet_length(`digest`) = 32
    CHECK digest octet_length(`digest`) = 32
    CHECK last4 octet_length(`last4`) = 4
    CHECK permissions `permissions` <> ''
    CHECK state `state` in ('ACTIVE','DEACTIVATED','DELETED')
    TRIGGER admincenter_tokens_guarded BEFORE UPDATE BEGIN
        IF OLD.state = 'DELETED' AND NEW.state <> 'DELETED' THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a deleted token cannot come back';
        END IF;
        IF CAST(NEW.permissions AS BINARY) <> CAST(OLD.permissions AS BINARY) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the permissions of a token cannot be changed';
        END IF;
        IF CAST(NEW.networks AS BINARY) <> CAST(OLD.networks AS BINARY) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the networks of a token cannot be changed';
        END IF;
        IF OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a token cannot live longer';
        END IF;
        IF NOT (NEW.user_id <=> OLD.user_id AND NEW.created_by_kind <=> OLD.created_by_kind
            AND NEW.created_by_id <=> OLD.created_by_id AND NEW.rotated_from <=> OLD.rotated_from) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: where a token comes from cannot be changed';
        END IF;
        IF NEW.org_id <> OLD.org_id OR NEW.id <> OLD.id THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the id of a token cannot be changed';
        END IF;
    END
    TRIGGER admincenter_tokens_no_delete BEFORE DELETE BEGIN
        IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a token stays, if only as deleted';
        END IF;
    END

TABLE admincenter_tokens_anchor InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    PRIMARY KEY PRIMARY (org_id, id)
    FOREIGN KEY admincenter_tokens_anchor_ibfk_1 (org_id, id) REFERENCES admincenter_tokens (org_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT

TABLE admincenter_users InnoDB utf8mb4_bin
    org_id varbinary(64) NOT NULL
    id varbinary(36) NOT NULL
    name text COLLATE utf8mb4_bin NOT NULL
    email text COLLATE utf8mb4_bin NOT NULL
    email_key varbinary(320) NOT NULL
    role varbinary(100) NOT NULL
    status varbinary(30) NOT NULL
    created_at bigint(20) NOT NULL
    updated_at bigint(20) NOT NULL
    version bigint(20) NOT NULL
    UNIQUE email (org_id, email_key)
    PRIMARY KEY PRIMARY (org_id, id)
    INDEX users_email (email_key, status, org_id)
    INDEX users_role (org_id, role, id)
    INDEX users_role_status (org_id, role, status, id)
    INDEX users_status (org_id, status, id)
    FOREIGN KEY admincenter_users_ibfk_1 (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE RESTRICT ON UPDATE RESTRICT
