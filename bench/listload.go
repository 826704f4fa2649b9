package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// loader fills the tables of one organization by SQL alone: a million rows are there within a minute.
type loader struct {
	dialect sqlstore.Dialect
	pool    *sql.DB
}

// The i-th record of the trail is of the i-th second after loadedFrom, in microseconds since 1970.
const loadedFrom int64 = 1_767_225_600_000_000 // 2026-01-01

// pad is an expression for a prefix and a number of so many digits.
func (l loader) pad(prefix, number string, digits int) string {
	switch l.dialect {
	case sqlstore.PostgreSQL:
		return fmt.Sprintf("'%s' || lpad((%s)::text, %d, '0')", prefix, number, digits)
	case sqlstore.MySQL:
		return fmt.Sprintf("CONCAT('%s', LPAD(%s, %d, '0'))", prefix, number, digits)
	}
	return fmt.Sprintf("printf('%s%%0%dd', %s)", prefix, digits, number)
}

// id is an expression for the id with a number, which idOf makes too.
func (l loader) id(number string) string { return l.pad("00000000-0000-7000-8000-", number, 12) }

func idOf(n int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", n) }

// digest is an expression for 32 bytes.
func (l loader) digest(number string) string {
	text := l.pad("", number, 32)
	switch l.dialect {
	case sqlstore.PostgreSQL:
		return "convert_to(" + text + ", 'UTF8')"
	case sqlstore.MySQL:
		return text
	}
	return "CAST(" + text + " AS BLOB)"
}

// fill inserts n rows. columns has expressions of i for the columns; the others get an empty text or 0,
// but for those in without, which the database fills.
func (l loader) fill(ctx context.Context, table string, n int, columns map[string]string, without ...string) error {
	table = sqlstore.DefaultPrefix + table
	names, values, err := l.values(ctx, table, columns, without)
	if err != nil {
		return err
	}
	start := "%d"
	if l.dialect == sqlstore.PostgreSQL {
		start = "%d::bigint"
	}
	escape := strings.NewReplacer("%", "%%") // of a modulo
	insert := fmt.Sprintf("INSERT INTO %s (%s) WITH RECURSIVE s (i) AS (SELECT %s"+
		" UNION ALL SELECT i + 1 FROM s WHERE i < %s) SELECT %s FROM s",
		table, strings.Join(names, ", "), start, "%d", escape.Replace(strings.Join(values, ", ")))
	const (
		chunk  = 1000 // MySQL's recursion goes no deeper
		commit = 20 * chunk
	)
	for from := 0; from < n; from += commit {
		if err := l.inTx(ctx, func(tx *sql.Tx) error {
			for at := from; at < min(from+commit, n); at += chunk {
				if _, err := tx.ExecContext(ctx, fmt.Sprintf(insert, at, min(at+chunk, n)-1)); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (l loader) inTx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := l.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func (l loader) values(
	ctx context.Context, table string, columns map[string]string, without []string,
) (names, values []string, err error) {
	rows, err := l.pool.QueryContext(ctx, "SELECT * FROM "+table+" WHERE org_id = ''")
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, nil, err
	}
	for _, c := range types {
		if slices.Contains(without, c.Name()) {
			continue
		}
		value, ok := columns[c.Name()]
		switch {
		case ok:
		case c.Name() == "org_id":
			value = "'" + string(org) + "'"
		case strings.Contains(c.DatabaseTypeName(), "INT"):
			value = "0"
		default:
			value = "''"
		}
		names, values = append(names, c.Name()), append(values, value)
	}
	return names, values, rows.Err()
}

// load makes n customers and audit records, and a tenth of accounts, tokens and settings. In each a few
// rows are rare in what lists are filtered by.
func (l loader) load(ctx context.Context, n int) error {
	tenth, few := n/10, max(n/100, 1)
	second := fmt.Sprintf("%d + i * 1000000", loadedFrom)
	rare := func(every int, is, otherwise string) string {
		return fmt.Sprintf("CASE WHEN i %% %d = %d THEN '%s' ELSE '%s' END", every, rareRow(every), is, otherwise)
	}
	modulo := func(m int) string { return fmt.Sprintf("i %% %d", m) }
	if err := l.tokens(ctx, tenth); err != nil {
		return err
	}
	for _, t := range []struct {
		name    string
		rows    int
		columns map[string]string
	}{
		{"customers", n, map[string]string{
			"id": l.pad("c", "i", 7), "name": l.pad("Customer, No. ", "i", 7),
			"primary_email": l.pad("billing", "i", 7), "city": "'München'",
			"country": "'DE'", "status": "'ACTIVE'", "metadata": `'{"segment":"enterprise","owner":"ann"}'`, "version": "1",
		}},
		{"accounts", tenth, map[string]string{
			"id": l.pad("a", "i", 7), "name": l.pad("Account, No. ", "i", 7),
			"customer_id": l.pad("c", modulo(few), 7), "net_term_days": "30",
			"status": "'ACTIVE'", "version": "1",
		}},
		{"settings", tenth, map[string]string{
			"id": l.id("i"), "entity_kind": rare(1000, "CUSTOMER", "ACCOUNT"), "entity_id": l.pad("a", "(i - i % 10) / 10", 7),
			"namespace": rare(1000, "rare", "USER"), "name": l.pad("name", modulo(10), 2),
			"value_type": rare(1000, "NUMERIC", "STRING"),
			"value_text": "'12'", "created_by_kind": "'SYSTEM'", "updated_by_kind": "'SYSTEM'", "version": "1",
		}},
		{"audit", n, map[string]string{
			"id": l.id("i"), "at": second, "actor_kind": "'USER'", "actor_id": l.pad("u", modulo(n/200), 7),
			"action": rare(n/10, "rare.do", "customer.update"), "subject_kind": rare(1000, "currency", "customer"),
			"subject_id": l.pad("c", modulo(few), 7), "changes": `'{"v":1,"changes":[{"field":"name","from":"a","to":"b"}]}'`,
		}},
	} {
		if err := l.fill(ctx, t.name, t.rows, t.columns); err != nil {
			return err
		}
	}
	return nil
}

// tokens makes n tokens, of which every other is deleted and one in 1,000 deactivated.
func (l loader) tokens(ctx context.Context, n int) error {
	return l.fill(ctx, "tokens", n, map[string]string{
		"id": l.id("i"), "name": l.pad("Token ", "i", 7), "permissions": "'customers.read settings.read'", "prefix": "'adm_'",
		"last4":      "'aB3x'",
		"state":      "CASE WHEN i % 2 = 0 THEN 'DELETED' WHEN i % 1000 = 7 THEN 'DEACTIVATED' ELSE 'ACTIVE' END",
		"expires_at": "NULL", "last_used_at": "NULL", "created_by_kind": "'SYSTEM'", "version": "1",
		"hash_key": "'sha256'", "digest": l.digest("i"), "user_id": "NULL", "rotated_from": "NULL", "rotated_to": "NULL",
	}, "listed")
}

// rareRow is which row in so many is rare.
func rareRow(every int) int { return min(7, every-1) }
