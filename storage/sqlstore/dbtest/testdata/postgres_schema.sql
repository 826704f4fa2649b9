-- What the catalog says of the schema: to be read, not run.

TABLE admincenter_account_aliases
    org_id text COLLATE C NOT NULL
    value text COLLATE C NOT NULL
    holders text COLLATE C NOT NULL
    PRIMARY KEY admincenter_account_aliases_pkey (org_id, value)
    FOREIGN KEY admincenter_account_aliases_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_accounts
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    customer_id text COLLATE C NOT NULL
    invoice_currency text COLLATE C NOT NULL
    primary_email text COLLATE C NOT NULL
    net_term_days bigint
    phone_number text COLLATE C NOT NULL
    line1 text COLLATE C NOT NULL
    line2 text COLLATE C NOT NULL
    postal_code text COLLATE C NOT NULL
    city text COLLATE C NOT NULL
    state text COLLATE C NOT NULL
    country text COLLATE C NOT NULL
    aliases text COLLATE C NOT NULL
    billing_information text COLLATE C NOT NULL
    metadata text COLLATE C NOT NULL
    tags text COLLATE C NOT NULL
    status text COLLATE C NOT NULL
    search text COLLATE C NOT NULL
    created_at bigint NOT NULL
    updated_at bigint NOT NULL
    version bigint NOT NULL
    restored_version bigint NOT NULL
    INDEX admincenter_accounts_customer (org_id, customer_id, id)
    PRIMARY KEY admincenter_accounts_pkey (org_id, id)
    INDEX admincenter_accounts_status (org_id, status, id)
    FOREIGN KEY admincenter_accounts_org_id_customer_id_fkey (org_id, customer_id) REFERENCES admincenter_customers (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_archived_currencies
    org_id text COLLATE C NOT NULL
    code text COLLATE C NOT NULL
    archived_at bigint NOT NULL
    archived_by_kind text COLLATE C NOT NULL
    archived_by_id text COLLATE C NOT NULL
    PRIMARY KEY admincenter_archived_currencies_pkey (org_id, code)
    FOREIGN KEY admincenter_archived_currencies_org_id_code_fkey (org_id, code) REFERENCES admincenter_currencies (org_id, code) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_audit
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    at bigint NOT NULL
    actor_kind text COLLATE C NOT NULL
    actor_id text COLLATE C NOT NULL
    actor_for text COLLATE C NOT NULL
    action text COLLATE C NOT NULL
    subject_kind text COLLATE C NOT NULL
    subject_id text COLLATE C NOT NULL
    changes text COLLATE default NOT NULL
    request_sum bytea NOT NULL
    request_id text COLLATE C NOT NULL
    digest bytea NOT NULL
    INDEX admincenter_audit_action (org_id, action, at, id)
    INDEX admincenter_audit_actor (org_id, actor_kind, actor_id, at, id)
    UNIQUE admincenter_audit_org_id_id_key (org_id, id)
    PRIMARY KEY admincenter_audit_pkey (org_id, at, id)
    INDEX admincenter_audit_subject (org_id, subject_kind, subject_id, at, id)
    INDEX admincenter_audit_subject_kind (org_id, subject_kind, at, id)
    INDEX admincenter_audit_support (org_id, actor_for, at, id)
    FOREIGN KEY admincenter_audit_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CREATE TRIGGER admincenter_audit_fixed BEFORE UPDATE OR TRUNCATE ON public.admincenter_audit FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse() ENABLED A AS 
    BEGIN
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON public.admincenter_audit FOR EACH ROW EXECUTE FUNCTION admincenter_audit_refuse_delete('record') ENABLED A AS 
    DECLARE
        gone BOOLEAN;
        sought TEXT;
    BEGIN
        IF TG_ARGV[0] = 'link' THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_audit_cuts WHERE org_id = $1 AND seq >= $2)',
                TG_TABLE_SCHEMA) INTO gone USING OLD.org_id, OLD.seq;
        ELSE
            IF TG_ARGV[0] = 'record' THEN
                sought := OLD.id;
            ELSE
                sought := OLD.record_id;
            END IF;
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM
                (SELECT org_id, seq FROM %1$I.admincenter_audit_log WHERE record_id = $2 OFFSET 0) l
                JOIN %1$I.admincenter_audit_cuts c ON c.org_id = l.org_id
                WHERE c.org_id = $1 AND l.seq <= c.seq)', TG_TABLE_SCHEMA) INTO gone USING OLD.org_id, sought;
        END IF;
        IF NOT gone THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
                TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
        END IF;
        IF gone THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_audit_waits AFTER INSERT ON public.admincenter_audit FOR EACH ROW EXECUTE FUNCTION admincenter_audit_wait() ENABLED A AS 
    BEGIN
        INSERT INTO admincenter_audit_queue (org_id, id) VALUES (NEW.org_id, NEW.id);
        RETURN NULL;
    END

