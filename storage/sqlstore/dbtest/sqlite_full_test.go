package dbtest

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// The disk is full in the middle of an import: the batch that found out is gone whole, and the job
// goes on from there once there is room.
func TestSQLiteFullDuringAnImport(t *testing.T) {
	const rows, batch = 2000, 50
	j := newImporters(t, server{name: "SQLite", dialect: sqlstore.SQLite, create: createSQLite}, batch).start(t, "full", rows, batch)
	pages, err := strconv.Atoi(strs(t, j.pool, "PRAGMA page_count")[0])
	require.NoError(t, err)

	full := j.place
	full.DSN += fmt.Sprintf("&_pragma=max_page_count(%d)", pages+60) // of each connection
	db, _ := full.open(t)
	center := importCenter(t, db, batch)
	settled := int64(0)
	for range 3 { // it stays where it is, however often it is tried
		p, err := center.Imports.Run(t.Context(), j.scope, j.id, nil)
		require.ErrorContains(t, err, "full")
		require.NotErrorIs(t, err, sqlstore.ErrCommitUnknown)
		require.Equal(t, job.InProgress, p.Status)
		if settled == 0 {
			settled = p.Counts.Settled()
		}
		require.Greater(t, settled, int64(0), "the disk was not full from the start")
		require.Less(t, settled, int64(rows))
		require.Equal(t, settled, p.Counts.Settled())
		j.failed++
		j.requireExact(t, int(settled))
	}
	require.Equal(t, []string{"ok"}, strs(t, j.pool, "PRAGMA integrity_check"))
	j.runHere(t)
	j.requireDone(t)
}
