package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed migrations
var migrationFiles embed.FS

// Migrations is the dialect's migration files, with DefaultPrefix, in goose's format: for a host
// that runs goose over them instead of calling Migrate. They make the same schema either way. Each
// keeps its own record of what was applied, so a database belongs to one of them for good: Migrate
// refuses one whose tables it has no record of, and goose must not be run over one that Migrate made.
func Migrations(d Dialect) (fs.FS, error) {
	dia, err := dialectOf(d)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	return fs.Sub(migrationFiles, path.Join("migrations", string(dia.name)))
}

// Migrate brings the schema up to date; if it is, it does nothing. Many processes may
// call it at the same time: one migrates and the others wait. It refuses a schema that is newer than this
// version of the library, and tables that something else made, such as goose over Migrations.
func (db *DB) Migrate(ctx context.Context) error {
	wanted, err := db.migrations()
	if err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	if err := patiently(ctx, db.retries, func() error { return db.checkOrigin(ctx) }); err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	err = db.dialect.migrate(ctx, db, func(t *tx) error { return db.apply(ctx, t, wanted) })
	if err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return nil
}

// checkOrigin refuses tables that Migrate has not made. It needs no lock: Migrate makes the table of
// versions before any other, or with the others in one transaction, so a process that sees
// the others sees that one too.
func (db *DB) checkOrigin(ctx context.Context) error {
	var there [2]bool
	for i, table := range []string{db.oneOff("{organizations}"), db.oneOff("{schema}")} {
		found, err := rows(ctx, db.outside(), "schema version", db.oneOff(db.dialect.tables),
			func(scan func(...any) error, name *string) error { return scan(name) }, table)
		if err != nil {
			return err
		}
		there[i] = len(found) > 0
	}
	if there[0] && !there[1] {
		return fmt.Errorf("%[1]sorganizations is there without %[1]sschema, so something else made it: "+
			"if that was goose over Migrations, go on with goose and do not call Migrate", db.prefix)
	}
	return nil
}

func (db *DB) createSchemaTable(ctx context.Context, t *tx) error {
	_, err := t.exec(ctx, "schema version", db.oneOff(`CREATE TABLE IF NOT EXISTS {schema} (
		version BIGINT NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, applied_at BIGINT NOT NULL)`))
	return err
}

func (db *DB) apply(ctx context.Context, t *tx, wanted []migration) error {
	have, err := rows(ctx, t, "schema version", db.oneOff(`SELECT version FROM {schema} ORDER BY version`),
		func(scan func(...any) error, v *int64) error { return scan(v) })
	if err != nil {
		return err
	}
	if n := len(have); n > 0 && have[n-1] > wanted[len(wanted)-1].version {
		return fmt.Errorf("the schema is at version %d and this library knows %d: use a newer version of the library",
			have[n-1], wanted[len(wanted)-1].version)
	}
	for _, m := range wanted {
		if slices.Contains(have, m.version) {
			continue
		}
		if n := len(have); n > 0 && m.version < have[n-1] {
			return fmt.Errorf("migration %s was left out although version %d was applied: "+
				"the schema is not one of this library", m.name, have[n-1])
		}
		for _, statement := range m.statements {
			if _, err := t.exec(ctx, m.name, statement); err != nil {
				return err
			}
		}
		_, err := t.exec(ctx, "schema version",
			db.oneOff(`INSERT INTO {schema} (version, name, applied_at) VALUES (?, ?, ?)`),
			m.version, m.name, time.Now().UnixMicro())
		if err != nil {
			return err
		}
	}
	return nil
}

// migration is one numbered file.
type migration struct {
	version    int64
	name       string
	statements []string
}

func (db *DB) migrations() ([]migration, error) {
	files, err := Migrations(db.dialect.name)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	var out []migration
	for _, e := range entries { // in order of name, which begins with the number
		text, err := fs.ReadFile(files, e.Name())
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(e.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s has no number: %w", e.Name(), err)
		}
		up := statementsUp(strings.ReplaceAll(string(text), DefaultPrefix, db.prefix))
		if len(up) == 0 {
			return nil, fmt.Errorf("migration %s has nothing under -- +goose Up", e.Name())
		}
		out = append(out, migration{version: version, name: e.Name(), statements: up})
	}
	return out, nil
}

// statementsUp splits the part of a goose file that migrates up: statements end with a ; at the
// end of a line, a comment aside, except between StatementBegin and StatementEnd, which hold one.
func statementsUp(text string) []string {
	_, up, _ := strings.Cut(text, "-- +goose Up")
	up, _, _ = strings.Cut(up, "-- +goose Down")
	var out []string
	var b strings.Builder
	whole := false
	flush := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			out = append(out, s)
		}
		b.Reset()
	}
	for line := range strings.Lines(up) {
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "-- +goose StatementBegin":
			whole = true
		case trimmed == "-- +goose StatementEnd":
			whole = false
			flush()
		case strings.HasPrefix(trimmed, "--"):
		default:
			b.WriteString(line)
			code, _, _ := strings.Cut(trimmed, "--")
			if !whole && strings.HasSuffix(strings.TrimSpace(code), ";") {
				flush()
			}
		}
	}
	flush()
	return out
}
