package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"regexp"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the host chooses the drivers
	_ "modernc.org/sqlite"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// database is one with the library's tables and the host's.
type database struct {
	pool   *sql.DB
	admin  *sqlstore.DB
	sqlite bool
}

// positions is the host's own table.
const positions = `CREATE TABLE IF NOT EXISTS webhook_positions (
	org_id VARCHAR(64) NOT NULL PRIMARY KEY,
	seq    BIGINT NOT NULL -- of the last entry that was delivered
)`

// open opens a database: a URL of PostgreSQL, or a file.
func open(ctx context.Context, name string) (db database, err error) {
	driver, dialect, source := "pgx", sqlstore.PostgreSQL, name
	if db.sqlite = !strings.HasPrefix(name, "postgres"); db.sqlite {
		driver, dialect = "sqlite", sqlstore.SQLite
		source = "file:" + (&url.URL{Path: name}).EscapedPath() +
			"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"
	}
	if db.pool, err = sql.Open(driver, source); err != nil {
		return db, err
	}
	if db.admin, err = sqlstore.New(ctx, db.pool, dialect, sqlstore.Options{}); err == nil {
		err = db.admin.Migrate(ctx) // safe to do in many processes that start together
	}
	if err == nil {
		_, err = db.pool.ExecContext(ctx, positions)
	}
	if err != nil {
		return db, errors.Join(err, db.pool.Close())
	}
	return db, nil
}

// bind writes the parameters $1, $2, … of a statement, which are in their order, as the database wants them.
func (db database) bind(statement string) string {
	if db.sqlite {
		return regexp.MustCompile(`\$\d+`).ReplaceAllString(statement, "?")
	}
	return statement
}