TABLE admincenter_audit_cuts
    org_id text COLLATE C NOT NULL
    seq bigint NOT NULL
    hash bytea NOT NULL
    sealed_at bigint NOT NULL
    record_id text COLLATE C NOT NULL
    at bigint NOT NULL
    PRIMARY KEY admincenter_audit_cuts_pkey (org_id)
    FOREIGN KEY admincenter_audit_cuts_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CREATE TRIGGER admincenter_audit_cuts_fixed BEFORE TRUNCATE ON public.admincenter_audit_cuts FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse() ENABLED A AS 
    BEGIN
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_audit_cuts_moved BEFORE INSERT OR UPDATE ON public.admincenter_audit_cuts FOR EACH ROW EXECUTE FUNCTION admincenter_audit_cut() ENABLED A AS 
    DECLARE
        recorded BOOLEAN;
    BEGIN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.admincenter_audit
                WHERE org_id = $1 AND id = $2 AND at = $3 AND action = ''trail.trim'')
            AND EXISTS (SELECT 1 FROM %1$I.admincenter_audit_log
                WHERE org_id = $1 AND seq = $4 AND hash = $5 AND sealed_at = $6)', TG_TABLE_SCHEMA)
            INTO recorded USING NEW.org_id, NEW.record_id, NEW.at, NEW.seq, NEW.hash, NEW.sealed_at;
        IF recorded AND TG_OP = 'UPDATE' THEN
            recorded := NEW.org_id = OLD.org_id AND NEW.seq > OLD.seq;
        END IF;
        IF NOT recorded THEN
            RAISE EXCEPTION 'admincenter: the audit trail is cut on record, and once at a place'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    CREATE TRIGGER admincenter_audit_cuts_no_delete BEFORE DELETE ON public.admincenter_audit_cuts FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete() ENABLED A AS 
    DECLARE
        gone BOOLEAN;
    BEGIN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
            TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
        IF gone THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END

TABLE admincenter_audit_heads
    org_id text COLLATE C NOT NULL
    seq bigint NOT NULL
    hash bytea NOT NULL
    sealed_at bigint
    horizon bigint
    oldest_at bigint
    INDEX admincenter_audit_heads_oldest (oldest_at, org_id)
    PRIMARY KEY admincenter_audit_heads_pkey (org_id)
    INDEX admincenter_audit_heads_sealed (sealed_at, org_id)
    FOREIGN KEY admincenter_audit_heads_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_audit_log
    org_id text COLLATE C NOT NULL
    seq bigint NOT NULL
    record_id text COLLATE C NOT NULL
    sealed_at bigint NOT NULL
    horizon bigint
    digest bytea NOT NULL
    prev bytea NOT NULL
    hash bytea NOT NULL
    PRIMARY KEY admincenter_audit_log_pkey (org_id, seq)
    UNIQUE admincenter_audit_log_record (record_id, org_id)
    FOREIGN KEY admincenter_audit_log_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CREATE TRIGGER admincenter_audit_log_fixed BEFORE UPDATE OR TRUNCATE ON public.admincenter_audit_log FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse() ENABLED A AS 
    BEGIN
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_audit_log_no_delete BEFORE DELETE ON public.admincenter_audit_log FOR EACH ROW EXECUTE FUNCTION admincenter_audit_refuse_delete('link') ENABLED A AS 
    DECLARE
        gone BOOLEAN;
        sought TEXT;
    BEGIN
        IF TG_ARGV[0] = 'link' THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_audit_cuts WHERE org_id = $1 AND seq >= $2)',
                TG_TABLE_SCHEMA) INTO gone USING OLD.org_id, OLD.seq;
        ELSE
            IF TG_ARGV[0] = 'record' THEN
                sought := OLD.id;
            ELSE
                sought := OLD.record_id;
            END IF;
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM
                (SELECT org_id, seq FROM %1$I.admincenter_audit_log WHERE record_id = $2 OFFSET 0) l
                JOIN %1$I.admincenter_audit_cuts c ON c.org_id = l.org_id
                WHERE c.org_id = $1 AND l.seq <= c.seq)', TG_TABLE_SCHEMA) INTO gone USING OLD.org_id, sought;
        END IF;
        IF NOT gone THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
                TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
        END IF;
        IF gone THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END

TABLE admincenter_audit_queue
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    PRIMARY KEY admincenter_audit_queue_pkey (org_id, id)
    FOREIGN KEY admincenter_audit_queue_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_audit_values
    org_id text COLLATE C NOT NULL
    record_id text COLLATE C NOT NULL
    change_no bigint NOT NULL
    salt bytea NOT NULL
    from_value text COLLATE default NOT NULL
    to_value text COLLATE default NOT NULL
    erasure_id text COLLATE C
    PRIMARY KEY admincenter_audit_values_pkey (org_id, record_id, change_no)
    FOREIGN KEY admincenter_audit_values_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CREATE TRIGGER admincenter_audit_values_erased BEFORE UPDATE ON public.admincenter_audit_values FOR EACH ROW EXECUTE FUNCTION admincenter_audit_erase() ENABLED A AS 
    BEGIN
        IF OLD.erasure_id IS NOT NULL OR NEW.erasure_id IS NULL OR NEW.salt <> ''::bytea OR NEW.from_value <> ''
            OR NEW.to_value <> '' OR NEW.org_id <> OLD.org_id OR NEW.record_id <> OLD.record_id
            OR NEW.change_no <> OLD.change_no THEN
            RAISE EXCEPTION 'admincenter: values of audit records cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    CREATE TRIGGER admincenter_audit_values_fixed BEFORE TRUNCATE ON public.admincenter_audit_values FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse() ENABLED A AS 
    BEGIN
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_audit_values_no_delete BEFORE DELETE ON public.admincenter_audit_values FOR EACH ROW EXECUTE FUNCTION admincenter_audit_refuse_delete('value') ENABLED A AS 
    DECLARE
        gone BOOLEAN;
        sought TEXT;
    BEGIN
        IF TG_ARGV[0] = 'link' THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_audit_cuts WHERE org_id = $1 AND seq >= $2)',
                TG_TABLE_SCHEMA) INTO gone USING OLD.org_id, OLD.seq;
        ELSE
            IF TG_ARGV[0] = 'record' THEN
                sought := OLD.id;
            ELSE
                sought := OLD.record_id;
            END IF;
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM
                (SELECT org_id, seq FROM %1$I.admincenter_audit_log WHERE record_id = $2 OFFSET 0) l
                JOIN %1$I.admincenter_audit_cuts c ON c.org_id = l.org_id
                WHERE c.org_id = $1 AND l.seq <= c.seq)', TG_TABLE_SCHEMA) INTO gone USING OLD.org_id, sought;
        END IF;
        IF NOT gone THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
                TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
        END IF;
        IF gone THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END

