package dbtest

import (
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// table is one of a database, as the server's catalog has it, which knows also what the server
// added to a CREATE TABLE or read otherwise than it was meant.
type table struct {
	name, options string
	columns       []column
	keys          []key
	foreign       []foreignKey
	rules         []string // checks and triggers, in the server's words
}

type column struct {
	name, typ    string
	null         bool
	otherwise    string // its default
	collation    string
	inKeyOrIndex bool
}

type key struct {
	name, kind string // PRIMARY KEY, UNIQUE or INDEX
	columns    []string
}

type foreignKey struct {
	name               string
	columns            []string
	table              string
	references         []string
	onDelete, onUpdate string
}

// catalogSQL asks for each part of every table; lists of columns come with commas in between.
type catalogSQL struct{ tables, columns, keys, foreign, rules string }

func catalogQueries(d sqlstore.Dialect) catalogSQL {
	switch d {
	case sqlstore.PostgreSQL:
		return postgresCatalog()
	case sqlstore.MySQL:
		return mysqlCatalog()
	}
	return sqliteCatalog()
}

func sqliteCatalog() catalogSQL {
	const tables = `(SELECT name AS t, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%')`
	return catalogSQL{
		tables: `SELECT name, CASE strict WHEN 1 THEN 'STRICT' ELSE 'LAX' END || CASE wr WHEN 1 THEN ', WITHOUT ROWID' ELSE '' END
			FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`,
		columns: `SELECT t, c.name, c.type, CASE c."notnull" WHEN 1 THEN 'NO' ELSE 'YES' END, coalesce(c.dflt_value, ''),
			CASE WHEN c.type <> 'TEXT' THEN '' WHEN sql LIKE '%COLLATE%' THEN 'some' ELSE 'BINARY' END
			FROM ` + tables + `, pragma_table_info(t) c ORDER BY t, c.cid`,
		keys: `SELECT t, i.name, CASE WHEN i.origin = 'pk' THEN 'PRIMARY KEY' WHEN i."unique" = 1 THEN 'UNIQUE' ELSE 'INDEX' END,
			(SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
			FROM ` + tables + `, pragma_index_list(t) i ORDER BY t, i.name`,
		foreign: `SELECT t, '', group_concat("from"), "table", group_concat("to"), on_delete, on_update
			FROM (SELECT t, f.* FROM ` + tables + `, pragma_foreign_key_list(t) f ORDER BY t, f.id, f.seq) GROUP BY t, id ORDER BY t, id`,
		rules: `SELECT tbl_name, sql FROM sqlite_schema WHERE type IN ('table', 'trigger') AND name NOT LIKE 'sqlite%' ORDER BY tbl_name, type, name`,
	}
}

func postgresCatalog() catalogSQL {
	names := func(table, numbers string) string {
		return `(SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(` + numbers + `) WITH ORDINALITY k (attnum, n)
			JOIN pg_attribute a ON a.attrelid = ` + table + ` AND a.attnum = k.attnum)`
	}
	const action = `CASE %s WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' ELSE 'SET' END`
	const here = ` c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' `
	return catalogSQL{
		tables: `SELECT c.relname, CASE c.relpersistence WHEN 'p' THEN '' ELSE 'UNLOGGED' END FROM pg_class c WHERE` + here + `ORDER BY 1`,
		columns: `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END,
			coalesce(pg_get_expr(d.adbin, d.adrelid), ''), coalesce(l.collname, '')
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum LEFT JOIN pg_collation l ON l.oid = a.attcollation
			WHERE` + here + `ORDER BY c.relname, a.attnum`,
		keys: `SELECT c.relname, i.relname, CASE WHEN x.indisprimary THEN 'PRIMARY KEY' WHEN x.indisunique THEN 'UNIQUE' ELSE 'INDEX' END,
			` + names("c.oid", "x.indkey") + `
			FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid WHERE` + here + `ORDER BY c.relname, i.relname`,
		foreign: `SELECT c.relname, k.conname, ` + names("c.oid", "k.conkey") + `, r.relname, ` + names("r.oid", "k.confkey") + `,
			` + fmt.Sprintf(action, "k.confdeltype") + `, ` + fmt.Sprintf(action, "k.confupdtype") + `
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
			WHERE k.contype = 'f' AND` + here + `ORDER BY c.relname, k.conname`,
		rules: `SELECT c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'c' AND` + here + `
			UNION ALL SELECT c.relname, pg_get_triggerdef(g.oid) || ' ENABLED ' || g.tgenabled::text || ' AS ' || p.prosrc
			FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid WHERE NOT g.tgisinternal AND` + here + `ORDER BY 1, 2`,
	}
}

func mysqlCatalog() catalogSQL {
	return catalogSQL{
		tables: `SELECT table_name, CONCAT(engine, ' ', table_collation) FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name`,
		columns: `SELECT table_name, column_name, column_type, is_nullable, COALESCE(NULLIF(column_default, 'NULL'), ''), COALESCE(collation_name, '')
			FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`,
		keys: `SELECT table_name, index_name, CASE WHEN index_name = 'PRIMARY' THEN 'PRIMARY KEY' WHEN non_unique = 0 THEN 'UNIQUE' ELSE 'INDEX' END,
			GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM information_schema.statistics
			WHERE table_schema = DATABASE() GROUP BY table_name, index_name, non_unique ORDER BY table_name, index_name`,
		foreign: `SELECT k.table_name, k.constraint_name, GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position), k.referenced_table_name,
			GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position), r.delete_rule, r.update_rule
			FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
			ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name AND r.constraint_name = k.constraint_name
			WHERE k.table_schema = DATABASE() GROUP BY k.table_name, k.constraint_name, k.referenced_table_name, r.delete_rule, r.update_rule
			ORDER BY k.table_name, k.constraint_name`,
		// Natural, because MariaDB numbers the checks of each table separately and MySQL has no column for the table.
		rules: `SELECT table_name, CONCAT('CHECK ', constraint_name, ' ', check_clause) FROM information_schema.table_constraints
			NATURAL JOIN information_schema.check_constraints WHERE constraint_schema = DATABASE()
			UNION ALL SELECT event_object_table, CONCAT('TRIGGER ', trigger_name, ' ', action_timing, ' ', event_manipulation, ' ', action_statement)
			FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1, 2`,
	}
}

// catalog is every table of a database but those with the names in without, in order of name.
func catalog(t *testing.T, pool *sql.DB, d sqlstore.Dialect, without ...string) []table {
	t.Helper()
	q := catalogQueries(d)
	var tables []table
	leave := " " + strings.Join(without, " ") + " "
	for _, r := range cells(t, pool, q.tables) {
		if !strings.Contains(leave, " "+r[0]+" ") {
			tables = append(tables, table{name: r[0], options: r[1]})
		}
	}
	each := func(query string, add func(*table, []string)) {
		for _, r := range cells(t, pool, query) {
			for i := range tables {
				if tables[i].name == r[0] {
					add(&tables[i], r[1:])
				}
			}
		}
	}
	list := func(names string) []string { return strings.Split(names, ",") }
	each(q.columns, func(x *table, r []string) {
		x.columns = append(x.columns, column{name: r[0], typ: r[1], null: r[2] == "YES", otherwise: r[3], collation: r[4]})
	})
	each(q.keys, func(x *table, r []string) {
		x.keys = append(x.keys, key{name: r[0], kind: r[1], columns: list(r[2])})
		for i, c := range x.columns {
			x.columns[i].inKeyOrIndex = c.inKeyOrIndex || strings.Contains(","+r[2]+",", ","+c.name+",")
		}
	})
	each(q.foreign, func(x *table, r []string) {
		x.foreign = append(x.foreign, foreignKey{name: r[0], columns: list(r[1]), table: r[2], references: list(r[3]), onDelete: r[4], onUpdate: r[5]})
	})
	// Goose leaves comments in, and SQLite keeps them.
	comment := regexp.MustCompile(`(?m)^\s*--.*\n`)
	each(q.rules, func(x *table, r []string) { x.rules = append(x.rules, comment.ReplaceAllString(r[0], "")) })
	return tables
}

// cells is everything that a query gives, as text.
func cells(t *testing.T, pool *sql.DB, query string) (out [][]string) {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), query)
	require.NoError(t, err, query)
	defer rows.Close()
	names, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		row, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		require.NoError(t, rows.Scan(into...))
		texts := make([]string, len(names))
		for i, c := range row {
			if texts[i] = c.String; !c.Valid {
				texts[i] = "NULL"
			}
		}
		out = append(out, texts)
	}
	require.NoError(t, rows.Err())
	return out
}

