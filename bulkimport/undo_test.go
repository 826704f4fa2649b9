package bulkimport_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

const pair = "id,name,primary_email\nc1,Customer one,one@x.example\nc2,Customer two,two@x.example\n"

// undo undoes an import to its end.
func (w *world) undo(id uuid.UUID) (job.Job, bulkimport.Progress) {
	w.t.Helper()
	j, err := w.service.Undo(w.t.Context(), w.scope, id)
	require.NoError(w.t, err)
	return w.through(j)
}

// checkUndo checks what an undo would do.
func (w *world) checkUndo(id uuid.UUID) (job.Job, bulkimport.Progress) {
	w.t.Helper()
	j, err := w.service.CheckUndo(w.t.Context(), w.scope, id)
	require.NoError(w.t, err)
	return w.through(j)
}

// through runs a job to its end.
func (w *world) through(j job.Job) (job.Job, bulkimport.Progress) {
	w.t.Helper()
	_, err := w.service.Run(w.t.Context(), w.scope, j.ID, nil)
	require.NoError(w.t, err)
	p, err := w.service.Progress(w.t.Context(), w.scope, j.ID)
	require.NoError(w.t, err)
	require.Equal(w.t, completed(p.Counts), p.Status, p.Failure)
	require.Equal(w.t, p.Counts.Total, p.Counts.Settled(), "every row is accounted for")
	require.Equal(w.t, p.Counts.Completed, p.Removed+p.Restored)
	s, err := w.service.Summary(w.t.Context(), w.scope, j.ID)
	require.NoError(w.t, err)
	entries, err := w.backend.Jobs().Entries(w.t.Context(), org, j.ID, job.EntryFilter{Status: job.EntryFailed},
		admin.Seek[int64]{Limit: 1000})
	require.NoError(w.t, err)
	reasons := map[string]int64{}
	for _, e := range entries {
		reasons[string(e.Reason)]++
	}
	for _, e := range s.Errors {
		require.Equal(w.t, bulkimport.NoColumn, e.Column)
		require.Equal(w.t, reasons[e.Code], e.Rows, e.Code)
	}
	require.Len(w.t, s.Errors, len(reasons))
	return j, p
}

// left lists what a job could not do, as "number ref reason".
func (w *world) left(id uuid.UUID) (out []string) {
	w.t.Helper()
	entries, err := w.backend.Jobs().Entries(w.t.Context(), org, id, job.EntryFilter{}, admin.Seek[int64]{Limit: 1000})
	require.NoError(w.t, err)
	for _, e := range entries {
		require.NotEmpty(w.t, e.Detail)
		out = append(out, fmt.Sprintf("%d %s %s", e.Seq, e.Ref, e.Reason))
	}
	return out
}

// change changes customers by hand.
func (w *world) change(changes ...customer.Change[customer.Customer]) {
	w.t.Helper()
	rec := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "customer.update",
		Subject: admin.Subject{Kind: "customer"}}
	out, err := w.backend.Customers().Apply(w.t.Context(), org, changes, rec)
	require.NoError(w.t, err)
	for _, o := range out {
		require.NotEqual(w.t, customer.Refused, o.Result, o.Detail)
	}
}

// renamed is a change of a customer's name.
func renamed(t *testing.T, id, name string) customer.Change[customer.Customer] {
	t.Helper()
	mask, err := customer.Customers().Mask("name")
	require.NoError(t, err)
	return customer.Change[customer.Customer]{Mode: customer.ModeUpdate, Record: customer.Customer{ID: id, Name: name},
		Given: mask}
}

// archived is a change that archives a customer.
func archived(t *testing.T, id string) customer.Change[customer.Customer] {
	t.Helper()
	mask, err := customer.Customers().Mask("status")
	require.NoError(t, err)
	return customer.Change[customer.Customer]{Mode: customer.ModeUpdate, Record: customer.Customer{ID: id, Status: customer.Archived},
		Given: mask}
}

// unversioned are customers without what an undo does not restore.
func unversioned(all []customer.Customer) []customer.Customer {
	for i := range all {
		all[i].Version, all[i].UpdatedAt, all[i].RestoredVersion = 0, time.Time{}, 0
	}
	return all
}

