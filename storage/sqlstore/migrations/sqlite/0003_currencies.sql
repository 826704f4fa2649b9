-- +goose Up
CREATE TABLE admincenter_currencies (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    code            TEXT    NOT NULL CHECK (length(code) = 3),
    -- An exact decimal above 0 and below 10^12, with up to 18 digits after the point, as text: SQLite's numbers are binary floats.
    rate            TEXT    NOT NULL CHECK (
        rate NOT GLOB '*[^0-9.]*' AND rate GLOB '[0-9]*' AND rate GLOB '*[1-9]*' AND rate NOT GLOB '*.*.*'
        AND rate NOT GLOB '*.' AND instr(rate || '.', '.') <= 13 AND length(rate) <= instr(rate || '.', '.') + 18
    ),
    -- 1 for the base currency, NULL for the others: one base an organization.
    base_slot       INTEGER CHECK (base_slot = 1),
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    PRIMARY KEY (org_id, code),
    UNIQUE (org_id, base_slot)
) STRICT, WITHOUT ROWID;

-- A saved rate never changes.
-- +goose StatementBegin
CREATE TRIGGER admincenter_currencies_no_update BEFORE UPDATE ON admincenter_currencies
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a saved exchange rate cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_currencies_no_delete BEFORE DELETE ON admincenter_currencies
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a saved exchange rate cannot be deleted');
END;
-- +goose StatementEnd
-- REPLACE deletes without firing delete triggers unless recursive_triggers is on.
-- +goose StatementBegin
CREATE TRIGGER admincenter_currencies_no_replace BEFORE INSERT ON admincenter_currencies
WHEN EXISTS (
    SELECT 1 FROM admincenter_currencies
    WHERE org_id = NEW.org_id AND (code = NEW.code OR base_slot = NEW.base_slot)
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: a saved exchange rate cannot be replaced');
END;
-- +goose StatementEnd

-- The currencies that are archived at the moment. A row of its own, because those above never change.
CREATE TABLE admincenter_archived_currencies (
    org_id           TEXT    NOT NULL,
    code             TEXT    NOT NULL,
    archived_at      INTEGER NOT NULL,
    archived_by_kind TEXT    NOT NULL,
    archived_by_id   TEXT    NOT NULL,
    PRIMARY KEY (org_id, code),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code)
) STRICT, WITHOUT ROWID;

-- The rates of a currency after its first, which is above. Valid at an instant is the one with the latest valid_from
-- that is not after it, and of several the one with the highest seq.
CREATE TABLE admincenter_exchange_rates (
    org_id          TEXT    NOT NULL,
    code            TEXT    NOT NULL,
    valid_from      INTEGER NOT NULL,
    seq             INTEGER NOT NULL CHECK (seq > 1),
    rate            TEXT    NOT NULL CHECK (
        rate NOT GLOB '*[^0-9.]*' AND rate GLOB '[0-9]*' AND rate GLOB '*[1-9]*' AND rate NOT GLOB '*.*.*'
        AND rate NOT GLOB '*.' AND instr(rate || '.', '.') <= 13 AND length(rate) <= instr(rate || '.', '.') + 18
    ),
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    PRIMARY KEY (org_id, code, valid_from, seq),
    UNIQUE (org_id, code, seq),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code),
    CHECK (valid_from >= created_at) -- the past is not rewritten
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER admincenter_exchange_rates_no_update BEFORE UPDATE ON admincenter_exchange_rates
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a saved exchange rate cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_exchange_rates_no_delete BEFORE DELETE ON admincenter_exchange_rates
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a saved exchange rate cannot be deleted');
END;
-- +goose StatementEnd
-- The primary key has the seq too, so that this stands for both keys.
-- +goose StatementBegin
CREATE TRIGGER admincenter_exchange_rates_no_replace BEFORE INSERT ON admincenter_exchange_rates
WHEN EXISTS (
    SELECT 1 FROM admincenter_exchange_rates
    WHERE org_id = NEW.org_id AND code = NEW.code AND seq = NEW.seq
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: a saved exchange rate cannot be replaced');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE admincenter_exchange_rates;
DROP TABLE admincenter_archived_currencies;
DROP TABLE admincenter_currencies;
