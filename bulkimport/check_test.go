package bulkimport_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// check checks a mapped import to its end, and returns the id of the job.
func (w *world) check(id uuid.UUID) (uuid.UUID, bulkimport.Progress) {
	w.t.Helper()
	j, err := w.service.Check(w.t.Context(), w.scope, id)
	require.NoError(w.t, err)
	require.NotEqual(w.t, id, j.ID)
	_, err = w.service.Run(w.t.Context(), w.scope, j.ID, nil)
	require.NoError(w.t, err)
	p, err := w.service.Progress(w.t.Context(), w.scope, j.ID)
	require.NoError(w.t, err)
	return j.ID, p
}

// found is what a check and a run have to agree on.
type found struct {
	Status                      job.Status
	Failure                     string
	Counts                      job.Counts
	Created, Updated, Unchanged int64
	Unmapped                    []bulkimport.UnmappedColumn
	Failed                      []bulkimport.FailedRow
	File                        string
	Summary                     bulkimport.Summary
	Skipped                     []job.Entry
}

func (w *world) found(id uuid.UUID) found {
	w.t.Helper()
	p, err := w.service.Progress(w.t.Context(), w.scope, id)
	require.NoError(w.t, err)
	skipped, err := w.backend.Jobs().Entries(w.t.Context(), org, id, job.EntryFilter{Status: job.EntrySkipped},
		admin.Seek[int64]{Limit: 1000})
	require.NoError(w.t, err)
	summary, err := w.service.Summary(w.t.Context(), w.scope, id)
	require.NoError(w.t, err)
	return found{
		Status: p.Status, Failure: p.Failure, Counts: p.Counts, Created: p.Created, Updated: p.Updated, Unchanged: p.Unchanged,
		Unmapped: p.Unmapped, Failed: w.failed(id), File: w.failedFile(id), Summary: summary, Skipped: skipped,
	}
}

// checkThenRun checks a mapped import and then runs it, confirming a canary, and returns what each found.
func (w *world) checkThenRun(i bulkimport.Import) (checked, ran found) {
	w.t.Helper()
	before := w.customers()
	id, _ := w.check(i.ID)
	require.Equal(w.t, before, w.customers(), "a check writes nothing")
	effects, err := w.backend.Jobs().Effects(w.t.Context(), org, id, admin.Seek[int64]{Limit: 10})
	require.NoError(w.t, err)
	require.Empty(w.t, effects, "it changed nothing that could be undone")
	checked = w.found(id)
	_, err = w.service.Start(w.t.Context(), w.scope, i.ID)
	require.NoError(w.t, err)
	p, err := w.service.Run(w.t.Context(), w.scope, i.ID, nil)
	require.NoError(w.t, err)
	if p.Status == job.WaitingForConfirmation {
		_, err = w.service.Confirm(w.t.Context(), w.scope, i.ID)
		require.NoError(w.t, err)
		_, err = w.service.Run(w.t.Context(), w.scope, i.ID, nil)
		require.NoError(w.t, err)
	}
	require.Equal(w.t, checked, w.found(id), "the result of the check stays when the import has run")
	return checked, w.found(i.ID)
}

func TestCheckFindsWhatTheImportThenDoes(t *testing.T) {
	var accounts strings.Builder
	accounts.WriteString("id,name,customer_id\n")
	for i := range 30 {
		fmt.Fprintf(&accounts, "a%d,Account,c%03d\n", i%28, 1+i)
	}
	for _, tc := range []struct {
		reason string
		name   bulkimport.TypeName
		text   string
		set    bulkimport.Settings
	}{
		{"new customers", bulkimport.CustomersType, manyCustomers(40), bulkimport.Settings{}},
		{"customers of whom some exist", bulkimport.CustomersType, manyCustomers(25),
			bulkimport.Settings{Mode: bulkimport.Skip}},
		{"customers to update", bulkimport.CustomersType, strings.ReplaceAll(manyCustomers(25), "France", "Spain"),
			bulkimport.Settings{Mode: bulkimport.Upsert}},
		{"accounts of customers who are not there", bulkimport.AccountsType, accounts.String(), bulkimport.Settings{}},
		{"an import that stops", bulkimport.AccountsType, accounts.String(), bulkimport.Settings{StopAfter: 3}},
		{"an import that waits in the middle", bulkimport.CustomersType, manyCustomers(40),
			bulkimport.Settings{Canary: 10}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{BatchRows: 6})
			w.run(bulkimport.CustomersType, manyCustomers(20), bulkimport.Settings{})
			i := w.upload(tc.name, tc.text)
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), tc.set)
			require.NoError(t, err)
			checked, ran := w.checkThenRun(i)
			require.Equal(t, ran, checked)
			require.NotZero(t, ran.Counts.Settled())
			_, err = w.service.Check(t.Context(), w.scope, i.ID)
			require.ErrorIs(t, err, admin.ErrState, "it has started")
		})
	}
}

