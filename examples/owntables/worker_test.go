package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/planmigration"
)

// Two workers import into, and migrate in, tables of the host's own with as many connections as there are
// workers, or fewer: a batch has all it needs on the connection of its transaction, so none waits for one that
// another holds.
func TestWorkersShareFewConnections(t *testing.T) {
	for _, connections := range []int{1, 2} {
		t.Run(fmt.Sprintf("%d connections", connections), func(t *testing.T) {
			h, _ := newHost(t, plain)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.NoError(t, h.organization(ctx))
			require.NoError(t, h.imports(ctx))
			require.NoError(t, h.plans(ctx))
			require.NoError(t, h.associations(ctx))
			m, err := h.center.Migrations.Create(ctx, h.scope, planmigration.Request{
				Source: priceplan.Ref{ID: "metered", Version: 1}, Mode: planmigration.NextCycle,
			})
			require.NoError(t, err)
			jobs := []uuid.UUID{m.ID, h.manyCustomers(t, "A", 40), h.manyCustomers(t, "B", 40)}
			before, err := h.center.Customers.Count(ctx, h.scope, customer.Filter{})
			require.NoError(t, err)
			h.pool.SetMaxOpenConns(connections)

			running, stop := context.WithCancel(ctx)
			ended := make(chan error, 2)
			for range 2 {
				w, err := h.center.Worker(job.WorkerOptions{Goroutines: 1, Poll: 10 * time.Millisecond})
				require.NoError(t, err)
				go func() { ended <- w.Run(running) }()
			}
			for _, id := range jobs {
				var last job.Update
				for u, err := range h.center.Jobs.Watch(ctx, h.scope, id) {
					require.NoError(t, err)
					last = u
				}
				require.Equal(t, job.Completed, last.Job.Status, last.Job.Failure)
			}
			stop()
			require.NoError(t, <-ended)
			require.NoError(t, <-ended)
			after, err := h.center.Customers.Count(ctx, h.scope, customer.Filter{})
			require.NoError(t, err)
			require.EqualValues(t, 80, after-before)
		})
	}
}

// manyCustomers starts an import of n customers.
func (h host) manyCustomers(t *testing.T, name string, n int) uuid.UUID {
	t.Helper()
	var text strings.Builder
	text.WriteString("id,name,primary_email\n")
	for i := range n {
		fmt.Fprintf(&text, "%s-%d,Customer %d,c%d@customer.example\n", name, i, i, i)
	}
	imp, err := h.center.Imports.Upload(t.Context(), h.scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: name + ".csv", Content: strings.NewReader(text.String()),
	})
	require.NoError(t, err)
	suggested, err := h.center.Imports.Suggest(t.Context(), h.scope, imp.ID)
	require.NoError(t, err)
	_, err = h.center.Imports.SetMapping(t.Context(), h.scope, imp.ID, imp.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	_, err = h.center.Imports.Start(t.Context(), h.scope, imp.ID)
	require.NoError(t, err)
	return imp.ID
}
