package sqlstore

import (
	"fmt"
	"strings"
)

// Dialect names the database behind a *sql.DB.
type Dialect string

// The dialects.
const (
	SQLite Dialect = "sqlite" // SQLite 3.37 or newer (STRICT tables), through any database/sql driver
)

// dialect holds everything that differs from one database to another; no other file asks which
// database it is.
type dialect struct {
	name Dialect

	// placeholder writes the n-th parameter, from 1.
	placeholder func(n int) string
	// forUpdate ends a SELECT whose row is about to be changed.
	forUpdate string
	// begin runs first in every transaction that writes.
	begin string
	// upsert ends an INSERT that replaces the columns in set where key is taken.
	upsert func(key, set []string) string
	// maxParams is how many parameters one statement may have.
	maxParams int
	// classify tells what kind of failure a driver's error is.
	classify func(error) failure
	// check refuses a connection that could not be correct, saying what to set.
	check check
	// lockMigrations runs first in the transaction that migrates and makes other migrators wait.
	lockMigrations string
}

func dialectOf(d Dialect) (dialect, error) {
	switch d {
	case SQLite:
		return sqlite(), nil
	}
	return dialect{}, fmt.Errorf("dialect %q is not known: use sqlstore.SQLite", d)
}

// bind makes a query out of its constant text: {name} becomes the prefixed table, {forUpdate} the
// dialect's clause, and each ? the dialect's placeholder. The texts have no literal ? or {.
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
			if name := text[i+1 : end]; name == "forUpdate" {
				b.WriteString(d.forUpdate)
			} else {
				b.WriteString(prefix + name)
			}
			i = end
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
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
