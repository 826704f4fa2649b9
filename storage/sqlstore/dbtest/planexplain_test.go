package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// plan is how a database answers a query.
type plan struct {
	text     string
	scans    []string        // tables that are read whole
	sorts    bool            // rows are sorted after they were read
	searched map[string]bool // SQLite: the columns that a look-up goes by; nil for the others
	examined int             // rows read from tables, where the query was run; -1 where it was not
}

// explainer asks a database for plans on one connection.
type explainer struct {
	dialect sqlstore.Dialect
	conn    *sql.Conn
	// run has the query run, so that the rows read are counted.
	run bool
	// generic has PostgreSQL plan for any arguments, as it may after a statement ran five times.
	generic bool
	// guesses is how PostgreSQL plans before its first ANALYZE: it takes the rows of one organization
	// for one in 200, and of so small a table any index will do for it. Autovacuum ends that in a minute;
	// until then only reading a whole table is a fault.
	guesses bool
}

func (e explainer) explain(t *testing.T, q query) plan {
	t.Helper()
	switch e.dialect {
	case sqlstore.PostgreSQL:
		return e.explainPostgres(t, q)
	case sqlstore.MySQL:
		return e.explainMySQL(t, q)
	}
	return e.explainSQLite(t, q)
}

// lines is what a statement gives, a text for each row with its columns' names.
func (e explainer) lines(t *testing.T, text string, args ...any) (out []map[string]string) {
	t.Helper()
	rows, err := e.conn.QueryContext(t.Context(), text, args...)
	require.NoError(t, err, text)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		values, dest := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		require.NoError(t, rows.Scan(dest...), text)
		line := map[string]string{}
		for i, c := range columns {
			line[c] = values[i].String
		}
		out = append(out, line)
	}
	require.NoError(t, rows.Err(), text)
	return out
}

var (
	sqliteScan   = regexp.MustCompile(`^SCAN (\w+)`)
	sqliteSearch = regexp.MustCompile(`^SEARCH \w+ .*\((.*)\)`)
	columnName   = regexp.MustCompile(`\w+`)
)

func (e explainer) explainSQLite(t *testing.T, q query) plan {
	t.Helper()
	p := plan{examined: -1, searched: map[string]bool{}}
	for _, line := range e.lines(t, "EXPLAIN QUERY PLAN "+q.text, q.args...) {
		detail := line["detail"]
		p.text += detail + "\n"
		if m := sqliteScan.FindStringSubmatch(detail); m != nil && !derived(q.text, m[1]) {
			p.scans = append(p.scans, m[1])
		}
		p.sorts = p.sorts || strings.Contains(detail, "USE TEMP B-TREE")
		if m := sqliteSearch.FindStringSubmatch(detail); m != nil {
			for _, c := range columnName.FindAllString(m[1], -1) {
				p.searched[c] = true
			}
		}
	}
	return p
}

// derived reports whether name is that of a subquery, which has no index.
func derived(text, name string) bool {
	return name == "CONSTANT" || regexp.MustCompile(`\)\s+(AS )?`+name+`\b`).MatchString(text)
}

func (e explainer) explainPostgres(t *testing.T, q query) plan {
	t.Helper()
	p := plan{examined: -1}
	options := "FORMAT JSON"
	if e.run {
		options, p.examined = "FORMAT JSON, ANALYZE, TIMING OFF", 0
	}
	text, args := q.text, q.args
	if e.generic {
		values := make([]string, len(args))
		for i, a := range args {
			values[i] = literal(t, a)
		}
		e.exec(t, "PREPARE planned AS "+q.text)
		defer e.exec(t, "DEALLOCATE planned")
		text, args = "EXECUTE planned ("+strings.Join(values, ", ")+")", nil
	}
	for _, line := range e.lines(t, "EXPLAIN ("+options+") "+text, args...) {
		for _, v := range line {
			p.text += v
		}
	}
	var parsed []struct{ Plan postgresNode }
	require.NoError(t, json.Unmarshal([]byte(p.text), &parsed), p.text)
	for _, x := range parsed {
		x.Plan.add(&p)
	}
	return p
}

func (e explainer) exec(t *testing.T, text string) {
	t.Helper()
	_, err := e.conn.ExecContext(context.WithoutCancel(t.Context()), text)
	require.NoError(t, err, text)
}

// literal is an argument in the text of a statement.
func literal(t *testing.T, v any) string {
	t.Helper()
	switch list := v.(type) {
	case []string:
		return array(t, "text", list)
	case []int64:
		return array(t, "bigint", list)
	}
	v, err := driver.DefaultParameterConverter.ConvertValue(v)
	require.NoError(t, err)
	switch v := v.(type) {
	case nil:
		return "NULL"
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case []byte:
		return fmt.Sprintf(`'\x%x'`, v)
	}
	require.Failf(t, "an argument", "of type %T", v)
	return ""
}

// array is an argument that pgx sends as an array.
func array[T any](t *testing.T, of string, list []T) string {
	t.Helper()
	items := make([]string, len(list))
	for i, v := range list {
		items[i] = literal(t, v)
	}
	return "ARRAY[" + strings.Join(items, ",") + "]::" + of + "[]"
}

type postgresNode struct {
	Type    string         `json:"Node Type"`
	Table   string         `json:"Relation Name"`
	Rows    float64        `json:"Actual Rows"`
	Loops   float64        `json:"Actual Loops"`
	Removed float64        `json:"Rows Removed by Filter"`
	Recheck float64        `json:"Rows Removed by Index Recheck"`
	Plans   []postgresNode `json:"Plans"`
}

func (n postgresNode) add(p *plan) {
	if n.Type == "Seq Scan" && n.Table != "" {
		p.scans = append(p.scans, n.Table)
	}
	p.sorts = p.sorts || strings.Contains(n.Type, "Sort")
	if n.Table != "" && p.examined >= 0 {
		p.examined += int((n.Rows + n.Removed + n.Recheck) * n.Loops)
	}
	for _, below := range n.Plans {
		below.add(p)
	}
}

func (e explainer) explainMySQL(t *testing.T, q query) plan {
	t.Helper()
	p := plan{examined: -1}
	for _, line := range e.lines(t, "EXPLAIN "+q.text, q.args...) {
		p.text += fmt.Sprintln(line)
		if (line["type"] == "ALL" || line["type"] == "index") && !strings.HasPrefix(line["table"], "<") && !derived(q.text, line["table"]) {
			p.scans = append(p.scans, line["table"])
		}
		p.sorts = p.sorts || strings.Contains(line["Extra"], "Using filesort") || strings.Contains(line["Extra"], "Using temporary")
	}
	if !e.run || !strings.Contains(e.lines(t, "SELECT VERSION() AS v")[0]["v"], "MariaDB") {
		return p
	}
	p.examined = 0
	for _, line := range e.lines(t, "ANALYZE "+q.text, q.args...) {
		p.text += fmt.Sprintln(line)
		n, _ := strconv.ParseFloat(line["r_rows"], 64) // NULL where nothing was read
		p.examined += int(n)
	}
	return p
}

var equalTo = regexp.MustCompile(`(?:WHERE|AND) (?:\w+\.)?(\w+) = (?:\?|\$\d+)`)

// equalColumns are the columns that a query compares with a value.
func equalColumns(text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range equalTo.FindAllStringSubmatch(text, -1) {
		out[m[1]] = true
	}
	return out
}