TABLE admincenter_credentials
    org_id text COLLATE C NOT NULL
    user_id text COLLATE C NOT NULL
    hash text COLLATE default NOT NULL
    epoch bigint NOT NULL
    changed_at bigint
    PRIMARY KEY admincenter_credentials_pkey (org_id, user_id)
    FOREIGN KEY admincenter_credentials_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_currencies
    org_id text COLLATE C NOT NULL
    code text COLLATE C NOT NULL
    rate numeric NOT NULL
    base_slot bigint
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    UNIQUE admincenter_currencies_org_id_base_slot_key (org_id, base_slot)
    PRIMARY KEY admincenter_currencies_pkey (org_id, code)
    FOREIGN KEY admincenter_currencies_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK (((rate > (0)::numeric) AND (rate < ('1000000000000'::bigint)::numeric) AND (scale(rate) <= 18)))
    CHECK ((base_slot = 1))
    CHECK ((length(code) = 3))
    CREATE TRIGGER admincenter_currencies_fixed BEFORE UPDATE OR TRUNCATE ON public.admincenter_currencies FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse() ENABLED A AS 
    BEGIN
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_currencies_no_delete BEFORE DELETE ON public.admincenter_currencies FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete() ENABLED A AS 
    DECLARE
        gone BOOLEAN;
    BEGIN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
            TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
        IF gone THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END

TABLE admincenter_customers
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    primary_email text COLLATE C NOT NULL
    phone_number text COLLATE C NOT NULL
    line1 text COLLATE C NOT NULL
    line2 text COLLATE C NOT NULL
    postal_code text COLLATE C NOT NULL
    city text COLLATE C NOT NULL
    state text COLLATE C NOT NULL
    country text COLLATE C NOT NULL
    metadata text COLLATE C NOT NULL
    status text COLLATE C NOT NULL
    search text COLLATE C NOT NULL
    created_at bigint NOT NULL
    updated_at bigint NOT NULL
    version bigint NOT NULL
    restored_version bigint NOT NULL
    INDEX admincenter_customers_email (org_id, primary_email, id)
    INDEX admincenter_customers_name (org_id, name, id)
    PRIMARY KEY admincenter_customers_pkey (org_id, id)
    INDEX admincenter_customers_status (org_id, status, id)
    FOREIGN KEY admincenter_customers_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_enrichment_dependencies
    org_id text COLLATE C NOT NULL
    namespace text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    event_schema text COLLATE C NOT NULL
    PRIMARY KEY admincenter_enrichment_dependencies_pkey (org_id, namespace, name, event_schema)
    INDEX admincenter_enrichment_dependencies_schema (org_id, event_schema)
    FOREIGN KEY admincenter_enrichment_dependencies_org_id_event_schema_fkey (org_id, event_schema) REFERENCES admincenter_enrichments (org_id, event_schema) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_enrichments
    org_id text COLLATE C NOT NULL
    event_schema text COLLATE C NOT NULL
    definition text COLLATE C NOT NULL
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    updated_by_kind text COLLATE C NOT NULL
    updated_by_id text COLLATE C NOT NULL
    version bigint NOT NULL
    PRIMARY KEY admincenter_enrichments_pkey (org_id, event_schema)
    FOREIGN KEY admincenter_enrichments_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_event_schema_versions
    org_id text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    definition text COLLATE C NOT NULL
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    updated_by_kind text COLLATE C NOT NULL
    updated_by_id text COLLATE C NOT NULL
    version bigint NOT NULL
    deleted bigint NOT NULL
    PRIMARY KEY admincenter_event_schema_versions_pkey (org_id, name, version)
    FOREIGN KEY admincenter_event_schema_versions_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((deleted = ANY (ARRAY[(0)::bigint, (1)::bigint])))

