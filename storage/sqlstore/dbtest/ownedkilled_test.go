//go:build unix

package dbtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// ownedText is a file of accounts with their customers, three rows for each, of which the last adds a city. Some rows
// fail, and with them the only row of some customers.
func ownedText(rows int) string {
	var text strings.Builder
	text.WriteString("id,name,customer_id,customer_name,customer_primary_email,customer_city\n")
	for row := range rows {
		name, email, city := fmt.Sprintf("Customer %d", row/3), "a@customer.example", ""
		switch row % 3 {
		case 1:
			name = ""
		case 2:
			city = "Rome"
		}
		if badRow(row) {
			email = "no address"
		}
		fmt.Fprintf(&text, "a%05d,Account %d,c%05d,%s,%s,%s\n", row, row, row/3, name, email, city)
	}
	return text.String()
}

// all lists the customers and accounts of an organization.
func (w *importers) all(t *testing.T) (out []string) {
	t.Helper()
	for c, err := range w.center.Customers.All(t.Context(), w.scope, customer.Filter{}) {
		require.NoError(t, err)
		out = append(out, fmt.Sprint(c.ID, c.Name, c.PrimaryEmail, c.Address.City, c.Version))
	}
	for a, err := range w.center.Customers.AllAccounts(t.Context(), w.scope, customer.AccountFilter{}) {
		require.NoError(t, err)
		out = append(out, fmt.Sprint(a.ID, a.Name, a.CustomerID, a.Version))
	}
	return out
}

// A worker that imports accounts with their customers is killed all over it. In the end there is what an import that was
// not killed leaves, and what its check had found; the undo, of which workers are killed too, leaves nothing.
func TestAccountsWithTheirCustomersKilled(t *testing.T) {
	if work(t) {
		return
	}
	rows, kills := atLength(2000, 200), atLength(20, 4)
	const batch = 10
	onEach(t, func(t *testing.T, s server) {
		w := newImporters(t, s, batch)
		start := func() (j customersJob, found job.Counts) {
			j = w.upload(t, bulkimport.CustomerAccountsType, ownedText(rows), bulkimport.Settings{})
			j.rows, j.batch = rows, batch
			checked := j.checked(t)
			checked.runHere(t)
			_, err := w.center.Imports.Start(t.Context(), w.scope, j.id)
			require.NoError(t, err)
			return j, checked.progress(t).Counts
		}
		undo := func(j customersJob) customersJob {
			made, err := w.center.Imports.Undo(t.Context(), w.scope, j.id)
			require.NoError(t, err)
			j.id = made.ID
			return j
		}
		first, counts := start()
		first.runHere(t)
		want := w.all(t)
		require.Equal(t, counts, first.progress(t).Counts)
		require.NotEmpty(t, want)
		require.Positive(t, counts.Failed)
		undo(first).runHere(t)
		require.Empty(t, w.all(t))

		j, found := start()
		require.Equal(t, counts, found)
		j.killWorkers(t, rows, batch, kills, 4*time.Millisecond)
		require.Equal(t, endDone, j.send(t, errand{}).ended(t))
		require.Equal(t, counts, j.progress(t).Counts)
		require.Equal(t, want, w.all(t))
		back := undo(j)
		for range kills {
			worker := back.send(t, errand{})
			worker.hear(t, sayReady)
			worker.hear(t, saySettled)
			require.NoError(t, worker.process.Process.Kill())
			worker.killed(t)
		}
		require.Equal(t, endDone, back.send(t, errand{}).ended(t))
		require.Equal(t, job.Completed, back.progress(t).Status)
		require.Empty(t, w.all(t))
	})
}
