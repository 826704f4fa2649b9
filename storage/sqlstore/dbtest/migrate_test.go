package dbtest

import (
	"bufio"
	"context"
	"database/sql"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

const versionsQuery = "SELECT version, name FROM admincenter_schema ORDER BY version"

func TestMigrateAgainDoesNothing(t *testing.T) {
	onEachDriver(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		const versions = "SELECT version, name, applied_at FROM admincenter_schema ORDER BY version"
		before, applied := write(catalog(t, pool, s.dialect)), cells(t, pool, versions)
		require.NoError(t, db.Migrate(t.Context()))
		requireSame(t, before, write(catalog(t, pool, s.dialect)))
		require.Equal(t, applied, cells(t, pool, versions))
	})
}

// migrateVariable tells a child process what to migrate: dialect, driver and data source name.
const migrateVariable = "DBTEST_MIGRATE"

// Many processes migrate one database concurrently, and half of them are to be killed within the time
// that one alone takes.
func TestMigrateFromManyProcesses(t *testing.T) {
	if what := os.Getenv(migrateVariable); what != "" {
		part := strings.SplitN(what, " ", 3)
		migrateAsChild(t, sqlstore.Dialect(part[0]), part[1], part[2])
		return
	}
	onEachDriver(t, func(t *testing.T, s server) {
		begin := time.Now()
		_, alone := s.openPool(t)
		took := time.Since(begin)
		want, versions := write(catalog(t, alone, s.dialect)), cells(t, alone, versionsQuery)

		driver, dsn := s.create(t)
		var ready, done sync.WaitGroup
		start := make(chan struct{})
		ends := make([]childEnd, atLength(20, 6))
		for i := range ends {
			kill := time.Duration(-1)
			if i%2 == 0 {
				kill = rand.N(took)
			}
			ready.Add(1)
			done.Go(func() {
				ends[i] = migrateInChild(t.Context(), string(s.dialect)+" "+driver+" "+dsn, ready.Done, start, kill)
			})
		}
		ready.Wait()
		close(start)
		done.Wait()
		killed := 0
		for _, end := range ends {
			require.NoError(t, end.err, end.said)
			if end.killed {
				killed++
			}
		}
		t.Logf("%d of %d were killed before they had done", killed, len(ends))

		pool := openPool(t, driver, dsn)
		db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		requireSame(t, want, write(catalog(t, pool, s.dialect)))
		require.Equal(t, versions, cells(t, pool, versionsQuery))
	})
}

func migrateAsChild(t *testing.T, d sqlstore.Dialect, driver, dsn string) {
	t.Helper()
	pool := openPool(t, driver, dsn)
	db, err := sqlstore.New(t.Context(), pool, d, sqlstore.Options{})
	require.NoError(t, err)
	_, err = os.Stdout.WriteString("ready\n")
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, os.Stdin) // until the parent closes it
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
}

// childEnd is how a child process ended.
type childEnd struct {
	killed bool
	err    error // where it failed by itself
	said   string
}

