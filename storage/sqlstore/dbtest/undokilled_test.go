//go:build unix

package dbtest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// undoing is the undo of an import that has created and updated customers, of whom some have changed since.
type undoing struct {
	customersJob
	before  map[string]customer.Customer // as they were before the import
	changed map[string]customer.Customer // those that have changed since, as they are
	run     bulkimport.Progress          // of the import
}

// updatedRow says which rows of the file are about a customer that there was before.
func updatedRow(row int) bool { return row%2 == 0 }

// newUndoing imports rows, of which every other one updates a customer, changes every 17th customer, and starts the undo.
func newUndoing(t *testing.T, s server, rows, batch int) undoing {
	t.Helper()
	w := newImporters(t, s, 500)
	u := undoing{customersJob: customersJob{importers: w, name: "undone", rows: rows, batch: batch}}
	var first, second strings.Builder
	first.WriteString("id,name,primary_email,city,country\n")
	second.WriteString("id,name,primary_email,city\n")
	for row := 1; row <= rows; row++ {
		id := fmt.Sprintf("undone-%05d", row)
		if updatedRow(row) {
			fmt.Fprintf(&first, "%s,Before %d,before@x.example,Bonn,DE\n", id, row)
		}
		fmt.Fprintf(&second, "%s,After %d,after@x.example,\n", id, row)
	}
	u.importAll(t, first.String(), bulkimport.Settings{})
	u.before = u.customers(t)
	u.id = u.importAll(t, second.String(), bulkimport.Settings{Mode: bulkimport.Upsert}).ID
	u.run = u.progress(t)
	require.Equal(t, []int{rows - rows/2, rows / 2}, []int{int(u.run.Created), int(u.run.Updated)})

	db, _ := w.place.open(t)
	mask, err := customer.Customers().Mask("name")
	require.NoError(t, err)
	u.changed = map[string]customer.Customer{}
	var changes []customer.Change[customer.Customer]
	for row := 17; row <= rows; row += 17 {
		id := fmt.Sprintf("undone-%05d", row)
		u.changed[id] = customer.Customer{}
		changes = append(changes, customer.Change[customer.Customer]{Mode: customer.ModeUpdate, Given: mask, At: noon,
			Record: customer.Customer{ID: id, Name: "By hand"}})
	}
	_, err = db.Customers().Apply(t.Context(), w.scope.Org(), changes, rec("customer.update"))
	require.NoError(t, err)
	for id, c := range u.customers(t) {
		if _, ok := u.changed[id]; ok {
			u.changed[id] = c
		}
	}
	w.center = importCenter(t, db, batch)
	j, err := w.center.Imports.Undo(t.Context(), w.scope, u.id)
	require.NoError(t, err)
	require.EqualValues(t, rows, j.Counts.Total)
	u.id = j.ID
	return u
}

func (u undoing) importAll(t *testing.T, text string, set bulkimport.Settings) bulkimport.Import {
	t.Helper()
	c := u.center.Imports
	i, err := c.Upload(t.Context(), u.scope,
		bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "file.csv", Content: strings.NewReader(text)})
	require.NoError(t, err)
	suggested, err := c.Suggest(t.Context(), u.scope, i.ID)
	require.NoError(t, err)
	_, err = c.SetMapping(t.Context(), u.scope, i.ID, i.Version, suggested.Mapping(), set)
	require.NoError(t, err)
	_, err = c.Start(t.Context(), u.scope, i.ID)
	require.NoError(t, err)
	_, err = c.Run(t.Context(), u.scope, i.ID, nil)
	require.NoError(t, err)
	return i
}

func (u undoing) customers(t *testing.T) map[string]customer.Customer {
	t.Helper()
	out := map[string]customer.Customer{}
	for c, err := range u.center.Customers.All(t.Context(), u.scope, customer.Filter{}) {
		require.NoError(t, err)
		out[c.ID] = c
	}
	return out
}

// requireUndone checks that the last rows of the file, so many, were undone once, and the others not.
func (u undoing) requireUndone(t *testing.T, rows int) {
	t.Helper()
	want := map[string]customer.Customer{}
	var left []string
	removed, restored := 0, 0
	for row := 1; row <= u.rows; row++ {
		id := fmt.Sprintf("undone-%05d", row)
		c, hand := u.changed[id]
		undone := row > u.rows-rows
		switch {
		case hand:
			want[id] = c
			if undone {
				left = append(left, fmt.Sprintf("%d %s %s", row, id, bulkimport.CodeChangedSince))
			}
		case undone && updatedRow(row):
			restored++
			c = u.before[id]
			c.RestoredVersion = c.Version
			c.Version += 2 // by the import, and by the undo
			want[id] = c
		case undone:
			removed++
		}
	}
	got := u.customers(t)
	for id, c := range got {
		row := 0
		_, err := fmt.Sscanf(id, "undone-%d", &row)
		require.NoError(t, err)
		if w, ok := want[id]; ok {
			if _, hand := u.changed[id]; !hand {
				w.UpdatedAt = c.UpdatedAt
			}
			require.Equal(t, w, c)
			continue
		}
		require.LessOrEqual(t, row, u.rows-rows, "%s was removed", id)
		require.Equal(t, fmt.Sprintf("After %d", row), c.Name)
	}
	p := u.progress(t)
	require.Equal(t, []int{removed, restored, len(left)}, []int{int(p.Removed), int(p.Restored), int(p.Counts.Failed)})
	require.Len(t, got, u.rows-removed)
	var listed []string
	for e, err := range admin.All(func(q admin.Query) (admin.Page[job.Entry], error) {
		return u.center.Jobs.Entries(t.Context(), u.scope, u.id, job.EntryFilter{}, q)
	}) {
		require.NoError(t, err)
		listed = append(listed, fmt.Sprintf("%d %s %s", e.Seq, e.Ref, e.Reason))
	}
	require.Equal(t, left, listed)

	records, batches := 0, 0
	for r, err := range u.center.Trail.All(t.Context(), u.scope, admin.AuditFilter{Subject: admin.Subject{Kind: "import"}}) {
		require.NoError(t, err)
		if r.Action == bulkimport.ActionUndo {
			var n int
			_, err := fmt.Sscan(r.Changes[0].To, &n)
			require.NoError(t, err)
			records, batches = records+n, batches+1
		}
	}
	require.Equal(t, rows, records, "each row was undone in one batch that was committed")
	require.Equal(t, rows/u.batch, batches)
}

// The worker of an undo is killed again and again, as that of an import is. What was undone in the end is what one
// that is not interrupted undoes, and the customers are as they were before the import.
func TestUndoKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	rows, kills, batch := atLength(4_000, 200), atLength(20, 4), atLength(50, 10)
	if os.Getenv(envLong) != "" {
		rows, kills, batch = 20_000, 50, 100
	}
	onEach(t, func(t *testing.T, s server) {
		u := newUndoing(t, s, rows, batch)
		u.killWorkers(t, rows, batch, kills, 4*time.Millisecond)
		settled := int(u.progress(t).Counts.Settled())
		require.Less(t, settled, rows)
		u.requireUndone(t, settled)
		require.Equal(t, endDone, u.send(t, errand{}).ended(t))
		require.Equal(t, job.CompletedWithFailures, u.progress(t).Status)
		u.requireUndone(t, rows)
	})
}
