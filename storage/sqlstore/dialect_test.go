package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// dollars is a dialect that numbers its parameters and locks rows, as PostgreSQL does.
func dollars() dialect {
	return dialect{
		placeholder: func(n int) string { return "$" + strconv.Itoa(n) },
		forUpdate:   " FOR UPDATE",
		join:        "JOIN",
		forShare:    " FOR SHARE",
		hold:        selectForUpdate,
		upsert:      onConflict,
		maxParams:   7,
	}
}

func TestBind(t *testing.T) {
	for _, tc := range []struct{ reason, text, sqlite, dollars string }{
		{"nothing to bind", "SELECT 1", "SELECT 1", "SELECT 1"},
		{"tables", "SELECT a FROM {jobs} JOIN {job_entries}", "SELECT a FROM x_jobs JOIN x_job_entries", "SELECT a FROM x_jobs JOIN x_job_entries"},
		{"parameters are numbered in order", "a = ? AND (? = '' OR b = ?)", "a = ? AND (? = '' OR b = ?)", "a = $1 AND ($2 = '' OR b = $3)"},
		{"an index, which only a list chooses", "SELECT a FROM {t}{index} WHERE b = ?", "SELECT a FROM x_t WHERE b = ?", "SELECT a FROM x_t WHERE b = $1"},
		{"a join of the first to the second", "FROM {a} a {join} {b} b", "FROM x_a a CROSS JOIN x_b b", "FROM x_a a JOIN x_b b"},
		{"a lock", "SELECT a FROM {t} WHERE b = ?{forUpdate}", "SELECT a FROM x_t WHERE b = ?", "SELECT a FROM x_t WHERE b = $1 FOR UPDATE"},
		{"a lock that others may hold too", "SELECT a FROM {t}{forShare}", "SELECT a FROM x_t", "SELECT a FROM x_t FOR SHARE"},
		{"text that is not ASCII", "'é' {t}", "'é' x_t", "'é' x_t"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			require.Equal(t, tc.sqlite, sqlite().bind("x_", tc.text))
			require.Equal(t, tc.dollars, dollars().bind("x_", tc.text))
		})
	}
}

func TestUpsert(t *testing.T) {
	require.Equal(t, " ON CONFLICT (a, b) DO UPDATE SET c = excluded.c, d = excluded.d", onConflict([]string{"a", "b"}, []string{"c", "d"}))
	require.Equal(t, " ON CONFLICT (a) DO NOTHING", onConflict([]string{"a"}, nil))
}

func TestBulk(t *testing.T) {
	db := &DB{dialect: dollars(), prefix: "x_"}
	b := newBulk(db, "t", []string{"a", "b", "c"}, []string{"a"}, []string{"b", "c"})
	require.Equal(t, "INSERT INTO x_t (a, b, c) VALUES ($1,$2,$3),($4,$5,$6) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = excluded.c", b.text(db.dialect, 2))
	require.Equal(t, "INSERT INTO x_t (a) VALUES ($1)", newBulk(db, "t", []string{"a"}, nil, nil).text(db.dialect, 1), "without a key a taken one is an error")

	t.Run("writes as many rows in one statement as there may be parameters", func(t *testing.T) {
		for n, want := range map[int][]int{0: nil, 1: {1}, 2: {2}, 3: {2, 1}, 5: {2, 2, 1}} {
			f := &fake{}
			db := newFake(t, f, Options{})
			db.dialect.maxParams = 7
			f.asked()
			f.log = nil
			b := newBulk(db, "t", []string{"a", "b", "c"}, nil, nil)
			var rows []int
			require.NoError(t, b.insert(t.Context(), db.outside(), "row", n, func(i int) []any {
				rows = append(rows, i)
				return []any{i, i, i}
			}))
			var got []int
			for _, statement := range f.log {
				got = append(got, strings.Count(statement, "(?,?,?)"))
			}
			require.Equal(t, want, got)
			for i, row := range rows {
				require.Equal(t, i, row, "each row is asked for once, in order")
			}
		}
	})
	t.Run("stops at the first error", func(t *testing.T) {
		f := &fake{fail: failing("INSERT INTO admincenter_t", errDuplicate)}
		db := newFake(t, f, Options{})
		b := newBulk(db, "t", []string{"a"}, nil, nil)
		require.ErrorIs(t, b.insert(t.Context(), db.outside(), "row", 2000, func(int) []any { return []any{1} }), admin.ErrExists)
		require.Equal(t, []string{"INSERT INTO t"}, f.asked())
	})
}