func TestUndoRemovesAndRestores(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 2})
	w.run(bulkimport.CustomersType, "id,name,primary_email,city,country,phone\nC1,Ann,a@b.example,Bonn,DE,1\nC2,Bob,b@b.example,,,\n",
		bulkimport.Settings{})
	before := w.customers()
	w.now = w.now.Add(time.Hour)
	i, p := w.run(bulkimport.CustomersType, "id,name,primary_email,city\nC1,Anna,anna@b.example,\nC2,Bob,b@b.example,\n"+
		"C3,Cid,c@b.example,Köln\nC4,Dan,d@b.example,\nC5,,e@b.example,\n", bulkimport.Settings{Mode: bulkimport.Upsert})
	require.Equal(t, []int64{2, 1, 1, 1}, []int64{p.Created, p.Updated, p.Unchanged, p.Counts.Failed})
	imported := w.customers()

	check, p := w.checkUndo(i.ID)
	require.Equal(t, job.Counts{Total: 3, Completed: 3}, p.Counts)
	require.Equal(t, []int64{2, 1}, []int64{p.Removed, p.Restored})
	require.Equal(t, imported, w.customers(), "a check changes nothing")

	j, p := w.undo(i.ID)
	require.Equal(t, job.Counts{Total: 3, Completed: 3}, p.Counts)
	require.Equal(t, []int64{2, 1}, []int64{p.Removed, p.Restored})
	after := w.customers()
	require.EqualValues(t, 3, after[0].Version, "which rises")
	require.Equal(t, w.now, after[0].UpdatedAt)
	require.Equal(t, before[1], after[1], "the import left it as it was")
	require.Equal(t, unversioned(before), unversioned(after))

	got, err := w.service.Get(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{check.ID, j.ID}, []uuid.UUID{got.UndoCheckID, got.UndoID})
	require.Equal(t, []uuid.UUID{i.ID, check.ID, j.ID}, got.Jobs())
	require.Equal(t, bulkimport.UndoKind(i.Type), j.Kind)
	require.Equal(t, bulkimport.UndoCheckKind(i.Type), check.Kind)
	again, err := w.service.Undo(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, j.ID, again.ID)
	_, err = w.service.CheckUndo(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState)
	require.Equal(t, map[admin.Action]int{bulkimport.ActionCheckUndo: 1, bulkimport.ActionStartUndo: 1,
		bulkimport.ActionUndo: 2, job.ActionComplete: 4}, w.actions())
}

// actions counts the records of undoing, and those of jobs that ended.
func (w *world) actions() map[admin.Action]int {
	w.t.Helper()
	out := map[admin.Action]int{}
	records, err := w.backend.Audit().List(w.t.Context(), org, admin.AuditFilter{Subject: admin.Subject{Kind: bulkimport.SubjectKind}},
		admin.Seek[admin.RecordKey]{Limit: 1000})
	require.NoError(w.t, err)
	for _, r := range records {
		if a := string(r.Action); strings.Contains(a, "undo") || r.Action == job.ActionComplete {
			out[r.Action]++
		}
	}
	return out
}