TABLE admincenter_event_schemas
    org_id text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    definition text COLLATE C NOT NULL
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    updated_by_kind text COLLATE C NOT NULL
    updated_by_id text COLLATE C NOT NULL
    version bigint NOT NULL
    PRIMARY KEY admincenter_event_schemas_pkey (org_id, name)
    FOREIGN KEY admincenter_event_schemas_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_exchange_rates
    org_id text COLLATE C NOT NULL
    code text COLLATE C NOT NULL
    valid_from bigint NOT NULL
    seq bigint NOT NULL
    rate numeric NOT NULL
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    UNIQUE admincenter_exchange_rates_org_id_code_seq_key (org_id, code, seq)
    PRIMARY KEY admincenter_exchange_rates_pkey (org_id, code, valid_from, seq)
    FOREIGN KEY admincenter_exchange_rates_org_id_code_fkey (org_id, code) REFERENCES admincenter_currencies (org_id, code) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK (((rate > (0)::numeric) AND (rate < ('1000000000000'::bigint)::numeric) AND (scale(rate) <= 18)))
    CHECK ((seq > 1))
    CHECK ((valid_from >= created_at))
    CREATE TRIGGER admincenter_exchange_rates_fixed BEFORE UPDATE OR TRUNCATE ON public.admincenter_exchange_rates FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse() ENABLED A AS 
    BEGIN
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_exchange_rates_no_delete BEFORE DELETE ON public.admincenter_exchange_rates FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete() ENABLED A AS 
    DECLARE
        gone BOOLEAN;
    BEGIN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
            TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
        IF gone THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END

TABLE admincenter_external_ids
    org_id text COLLATE C NOT NULL
    external_id text COLLATE C NOT NULL
    user_id text COLLATE C NOT NULL
    UNIQUE admincenter_external_ids_org_id_user_id_key (org_id, user_id)
    PRIMARY KEY admincenter_external_ids_pkey (org_id, external_id)
    FOREIGN KEY admincenter_external_ids_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_factors
    org_id text COLLATE C NOT NULL
    user_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    sealed bytea NOT NULL
    step bigint NOT NULL
    created_at bigint NOT NULL
    confirmed_at bigint
    PRIMARY KEY admincenter_factors_pkey (org_id, user_id)
    FOREIGN KEY admincenter_factors_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK (((length(sealed) >= 1) AND (length(sealed) <= 1024)))

TABLE admincenter_identities
    org_id text COLLATE C NOT NULL
    issuer text COLLATE C NOT NULL
    subject text COLLATE C NOT NULL
    user_id text COLLATE C NOT NULL
    linked_at bigint NOT NULL
    PRIMARY KEY admincenter_identities_pkey (org_id, issuer, subject)
    INDEX admincenter_identities_user (org_id, user_id, issuer, subject)
    FOREIGN KEY admincenter_identities_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_import_blobs
    org_id text COLLATE C NOT NULL
    import_id text COLLATE C NOT NULL
    remove_at bigint
    removed bigint NOT NULL DEFAULT 0
    INDEX admincenter_import_blobs_due (remove_at, org_id, import_id)
    PRIMARY KEY admincenter_import_blobs_pkey (org_id, import_id)
    FOREIGN KEY admincenter_import_blobs_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((removed = ANY (ARRAY[(0)::bigint, (1)::bigint])))

