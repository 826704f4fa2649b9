package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// errNoLoader is returned when the program that loads is not installed.
var errNoLoader = errors.New("the database's loader is not installed")

// load loads a file into a table of its columns with the database's own loader.
func load(ctx context.Context, d database, pool *sql.DB, file []byte) error {
	columns := make([]string, len(clientColumns()))
	for k, name := range clientColumns() {
		columns[k] = name + " VARCHAR(255) NOT NULL"
	}
	create := "CREATE TABLE loaded (" + strings.Join(columns, ", ") + ", PRIMARY KEY (id))"
	if _, err := pool.ExecContext(ctx, create); err != nil {
		return err
	}
	switch d.dialect {
	case sqlstore.PostgreSQL:
		return loadPostgres(ctx, pool, file)
	case sqlstore.MySQL:
		return loadMariaDB(ctx, pool, file)
	}
	return loadSQLite(ctx, pool, file)
}

// loadSQLite has the program sqlite3 import the file into the database's file.
func loadSQLite(ctx context.Context, pool *sql.DB, file []byte) error {
	program, err := exec.LookPath("sqlite3")
	if err != nil {
		return errNoLoader
	}
	var at string
	const path = "SELECT file FROM pragma_database_list WHERE name = 'main'"
	if err := pool.QueryRowContext(ctx, path).Scan(&at); err != nil {
		return err
	}
	csv := filepath.Join(filepath.Dir(at), "loaded.csv")
	if err := os.WriteFile(csv, file, 0o600); err != nil {
		return err
	}
	defer os.Remove(csv)
	run := exec.CommandContext(ctx, program, at, "PRAGMA synchronous = NORMAL", ".import --csv --skip 1 "+csv+" loaded")
	if out, err := run.CombinedOutput(); err != nil {
		return fmt.Errorf("sqlite3: %w: %s", err, out)
	}
	return nil
}

func loadPostgres(ctx context.Context, pool *sql.DB, file []byte) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error {
		_, err := raw.(*stdlib.Conn).Conn().PgConn().CopyFrom(ctx, bytes.NewReader(file),
			"COPY loaded FROM STDIN (FORMAT csv, HEADER)")
		return err
	})
}

func loadMariaDB(ctx context.Context, pool *sql.DB, file []byte) error {
	mysql.RegisterReaderHandler("loaded", func() io.Reader { return bytes.NewReader(file) })
	defer mysql.DeregisterReaderHandler("loaded")
	_, err := pool.ExecContext(ctx, `LOAD DATA LOCAL INFILE 'Reader::loaded' INTO TABLE loaded CHARACTER SET utf8mb4
		FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' LINES TERMINATED BY '\n' IGNORE 1 LINES`)
	return err
}