// Each reason why a row cannot be undone, in the undo and in its check.
func TestUndoLeavesWhatHasChanged(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 3})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nu1,Ann,a@b.example\nu2,Bob,b@b.example\nu3,Cid,c@b.example\n",
		bulkimport.Settings{})
	i, _ := w.run(bulkimport.CustomersType, "id,name,primary_email\nu1,Anna,a@b.example\nu2,Bobby,b@b.example\n"+
		"u3,Cidney,c@b.example\nn1,New one,n@b.example\nn2,New two,n@b.example\nn3,New three,n@b.example\n"+
		"n4,New four,n@b.example\nn5,New five,n@b.example\nn6,New six,n@b.example\n", bulkimport.Settings{Mode: bulkimport.Upsert})
	w.run(bulkimport.AccountsType, "id,name,customer_id\na1,Account one,n3\n", bulkimport.Settings{})
	w.change(renamed(t, "u2", "Robert"), renamed(t, "n2", "Second"), archived(t, "u3"),
		archived(t, "n5"))
	erase := customer.Change[customer.Customer]{Mode: customer.ModeErase, Record: customer.Customer{ID: "n5"}}
	w.change(erase)
	w.change(customer.Change[customer.Customer]{Mode: customer.ModeRemove, Record: customer.Customer{ID: "n6"}, Version: 1})
	ports := w.ports()
	use := func(p bulkimport.Ports) bulkimport.Ports {
		p.InUse = func(_ context.Context, _ admin.OrgID, kind string, ids []string) (map[string]string, error) {
			require.Equal(t, "customer", kind)
			require.NotContains(t, ids, "u1", "what is restored may be in use")
			return map[string]string{"n4": "has settings", "u1": "has settings"}, nil
		}
		return p
	}
	ports = use(ports)
	ports.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		return w.atomically(ctx, func(p bulkimport.Ports) error { return fn(use(p)) })
	}
	w.service = w.service.In(ports)
	want := []string{"2 u2 changed_since", "3 u3 archived", "5 n2 changed_since", "6 n3 has_accounts", "7 n4 in_use",
		"8 n5 erased", "9 n6 not_found"}
	counts := job.Counts{Total: 9, Completed: 2, Failed: 5, Skipped: 2}
	check, p := w.checkUndo(i.ID)
	require.Equal(t, counts, p.Counts)
	require.Equal(t, want, w.left(check.ID))
	second, _ := w.checkUndo(i.ID)
	require.Equal(t, want, w.left(second.ID))
	require.Empty(t, w.left(check.ID), "the check before has no entries any more")

	j, p := w.undo(i.ID)
	require.Equal(t, counts, p.Counts)
	require.Equal(t, want, w.left(j.ID))
	var names []string
	for _, c := range w.customers() {
		names = append(names, c.ID+" "+c.Name)
	}
	require.Equal(t, []string{"n2 Second", "n3 New three", "n4 New four", "n5 " + customer.ErasedName, "u1 Ann",
		"u2 Robert", "u3 Cidney"}, names)
	entries, err := w.backend.Jobs().Entries(t.Context(), org, j.ID, job.EntryFilter{Status: job.EntryFailed},
		admin.Seek[int64]{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, `customer "u2" has changed since: its version is 3 and no longer 2`, entries[0].Detail)
	require.Equal(t, `customer "n3" has accounts: "a1"`, entries[3].Detail)
	require.Equal(t, `customer "n4" has settings`, entries[4].Detail)
}

// The accounts of an import go first, and then their customers.
func TestUndoOfAccountsAndTheirCustomers(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	customers, _ := w.run(bulkimport.CustomersType, pair, bulkimport.Settings{})
	id := w.customers()[0].ID
	first, _ := w.run(bulkimport.AccountsType, "id,name,customer_id,currency,net_term_days,tier\na1,Account one,"+id+",EUR,30,gold\n",
		bulkimport.Settings{})
	before, err := w.backend.Accounts().Get(t.Context(), org, "a1")
	require.NoError(t, err)
	accounts, _ := w.run(bulkimport.AccountsType, "id,name,customer_id,net_term_days\na1,Account uno,"+id+",\na2,Account two,"+id+",7\n",
		bulkimport.Settings{Mode: bulkimport.Upsert})
	_, p := w.checkUndo(customers.ID)
	require.EqualValues(t, 1, p.Counts.Failed)
	_, p = w.undo(accounts.ID)
	require.Equal(t, job.Counts{Total: 2, Completed: 2}, p.Counts)
	after, err := w.backend.Accounts().Get(t.Context(), org, "a1")
	require.NoError(t, err)
	require.EqualValues(t, 1, after.RestoredVersion)
	before.Version, before.UpdatedAt, before.RestoredVersion = after.Version, after.UpdatedAt, 1
	require.Equal(t, before, after)
	check, p := w.checkUndo(first.ID)
	require.Equal(t, job.Counts{Total: 1, Completed: 1}, p.Counts, "the undo of the second import gave back what it was")
	require.Empty(t, w.left(check.ID))
}

