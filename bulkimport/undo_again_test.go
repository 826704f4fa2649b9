package bulkimport_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// removal removes a customer of a version, 1 unless it is given.
func removal(id string, version ...int64) customer.Change[customer.Customer] {
	c := customer.Change[customer.Customer]{Mode: customer.ModeRemove, Record: customer.Customer{ID: id}, Version: 1}
	for _, v := range version {
		c.Version = v
	}
	return c
}

// leftovers is an import of six customers of which the undo has left c2, which has an account, and c5, which has
// settings; c3 is not there any more.
func leftovers(t *testing.T, o bulkimport.Options) (w *world, i, accounts bulkimport.Import, used map[string]string) {
	w = newWorld(t, o)
	used = map[string]string{"c5": "has settings"}
	w.using(func(p *bulkimport.Ports) {
		p.InUse = func(context.Context, admin.OrgID, string, []string) (map[string]string, error) { return used, nil }
	})
	i, _ = w.run(bulkimport.CustomersType, named("c", 6), bulkimport.Settings{})
	accounts, _ = w.run(bulkimport.AccountsType, "id,name,customer_id\nb1,One,c2\n", bulkimport.Settings{})
	w.change(removal("c3"))
	first, p := w.undo(i.ID)
	require.Equal(t, job.Counts{Total: 6, Completed: 3, Failed: 2, Skipped: 1}, p.Counts)
	require.Equal(t, []string{"2 c2 has_accounts", "3 c3 not_found", "5 c5 in_use"}, w.left(first.ID))
	return w, i, accounts, used
}

