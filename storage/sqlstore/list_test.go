package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestList(t *testing.T) {
	db := &DB{dialect: sqlite(), prefix: "x_"}
	l := newList(db, `SELECT id FROM {t}{index} WHERE org_id = ?`, []string{"kind", "status", "(name LIKE ? OR id LIKE ?)"},
		` AND id > ? ORDER BY id LIMIT ?`, walk{"t_kind_status", "kind status"}, walk{"t_status", "status"})
	like := []any{"%n%", "%i%"}
	for _, tc := range []struct {
		reason  string
		filters [][]any
		hint    string
		where   string
		args    []any
	}{
		{"no filter walks the primary key", [][]any{nil, nil, nil}, "", "", nil},
		{"a filter without an index is checked row by row", [][]any{{"k"}, nil, nil}, "", " AND kind = ?", []any{"k"}},
		{"a filter with an index walks it", [][]any{nil, {"s"}, nil}, " INDEXED BY x_t_status", " AND status = ?", []any{"s"}},
		{"an index of two columns serves both", [][]any{{"k"}, {"s"}, nil},
			" INDEXED BY x_t_kind_status", " AND kind = ? AND status = ?", []any{"k", "s"}},
		{"a condition has several values", [][]any{nil, nil, like}, "", " AND (name LIKE ? OR id LIKE ?)", like},
		{"an empty value is a value", [][]any{nil, {""}, nil}, " INDEXED BY x_t_status", " AND status = ?", []any{""}},
		{"all of them", [][]any{{"k"}, {"s"}, like}, " INDEXED BY x_t_kind_status",
			" AND kind = ? AND status = ? AND (name LIKE ? OR id LIKE ?)", []any{"k", "s", "%n%", "%i%"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			query, args := l.page([]any{"acme"}, tc.filters, "after", 20)
			require.Equal(t, "SELECT id FROM x_t"+tc.hint+" WHERE org_id = "+living("?")+tc.where+" AND id > ? ORDER BY id LIMIT ?", query)
			require.Equal(t, append(append([]any{"acme"}, tc.args...), "after", 20), args)
		})
	}
	t.Run("asking for a page leaves the caller's slices alone", func(t *testing.T) {
		head := append(make([]any, 0, 8), "acme")
		l.page(head, [][]any{{"k"}, nil, nil}, "after", 20)
		require.Equal(t, make([]any, 7), head[1:8])
	})
	t.Run("an index that always serves needs no filter", func(t *testing.T) {
		l := newList(db, `SELECT id FROM {t}{index} WHERE org_id = ?`, []string{"a"}, ` LIMIT ?`, walk{"t_a", "a"}, walk{"t_all", ""})
		query, _ := l.page([]any{"acme"}, byText(""), 20)
		require.Equal(t, "SELECT id FROM x_t INDEXED BY x_t_all WHERE org_id = "+living("?")+" LIMIT ?", query)
		query, _ = l.page([]any{"acme"}, byText("1"), 20)
		require.Equal(t, "SELECT id FROM x_t INDEXED BY x_t_a WHERE org_id = "+living("?")+" AND a = ? LIMIT ?", query)
	})
	t.Run("an index serves the condition that begins with its column", func(t *testing.T) {
		l := newList(db, `SELECT id FROM {t}{index} WHERE org_id = ?`, []string{"a = ? AND a <> ''", "ab"}, ` LIMIT ?`, walk{"t_a", "a"})
		query, _ := l.page([]any{"acme"}, byText("1", ""), 20)
		require.Equal(t, "SELECT id FROM x_t INDEXED BY x_t_a WHERE org_id = "+living("?")+" AND a = ? AND a <> '' LIMIT ?", query)
		query, _ = l.page([]any{"acme"}, byText("", "1"), 20)
		require.Equal(t, "SELECT id FROM x_t WHERE org_id = "+living("?")+" AND ab = ? LIMIT ?", query)
	})
	t.Run("parameters are numbered across head, filters and tail", func(t *testing.T) {
		l := newList(&DB{dialect: postgres(), prefix: "x_"}, `SELECT id FROM {t}{index} WHERE org_id = ?`, []string{"a", "b"},
			` AND id > ? LIMIT ?`, walk{"t_a", "a"})
		query, _ := l.page([]any{"acme"}, byText("1", "2"), "after", 20)
		require.Equal(t, "SELECT id FROM x_t WHERE org_id = "+living("$1")+" AND a = $2 AND b = $3 AND id > $4 LIMIT $5", query, "PostgreSQL has no hints")
	})
}

// living is how a statement has an organization that is not deleted.
func living(parameter string) string {
	return "(SELECT living.org_id FROM x_organizations living\n\tWHERE living.org_id = " + parameter +
		" AND living.status <> 'DELETED')"
}

func TestByText(t *testing.T) {
	require.Equal(t, [][]any{{"a"}, nil, {" "}}, byText("a", "", " "), "a blank is a value")
}