func TestUndoRefuses(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 2})
	ctx := t.Context()
	i := w.upload(bulkimport.CustomersType, pair)
	for reason, undo := range map[string]func(context.Context, admin.Scope, uuid.UUID) (job.Job, error){
		"undo": w.service.Undo, "check": w.service.CheckUndo,
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := undo(ctx, w.scope, i.ID)
			require.ErrorIs(t, err, admin.ErrState, "it was not started")
			_, err = undo(ctx, w.scope, uuid.New())
			require.ErrorIs(t, err, admin.ErrNotFound)
			_, err = undo(ctx, admin.Scope{}, i.ID)
			require.ErrorIs(t, err, admin.ErrUnauthenticated)
			reader := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "u"}, admin.Permissions(customer.PermissionRead))
			_, err = undo(ctx, reader, i.ID)
			require.ErrorIs(t, err, admin.ErrForbidden)
		})
	}
	w.start(i, bulkimport.Settings{})
	_, err := w.service.Undo(ctx, w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState)
	require.ErrorContains(t, err, "cancel it first")
	_, err = w.service.Run(ctx, w.scope, i.ID, nil)
	require.NoError(t, err)

	prune := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: job.ActionPrune,
		Subject: admin.Subject{Kind: "import"}}
	j, err := w.service.Undo(ctx, w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.backend.Jobs().Prune(ctx, org, i.ID, 1000, prune)
	require.NoError(t, err)
	p, err := w.service.Run(ctx, w.scope, j.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status, "what there was before is not kept any longer")
	require.Contains(t, p.Failure, "pruned")
	require.Len(t, w.customers(), 2)
	_, err = w.service.Undo(ctx, w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState)
	require.ErrorContains(t, err, "retry it")

	other, _ := w.run(bulkimport.CustomersType, "id,name,primary_email\nC9,Zoe,z@b.example\n", bulkimport.Settings{})
	_, err = w.backend.Jobs().Prune(ctx, org, other.ID, 1000, func() admin.Record { r := prune; r.ID = w.id(); return r }())
	require.NoError(t, err)
	_, err = w.service.Undo(ctx, w.scope, other.ID)
	require.ErrorIs(t, err, job.ErrPruned)
	_, err = w.service.CheckUndo(ctx, w.scope, other.ID)
	require.ErrorIs(t, err, job.ErrPruned)
}

func TestUndoOfAHostsOwnType(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	i, _ := w.run("contacts", "id,name,email\n1,Ann,a@b.example\n", bulkimport.Settings{})
	_, err := w.service.Undo(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState)
	require.ErrorContains(t, err, "target of the host's")
}

// An import that was cancelled or failed in its middle is undone as far as it got, and does not go on afterwards.
func TestUndoOfAnImportThatDidNotEnd(t *testing.T) {
	for _, tc := range []struct {
		reason string
		end    func(*world, uuid.UUID)
	}{
		{"cancelled", func(w *world, id uuid.UUID) {
			_, err := w.service.Cancel(w.t.Context(), w.scope, id)
			require.NoError(w.t, err)
		}},
		{"failed", func(w *world, id uuid.UUID) {
			w.commit = func() error { return job.Fail(errors.New("broken")) }
			_, err := w.service.Run(w.t.Context(), w.scope, id, nil)
			require.NoError(w.t, err)
			w.commit = nil
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{BatchRows: 4})
			i := w.upload(bulkimport.CustomersType, manyCustomers(20))
			w.start(i, bulkimport.Settings{})
			for range 2 {
				_, err := w.service.Step(t.Context(), w.scope, i.ID)
				require.NoError(t, err)
			}
			tc.end(w, i.ID)
			require.Len(t, w.customers(), 7)
			_, p := w.undo(i.ID)
			require.Equal(t, job.Counts{Total: 7, Completed: 7}, p.Counts)
			require.Empty(t, w.customers())
			if tc.reason == "failed" {
				_, err := w.service.Retry(t.Context(), w.scope, i.ID)
				require.ErrorIs(t, err, admin.ErrState)
				jobs, err := job.NewService(job.Ports{Jobs: w.backend.Jobs()}, job.Options{
					Kinds: map[job.Kind]job.Rules{bulkimport.JobKind(i.Type): {}},
				})
				require.NoError(t, err)
				_, err = jobs.Retry(t.Context(), w.scope, i.ID)
				require.NoError(t, err, "it does not know")
				r, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
				require.NoError(t, err)
				require.Equal(t, job.Failed, r.Status)
				require.Contains(t, r.Failure, "was undone")
				require.Empty(t, w.customers())
			}
		})
	}
}

