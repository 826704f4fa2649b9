-- +goose Up
CREATE TABLE admincenter_currencies (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    code            TEXT COLLATE "C" NOT NULL CHECK (length(code) = 3),
    -- No scale in the type: a scale would round without a word. The bound keeps NaN and Infinity
    -- out, which sort above every number.
    rate            NUMERIC NOT NULL CHECK (rate > 0 AND rate < 1000000000000 AND scale(rate) <= 18),
    -- 1 for the base currency, NULL for the others: one base an organization.
    base_slot       BIGINT CHECK (base_slot = 1),
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, code),
    UNIQUE (org_id, base_slot)
);

-- A saved rate never changes. For each statement, so that one that touches no row is refused too.
CREATE TRIGGER admincenter_currencies_fixed BEFORE UPDATE OR TRUNCATE ON admincenter_currencies
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_currencies ENABLE ALWAYS TRIGGER admincenter_currencies_fixed;
CREATE TRIGGER admincenter_currencies_no_delete BEFORE DELETE ON admincenter_currencies
    FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete();
ALTER TABLE admincenter_currencies ENABLE ALWAYS TRIGGER admincenter_currencies_no_delete;

-- The currencies that are archived at the moment. A row of its own, because those above never change.
CREATE TABLE admincenter_archived_currencies (
    org_id           TEXT COLLATE "C" NOT NULL,
    code             TEXT COLLATE "C" NOT NULL,
    archived_at      BIGINT NOT NULL,
    archived_by_kind TEXT COLLATE "C" NOT NULL,
    archived_by_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, code),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code)
);

-- The rates of a currency after its first, which is above. Valid at an instant is the one with the latest valid_from
-- that is not after it, and of several the one with the highest seq.
CREATE TABLE admincenter_exchange_rates (
    org_id          TEXT COLLATE "C" NOT NULL,
    code            TEXT COLLATE "C" NOT NULL,
    valid_from      BIGINT NOT NULL,
    seq             BIGINT NOT NULL CHECK (seq > 1),
    rate            NUMERIC NOT NULL CHECK (rate > 0 AND rate < 1000000000000 AND scale(rate) <= 18),
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, code, valid_from, seq),
    UNIQUE (org_id, code, seq),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code),
    CHECK (valid_from >= created_at) -- the past is not rewritten
);

CREATE TRIGGER admincenter_exchange_rates_fixed BEFORE UPDATE OR TRUNCATE ON admincenter_exchange_rates
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_exchange_rates ENABLE ALWAYS TRIGGER admincenter_exchange_rates_fixed;
CREATE TRIGGER admincenter_exchange_rates_no_delete BEFORE DELETE ON admincenter_exchange_rates
    FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete();
ALTER TABLE admincenter_exchange_rates ENABLE ALWAYS TRIGGER admincenter_exchange_rates_no_delete;

-- +goose Down
DROP TABLE admincenter_exchange_rates;
DROP TABLE admincenter_archived_currencies;
DROP TABLE admincenter_currencies;