func TestNewRefuses(t *testing.T) {
	pool := sql.OpenDB(fakeConnector{&fake{}})
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	for reason, prefix := range map[string]string{
		"a capital": "Admin_", "a digit first": "1_", "an underscore first": "_a", "a dot": "main.", "a quote": `a"`, "a blank": "a b",
		"a semicolon": "a; DROP TABLE x; --", "22 characters": strings.Repeat("a", 22), "a line break": "a\n", "a letter that is not ASCII": "ä",
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := New(t.Context(), pool, SQLite, Options{Prefix: prefix})
			require.ErrorContains(t, err, fmt.Sprintf("table prefix %q: use 1 to 21 of a-z 0-9 _, a letter first", prefix))
		})
	}
	for _, prefix := range []string{"", "a", "a1_", strings.Repeat("a", 21)} {
		_, err := New(t.Context(), pool, SQLite, Options{Prefix: prefix})
		require.NoError(t, err, prefix)
	}
	_, err := New(t.Context(), pool, "oracle", Options{})
	require.ErrorContains(t, err, `dialect "oracle" is not known`)
	_, err = Migrations("oracle")
	require.ErrorContains(t, err, `dialect "oracle" is not known`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = New(ctx, pool, SQLite, Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestClassifySQLite(t *testing.T) {
	for _, tc := range []struct {
		reason string
		err    error
		want   failure
	}{
		{"a unique key", coded{2067, "x"}, duplicate},
		{"a primary key", coded{1555, "x"}, duplicate},
		{"a rowid", coded{2579, "x"}, duplicate},
		{"a table that refuses to replace", coded{1811, "constraint failed: admincenter: taken: a saved exchange rate cannot be replaced (1811)"}, duplicate},
		{"a table that refuses to change", coded{1811, "constraint failed: admincenter: a saved exchange rate cannot be changed (1811)"}, refused},
		{"a foreign key", coded{787, "x"}, noParent},
		{"busy", coded{5, "x"}, retryable},
		{"busy with an old snapshot", coded{517, "x"}, retryable},
		{"a locked table", coded{262, "x"}, retryable},
		{"a full disk", errDiskFull, unknown},
		{"a check", coded{275, "CHECK constraint failed: rate"}, refused},
		{"a missing value", coded{1299, "NOT NULL constraint failed: t.a"}, refused},
		{"an interrupt", coded{9, "interrupted (9)"}, unknown},
		{"wrapped", fmt.Errorf("driver: %w", coded{2067, "x"}), duplicate},
		{"a driver that gives the primary code only", coded{19, "UNIQUE constraint failed: t.a"}, duplicate},
		{"a driver that gives no code: unique", errors.New("UNIQUE constraint failed: t.a, t.b"), duplicate},
		{"a driver that gives no code: foreign key", errors.New("sqlite3: constraint failed: FOREIGN KEY constraint failed"), noParent},
		{"a driver that gives no code: busy", errors.New("database is locked"), retryable},
		{"a driver that gives no code: a locked table", errors.New("database table is locked: t"), retryable},
		{"a driver that gives no code: trigger", errors.New("admincenter: taken: audit records cannot be replaced"), duplicate},
		{"a driver that gives no code: check", errors.New("CHECK constraint failed: rate"), refused},
		{"something else", errors.New("connection reset by peer"), unknown},
		{"the context", context.Canceled, unknown},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, classifySQLite(tc.err)) })
	}
}

