package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// conn is what a *sql.DB and a *sql.Tx have in common.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// table is a table of rows that are read as T.
type table[T any] struct {
	name, key string
	columns   string             // those to read
	values    func(row *T) []any // pointers to their values, from which they are written too
}

// where is the condition of a query with its arguments.
type where struct {
	text string
	args []any
}

// of begins the condition of a query on an organization's rows.
func of(org admin.OrgID) where { return where{text: "org_id = ?", args: []any{org}} }

// and narrows the condition.
func (w where) and(condition string, args ...any) where {
	return where{w.text + " AND " + condition, slices.Concat(w.args, args)}
}

// given narrows the condition unless the value is empty.
func (w where) given(condition, value string) where {
	if value == "" {
		return w
	}
	return w.and(condition, value)
}

// among narrows the condition to rows whose column has one of the values.
func (w where) among(column string, values []string) where {
	return w.and(column+" IN (SELECT value FROM json_each(?))", asJSON{&values})
}

// read returns the rows that match, in the order of the tail, which may limit them.
func (t table[T]) read(ctx context.Context, c conn, w where, tail string, args ...any) ([]T, error) {
	query := "SELECT " + t.columns + " FROM " + t.name + " AS t WHERE " + w.text + " " + tail
	return read(ctx, c, t.values, query, slices.Concat(w.args, args)...)
}

// one returns the row that comes first, or admin.ErrNotFound.
func (t table[T]) one(ctx context.Context, c conn, noun string, w where, tail string) (T, error) {
	var none T
	found, err := t.read(ctx, c, w, tail)
	switch {
	case err != nil:
		return none, err
	case len(found) == 0:
		return none, admin.NotFound(noun)
	}
	return found[0], nil
}

// put writes rows, in place of those that have their key. more are columns that are only written, which come
// behind the others.
func (t table[T]) put(ctx context.Context, tx *sql.Tx, rows [][]any, more ...string) error {
	columns, key := append(strings.Split("org_id, "+t.columns, ", "), more...), strings.Split(t.key, ", ")
	var set []string
	for _, c := range columns {
		if !slices.Contains(key, c) {
			set = append(set, c+" = excluded."+c)
		}
	}
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	for part := range slices.Chunk(rows, 500) { // a statement takes some thousand values
		_, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES %s ON CONFLICT (%s) DO UPDATE SET %s",
			t.name, strings.Join(columns, ", "), row+strings.Repeat(", "+row, len(part)-1), t.key,
			strings.Join(set, ", ")), slices.Concat(part...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// remove deletes the rows that match.
func (t table[T]) remove(ctx context.Context, tx *sql.Tx, w where) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM "+t.name+" WHERE "+w.text, w.args...)
	return err
}

// read returns the rows of a query. It closes the query before it returns, so that one connection is enough.
func read[T any](ctx context.Context, c conn, values func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var row T
		if err := rows.Scan(values(&row)...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// single is the value of a query with one column.
func single[T any](value *T) []any { return []any{value} }
