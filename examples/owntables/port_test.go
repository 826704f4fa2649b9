package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/storagetest"
)

// backend is a new database with the host's tables in place of the library's. All work on so many
// connections; 0 sets no limit.
func backend(t *testing.T, connections int) storage.Backend {
	t.Helper()
	pool, db, err := open(t.Context(), filepath.Join(t.TempDir(), "own.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	pool.SetMaxOpenConns(connections)
	return own(db, pool).Backend(db)
}

// The host's stores pass the suite of the ports that they replace.
func TestPorts(t *testing.T) {
	open := func(t *testing.T) storage.Backend { return backend(t, 0) }
	t.Run("Customers", func(t *testing.T) { storagetest.Customers(t, open) })
	t.Run("Accounts", func(t *testing.T) { storagetest.Accounts(t, open) })
	t.Run("Plans", func(t *testing.T) { storagetest.Plans(t, open) })
	t.Run("Schedules", func(t *testing.T) { storagetest.Schedules(t, open) })
}