// write writes tables as text to be read and compared; it looks like SQL and is none.
func write(tables []table) string {
	var b strings.Builder
	for i, x := range tables {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "TABLE %s\n", strings.TrimSpace(x.name+" "+x.options))
		for _, c := range x.columns {
			fmt.Fprintf(&b, "    %s %s", c.name, c.typ)
			for _, part := range []struct {
				is   bool
				text string
			}{{c.collation != "", " COLLATE " + c.collation}, {!c.null, " NOT NULL"}, {c.otherwise != "", " DEFAULT " + c.otherwise}} {
				if part.is {
					b.WriteString(part.text)
				}
			}
			b.WriteString("\n")
		}
		for _, k := range x.keys {
			fmt.Fprintf(&b, "    %s %s (%s)\n", k.kind, k.name, strings.Join(k.columns, ", "))
		}
		for _, f := range x.foreign {
			fmt.Fprintf(&b, "    FOREIGN KEY %s (%s) REFERENCES %s (%s) ON DELETE %s ON UPDATE %s\n", f.name,
				strings.Join(f.columns, ", "), f.table, strings.Join(f.references, ", "), f.onDelete, f.onUpdate)
		}
		for _, r := range x.rules {
			fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(strings.TrimSpace(r), "\n", "\n    "))
		}
	}
	return b.String()
}

// requireSame compares long texts and shows no more of them than where they part.
func requireSame(t *testing.T, want, got string) {
	t.Helper()
	wanted, have := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(wanted), len(have)) {
		line := func(lines []string) string { return strings.Join(lines[min(i, len(lines)):min(i+3, len(lines))], "\n") }
		if line(wanted) != line(have) {
			require.Equal(t, line(wanted), line(have), "from line %d on", i+1)
		}
	}
}