func TestUndoAgainTakesUpWhatFailed(t *testing.T) {
	for _, batch := range []int{1, 2, 0} {
		w, i, accounts, used := leftovers(t, bulkimport.Options{BatchRows: batch})
		first, err := w.service.Get(t.Context(), w.scope, i.ID)
		require.NoError(t, err)

		_, p := w.checkUndo(i.ID)
		require.Equal(t, job.Counts{Total: 2, Failed: 2}, p.Counts, "nothing has changed")
		second, p := w.undo(i.ID)
		require.Equal(t, job.Counts{Total: 2, Failed: 2}, p.Counts)
		require.Equal(t, []string{"2 c2 has_accounts", "5 c5 in_use"}, w.left(second.ID))
		require.NotEqual(t, first.UndoID, second.ID)
		require.Len(t, w.left(first.UndoID), 3, "the one before keeps its rows, by which this one knows them")

		w.undo(accounts.ID)
		w.change(renamed(t, "c5", "Other"))
		delete(used, "c5")
		check, p := w.checkUndo(i.ID)
		require.Equal(t, job.Counts{Total: 2, Completed: 1, Failed: 1}, p.Counts)
		require.Equal(t, []string{"5 c5 changed_since"}, w.left(check.ID))
		require.Len(t, w.customers(), 2, "a check changes nothing")
		third, p := w.undo(i.ID)
		require.Equal(t, job.Counts{Total: 2, Completed: 1, Failed: 1}, p.Counts)
		require.Equal(t, []string{"5 c5 changed_since"}, w.left(third.ID))
		require.Empty(t, w.left(first.UndoID), "the third needs the rows of the second alone")
		got, err := w.service.Get(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{i.ID, check.ID, third.ID, second.ID}, got.Jobs())

		w.change(removal("c5", 2))
		fourth, p := w.undo(i.ID)
		require.Equal(t, job.Counts{Total: 1, Skipped: 1}, p.Counts)
		require.Equal(t, job.Completed, p.Status)
		require.Empty(t, w.customers())
		again, err := w.service.Undo(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		require.Equal(t, fourth.ID, again.ID, "nothing is left")
		_, err = w.service.CheckUndo(t.Context(), w.scope, i.ID)
		require.ErrorIs(t, err, admin.ErrState)
		require.Equal(t, 5, w.actions()[bulkimport.ActionStartUndo], "each on record, with that of the accounts")
		require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
		for _, id := range []uuid.UUID{first.UndoID, second.ID, third.ID, fourth.ID} {
			require.Empty(t, w.left(id), "what they keep of rows is gone with the import")
		}
	}
}

// A batch that does not commit is done again, and what was undone before is not touched.
func TestUndoAgainAfterACrash(t *testing.T) {
	w, i, accounts, used := leftovers(t, bulkimport.Options{BatchRows: 1})
	w.undo(accounts.ID)
	clear(used)
	back, _ := w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Anew,a@x.example\n", bulkimport.Settings{})
	broken := 0
	w.commit = func() error {
		if broken++; broken%2 == 1 {
			return errors.New("killed")
		}
		return nil
	}
	var j job.Job
	for range 9 {
		var err error
		if j, err = w.service.Undo(t.Context(), w.scope, i.ID); err == nil {
			break
		}
	}
	for range 60 {
		if p, err := w.service.Step(t.Context(), w.scope, j.ID); err == nil && p.Status.Final() {
			break
		}
	}
	w.commit = nil
	_, p := w.through(j)
	require.Equal(t, job.Counts{Total: 2, Completed: 2}, p.Counts)
	require.Equal(t, "Anew", w.customer("c1").Name, "it was undone, and is another record now")
	require.Len(t, w.customers(), 1)
	w.undo(back.ID)
	require.Empty(t, w.customers())
}

func TestUndoAgainRefuses(t *testing.T) {
	t.Run("while the one before is not over", func(t *testing.T) {
		w := newWorld(t, bulkimport.Options{BatchRows: 1})
		i, _ := w.run(bulkimport.CustomersType, named("c", 3), bulkimport.Settings{})
		w.change(renamed(t, "c3", "Other"))
		j, err := w.service.Undo(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		_, err = w.service.Step(t.Context(), w.scope, j.ID)
		require.NoError(t, err)
		again, err := w.service.Undo(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		require.Equal(t, j.ID, again.ID)
		_, err = w.service.CheckUndo(t.Context(), w.scope, i.ID)
		require.ErrorIs(t, err, admin.ErrState)
		_, err = w.service.Cancel(t.Context(), w.scope, j.ID)
		require.NoError(t, err)
		for _, undo := range []func(context.Context, admin.Scope, uuid.UUID) (job.Job, error){w.service.Undo, w.service.CheckUndo} {
			_, err = undo(t.Context(), w.scope, i.ID)
			require.ErrorIs(t, err, admin.ErrState)
			require.ErrorContains(t, err, "cancelled")
		}
	})
	t.Run("when it is not known any longer which rows failed", func(t *testing.T) {
		w, i, _, _ := leftovers(t, bulkimport.Options{})
		got, err := w.service.Get(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		again, err := w.service.Undo(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		rec := admin.Record{ID: w.id(), At: w.now, Actor: w.scope.Actor(), Action: job.ActionPrune,
			Subject: admin.Subject{Kind: "import"}}
		_, err = w.backend.Jobs().Prune(t.Context(), org, got.UndoID, 1000, rec)
		require.NoError(t, err)
		p, err := w.service.Run(t.Context(), w.scope, again.ID, nil)
		require.NoError(t, err)
		require.Equal(t, job.Failed, p.Status)
		require.Contains(t, p.Failure, "pruned")

		w, i, _, _ = leftovers(t, bulkimport.Options{})
		got, err = w.service.Get(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		rec.ID = w.id()
		_, err = w.backend.Jobs().Prune(t.Context(), org, got.UndoID, 1000, rec)
		require.NoError(t, err)
		_, err = w.service.Undo(t.Context(), w.scope, i.ID)
		require.ErrorIs(t, err, job.ErrPruned)
	})
	t.Run("a row whose person was erased meanwhile", func(t *testing.T) {
		w, i, accounts, used := leftovers(t, bulkimport.Options{})
		w.undo(accounts.ID)
		clear(used)
		got, err := w.service.Get(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		rec := admin.Record{ID: w.id(), At: w.now, Actor: w.scope.Actor(), Action: "customer.erase",
			Subject: admin.Subject{Kind: "customer", ID: "c5"}}
		require.NoError(t, w.backend.Jobs().Erase(t.Context(), org, job.Rows{Job: got.UndoID, Seqs: []int64{5}}, rec))
		_, p := w.undo(i.ID)
		require.Equal(t, job.Counts{Total: 2, Completed: 1, Skipped: 1}, p.Counts)
	})
}

// A target outside gets the rows that it refused under other keys, and none that it has undone.
func TestUndoAgainByAHostsTarget(t *testing.T) {
	l := newBook()
	w := newWorld(t, contactsTo(l, 2))
	i, _ := w.run("contacts", persons(1, 6, "Bonn"), bulkimport.Settings{})
	versions := maps.Clone(l.versions)
	l.versions["p002"], l.versions["p005"] = 7, 7
	_, p := w.undo(i.ID)
	require.Equal(t, job.Counts{Total: 6, Completed: 4, Failed: 2}, p.Counts)
	l.versions["p005"] = versions["p005"]
	l.rows["p001"] = map[string]string{"name": "Anew"}
	l.versions["p001"] = versions["p001"]
	check, p := w.checkUndo(i.ID)
	require.Equal(t, job.Counts{Total: 2, Completed: 1, Failed: 1}, p.Counts)
	require.Equal(t, []string{"2 p002 changed_since"}, w.left(check.ID))
	_, p = w.undo(i.ID)
	require.Equal(t, job.Counts{Total: 2, Completed: 1, Failed: 1}, p.Counts)
	require.Equal(t, []int{2, 2, 2, 1, 1}, l.batches)
	require.Zero(t, l.again, "another attempt has other keys")
	require.Len(t, l.rows, 2)
	l.versions["p002"], l.fail = versions["p002"], errors.New("connection lost")
	j, err := w.service.Undo(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	for range 9 {
		if p, err := w.service.Step(t.Context(), w.scope, j.ID); err == nil && p.Status.Final() {
			break
		}
	}
	_, p = w.through(j)
	require.Equal(t, job.Counts{Total: 1, Completed: 1}, p.Counts)
	require.Equal(t, 1, l.again, "within an attempt it is recognized")
	require.Len(t, l.rows, 1)
}

// Two callers that ask at the same moment get one job.
func TestUndoAgainByTwo(t *testing.T) {
	w, i, _, _ := leftovers(t, bulkimport.Options{})
	other := w.service
	var theirs job.Job
	p := w.ports()
	p.Jobs = &meanwhile{Store: p.Jobs, do: func() {
		var err error
		theirs, err = other.Undo(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
	}}
	ours, err := w.service.In(p).Undo(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, theirs.ID, ours.ID)
}

// meanwhile has something done after a job was read first.
type meanwhile struct {
	job.Store
	do func()
}

func (m *meanwhile) Get(ctx context.Context, o admin.OrgID, id uuid.UUID) (job.Job, error) {
	j, err := m.Store.Get(ctx, o, id)
	if do := m.do; do != nil {
		m.do = nil
		do()
	}
	return j, err
}