func TestInstants(t *testing.T) {
	for _, want := range []time.Time{
		{}, time.UnixMicro(0).UTC(), time.UnixMicro(-1).UTC(), time.Date(2026, 3, 1, 10, 20, 30, 123456000, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
	} {
		got := time.Unix(99, 0)
		require.NoError(t, scanAt(&got).(sql.Scanner).Scan(at(want)))
		require.Equal(t, want, got)
	}
	require.Nil(t, at(time.Time{}), "none is NULL and not a year that means none")
	var got time.Time
	for _, src := range []any{"2026-03-01", time.Now(), 1.5, []byte("1")} {
		require.ErrorContains(t, scanAt(&got).(sql.Scanner).Scan(src), "want whole microseconds")
	}
}

func TestIdentifiers(t *testing.T) {
	want := uuid.MustParse("0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b")
	var got uuid.UUID
	require.Equal(t, "0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b", id(want), "text, in lower case, so that it sorts as it compares")
	for _, src := range []any{want.String(), []byte(want.String())} {
		require.NoError(t, scanID(&got).(sql.Scanner).Scan(src))
		require.Equal(t, want, got)
	}
	require.Nil(t, id(uuid.Nil))
	require.NoError(t, scanID(&got).(sql.Scanner).Scan(nil))
	require.Equal(t, uuid.Nil, got)
	require.Error(t, scanID(&got).(sql.Scanner).Scan("no id"))

	require.Equal(t, want.String(), before(want))
	require.Greater(t, before(uuid.Nil), uuid.Max.String(), "a descending list starts above every id")
}

// texts is every query of the adapter, under the name of its field.
func texts(t *testing.T, v reflect.Value, name string, out map[string]string) {
	t.Helper()
	for i := range v.NumField() {
		field, path := v.Field(i), name+"."+v.Type().Field(i).Name
		switch field.Kind() {
		case reflect.Struct:
			texts(t, field, path, out)
		case reflect.String:
			out[path] = field.String()
		case reflect.Slice:
			for n := range field.Len() {
				if s := field.Index(n); s.Kind() == reflect.String {
					out[fmt.Sprint(path, n)] = s.String()
				}
			}
		}
	}
}

// acrossOrganizations lists the queries that are meant to look across organizations, and why.
func acrossOrganizations() map[string]string {
	return map[string]string{
		".job.due.some":          "schedulers look for work of every organization, and get ids only",
		".log.heads":             "followers of every organization get ids and hashes only",
		".log.unsealed":          "sealers look for work of every organization, and get ids only",
		".user.memberships":      "a sign-in page of every organization asks where an address is a user's",
		".token.byDigest.packed": "the caller has a secret only, and the token names the organization",
		".token.byDigest.apart":  "as packed",
		".job.prune.settled":     "a worker looks for what is to be removed, and gets ids only",
		".imports.expired":       "as settled",
		".imports.blob.removals": "as settled",
		".trim.trimmable":        "as settled",
		".organization.deleted":  "a worker looks for what is to be purged, and gets ids only",
	}
}

func TestQueriesAreConfinedToAnOrganization(t *testing.T) {
	confined := regexp.MustCompile(`WHERE \(?(\w+\.)?org_id = \?|^INSERT INTO \w+ \(org_id, `)
	all, across := map[string]string{}, acrossOrganizations()
	texts(t, reflect.ValueOf(newFake(t, &fake{}, Options{}).sql), "", all)
	require.Greater(t, len(all), 15)
	for name, text := range all {
		if !strings.Contains(text, DefaultPrefix) {
			continue // the tail of an upsert
		}
		if across[name] != "" {
			require.NotRegexp(t, confined, text, "%s need not be listed", name)
			continue
		}
		require.Regexp(t, confined, text, "%s reaches into every organization: confine it, or say in acrossOrganizations why not", name)
	}
}

func TestQueriesArePortable(t *testing.T) {
	foreign := regexp.MustCompile(`(?i)\bRETURNING\b|\? IS (NOT )?NULL|\bINSERT OR\b|\bREPLACE INTO\b|\bILIKE\b|\bGLOB\b|\bstrftime\b|\bdatetime\(|\bjson_|\browid\b|\|\||::|"|` + "`" + `|\bTRUE\b|\bFALSE\b|\bNOW\(`)
	all := map[string]string{}
	texts(t, reflect.ValueOf(newFake(t, &fake{}, Options{}).sql), "", all)
	fakeDB := newFake(t, &fake{}, Options{})
	pack := fakeDB.oneOff(fakeDB.dialect.pack(packedColumns[:]))
	for name, text := range all {
		text = strings.ReplaceAll(text, pack, "packed") // each dialect has its own
		require.NotRegexp(t, foreign, text, "%s: not every database has this", name)
		require.NotContains(t, text, "{", name)
	}
}

func TestStatementsUp(t *testing.T) {
	for _, tc := range []struct {
		reason, text string
		want         []string
	}{
		{"one", "-- +goose Up\nCREATE TABLE a (b TEXT);\n", []string{"CREATE TABLE a (b TEXT);"}},
		{"several, over several lines", "-- +goose Up\nCREATE TABLE a (\n  b TEXT\n);\n\nCREATE TABLE c (d TEXT);\n", []string{"CREATE TABLE a (\n  b TEXT\n);", "CREATE TABLE c (d TEXT);"}},
		{"down is left out", "-- +goose Up\nA;\n-- +goose Down\nB;\n", []string{"A;"}},
		{"comments are left out", "-- first\n-- +goose Up\n-- why\nA (\n  -- why\n  b\n);\n", []string{"A (\n  b\n);"}},
		{"a comment behind the end", "-- +goose Up\nA; -- why\nB;\n", []string{"A; -- why", "B;"}},
		{"a comment with a semicolon", "-- +goose Up\nA ( -- see b;\n);\n", []string{"A ( -- see b;\n);"}},
		{"a trigger is one", "-- +goose Up\n-- +goose StatementBegin\nCREATE TRIGGER t\nBEGIN\n  SELECT 1;\nEND;\n-- +goose StatementEnd\nB;\n", []string{"CREATE TRIGGER t\nBEGIN\n  SELECT 1;\nEND;", "B;"}},
		{"line ends of Windows", "-- +goose Up\r\nA (\r\n);\r\nB;\r\n", []string{"A (\r\n);", "B;"}},
		{"no semicolon at the end of the file", "-- +goose Up\nA", []string{"A"}},
		{"nothing up", "-- +goose Down\nA;\n", nil},
		{"no mark", "A;\n", nil},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, statementsUp(tc.text)) })
	}
}

func TestMigrationFiles(t *testing.T) {
	files, err := Migrations(SQLite)
	require.NoError(t, err)
	entries, err := fs.ReadDir(files, ".")
	require.NoError(t, err)
	name := regexp.MustCompile(`^\d{4}_[a-z_]+\.sql$`)
	ms, err := (&DB{dialect: sqlite(), prefix: "x_"}).migrations()
	require.NoError(t, err)
	require.Len(t, ms, len(entries))
	for i, m := range ms {
		require.Regexp(t, name, m.name)
		text, err := fs.ReadFile(files, m.name)
		require.NoError(t, err)
		require.Regexp(t, `(?s)^-- \+goose Up\n.*\n-- \+goose Down\n`, string(text), "a host that runs goose can go back")
		require.NotEmpty(t, m.statements)
		for _, s := range m.statements {
			require.NotContains(t, s, DefaultPrefix, "%s: every name takes the prefix", m.name)
		}
		if i > 0 {
			require.Greater(t, m.version, ms[i-1].version, "each number once, in order of name")
		}
	}
}
