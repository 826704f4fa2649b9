package bulkimport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// canaryFile has 12 rows, of which 2, 5 and 8 fail, and blank ones in between.
func canaryFile() string {
	var b strings.Builder
	b.WriteString("id,name,primary_email\n")
	for n := 1; n <= 12; n++ {
		email := "a@x.example"
		if n%3 == 2 && n < 11 {
			email = "bad"
		}
		fmt.Fprintf(&b, "c%02d,Customer,%s\n", n, email)
		if n%4 == 0 {
			b.WriteString("\n,,\n")
		}
	}
	return b.String()
}

func TestCanary(t *testing.T) {
	for _, tc := range []struct {
		reason     string
		text       string
		set        bulkimport.Settings
		waits      bool
		settled    int64 // while it waits
		imported   int   // then
		afterwards job.Status
		all        int
	}{
		{"within a batch", canaryFile(), bulkimport.Settings{Canary: 2}, true, 2, 1, job.CompletedWithFailures, 9},
		{"at the end of a batch", canaryFile(), bulkimport.Settings{Canary: 5}, true, 5, 3, job.CompletedWithFailures, 9},
		{"over several batches, with blank rows", canaryFile(), bulkimport.Settings{Canary: 11}, true, 11, 8,
			job.CompletedWithFailures, 9},
		{"of all rows but blank ones", canaryFile(), bulkimport.Settings{Canary: 12}, false, 12, 9,
			job.CompletedWithFailures, 9},
		{"of more rows than there are", canaryFile(), bulkimport.Settings{Canary: 1000}, false, 12, 9,
			job.CompletedWithFailures, 9},
		{"whose last row stops the import", canaryFile(), bulkimport.Settings{Canary: 5, StopAfter: 2}, false, 5, 3,
			job.Failed, 3},
		{"before what stops the import", canaryFile(), bulkimport.Settings{Canary: 5, StopAfter: 3}, true, 5, 3,
			job.Failed, 5},
		{"that ends with a row that repeats a key", "id,name,primary_email\nc1,Ann,a@x.io\nc1,Anna,a@x.io\nc2,Bob,b@x.io\n",
			bulkimport.Settings{Canary: 2}, true, 2, 1, job.CompletedWithFailures, 2},
		{"of one row", "id,name,primary_email\nc1,Ann,a@x.io\nc2,Bob,b@x.io\n", bulkimport.Settings{Canary: 1}, true, 1, 1,
			job.Completed, 2},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{BatchRows: 5})
			i := w.upload(bulkimport.CustomersType, tc.text)
			w.start(i, tc.set)
			p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			require.Len(t, w.customers(), tc.imported)
			require.Equal(t, tc.settled, p.Counts.Settled())
			if !tc.waits {
				require.Equal(t, tc.afterwards, p.Status)
				_, err = w.service.Confirm(t.Context(), w.scope, i.ID)
				require.ErrorIs(t, err, admin.ErrState)
				return
			}
			progress, err := w.service.Progress(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.Equal(t, job.WaitingForConfirmation, progress.Status)
			_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.ErrorIs(t, err, admin.ErrState, "nothing goes on by itself")
			require.ErrorIs(t, w.service.Delete(t.Context(), w.scope, i.ID), admin.ErrState)
			j, err := w.service.Confirm(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.Equal(t, job.Pending, j.Status)
			p, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			require.Equal(t, tc.afterwards, p.Status)
			require.Len(t, w.customers(), tc.all)
		})
	}
}

func TestARejectedCanaryEndsTheImport(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 5})
	i := w.upload(bulkimport.CustomersType, canaryFile())
	w.start(i, bulkimport.Settings{Canary: 3})
	_, err := w.service.Reject(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState, "it does not wait yet")
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	reader := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "u"}, admin.Permissions(customer.PermissionRead))
	for name, decide := range map[string]func() error{
		"Confirm": func() error { _, err := w.service.Confirm(t.Context(), reader, i.ID); return err },
		"Reject":  func() error { _, err := w.service.Reject(t.Context(), reader, i.ID); return err },
	} {
		require.ErrorIs(t, decide(), admin.ErrForbidden, name)
	}
	j, err := w.service.Reject(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.Cancelled, j.Status)
	require.Equal(t, job.ActionReject, j.Decision.Action)
	p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Cancelled, p.Status)
	require.Len(t, w.customers(), 2, "the rows of the canary stay")
}

func TestCanaryIsChecked(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, canaryFile())
	for _, n := range []int{-1, 1_000_001} {
		_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{Canary: n})
		require.ErrorContains(t, err, "/settings/canary")
	}
	i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{Canary: 1_000_000})
	require.NoError(t, err)
	require.Equal(t, 1_000_000, i.Settings.Canary)
}
