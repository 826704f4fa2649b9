package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
)

// Dialect names the database behind a *sql.DB.
type Dialect string

// The dialects.
const (
	SQLite     Dialect = "sqlite"   // SQLite 3.37 or newer (STRICT tables)
	PostgreSQL Dialect = "postgres" // PostgreSQL 13 or newer
	MySQL      Dialect = "mysql"    // MySQL 8.0.16 or newer, MariaDB 10.6 or newer
)

// dialect holds everything that differs from one database to another; no other file asks which
// database it is.
type dialect struct {
	name Dialect

	// placeholder writes the n-th parameter, from 1.
	placeholder func(n int) string
	// forUpdate ends a SELECT whose row is about to be changed.
	forUpdate string
	// forShare ends a SELECT of rows that must not change before the transaction ends.
	forShare string
	// keep ends a SELECT of a row that must not be deleted, nor be locked by {forUpdate}, before the transaction ends.
	keep string
	// latest ends a SELECT, also of an aggregate, of what is decided by under a lock: in a transaction of the
	// host's that has read something before, it reads the latest that is committed. It is empty if hold
	// fails in such a transaction.
	latest string
	// hold makes other transactions that hold the organization's row of a table wait until this one ends,
	// and returns a column of it.
	hold func(table, column string) string
	// useIndex follows a table in FROM and has the statement read it along the index of that name, for
	// a planner that might choose another; empty if there is no such clause.
	useIndex func(index string) string
	// pack returns an expression for the texts of columns, none of them NULL, with separator between them.
	pack func(columns []string) string
	// deleteSome returns a statement that deletes the rows of a table that where finds, as many as its last parameter at
	// most. key are the columns of the primary key.
	deleteSome func(table, where string, key []string) string
	// join joins two tables of which the first is read first, also if the planner prefers the other.
	join string
	// isolation is the level of every transaction.
	isolation sql.IsolationLevel
	// begin runs first in every transaction that writes; empty for nothing.
	begin string
	// upsert ends an INSERT that replaces the columns in set if key is taken.
	upsert func(key, set []string) string
	// prepared is how many statements are kept prepared on each connection unless the host sets Options.Prepared.
	prepared int
	// arrays has many rows sent as one array for each column, in place of one parameter a value.
	arrays bool
	// maxParams is how many parameters one statement may have.
	maxParams int
	// classify returns what kind of failure a driver's error is.
	classify func(error) failure
	// check refuses a connection that could not be correct, with an error that names what to set.
	check check
	// tables looks up a table by name.
	tables string
	// migrate creates the table of versions and runs apply, while no other migrator does; in one
	// transaction if the database can roll back DDL.
	migrate func(ctx context.Context, db *DB, apply func(*tx) error) error
}

func dialectOf(d Dialect) (dialect, error) {
	switch d {
	case SQLite:
		return sqlite(), nil
	case PostgreSQL:
		return postgres(), nil
	case MySQL:
		return mysql(), nil
	}
	return dialect{}, fmt.Errorf("dialect %q is not known: use sqlstore.SQLite, PostgreSQL or MySQL", d)
}

// An organization that is deleted is as if there were none, although its rows may be there yet: what looks for its rows
// looks for those of another id then, which finds nothing, and what adds one adds it to no organization, which the
// foreign key refuses. The id is looked up once for each statement.
var (
	byOrganization = regexp.MustCompile(`\b((?:[a-z]\.)?org_id) = \?`)
	ofOrganization = regexp.MustCompile(`^(INSERT INTO \{[a-z_]+\} \(org_id,[^)]*\)\s+VALUES \()\?`)
)

const livingID = `SELECT living.org_id FROM {organizations} living
	WHERE living.org_id = ? AND living.status <> 'DELETED'`

// alive has a statement find and add nothing of an organization that is deleted.
func alive(text string) string {
	switch {
	case strings.HasPrefix(text, "INSERT INTO {organizations} "):
		return text
	case strings.Contains(text, " {organizations} WHERE "), strings.HasPrefix(text, "UPDATE {organizations} "):
		return byOrganization.ReplaceAllString(text, "$0 AND status <> 'DELETED'")
	}
	text = byOrganization.ReplaceAllString(text, "$1 = ("+livingID+")")
	return ofOrganization.ReplaceAllString(text, "${1}COALESCE(("+livingID+"{keep}), '')")
}

// bind makes a query out of its constant text: {name} becomes the prefixed table, {forUpdate},
// {forShare}, {keep} and {latest} the dialect's clause, {join} its join, {index} nothing, and each ? the dialect's
// placeholder. The texts have no literal ? or {.
func (d dialect) bind(prefix, text string) string {
	var b strings.Builder
	n := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '?':
			n++
			b.WriteString(d.placeholder(n))
		case '{':
			end := i + strings.IndexByte(text[i:], '}')
			switch name := text[i+1 : end]; name {
			case "forUpdate":
				b.WriteString(d.forUpdate)
			case "keep":
				b.WriteString(d.keep)
			case "forShare":
				b.WriteString(d.forShare)
			case "latest":
				b.WriteString(d.latest)
			case "index": // which is for lists to fill in
			case "join":
				b.WriteString(d.join)
			default:
				b.WriteString(prefix + name)
			}
			i = end
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// selectForUpdate is the hold of a database whose locking reads see the latest.
func selectForUpdate(table, column string) string {
	return `SELECT ` + column + ` FROM {` + table + `} WHERE org_id = ?{forUpdate}`
}

// deleteByKey is the deleteSome of a database whose DELETE has no LIMIT.
func deleteByKey(table, where string, key []string) string {
	columns := strings.Join(key, ", ")
	if len(key) > 1 {
		columns = "(" + columns + ")"
	}
	return `DELETE FROM {` + table + `} WHERE ` + columns + ` IN
		(SELECT ` + strings.Join(key, ", ") + ` FROM {` + table + `} WHERE ` + where + ` LIMIT ?)`
}

func onConflict(key, set []string) string {
	if len(set) == 0 {
		return " ON CONFLICT (" + strings.Join(key, ", ") + ") DO NOTHING"
	}
	assign := make([]string, len(set))
	for i, c := range set {
		assign[i] = c + " = excluded." + c
	}
	return " ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " + strings.Join(assign, ", ")
}