// migrateInChild calls ready once the process is about to migrate, lets it begin when start is
// closed, and kills it when it has been migrating for kill, unless that is negative.
func migrateInChild(ctx context.Context, what string, ready func(), start <-chan struct{}, kill time.Duration) (end childEnd) {
	ready = sync.OnceFunc(ready)
	defer ready()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMigrateFromManyProcesses$")
	child.Env = append(os.Environ(), migrateVariable+"="+what)
	in, err := child.StdinPipe()
	if err != nil {
		return childEnd{err: err}
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return childEnd{err: err}
	}
	if err := child.Start(); err != nil {
		return childEnd{err: err}
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	end.said = lines.Text() + "\n"
	ready()
	<-start
	_ = in.Close() // a child that ended early has closed it already
	if kill >= 0 {
		timer := time.AfterFunc(kill, func() { _ = child.Process.Kill() })
		defer timer.Stop()
	}
	for lines.Scan() {
		end.said += lines.Text() + "\n"
	}
	end.err = child.Wait()
	if kill >= 0 && end.err != nil && child.ProcessState.ExitCode() == -1 { // by a signal
		end.killed, end.err = true, nil
	}
	return end
}

// The server commits DDL immediately there, so a migration that was cut short is run again from its
// start.
func TestMySQLCanRepeatEveryStatement(t *testing.T) {
	s := servers()[len(servers())-1]
	require.Equal(t, sqlstore.MySQL, s.dialect)
	db, pool := s.openPool(t)
	want, versions := write(catalog(t, pool, s.dialect)), cells(t, pool, versionsQuery)
	run(t, pool, "DELETE FROM admincenter_schema")
	require.NoError(t, db.Migrate(t.Context()))
	requireSame(t, want, write(catalog(t, pool, s.dialect)))
	require.Equal(t, versions, cells(t, pool, versionsQuery))
}

func TestMigrateRefuses(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		for _, tc := range []struct{ reason, change, undo, message string }{
			{
				"a schema that is newer", "INSERT INTO admincenter_schema VALUES (9999, '9999_later.sql', 1)", "DELETE FROM admincenter_schema WHERE version = 9999",
				"the schema is at version 9999 and this library knows ",
			},
			{
				"a schema that lacks a migration in the middle", "UPDATE admincenter_schema SET version = -2 WHERE version = 2", "UPDATE admincenter_schema SET version = 2 WHERE version = -2",
				"migration 0002_jobs.sql was left out although version ",
			},
			{
				"tables that something else made", "DROP TABLE admincenter_schema", "",
				"admincenter_organizations is there without admincenter_schema, so something else made it: if that was goose over Migrations, go on with goose",
			},
		} {
			t.Run(tc.reason, func(t *testing.T) {
				run(t, pool, tc.change)
				before := write(catalog(t, pool, s.dialect))
				require.ErrorContains(t, db.Migrate(t.Context()), tc.message)
				requireSame(t, before, write(catalog(t, pool, s.dialect)))
				if tc.undo != "" {
					run(t, pool, tc.undo)
					require.NoError(t, db.Migrate(t.Context()))
				}
			})
		}
	})
	t.Run("tables without a record of their migrations", func(t *testing.T) {
		onEach(t, func(t *testing.T, s server) {
			if s.dialect == sqlstore.MySQL {
				return // there it is a migration that was cut short
			}
			db, pool := s.openPool(t)
			run(t, pool, "DELETE FROM admincenter_schema")
			require.ErrorContains(t, db.Migrate(t.Context()), "admincenter_organizations")
			require.Empty(t, cells(t, pool, versionsQuery))
		})
	})
	t.Run("once the context has ended", func(t *testing.T) {
		onEach(t, func(t *testing.T, s server) {
			pool := s.empty(t)
			db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, db.Migrate(ctx), context.Canceled)
			require.Empty(t, catalog(t, pool, s.dialect))
		})
	})
}

// empty is a pool over an empty database of its own.
func (s server) empty(t *testing.T) *sql.DB {
	t.Helper()
	driver, dsn := s.create(t)
	return openPool(t, driver, dsn)
}

func TestGooseRunsTheSameFiles(t *testing.T) {
	dialects := map[sqlstore.Dialect]goose.Dialect{
		sqlstore.SQLite: goose.DialectSQLite3, sqlstore.PostgreSQL: goose.DialectPostgres, sqlstore.MySQL: goose.DialectMySQL,
	}
	onEach(t, func(t *testing.T, s server) {
		_, ours := s.openPool(t)
		pool := s.empty(t)
		files, err := sqlstore.Migrations(s.dialect)
		require.NoError(t, err)
		provider, err := goose.NewProvider(dialects[s.dialect], pool, files)
		require.NoError(t, err)
		up := func() {
			_, err := provider.Up(t.Context())
			require.NoError(t, err)
			requireSame(t, write(catalog(t, ours, s.dialect, "admincenter_schema")), write(catalog(t, pool, s.dialect, "goose_db_version")))
		}
		up()
		db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
		require.NoError(t, err)
		createOrganization(t, db, "acme")
		require.ErrorContains(t, db.Migrate(t.Context()), "go on with goose and do not call Migrate")
		_, err = db.Organizations().Get(t.Context(), "acme")
		require.NoError(t, err, "the refusal changed nothing")

		_, err = provider.DownTo(t.Context(), 0)
		require.NoError(t, err)
		require.Empty(t, catalog(t, pool, s.dialect, "goose_db_version"), "nothing is left behind")
		if s.dialect == sqlstore.PostgreSQL {
			require.Empty(t, cells(t, pool, `SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace`))
		}
		up()
	})
}

func TestPrefixesLiveSideBySide(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		first, pool := s.openPool(t)
		one := write(catalog(t, pool, s.dialect))
		names := len(catalog(t, pool, s.dialect))
		second, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{Prefix: "other_"})
		require.NoError(t, err)
		require.NoError(t, second.Migrate(t.Context()))
		both := catalog(t, pool, s.dialect)
		require.Len(t, both, 2*names, "each has all of it")
		requireSame(t, one, write(both[:names]))
		// Nothing of one refers to the other.
		requireSame(t, strings.ReplaceAll(one, "admincenter_", "other_"), write(both[names:]))
		createOrganization(t, first, "acme")
		_, err = second.Organizations().Get(t.Context(), "acme")
		require.ErrorIs(t, err, admin.ErrNotFound)
		createOrganization(t, second, "acme")
	})
}
