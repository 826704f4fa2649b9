package dbtest

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The schema as it is after all migrations, to be read in one piece and to show what a new migration
// changes. Where migrations of several branches meet, run go test -run Schema -update.
func TestSchemaIsAsItWas(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		_, pool := s.openPool(t)
		if s.dialect == sqlstore.MySQL && !strings.Contains(cells(t, pool, "SELECT VERSION()")[0][0], "MariaDB") {
			t.Skip("the golden file holds MariaDB's wording; MySQL's catalog says the same otherwise")
		}
		var got string
		if s.dialect == sqlstore.SQLite {
			// SQLite keeps each statement as it was written, so the file is the schema itself.
			for i, r := range cells(t, pool, `SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL
				ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 ELSE 1 END, name`) {
				if i > 0 {
					got += "\n"
				}
				got += r[0] + "\n"
			}
		} else {
			got = "-- What the catalog says of the schema: to be read, not run.\n\n" + write(catalog(t, pool, s.dialect))
		}
		golden := filepath.Join("testdata", string(s.dialect)+"_schema.sql")
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		requireSame(t, string(want), got)
	})
}

func TestSchemaKeepsTheRules(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		_, pool := s.openPool(t)
		tables := catalog(t, pool, s.dialect, "admincenter_schema") // which belongs to no organization
		require.Greater(t, len(tables), 10)
		for _, x := range tables {
			t.Run(x.name, func(t *testing.T) {
				requireConfined(t, x)
				requireExact(t, s.dialect, x)
			})
		}
	})
}

// acrossOrganizations are the unique keys that do not begin with the organization, and why.
func acrossOrganizations() map[string]string {
	return map[string]string{
		"admincenter_tokens (digest)":               "a presented secret does not name its organization",
		"admincenter_audit_log (record_id, org_id)": "it ends with the organization: see newPlaces of sqlstore",
	}
}

// requireConfined: no row is without organization or points into another one, and none goes or
// changes because another one does.
func requireConfined(t *testing.T, x table) {
	t.Helper()
	primary := 0
	for _, k := range x.keys {
		if k.kind == "INDEX" || acrossOrganizations()[x.name+" ("+strings.Join(k.columns, ", ")+")"] != "" {
			continue
		}
		require.Equal(t, "org_id", k.columns[0], "%s %s", k.kind, k.name)
		if k.kind == "PRIMARY KEY" {
			primary++
		}
	}
	require.Equal(t, 1, primary, "it has a primary key")
	for _, f := range x.foreign {
		require.Equal(t, "org_id", f.columns[0], "foreign key %s", f.name)
		require.Equal(t, "org_id", f.references[0], "foreign key %s", f.name)
		require.Len(t, f.references, len(f.columns))
		for _, action := range []string{f.onDelete, f.onUpdate} {
			require.Contains(t, []string{"NO ACTION", "RESTRICT"}, action, "foreign key %s", f.name)
		}
	}
	if x.name != "admincenter_organizations" {
		require.NotEmpty(t, x.foreign, "its organization exists")
	}
	require.Equal(t, "org_id", x.columns[0].name)
	require.False(t, x.columns[0].null)
	require.Empty(t, x.columns[0].otherwise, "a statement without the organization fails instead of reading another's")
}

var (
	binaryFloat = regexp.MustCompile(`(?i)float|double|real|money`)
	// What code and databases look rows up by, also where no index needs it.
	identifier = regexp.MustCompile(`^(id|code|digest|status|state|role|kind|.+_(id|key|kind))$`)
)

// requireExact: nothing is rounded, and identifiers compare byte by byte.
func requireExact(t *testing.T, d sqlstore.Dialect, x table) {
	t.Helper()
	bytewise := map[sqlstore.Dialect]*regexp.Regexp{
		sqlstore.SQLite:     regexp.MustCompile(`^(TEXT BINARY|INTEGER |BLOB )$`),
		sqlstore.PostgreSQL: regexp.MustCompile(`^(text C|bigint |bytea )$`),
		sqlstore.MySQL:      regexp.MustCompile(`^(varbinary\(\d+\) |bigint(\(20\))? )$`),
	}[d]
	for _, c := range x.columns {
		require.NotRegexp(t, binaryFloat, c.typ, c.name)
		// An address in a customer's record is no state of the record.
		if c.inKeyOrIndex || identifier.MatchString(c.name) && !regexp.MustCompile(`_(customers|accounts)$`).MatchString(x.name) {
			require.Regexp(t, bytewise, c.typ+" "+c.collation, "%s compares by bytes", c.name)
		}
		if d == sqlstore.MySQL && c.collation != "" {
			require.Regexp(t, `^(utf8mb4|ascii)_bin$`, c.collation, c.name)
		}
	}
	switch d {
	case sqlstore.SQLite:
		want := "STRICT, WITHOUT ROWID"
		if x.name == "admincenter_import_pieces" {
			want = "STRICT" // its rows are large, which a table without rowid keeps badly
		}
		require.Equal(t, want, x.options)
	case sqlstore.PostgreSQL:
		require.Empty(t, x.options, "it survives a crash")
	case sqlstore.MySQL:
		require.Equal(t, "InnoDB utf8mb4_bin", x.options, "it has transactions and foreign keys")
	}
}
