package sqlstore

import (
	"slices"
	"strings"
)

// list is a list that filters may narrow. Each set of filters is a statement of its own, composed
// once when the adapter is made: "(? = ” OR kind = ?)" keeps every database from looking kind up in
// an index, and MySQL takes a blank for an empty text, so that a filter by " " would match all rows.
//
// A list is declared as a query, its filters and the indexes that serve them, and asked for by page:
//
//	list: newList(db, `SELECT id, … FROM {jobs}{index} WHERE org_id = ?`,
//		[]string{"kind", "status", "(name LIKE ? OR id LIKE ?)"}, ` AND id < ? ORDER BY id DESC LIMIT ?`,
//		walk{"jobs_kind_status", "kind status"}, walk{"jobs_kind", "kind"}, walk{"jobs_status", "status"}),
//
//	query, args := q.list.page([]any{org}, byText(f.Kind, f.Status), before(seek.After), seek.Limit)
type list struct {
	statements []string // by the set of filters, one bit each
	filters    int
}

// walk is an index that a list with filters goes along: it has the rows that match in the list's order.
type walk struct {
	index   string // named as in the migrations, without the prefix
	filters string // the columns, with blanks in between, that must be filtered by; none for always
	// A filter is meant that is such a column, or a condition that begins with it.
}

// newList composes a list's statements: head, the filters that are present, tail.
//
// head ends within WHERE, after at least one condition, and has {index} behind the table that is
// walked. A filter is a column that must equal a value, or a whole condition with a ? for each of
// its values. tail holds the bound of the page, the order and the limit.
//
// A statement goes along the first of walks whose filters are all present, so the most selective
// comes first; the other filters are checked row by row. With none it goes along the primary key,
// which the doc of the port must mention if rows that match may be rare.
//
// SQLite without statistics, and MariaDB when it likes the order, prefer the primary key, which has
// all columns at hand, and read the whole organization to find a few rows; so they are not asked.
// PostgreSQL chooses by its statistics, and has no index hints; while it has no statistics, indexes often
// seem alike to it, and it takes the one that was made last. So in a migration the most selective comes last.
func newList(db *DB, head string, filters []string, tail string, walks ...walk) list {
	l := list{filters: len(filters)}
	for set := range 1 << len(filters) {
		has := func(filter string) bool {
			i := slices.IndexFunc(filters, func(f string) bool { return f == filter || strings.HasPrefix(f, filter+" ") })
			return i >= 0 && set&(1<<i) != 0
		}
		text := ""
		for _, f := range filters {
			if !has(f) {
				continue
			}
			if !strings.Contains(f, "?") {
				f += " = ?"
			}
			text += " AND " + f
		}
		text = head + text + tail
		served := slices.IndexFunc(walks, func(w walk) bool {
			return !slices.ContainsFunc(strings.Fields(w.filters), func(f string) bool { return !has(f) })
		})
		if served >= 0 {
			text = db.along(walks[served].index, text)
		}
		l.statements = append(l.statements, db.bind(text))
	}
	return l
}

// along has a statement go along an index, behind the table, in the place of {index}.
func (db *DB) along(index, text string) string {
	return strings.Replace(text, "{index}", db.dialect.useIndex(index), 1)
}

// page is the statement for one page and its arguments: those of head, the values of each filter in
// the order of their declaration, of which none leaves the filter out, and those of tail.
func (l list) page(head []any, filters [][]any, tail ...any) (query string, args []any) {
	set := 0
	args = append(args, head...)
	for i := range l.filters {
		if len(filters[i]) > 0 {
			set |= 1 << i
			args = append(args, filters[i]...)
		}
	}
	return l.statements[set], append(args, tail...)
}

// byText is the values of filters by one text each; an empty text leaves its filter out.
func byText(values ...string) [][]any {
	out := make([][]any, len(values))
	for i, v := range values {
		if v != "" {
			out[i] = []any{v}
		}
	}
	return out
}
