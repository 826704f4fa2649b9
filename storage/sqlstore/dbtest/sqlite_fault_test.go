package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// SQLite takes a transaction back by itself when its disk is full; what the function did next
// would be committed on its own, although the transaction failed.
func TestFullDiskTakesTheWholeTransactionBack(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	pool.SetMaxOpenConns(1) // the limit is the connection's
	db := migrated(t, pool, sqlstore.Options{})
	createOrganization(t, db, "acme")
	pages := func(limit int) {
		_, err := pool.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", limit))
		require.NoError(t, err)
	}
	pages(1) // SQLite makes it as many as there are

	failures := 0
	err := db.InTx(t.Context(), func(s storage.Stores) error {
		require.NoError(t, s.Currencies().Create(t.Context(), "acme", aCurrency("EUR", "2"), rec("currency.add")), "before the disk is full")
		name := strings.Repeat("x", 20_000)
		for version := int64(1); failures < 3; version++ {
			require.Less(t, version, int64(100))
			if err := s.Organizations().Rename(t.Context(), "acme", name+fmt.Sprint(version), version, rec("organization.rename")); err != nil {
				failures++
			}
		}
		// As a host does that takes the error for a single row's and continues.
		_ = s.Currencies().Create(t.Context(), "acme", aCurrency("GBP", "3"), rec("currency.add"))
		return nil
	})
	require.ErrorContains(t, err, "full")
	require.NotErrorIs(t, err, sqlstore.ErrCommitUnknown)
	pages(1 << 30)
	require.Empty(t, strs(t, pool, "SELECT code FROM admincenter_currencies"), "no stray row was left")
	require.Equal(t, []string{"Acme"}, strs(t, pool, "SELECT name FROM admincenter_organizations"))
	require.Equal(t, []string{"organization.create"}, strs(t, pool, "SELECT action FROM admincenter_audit"))
	require.NoError(t, db.Currencies().Create(t.Context(), "acme", aCurrency("GBP", "3"), rec("currency.add")), "and it goes on once there is room")
}

// locked holds SQLite's lock for writing until release is called.
func locked(t *testing.T, file string) (release func()) {
	t.Helper()
	conn, err := sqlitePool(t, file).Conn(t.Context())
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	var once sync.Once
	release = func() {
		once.Do(func() {
			_, _ = conn.ExecContext(context.Background(), "ROLLBACK")
			_ = conn.Close()
		})
	}
	t.Cleanup(release)
	return release
}

// impatient is a pool that hardly waits for a lock by itself.
func impatient(t *testing.T, file, journal string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+file+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(1)&_pragma=synchronous(OFF)&_pragma=journal_mode("+journal+")")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

func TestBusyDatabase(t *testing.T) {
	t.Run("is admin.ErrBusy in the end", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "admin.db")
		db := migrated(t, impatient(t, file, "WAL"), sqlstore.Options{Retries: 1})
		createOrganization(t, db, "acme")
		release := locked(t, file)
		err := db.Organizations().Rename(t.Context(), "acme", "Name", 1, rec("organization.rename"))
		require.ErrorIs(t, err, admin.ErrBusy)
		_, err = db.Organizations().Get(t.Context(), "acme")
		require.NoError(t, err, "reading goes on")
		release()
		require.NoError(t, db.Organizations().Rename(t.Context(), "acme", "Name", 1, rec("organization.rename")))
	})
	t.Run("is tried again", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "admin.db")
		db := migrated(t, impatient(t, file, "WAL"), sqlstore.Options{Retries: 1000})
		createOrganization(t, db, "acme")
		release := locked(t, file)
		time.AfterFunc(30*time.Millisecond, release)
		require.NoError(t, db.Organizations().Rename(t.Context(), "acme", "Name", 1, rec("organization.rename")))
	})
	t.Run("at the commit, where readers hold it up, is tried again from the start", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "admin.db")
		pool := impatient(t, file, "DELETE")
		db := migrated(t, pool, sqlstore.Options{Retries: 1000})
		createOrganization(t, db, "acme")
		reader, err := pool.Conn(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { _ = reader.Close() })
		_, err = reader.ExecContext(t.Context(), "BEGIN")
		require.NoError(t, err)
		var name string
		require.NoError(t, reader.QueryRowContext(t.Context(), "SELECT name FROM admincenter_organizations").Scan(&name))
		runs := 0
		require.NoError(t, db.InTx(t.Context(), func(s storage.Stores) error {
			if runs++; runs == 3 {
				_, err := reader.ExecContext(t.Context(), "ROLLBACK")
				require.NoError(t, err)
			}
			return s.Organizations().Rename(t.Context(), "acme", "Name", 1, rec("organization.rename"))
		}))
		require.GreaterOrEqual(t, runs, 3)
		o, err := db.Organizations().Get(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, int64(2), o.Version, "one of the runs was committed")
	})
	t.Run("is not waited for once the context has ended", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "admin.db")
		db := migrated(t, sqlitePool(t, file), sqlstore.Options{})
		createOrganization(t, db, "acme")
		release := locked(t, file)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := db.Organizations().Rename(ctx, "acme", "Name", 1, rec("organization.rename"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, sqlstore.ErrCommitUnknown)
		require.Less(t, time.Since(start), 10*time.Second, "the busy_timeout is not shorter")
		release()
		o, err := db.Organizations().Get(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, int64(1), o.Version)
		require.NoError(t, db.Organizations().Rename(t.Context(), "acme", "Name", 1, rec("organization.rename")), "the pool is as good as before")
	})
}

// Whenever the context ends, the write has happened whole or not at all, and what the caller hears
// agrees with it.
func TestContextThatEndsAnywhere(t *testing.T) {
	db := migrated(t, sqlitePool(t, filepath.Join(t.TempDir(), "admin.db")), sqlstore.Options{})
	createOrganization(t, db, "acme")
	version := int64(1)
	for i := range 60 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*20)*time.Microsecond)
		err := db.Organizations().Rename(ctx, "acme", "Name", version, rec("organization.rename"))
		cancel()
		o, again := db.Organizations().Get(t.Context(), "acme")
		require.NoError(t, again)
		if err == nil {
			version++
			require.Equal(t, version, o.Version)
		} else {
			require.ErrorIs(t, err, context.DeadlineExceeded)
			if !errors.Is(err, sqlstore.ErrCommitUnknown) {
				require.Equal(t, version, o.Version, "it did not happen, and the error does not say that it may have")
			}
			version = o.Version
		}
		renames, again := db.Audit().List(t.Context(), "acme", admin.AuditFilter{Action: "organization.rename"}, admin.Seek[admin.RecordKey]{Limit: 100})
		require.NoError(t, again)
		require.Len(t, renames, int(version)-1, "with each its record")
	}
}