// randomFile is a file of customers in which keys repeat, cells are wrong and rows are blank.
func randomFile(r *rand.Rand, rows int) string {
	var b strings.Builder
	b.WriteString("id,name,primary_email,country,net\n")
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	for range rows {
		id := pick("", fmt.Sprintf("c%03d", r.IntN(3*rows)), fmt.Sprintf("c%03d", r.IntN(3*rows)), "c001")
		mail := pick("bad", "c001@x.example", fmt.Sprintf("m%d@x.example", r.IntN(2*rows)), fmt.Sprintf("M%d@x.example", r.IntN(2*rows)))
		switch r.IntN(12) {
		case 0:
			b.WriteString(pick("\n", ",,,,\n", "a,b\n", "\"x\"y,1\n"))
		default:
			fmt.Fprintf(&b, "%s,%s,%s,%s,%d\n", id, pick("Ann", "Bob", "", "Cyd"), mail, pick("FR", "DE", "", "Atlantis"), r.IntN(9))
		}
	}
	return b.String()
}

// A check of any file finds the counts and the errors of the run, in every mode, and neither depends on how
// many rows are in a batch but for where an import stops that is to.
func TestCheckEqualsTheRun(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 12))
		rows := 5 + r.IntN(60)
		text := randomFile(r, rows)
		set := bulkimport.Settings{
			Mode:  []bulkimport.Mode{bulkimport.Create, bulkimport.Skip, bulkimport.Upsert, bulkimport.Update}[r.IntN(4)],
			Blank: nil, IfBlank: []bulkimport.BlankRule{"", bulkimport.KeepBlank}[r.IntN(2)],
		}
		if set.Mode != bulkimport.Create && r.IntN(2) == 0 {
			set.Match = "primary_email"
		}
		if r.IntN(3) == 0 {
			set.StopAfter = 1 + r.IntN(rows)
		}
		if r.IntN(3) == 0 {
			set.Canary = 1 + r.IntN(rows+5)
		}
		m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1),
			"primary_email": bulkimport.FromColumn(2), "country": bulkimport.FromColumn(3)}
		var first found
		for n, batch := range []int{1, 3, 7, 500} {
			w := newWorld(t, bulkimport.Options{BatchRows: batch})
			w.run(bulkimport.CustomersType, "id,name,primary_email\nc001,Ann,c001@x.example\nc002,Bob,m1@x.example\n"+
				"c003,Cyd,m2@x.example\nc004,Dia,m2@x.example\n", bulkimport.Settings{})
			i := w.upload(bulkimport.CustomersType, text)
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, set)
			require.NoError(t, err, "seed %d", seed)
			checked, ran := w.checkThenRun(i)
			require.Equal(t, ran, checked, "seed %d, batches of %d, %+v\n%s", seed, batch, set, text)
			if n == 0 {
				first = ran
			}
			if set.StopAfter == 0 {
				require.Equal(t, first, ran, "seed %d, batches of %d, %+v\n%s", seed, batch, set, text)
			}
		}
	}
}

