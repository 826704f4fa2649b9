package bulkimport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestImportsStopAfterFailedRows(t *testing.T) {
	var b strings.Builder
	b.WriteString("external_id,name,email\n")
	for k := range 100 { // rows 10, 20, … fail, and row 35 repeats a key
		address := "a@x.io"
		if (k+1)%10 == 0 {
			address = "bad"
		}
		id := k + 1
		if id == 35 {
			id = 34
		}
		fmt.Fprintf(&b, "c%03d,Ann,%s\n", id, address)
	}
	for _, tc := range []struct {
		reason          string
		stop            int
		created, failed int64
		status          job.Status
	}{
		{"never", 0, 89, 11, job.CompletedWithFailures},
		{"at the first", 1, 9, 1, job.Failed},
		{"one that was known from the start counts where it is", 4, 31, 4, job.Failed},
		{"at a later one", 6, 44, 6, job.Failed},
		{"more than there are", 12, 89, 11, job.CompletedWithFailures},
	} {
		for _, batch := range []int{7, 500} {
			t.Run(fmt.Sprintf("%s, batches of %d", tc.reason, batch), func(t *testing.T) {
				w, shelf := newShelf(t, bulkimport.Options{BatchRows: batch})
				i := w.upload("contacts", b.String())
				m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "email": bulkimport.FromColumn(2)}
				_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{StopAfter: tc.stop})
				require.NoError(t, err)
				_, err = w.service.Start(t.Context(), w.scope, i.ID)
				require.NoError(t, err)
				p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
				require.NoError(t, err)
				require.Equal(t, tc.status, p.Status)
				require.EqualValues(t, tc.created, p.Counts.Completed)
				require.Len(t, shelf.rows, int(tc.created))
				if tc.status == job.Failed {
					require.Contains(t, p.Failure, fmt.Sprintf("stopped after %d failed rows", tc.failed))
				}
			})
		}
	}
}

func TestUpdateChangesOnlyWhatExists(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann Lee,a@x.io\n", bulkimport.Settings{})
	i, p := w.run(bulkimport.CustomersType, "id,city\nc1,Ulm\nc2,Bonn\n", bulkimport.Settings{Mode: bulkimport.Update})
	require.EqualValues(t, 1, p.Updated)
	require.EqualValues(t, 1, p.Counts.Failed)
	require.Equal(t, bulkimport.CodeNotFound, w.failed(i.ID)[0].Errors[0].Code)
	require.Equal(t, "Ann Lee Ulm", w.customer("c1").Name+" "+w.customer("c1").Address.City)
}