TABLE admincenter_import_mappings
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    type text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    name_key text COLLATE C NOT NULL
    details text COLLATE C NOT NULL
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    version bigint NOT NULL
    UNIQUE admincenter_import_mappings_name (org_id, type, name_key)
    PRIMARY KEY admincenter_import_mappings_pkey (org_id, id)
    FOREIGN KEY admincenter_import_mappings_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_import_pieces
    org_id text COLLATE C NOT NULL
    import_id text COLLATE C NOT NULL
    start bigint NOT NULL
    piece bytea NOT NULL
    PRIMARY KEY admincenter_import_pieces_pkey (org_id, import_id, start)
    FOREIGN KEY admincenter_import_pieces_org_id_import_id_fkey (org_id, import_id) REFERENCES admincenter_imports (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_imports
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    type text COLLATE C NOT NULL
    file_name text COLLATE C NOT NULL
    size bigint NOT NULL
    sha256 text COLLATE C NOT NULL
    text_sha256 text COLLATE C NOT NULL
    details text COLLATE C NOT NULL
    row_count bigint NOT NULL
    status text COLLATE C NOT NULL
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    file_removed_at bigint
    file_kept bigint NOT NULL DEFAULT 1
    version bigint NOT NULL
    INDEX admincenter_imports_file (file_kept, updated_at, org_id, id)
    PRIMARY KEY admincenter_imports_pkey (org_id, id)
    INDEX admincenter_imports_sha256 (org_id, sha256, id)
    INDEX admincenter_imports_status (org_id, status, id)
    INDEX admincenter_imports_text (org_id, text_sha256, id)
    INDEX admincenter_imports_type (org_id, type, id)
    FOREIGN KEY admincenter_imports_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((file_kept = ANY (ARRAY[(0)::bigint, (1)::bigint])))

TABLE admincenter_invitations
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    email text COLLATE C NOT NULL
    email_key text COLLATE C NOT NULL
    role text COLLATE C NOT NULL
    status text COLLATE C NOT NULL
    digest bytea NOT NULL
    invited_by_kind text COLLATE C NOT NULL
    invited_by_id text COLLATE C NOT NULL
    created_at bigint NOT NULL
    sent_at bigint NOT NULL
    expires_at bigint NOT NULL
    settled_at bigint
    user_id text COLLATE C
    pending_key text COLLATE C
    version bigint NOT NULL
    UNIQUE admincenter_invitations_org_id_digest_key (org_id, digest)
    UNIQUE admincenter_invitations_org_id_pending_key_key (org_id, pending_key)
    INDEX admincenter_invitations_pending (org_id, status, expires_at)
    PRIMARY KEY admincenter_invitations_pkey (org_id, id)
    INDEX admincenter_invitations_status (org_id, status, id)
    FOREIGN KEY admincenter_invitations_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    FOREIGN KEY admincenter_invitations_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((length(digest) = 32))

TABLE admincenter_job_effects
    org_id text COLLATE C NOT NULL
    job_id text COLLATE C NOT NULL
    seq bigint NOT NULL
    effects text COLLATE C NOT NULL
    PRIMARY KEY admincenter_job_effects_pkey (org_id, job_id, seq)
    FOREIGN KEY admincenter_job_effects_org_id_job_id_fkey (org_id, job_id) REFERENCES admincenter_jobs (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_job_entries
    org_id text COLLATE C NOT NULL
    job_id text COLLATE C NOT NULL
    seq bigint NOT NULL
    ref text COLLATE C NOT NULL
    status text COLLATE C NOT NULL
    reason text COLLATE C NOT NULL
    detail text COLLATE C NOT NULL
    data text COLLATE C NOT NULL
    PRIMARY KEY admincenter_job_entries_pkey (org_id, job_id, seq)
    INDEX admincenter_job_entries_status (org_id, job_id, status, seq)
    FOREIGN KEY admincenter_job_entries_org_id_job_id_fkey (org_id, job_id) REFERENCES admincenter_jobs (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((status = ANY (ARRAY['PENDING'::text, 'COMPLETED'::text, 'SKIPPED'::text, 'FAILED'::text, 'CANCELLED'::text])))

TABLE admincenter_jobs
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    kind text COLLATE C NOT NULL
    status text COLLATE C NOT NULL
    start_at bigint
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    settled_at bigint
    pruned_at bigint
    prunable bigint NOT NULL DEFAULT 1
    total bigint NOT NULL
    completed bigint NOT NULL
    skipped bigint NOT NULL
    failed bigint NOT NULL
    failure text COLLATE C NOT NULL
    failures bigint NOT NULL
    retry_at bigint
    decision text COLLATE C NOT NULL
    attempt bigint NOT NULL
    lease_worker text COLLATE C NOT NULL
    lease_until bigint
    tried_at bigint NOT NULL
    cursor_text text COLLATE C NOT NULL
    state_text text COLLATE C NOT NULL
    version bigint NOT NULL
    queue_org text COLLATE C DEFAULT 
CASE
    WHEN (status = ANY (ARRAY['SCHEDULED'::text, 'PENDING'::text, 'IN_PROGRESS'::text])) THEN org_id
    ELSE NULL::text
END
    due_at bigint DEFAULT 
CASE
    WHEN (status = ANY (ARRAY['SCHEDULED'::text, 'PENDING'::text, 'IN_PROGRESS'::text])) THEN GREATEST(COALESCE(
    CASE
        WHEN (status = 'SCHEDULED'::text) THEN start_at
        ELSE NULL::bigint
    END, '-62135596800000000'::bigint), COALESCE(retry_at, '-62135596800000000'::bigint), COALESCE(
    CASE
        WHEN (lease_worker <> ''::text) THEN lease_until
        ELSE NULL::bigint
    END, '-62135596800000000'::bigint))
    ELSE NULL::bigint
END
    INDEX admincenter_jobs_due (queue_org, tried_at, id, due_at, kind)
    INDEX admincenter_jobs_kind (org_id, kind, id)
    INDEX admincenter_jobs_kind_status (org_id, kind, status, id)
    PRIMARY KEY admincenter_jobs_pkey (org_id, id)
    INDEX admincenter_jobs_settled (prunable, settled_at, org_id, id)
    INDEX admincenter_jobs_status (org_id, status, id)
    FOREIGN KEY admincenter_jobs_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((prunable = ANY (ARRAY[(0)::bigint, (1)::bigint])))
    CHECK ((status = ANY (ARRAY['SCHEDULED'::text, 'WAITING_FOR_CONFIRMATION'::text, 'PENDING'::text, 'IN_PROGRESS'::text, 'PAUSED'::text, 'COMPLETED'::text, 'COMPLETED_WITH_FAILURES'::text, 'FAILED'::text, 'CANCELLED'::text])))

TABLE admincenter_organizations
    org_id text COLLATE C NOT NULL
    name text COLLATE default NOT NULL
    status text COLLATE C NOT NULL
    status_at bigint NOT NULL
    purged bigint NOT NULL DEFAULT 0
    created_at bigint NOT NULL
    version bigint NOT NULL
    PRIMARY KEY admincenter_organizations_pkey (org_id)
    INDEX admincenter_organizations_status (status, purged, org_id)
    CHECK (((purged = 0) OR ((purged = 1) AND (status = 'DELETED'::text))))
    CHECK ((status = ANY (ARRAY['ACTIVE'::text, 'SUSPENDED'::text, 'DELETED'::text])))
    CREATE TRIGGER admincenter_organizations_fixed BEFORE DELETE OR TRUNCATE ON public.admincenter_organizations FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse() ENABLED A AS 
    BEGIN
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_organizations_guarded BEFORE UPDATE ON public.admincenter_organizations FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION admincenter_organizations_guard() ENABLED A AS 
    DECLARE
        recorded BOOLEAN;
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'ACTIVE' THEN
                RAISE EXCEPTION 'admincenter: an organization is made active' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.org_id <> OLD.org_id THEN
            RAISE EXCEPTION 'admincenter: the id of an organization cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status = 'DELETED' AND (OLD.purged = 1 OR NEW.purged = 0 OR NEW.status <> 'DELETED'
            OR NEW.name <> '' OR NEW.status_at <> OLD.status_at OR NEW.created_at <> OLD.created_at
            OR NEW.version <> OLD.version) THEN
            RAISE EXCEPTION 'admincenter: a deleted organization cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status <> 'DELETED' AND NEW.status = 'DELETED' THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_audit
                WHERE org_id = $1 AND action = ''organization.delete'' AND at = $2)', TG_TABLE_SCHEMA)
                INTO recorded USING NEW.org_id, NEW.status_at;
            IF OLD.status <> 'SUSPENDED' OR NEW.version <> OLD.version + 1 OR NEW.name <> '' OR NEW.purged <> 0
                OR NOT recorded THEN
                RAISE EXCEPTION 'admincenter: an organization is suspended first, and deleted on record'
                    USING ERRCODE = 'restrict_violation';
            END IF;
        END IF;
        RETURN NEW;
    END
    CREATE TRIGGER admincenter_organizations_made BEFORE INSERT ON public.admincenter_organizations FOR EACH ROW EXECUTE FUNCTION admincenter_organizations_guard() ENABLED A AS 
    DECLARE
        recorded BOOLEAN;
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'ACTIVE' THEN
                RAISE EXCEPTION 'admincenter: an organization is made active' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.org_id <> OLD.org_id THEN
            RAISE EXCEPTION 'admincenter: the id of an organization cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status = 'DELETED' AND (OLD.purged = 1 OR NEW.purged = 0 OR NEW.status <> 'DELETED'
            OR NEW.name <> '' OR NEW.status_at <> OLD.status_at OR NEW.created_at <> OLD.created_at
            OR NEW.version <> OLD.version) THEN
            RAISE EXCEPTION 'admincenter: a deleted organization cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status <> 'DELETED' AND NEW.status = 'DELETED' THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_audit
                WHERE org_id = $1 AND action = ''organization.delete'' AND at = $2)', TG_TABLE_SCHEMA)
                INTO recorded USING NEW.org_id, NEW.status_at;
            IF OLD.status <> 'SUSPENDED' OR NEW.version <> OLD.version + 1 OR NEW.name <> '' OR NEW.purged <> 0
                OR NOT recorded THEN
                RAISE EXCEPTION 'admincenter: an organization is suspended first, and deleted on record'
                    USING ERRCODE = 'restrict_violation';
            END IF;
        END IF;
        RETURN NEW;
    END