func TestCheckAgain(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 2})
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nC1,Ann,bad\nC2,Bob,b@b.example\nC3,Cyd,c@b.example\n")
	_, err := w.service.Check(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrInvalid, "it is not mapped")
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(t, err)
	first, err := w.service.Check(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, bulkimport.CheckKind(i.Type), first.Kind)
	require.Equal(t, job.Pending, first.Status)
	_, err = w.service.Step(t.Context(), w.scope, first.ID)
	require.NoError(t, err)
	same, err := w.service.Check(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, first.ID, same.ID, "it is not final")
	require.ErrorIs(t, w.service.Delete(t.Context(), w.scope, i.ID), admin.ErrState, "it is being checked")
	_, err = w.service.Run(t.Context(), w.scope, first.ID, nil)
	require.NoError(t, err)
	require.Len(t, w.failed(first.ID), 1)

	second, p := w.check(i.ID)
	require.NotEqual(t, first.ID, second)
	require.EqualValues(t, 2, p.Created)
	require.Len(t, w.failed(second), 1)
	_, err = w.service.Errors(t.Context(), w.scope, first.ID, admin.Query{})
	require.ErrorIs(t, err, job.ErrPruned, "the rows that the check before found are gone")
	now, err := w.service.Get(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, second, now.CheckID)
	require.Equal(t, bulkimport.Uploaded, now.Status)
	require.Empty(t, w.failed(i.ID), "it has not run")
	require.Empty(t, w.customers())

	require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
	entries, err := w.backend.Jobs().Entries(t.Context(), org, second, job.EntryFilter{}, admin.Seek[int64]{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, entries, "they hold cells of the file")
	_, err = w.service.Errors(t.Context(), w.scope, second, admin.Query{})
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestAStaleCheckFails(t *testing.T) {
	const file = "id,name,primary_email\nC1,Ann,bad\nC2,Bob,b@b.example\nC3,Cyd,c@b.example\n"
	for reason, tc := range map[string]struct {
		change func(w *world, i bulkimport.Import)
		why    string
	}{
		"mapped again": {func(w *world, i bulkimport.Import) {
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, i.Mapping,
				bulkimport.Settings{Mode: bulkimport.Upsert})
			require.NoError(t, err)
		}, "the import was changed meanwhile: check it again"},
		"started": {func(w *world, i bulkimport.Import) {
			_, err := w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
		}, "the import was started meanwhile"},
	} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{BatchRows: 1})
			i := w.upload(bulkimport.CustomersType, file)
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
			require.NoError(t, err)
			j, err := w.service.Check(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			_, err = w.service.Step(t.Context(), w.scope, j.ID)
			require.NoError(t, err)
			i, err = w.service.Get(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			tc.change(w, i)
			p, err := w.service.Run(t.Context(), w.scope, j.ID, nil)
			require.NoError(t, err)
			require.Equal(t, job.Failed, p.Status)
			require.Contains(t, p.Failure, tc.why)
			require.Len(t, w.failed(j.ID), 1, "what it had found can be read")
		})
	}
	t.Run("mapped again before it ran, and checked again", func(t *testing.T) {
		w := newWorld(t, bulkimport.Options{BatchRows: 1})
		i := w.upload(bulkimport.CustomersType, file)
		i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
		require.NoError(t, err)
		stale, err := w.service.Check(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version+1, i.Mapping, i.Settings)
		require.NoError(t, err)
		fresh, _ := w.check(i.ID)
		require.NotEqual(t, stale.ID, fresh)
		j, err := w.backend.Jobs().Get(t.Context(), org, stale.ID)
		require.NoError(t, err)
		require.Equal(t, job.Cancelled, j.Status)
	})
	t.Run("read in another format", func(t *testing.T) {
		w := newWorld(t, bulkimport.Options{BatchRows: 1})
		i := w.upload(bulkimport.CustomersType, file)
		i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
		require.NoError(t, err)
		id, _ := w.check(i.ID)
		f := i.FileFormat()
		f.HeaderLine = bulkimport.NoHeader
		_, err = w.service.SetFileFormat(t.Context(), w.scope, i.ID, i.Version+1, f)
		require.NoError(t, err)
		err = w.service.FailedRows(t.Context(), w.scope, id, &strings.Builder{})
		require.ErrorIs(t, err, job.ErrPruned, "its rows are of another reading")
	})
}

func TestCheckOfATargetOutsideTheTransaction(t *testing.T) {
	t.Run("that cannot be asked", func(t *testing.T) {
		w, shelf := newShelf(t, bulkimport.Options{})
		i := w.upload("contacts", "external_id,name\nc1,Ann\nc2,\n")
		_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
		require.NoError(t, err)
		id, p := w.check(i.ID)
		require.EqualValues(t, 1, p.Created)
		require.EqualValues(t, 1, p.Unchecked, "it is unknown")
		require.Len(t, w.failed(id), 1)
		require.Empty(t, shelf.rows)
	})
	t.Run("that can be asked", func(t *testing.T) {
		s := &askedShelf{shelf: shelf{rows: map[string]map[string]string{"c1": {}}}}
		w := newWorld(t, bulkimport.Options{BatchRows: 2, Types: []bulkimport.Type{{Schema: contacts(), Target: s}}})
		i := w.upload("contacts", "external_id,name\nc1,Ann\nc2,\nc3,Cy\nc4,Di\n")
		_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
		require.NoError(t, err)
		checked, ran := w.checkThenRun(i)
		require.Equal(t, ran, checked)
		require.EqualValues(t, 2, ran.Created)
		require.EqualValues(t, 2, ran.Counts.Failed)
		require.Equal(t, 2, s.asked)
	})
	t.Run("that answers for other rows", func(t *testing.T) {
		s := &askedShelf{shelf: shelf{rows: map[string]map[string]string{}}, lose: true}
		w := newWorld(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: contacts(), Target: s}}})
		i := w.upload("contacts", "external_id,name\nc1,Ann\n")
		_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
		require.NoError(t, err)
		j, err := w.service.Check(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		_, err = w.service.Step(t.Context(), w.scope, j.ID)
		require.ErrorContains(t, err, "0 outcomes for 1 rows")
	})
}

