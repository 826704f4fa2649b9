//go:build unix

package dbtest

import (
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// checkFound is what a check has found of an import, and what it has left.
type checkFound struct {
	counts    job.Counts
	status    job.Status
	created   int64
	summary   bulkimport.Summary
	failed    []bulkimport.FailedRow
	customers int
	effects   int
}

func (j customersJob) found(t *testing.T) checkFound {
	t.Helper()
	p := j.progress(t)
	out := checkFound{counts: p.Counts, status: p.Status, created: p.Created, customers: len(j.outcome(t).customers)}
	var err error
	out.summary, err = j.center.Imports.Summary(t.Context(), j.scope, j.id)
	require.NoError(t, err)
	for r, err := range admin.All(func(q admin.Query) (admin.Page[bulkimport.FailedRow], error) {
		q.Limit = admin.MaxLimit
		return j.center.Imports.Errors(t.Context(), j.scope, j.id, q)
	}) {
		require.NoError(t, err)
		out.failed = append(out.failed, r)
	}
	for _, err := range admin.All(func(q admin.Query) (admin.Page[job.Effect], error) {
		return j.center.Jobs.Effects(t.Context(), j.scope, j.id, q)
	}) {
		require.NoError(t, err)
		out.effects++
	}
	return out
}

// checked makes the job that checks an import.
func (j customersJob) checked(t *testing.T) customersJob {
	t.Helper()
	made, err := j.center.Imports.Check(t.Context(), j.scope, j.id)
	require.NoError(t, err)
	j.id = made.ID
	return j
}

// A worker that checks an import is killed all over it: while it rehearses, and before it commits what it found. In the
// end the check has found what one that was not killed finds, which is what the import then does, and has written nothing.
func TestCheckKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	rows, kills := atLength(4_000, 200), atLength(20, 4)
	if os.Getenv(envLong) != "" {
		rows, kills = 20_000, 50
	}
	batch := rows / 200
	onEach(t, func(t *testing.T, s server) {
		w := newImporters(t, s, batch)
		imp := w.mapped(t, "killed", rows, batch)
		j := imp.checked(t)
		j.killWorkers(t, rows, batch, kills, 8*time.Millisecond)
		require.Less(t, int(j.progress(t).Counts.Settled()), rows)
		require.Equal(t, endDone, j.send(t, errand{}).ended(t))
		killed := j.found(t)
		require.Equal(t, job.CompletedWithFailures, killed.status)
		require.EqualValues(t, rows, killed.counts.Settled())
		require.Zero(t, killed.customers+killed.effects, "a check writes nothing")

		whole := imp.checked(t)
		require.NotEqual(t, j.id, whole.id)
		whole.runHere(t)
		require.Equal(t, whole.found(t), killed, "as one that was not killed")

		_, err := w.center.Imports.Start(t.Context(), w.scope, imp.id)
		require.NoError(t, err)
		imp.runHere(t)
		ran := imp.found(t)
		require.EqualValues(t, ran.created, ran.customers)
		ran.customers, ran.effects = 0, 0
		require.Equal(t, ran, killed, "as the import then did")
		due, err := w.center.Jobs.Due(t.Context(), 10)
		require.NoError(t, err)
		require.Empty(t, due)
		require.NotEqual(t, uuid.Nil, imp.id)
	})
}

// What a check finds does not depend on the database, and is what the import then does: of what exists, of relations
// and of rows that the database refuses.
func TestCheckEqualsTheRunOnEachDatabase(t *testing.T) {
	const file = "id,name,primary_email\ncheck-00001,Ann Lee,ann@x.example\ncheck-00001,Ann Again,ann@x.example\n" +
		"check-00002,Bob Lee,bob@x.example\ncheck-00003,Cyd Lee,none\ncheck-00006,Dia Lee,dia@x.example\n"
	onEach(t, func(t *testing.T, s server) {
		w := newImporters(t, s, 2)
		w.start(t, "check", 4, 2).runHere(t)
		for _, mode := range []bulkimport.Mode{bulkimport.Update, bulkimport.Create, bulkimport.Skip, bulkimport.Upsert} {
			imp := w.upload(t, bulkimport.CustomersType, file, bulkimport.Settings{Mode: mode, Canary: 3})
			requireCheckEqualsRun(t, imp)
		}
		const accounts = "id,name,customer_id\na1,Account One,check-00001\na2,Account Two,nobody\na3,Account Three,check-00002\n"
		requireCheckEqualsRun(t, w.upload(t, bulkimport.AccountsType, accounts, bulkimport.Settings{}))
	})
}

func requireCheckEqualsRun(t *testing.T, imp customersJob) {
	t.Helper()
	find := func(j customersJob) checkFound {
		p := j.progress(t)
		found := checkFound{counts: p.Counts, status: p.Status, created: p.Created}
		page, err := j.center.Imports.Errors(t.Context(), j.scope, j.id, admin.Query{})
		require.NoError(t, err)
		found.failed = page.Items
		found.summary, err = j.center.Imports.Summary(t.Context(), j.scope, j.id)
		require.NoError(t, err)
		return found
	}
	check := imp.checked(t)
	check.runHere(t)
	checked := find(check)
	_, err := imp.center.Imports.Start(t.Context(), imp.scope, imp.id)
	require.NoError(t, err)
	imp.runHere(t)
	if imp.progress(t).Status == job.WaitingForConfirmation {
		require.EqualValues(t, 3, imp.progress(t).Counts.Settled(), "the canary")
		_, err = imp.center.Imports.Confirm(t.Context(), imp.scope, imp.id)
		require.NoError(t, err)
		imp.runHere(t)
	}
	require.Equal(t, find(imp), checked)
	require.NotEmpty(t, checked.failed)
}