TABLE admincenter_pending_sign_ins
    org_id text COLLATE C NOT NULL
    digest bytea NOT NULL
    user_id text COLLATE C NOT NULL
    epoch bigint NOT NULL
    state bytea
    attempts bigint NOT NULL
    created_at bigint NOT NULL
    expires_at bigint NOT NULL
    PRIMARY KEY admincenter_pending_sign_ins_pkey (org_id, digest)
    INDEX admincenter_pending_sign_ins_user (org_id, user_id, expires_at)
    FOREIGN KEY admincenter_pending_sign_ins_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((length(digest) = 32))
    CHECK ((length(state) <= 4096))

TABLE admincenter_plan_migrations
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    source_id text COLLATE C NOT NULL
    source_version bigint NOT NULL
    target_id text COLLATE C NOT NULL
    target_version bigint NOT NULL
    mode text COLLATE C NOT NULL
    overrides text COLLATE C NOT NULL
    require_confirmation bigint NOT NULL
    zone text COLLATE C NOT NULL
    idempotency_key text COLLATE C
    request_digest text COLLATE C NOT NULL
    of_id text COLLATE C
    follows text COLLATE C NOT NULL
    options text COLLATE C NOT NULL
    held_version bigint
    UNIQUE admincenter_plan_migrations_org_id_idempotency_key_key (org_id, idempotency_key)
    UNIQUE admincenter_plan_migrations_org_id_source_id_held_version_key (org_id, source_id, held_version)
    PRIMARY KEY admincenter_plan_migrations_pkey (org_id, id)
    FOREIGN KEY admincenter_plan_migrations_org_id_id_fkey (org_id, id) REFERENCES admincenter_jobs (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((require_confirmation = ANY (ARRAY[(0)::bigint, (1)::bigint])))

TABLE admincenter_plans
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    version bigint NOT NULL
    name text COLLATE C NOT NULL
    description text COLLATE C NOT NULL
    status text COLLATE C NOT NULL
    currencies text COLLATE C NOT NULL
    cycle text COLLATE C NOT NULL
    anniversary bigint NOT NULL
    created_at bigint NOT NULL
    updated_at bigint NOT NULL
    record_version bigint NOT NULL
    PRIMARY KEY admincenter_plans_pkey (org_id, id, version)
    INDEX admincenter_plans_status (org_id, status, id, version)
    FOREIGN KEY admincenter_plans_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((anniversary = ANY (ARRAY[(0)::bigint, (1)::bigint])))
    CHECK ((version > 0))

TABLE admincenter_recovery_codes
    org_id text COLLATE C NOT NULL
    user_id text COLLATE C NOT NULL
    digest bytea NOT NULL
    PRIMARY KEY admincenter_recovery_codes_pkey (org_id, user_id, digest)
    FOREIGN KEY admincenter_recovery_codes_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((length(digest) = 32))

TABLE admincenter_roles
    org_id text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    display_name text COLLATE C NOT NULL
    description text COLLATE C NOT NULL
    permissions text COLLATE C NOT NULL
    created_at bigint NOT NULL
    updated_at bigint NOT NULL
    version bigint NOT NULL
    PRIMARY KEY admincenter_roles_pkey (org_id, name)
    FOREIGN KEY admincenter_roles_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((permissions <> ''::text))

TABLE admincenter_schedule_accounts
    org_id text COLLATE C NOT NULL
    account_id text COLLATE C NOT NULL
    changed_at bigint NOT NULL
    PRIMARY KEY admincenter_schedule_accounts_pkey (org_id, account_id)
    FOREIGN KEY admincenter_schedule_accounts_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION

TABLE admincenter_schedules
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    account_id text COLLATE C NOT NULL
    plan_id text COLLATE C NOT NULL
    plan_version bigint NOT NULL
    from_at bigint NOT NULL
    until_at bigint
    currency text COLLATE C NOT NULL
    cycle_override text COLLATE C NOT NULL
    rate_cards text COLLATE C NOT NULL
    created_at bigint NOT NULL
    updated_at bigint NOT NULL
    version bigint NOT NULL
    removed_at bigint
    removed_by_kind text COLLATE C NOT NULL
    removed_by_id text COLLATE C NOT NULL
    INDEX admincenter_schedules_account (org_id, account_id, from_at)
    PRIMARY KEY admincenter_schedules_pkey (org_id, id)
    INDEX admincenter_schedules_plan (org_id, plan_id, plan_version, account_id)
    FOREIGN KEY admincenter_schedules_org_id_account_id_fkey (org_id, account_id) REFERENCES admincenter_schedule_accounts (org_id, account_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((until_at > from_at))

TABLE admincenter_schema
    version bigint NOT NULL
    name character varying(200) COLLATE default NOT NULL
    applied_at bigint NOT NULL
    PRIMARY KEY admincenter_schema_pkey (version)

TABLE admincenter_sessions
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    user_id text COLLATE C NOT NULL
    digest bytea NOT NULL
    label text COLLATE default NOT NULL
    source text COLLATE default NOT NULL
    created_at bigint NOT NULL
    authenticated_at bigint
    last_seen_at bigint NOT NULL
    expires_at bigint NOT NULL
    epoch bigint NOT NULL
    UNIQUE admincenter_sessions_org_id_digest_key (org_id, digest)
    PRIMARY KEY admincenter_sessions_pkey (org_id, id)
    INDEX admincenter_sessions_user (org_id, user_id, id)
    FOREIGN KEY admincenter_sessions_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    FOREIGN KEY admincenter_sessions_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((length(digest) = 32))

TABLE admincenter_setting_counts
    org_id text COLLATE C NOT NULL
    settings bigint NOT NULL
    PRIMARY KEY admincenter_setting_counts_pkey (org_id)
    FOREIGN KEY admincenter_setting_counts_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((settings >= 0))

TABLE admincenter_setting_versions
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    version bigint NOT NULL
    entity_kind text COLLATE C NOT NULL
    entity_id text COLLATE C NOT NULL
    namespace text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    value_type text COLLATE C NOT NULL
    value_text text COLLATE C NOT NULL
    schema_text text COLLATE C NOT NULL
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    updated_by_kind text COLLATE C NOT NULL
    updated_by_id text COLLATE C NOT NULL
    deleted bigint NOT NULL
    PRIMARY KEY admincenter_setting_versions_pkey (org_id, id, version)
    FOREIGN KEY admincenter_setting_versions_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((deleted = ANY (ARRAY[(0)::bigint, (1)::bigint])))

TABLE admincenter_settings
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    entity_kind text COLLATE C NOT NULL
    entity_id text COLLATE C NOT NULL
    namespace text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    value_type text COLLATE C NOT NULL
    value_text text COLLATE C NOT NULL
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    updated_by_kind text COLLATE C NOT NULL
    updated_by_id text COLLATE C NOT NULL
    version bigint NOT NULL
    schema_text text COLLATE C NOT NULL DEFAULT ''::text
    INDEX admincenter_settings_entity (org_id, entity_kind, entity_id, id)
    INDEX admincenter_settings_entity_kind (org_id, entity_kind, id)
    UNIQUE admincenter_settings_key (org_id, entity_kind, entity_id, namespace, name)
    INDEX admincenter_settings_name (org_id, name, id)
    INDEX admincenter_settings_namespace (org_id, namespace, id)
    PRIMARY KEY admincenter_settings_pkey (org_id, id)
    INDEX admincenter_settings_value_type (org_id, value_type, id)
    FOREIGN KEY admincenter_settings_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK (((entity_kind <> 'ORGANIZATION'::text) OR (entity_id = ''::text)))
    CHECK ((value_type = ANY (ARRAY['STRING'::text, 'NUMERIC'::text, 'JSON'::text, 'JSON_LOGIC'::text])))

TABLE admincenter_tickets
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    kind text COLLATE C NOT NULL
    user_id text COLLATE C
    epoch bigint NOT NULL
    digest bytea NOT NULL
    old_digest bytea
    old_email text COLLATE C NOT NULL
    old_key text COLLATE C NOT NULL
    new_email text COLLATE C NOT NULL
    new_key text COLLATE C
    old_confirms bigint NOT NULL
    old_confirmed_at bigint
    new_confirmed_at bigint
    created_at bigint NOT NULL
    expires_at bigint NOT NULL
    version bigint NOT NULL
    INDEX admincenter_tickets_expired (org_id, expires_at)
    UNIQUE admincenter_tickets_org_id_digest_key (org_id, digest)
    UNIQUE admincenter_tickets_org_id_new_key_key (org_id, new_key)
    UNIQUE admincenter_tickets_org_id_old_digest_key (org_id, old_digest)
    PRIMARY KEY admincenter_tickets_pkey (org_id, id)
    INDEX admincenter_tickets_user (org_id, user_id, kind, id)
    FOREIGN KEY admincenter_tickets_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    FOREIGN KEY admincenter_tickets_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((kind = ANY (ARRAY['EMAIL_CHANGE'::text, 'PASSWORD_RESET'::text])))
    CHECK ((length(digest) = 32))
    CHECK ((length(old_digest) = 32))
    CHECK ((old_confirms = ANY (ARRAY[(0)::bigint, (1)::bigint])))

TABLE admincenter_tokens
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    name text COLLATE C NOT NULL
    user_id text COLLATE C
    permissions text COLLATE C NOT NULL
    networks text COLLATE C NOT NULL
    prefix text COLLATE C NOT NULL
    last4 text COLLATE C NOT NULL
    state text COLLATE C NOT NULL
    listed bigint NOT NULL DEFAULT 
CASE
    WHEN (state = 'DELETED'::text) THEN 0
    ELSE 1
END
    expires_at bigint
    last_used_at bigint
    created_at bigint NOT NULL
    created_by_kind text COLLATE C NOT NULL
    created_by_id text COLLATE C NOT NULL
    updated_at bigint NOT NULL
    rotated_from text COLLATE C
    rotated_to text COLLATE C
    version bigint NOT NULL
    hash_key text COLLATE C NOT NULL
    digest bytea NOT NULL
    INDEX admincenter_tokens_created_by (org_id, created_by_kind, created_by_id)
    UNIQUE admincenter_tokens_digest_key (digest)
    INDEX admincenter_tokens_listed (org_id, listed, id)
    INDEX admincenter_tokens_live (org_id, state, expires_at)
    PRIMARY KEY admincenter_tokens_pkey (org_id, id)
    INDEX admincenter_tokens_state (org_id, state, id)
    INDEX admincenter_tokens_user_listed (org_id, user_id, listed, id)
    INDEX admincenter_tokens_user_state (org_id, user_id, state, id)
    FOREIGN KEY admincenter_tokens_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
    FOREIGN KEY admincenter_tokens_org_id_user_id_fkey (org_id, user_id) REFERENCES admincenter_users (org_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION
    CHECK ((length(digest) = 32))
    CHECK ((length(last4) = 4))
    CHECK ((permissions <> ''::text))
    CHECK ((state = ANY (ARRAY['ACTIVE'::text, 'DEACTIVATED'::text, 'DELETED'::text])))
    CREATE TRIGGER admincenter_tokens_guarded BEFORE UPDATE ON public.admincenter_tokens FOR EACH ROW EXECUTE FUNCTION admincenter_tokens_guard() ENABLED A AS 
    BEGIN
        IF OLD.state = 'DELETED' AND NEW.state <> 'DELETED' THEN
            RAISE EXCEPTION 'admincenter: a deleted token cannot come back' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.permissions <> OLD.permissions THEN
            RAISE EXCEPTION 'admincenter: the permissions of a token cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.networks <> OLD.networks THEN
            RAISE EXCEPTION 'admincenter: the networks of a token cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at) THEN
            RAISE EXCEPTION 'admincenter: a token cannot live longer' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.user_id IS DISTINCT FROM OLD.user_id OR NEW.created_by_kind <> OLD.created_by_kind
            OR NEW.created_by_id <> OLD.created_by_id OR NEW.rotated_from IS DISTINCT FROM OLD.rotated_from THEN
            RAISE EXCEPTION 'admincenter: where a token comes from cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.org_id <> OLD.org_id OR NEW.id <> OLD.id THEN
            RAISE EXCEPTION 'admincenter: the id of a token cannot be changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END
    CREATE TRIGGER admincenter_tokens_kept BEFORE TRUNCATE ON public.admincenter_tokens FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse() ENABLED A AS 
    BEGIN
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    CREATE TRIGGER admincenter_tokens_no_delete BEFORE DELETE ON public.admincenter_tokens FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete() ENABLED A AS 
    DECLARE
        gone BOOLEAN;
    BEGIN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
            TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
        IF gone THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END

TABLE admincenter_users
    org_id text COLLATE C NOT NULL
    id text COLLATE C NOT NULL
    name text COLLATE default NOT NULL
    email text COLLATE default NOT NULL
    email_key text COLLATE C NOT NULL
    role text COLLATE C NOT NULL
    status text COLLATE C NOT NULL
    created_at bigint NOT NULL
    updated_at bigint NOT NULL
    version bigint NOT NULL
    INDEX admincenter_users_email (email_key, status, org_id)
    UNIQUE admincenter_users_org_id_email_key_key (org_id, email_key)
    PRIMARY KEY admincenter_users_pkey (org_id, id)
    INDEX admincenter_users_role (org_id, role, id)
    INDEX admincenter_users_role_status (org_id, role, status, id)
    INDEX admincenter_users_status (org_id, status, id)
    FOREIGN KEY admincenter_users_org_id_fkey (org_id) REFERENCES admincenter_organizations (org_id) ON DELETE NO ACTION ON UPDATE NO ACTION