// askedShelf is a shelf that can be asked.
type askedShelf struct {
	shelf
	asked int
	lose  bool
}

func (s *askedShelf) Check(_ context.Context, _ admin.OrgID, b bulkimport.Batch) ([]bulkimport.Outcome, error) {
	s.asked++
	var out []bulkimport.Outcome
	for _, r := range b.Rows {
		o := bulkimport.Outcome{Result: bulkimport.Created}
		if _, exists := s.rows[r.Key()]; exists {
			o.Result = bulkimport.Exists
		}
		out = append(out, o)
	}
	if s.lose {
		return nil, nil
	}
	return out, nil
}

// In a transaction of the caller's nothing could be rolled back but everything.
func TestCheckInATransaction(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, manyCustomers(3))
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(t, err)
	var j job.Job
	require.NoError(t, w.atomically(t.Context(), func(p bulkimport.Ports) error {
		j, err = w.service.In(p).Check(t.Context(), w.scope, i.ID)
		return err
	}))
	err = w.atomically(t.Context(), func(p bulkimport.Ports) error {
		_, err := w.service.In(p).Step(t.Context(), w.scope, j.ID)
		return err
	})
	require.ErrorIs(t, err, admin.ErrState)
	require.Empty(t, w.customers())
	_, err = w.service.Run(t.Context(), w.scope, j.ID, nil)
	require.NoError(t, err)
	require.Empty(t, w.customers())
}

func TestCheckingTwiceAtOnceIsOneJob(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, manyCustomers(12))
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(t, err)
	type made struct {
		job job.Job
		err error
	}
	all := make(chan made, 4)
	for range cap(all) {
		go func() {
			j, err := w.service.Check(t.Context(), w.scope, i.ID)
			all <- made{j, err}
		}()
	}
	ids := map[uuid.UUID]bool{}
	for range cap(all) {
		m := <-all
		require.NoError(t, m.err)
		ids[m.job.ID] = true
	}
	require.Len(t, ids, 1)
}

func TestCheckPermissions(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, manyCustomers(3))
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(t, err)
	reader := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "u"}, admin.Permissions(customer.PermissionRead))
	_, err = w.service.Check(t.Context(), reader, i.ID)
	require.ErrorIs(t, err, admin.ErrForbidden)
	j, err := w.service.Check(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Step(t.Context(), reader, j.ID)
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = w.service.Cancel(t.Context(), reader, j.ID)
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = w.service.Progress(t.Context(), reader, j.ID)
	require.NoError(t, err)
	_, err = w.service.Errors(t.Context(), reader, j.ID, admin.Query{})
	require.NoError(t, err)
	other := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "u"}, admin.Permissions(customer.PermissionAccountsRead))
	for name, call := range map[string]func() error{
		"Progress":   func() error { _, err := w.service.Progress(t.Context(), other, j.ID); return err },
		"Summary":    func() error { _, err := w.service.Summary(t.Context(), other, j.ID); return err },
		"Errors":     func() error { _, err := w.service.Errors(t.Context(), other, j.ID, admin.Query{}); return err },
		"FailedRows": func() error { return w.service.FailedRows(t.Context(), other, j.ID, &strings.Builder{}) },
	} {
		require.ErrorIs(t, call(), admin.ErrForbidden, name)
	}
	elsewhere := admin.System("other")
	_, err = w.service.Progress(t.Context(), elsewhere, j.ID)
	require.True(t, errors.Is(err, admin.ErrNotFound), "%v", err)
}

// Between batches of a check another service goes on where it is.
func TestCheckGoesOnAfterACrash(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 5})
	i := w.upload(bulkimport.CustomersType, manyCustomers(23))
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(t, err)
	j, err := w.service.Check(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	crash := errors.New("crash")
	for range 4 {
		w.commit = func() error { return crash }
		_, err = w.service.Step(t.Context(), w.scope, j.ID)
		require.ErrorIs(t, err, crash)
		w.commit = nil
		_, err = w.with(bulkimport.Options{BatchRows: 5}).Step(t.Context(), w.scope, j.ID)
		require.NoError(t, err)
	}
	_, err = w.service.Run(t.Context(), w.scope, j.ID, nil)
	require.NoError(t, err)
	again := w.found(j.ID)
	_, whole := w.check(i.ID)
	require.Equal(t, whole.Counts, again.Counts)
	require.Equal(t, whole.Created, again.Created)
}