// What was erased for a person is not restored, and leaves no trace in the undo.
func TestUndoAfterErasure(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nu1,Ann,a@b.example\nu2,Bob,b@b.example\n", bulkimport.Settings{})
	i, _ := w.run(bulkimport.CustomersType, "id,name,primary_email\nu1,Anna,a@b.example\nu2,Bobby,b@b.example\n",
		bulkimport.Settings{Mode: bulkimport.Upsert})
	rows, err := bulkimport.RowsOf(t.Context(), w.ports(), org, "u1", nil)
	require.NoError(t, err)
	require.Equal(t, []job.Rows{{Job: i.ID, Seqs: []int64{1}}}, rows)
	rec := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "customer.erase",
		Subject: admin.Subject{Kind: "customer", ID: "u1"}}
	require.NoError(t, w.backend.Jobs().Erase(t.Context(), org, rows[0], rec))
	_, p := w.undo(i.ID)
	require.Equal(t, job.Counts{Total: 2, Completed: 1, Skipped: 1}, p.Counts)
	require.Equal(t, "Anna", w.customer("u1").Name)
	require.Equal(t, "Bob", w.customer("u2").Name)
}

// The rows that an undo could not take back are erased and deleted with the import.
func TestRowsOfAnUndoAreErased(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i, _ := w.run(bulkimport.CustomersType, pair, bulkimport.Settings{})
	id := w.customers()[0].ID
	w.change(renamed(t, id, "Other"))
	j, _ := w.undo(i.ID)
	require.Len(t, w.left(j.ID), 1)
	rows, err := bulkimport.RowsOf(t.Context(), w.ports(), org, id, nil)
	require.NoError(t, err)
	require.Equal(t, []job.Rows{{Job: j.ID, Seqs: []int64{1}}}, rows)
	require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
	require.Empty(t, w.left(j.ID))
}

// The user who undoes must be allowed to at each batch, and a panic or an error of what is in use is a failed batch.
func TestUndoAsksWhetherItMay(t *testing.T) {
	allowed := true
	w := newWorld(t, bulkimport.Options{BatchRows: 1, Authorize: func(
		_ context.Context, _ admin.OrgID, _ admin.Actor, p ...admin.Permission,
	) error {
		require.Equal(t, []admin.Permission{customer.PermissionWrite}, p)
		if !allowed {
			return admin.ErrForbidden
		}
		return nil
	}})
	i, _ := w.run(bulkimport.CustomersType, pair, bulkimport.Settings{})
	j, err := w.service.Undo(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Step(t.Context(), w.scope, j.ID)
	require.NoError(t, err)
	allowed = false
	p, err := w.service.Run(t.Context(), w.scope, j.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status)
	require.Len(t, w.customers(), 1)
	allowed = true
	_, err = w.service.Retry(t.Context(), w.scope, j.ID)
	require.NoError(t, err)
	_, err = w.service.Run(t.Context(), w.scope, j.ID, nil)
	require.NoError(t, err)
	require.Empty(t, w.customers())
}

// A check cannot take back what it writes in a transaction of the caller's.
func TestUndoCheckInATransaction(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i, _ := w.run(bulkimport.CustomersType, pair, bulkimport.Settings{})
	j, err := w.service.CheckUndo(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	err = w.backend.InTx(t.Context(), func(s storage.Stores) error {
		_, err := w.service.In(w.portsOf(s)).Run(t.Context(), w.scope, j.ID, nil)
		return err
	})
	require.ErrorIs(t, err, admin.ErrState)
	require.ErrorContains(t, err, "in a transaction of the caller's")
	require.Len(t, w.customers(), 2)
}
