package bulkimport_test

import (
	"context"
	"fmt"
	"math/rand/v2"
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

// outcomes lists what became of the rows, in pages.
func (w *world) outcomes(
	id uuid.UUID, result bulkimport.Result, limit int, o ...bulkimport.ReportOptions,
) (out []bulkimport.RowOutcome) {
	w.t.Helper()
	q := admin.Query{Limit: limit}
	for {
		page, err := w.service.Outcomes(w.t.Context(), w.scope, id, bulkimport.OutcomeFilter{Result: result}, q, o...)
		require.NoError(w.t, err)
		out = append(out, page.Items...)
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
}

func (w *world) outcomeFile(id uuid.UUID, result bulkimport.Result, o ...bulkimport.ReportOptions) string {
	w.t.Helper()
	var b strings.Builder
	require.NoError(w.t, w.service.WriteOutcomes(w.t.Context(), w.scope, id, bulkimport.OutcomeFilter{Result: result}, &b, o...))
	return strings.TrimPrefix(b.String(), "\ufeff")
}

func short(rows []bulkimport.RowOutcome) (out []string) {
	for _, r := range rows {
		text := fmt.Sprintf("%d %s %s", r.Number, r.Result, r.Key)
		for _, c := range r.Changes {
			text += fmt.Sprintf(" %s:%s→%s", c.Field, c.From, c.To)
		}
		for _, e := range r.Errors {
			text += " " + e.Code
		}
		out = append(out, text)
	}
	return out
}

const outcomeFile = "id,name,primary_email,city,tier,note\n" +
	"c1,Anna,a@b.example,Köln,gold,x\nc2,Bob,b@b.example,,,\n\nc3,Cid,c@b.example,Bonn,,=1\nc4,,d@b.example,,,\nc3,Again,c@b.example,,,\n"

// outcomeWorld imports a file in which every result occurs.
func outcomeWorld(t *testing.T, mode bulkimport.Mode) (*world, bulkimport.Import) {
	t.Helper()
	schema := bulkimport.Customers()
	schema.Fields = append(schema.Fields, bulkimport.Field{Name: "tier", Label: "Tier", Kind: bulkimport.Text, Max: 50})
	w := newWorld(t, bulkimport.Options{BatchRows: 2, Types: []bulkimport.Type{{Schema: schema}}})
	w.run(bulkimport.CustomersType, "id,name,primary_email,city,tier\nc1,Ann,a@b.example,Bonn,\nc2,Bob,b@b.example,,\n",
		bulkimport.Settings{})
	i, _ := w.run(bulkimport.CustomersType, outcomeFile, bulkimport.Settings{Mode: mode, NotImported: []int{5}})
	return w, i
}

func TestOutcomes(t *testing.T) {
	w, i := outcomeWorld(t, bulkimport.Upsert)
	all := []string{
		"1 UPDATED c1 city:Bonn→Köln name:Ann→Anna tier:→gold", "2 UNCHANGED ", "3 CREATED c3", "4 FAILED c4 required",
		"5 FAILED c3 duplicate_in_file",
	}
	for _, limit := range []int{1, 2, 3, 100} {
		require.Equal(t, all, short(w.outcomes(i.ID, "", limit)), "in pages of %d", limit)
		for result, want := range map[bulkimport.Result][]string{
			bulkimport.Updated: all[:1], bulkimport.Unchanged: all[1:2], bulkimport.Created: all[2:3],
			bulkimport.Failed: all[3:], bulkimport.Skipped: nil, bulkimport.NotKept: nil,
		} {
			require.Equal(t, want, short(w.outcomes(i.ID, result, limit)), "%s in pages of %d", result, limit)
		}
	}
	_, err := w.service.Outcomes(t.Context(), w.scope, i.ID, bulkimport.OutcomeFilter{Result: "GONE"}, admin.Query{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, "UNCHANGED")

	w, i = outcomeWorld(t, bulkimport.Skip)
	require.Equal(t, []string{"1 SKIPPED c1", "2 SKIPPED c2"}, short(w.outcomes(i.ID, bulkimport.Skipped, 10)))
}

func TestOutcomesAsAFile(t *testing.T) {
	w, i := outcomeWorld(t, bulkimport.Upsert)
	const header = `"id","name","primary_email","city","tier","note","_line","_result","_errors","_changes"` + "\n"
	updated := `"c1","Anna","a@b.example","Köln","gold","x","2","UPDATED","","city: ""Bonn"" → ""Köln""; name: ""Ann"" → ""Anna""; tier: """" → ""gold"""` + "\n"
	rest := `"c2","Bob","b@b.example","","","","3","UNCHANGED","",""` + "\n" +
		`"c3","Cid","c@b.example","Bonn","","'=1","5","CREATED","",""` + "\n" +
		`"c4","","d@b.example","","","","6","FAILED","name: name is required",""` + "\n"
	got := w.outcomeFile(i.ID, "")
	require.True(t, strings.HasPrefix(got, header+updated+rest), got)
	require.Equal(t, header+updated, w.outcomeFile(i.ID, bulkimport.Updated))

	// It comes back as it was: the columns that were added are left out.
	again := w.upload(bulkimport.CustomersType, got)
	var names []string
	for _, c := range again.Columns {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"id", "name", "primary_email", "city", "tier", "note"}, names)

	rec := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: bulkimport.ActionRemoveFile,
		Subject: admin.Subject{Kind: "import"}}
	_, err := w.backend.Imports().RemoveFile(t.Context(), org, i.ID, 1000, rec)
	require.NoError(t, err)
	got = w.outcomeFile(i.ID, "")
	require.True(t, strings.HasPrefix(got, `"_row","_key","_result","_errors","_changes"`+"\n"+`"1","c1","UPDATED","","city: `), got)
	require.Contains(t, got, "\n"+`"2","","UNCHANGED","",""`+"\n"+`"3","c3","CREATED"`)
}

func TestOutcomesOfRowsThatWereNotReached(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 2})
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann,a@b.example\nc2,Bob,a@b.example\nc3,Cid,a@b.example\nc1,Dan,a@b.example\n")
	_, err := w.service.Outcomes(t.Context(), w.scope, i.ID, bulkimport.OutcomeFilter{}, admin.Query{})
	require.ErrorIs(t, err, admin.ErrNotFound, "it was not started")
	w.start(i, bulkimport.Settings{})
	require.Equal(t, []string{"4 FAILED c1 duplicate_in_file"}, short(w.outcomes(i.ID, "", 10)))
	_, err = w.service.Step(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Cancel(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"1 CREATED c1", "2 CREATED c2", "4 FAILED c1 duplicate_in_file"}, short(w.outcomes(i.ID, "", 1)))
	require.Equal(t, 4, strings.Count(w.outcomeFile(i.ID, ""), "\n"))
	prune := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: job.ActionPrune,
		Subject: admin.Subject{Kind: "import"}}
	_, err = w.backend.Jobs().Prune(t.Context(), org, i.ID, 1000, prune)
	require.NoError(t, err)
	_, err = w.service.Outcomes(t.Context(), w.scope, i.ID, bulkimport.OutcomeFilter{}, admin.Query{})
	require.ErrorIs(t, err, job.ErrPruned)
	require.ErrorIs(t, w.service.WriteOutcomes(t.Context(), w.scope, i.ID, bulkimport.OutcomeFilter{}, &strings.Builder{}), job.ErrPruned)
}

// A row whose values were erased is not taken for one that changed nothing.
func TestOutcomesAfterAnErasure(t *testing.T) {
	w, i := outcomeWorld(t, bulkimport.Upsert)
	w.change(archived(t, "c2"))
	w.change(customer.Change[customer.Customer]{Mode: customer.ModeErase, Record: customer.Customer{ID: "c2"}})
	require.Equal(t, "2 UNCHANGED ", short(w.outcomes(i.ID, "", 10))[1], "nothing is missing")
	rec := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "customer.erase",
		Subject: admin.Subject{Kind: "customer", ID: "c1"}}
	require.NoError(t, w.backend.Jobs().Erase(t.Context(), org, job.Rows{Job: i.ID, Seqs: []int64{1}}, rec))
	require.Equal(t, []string{"1 NOT_KEPT ", "2 NOT_KEPT ", "3 CREATED c3"}, short(w.outcomes(i.ID, "", 3))[:3])
	require.Len(t, w.outcomes(i.ID, bulkimport.NotKept, 10), 2)
}

// What a row has made of a field is erased and found with what was there before.
func TestChangesAreMentioned(t *testing.T) {
	w, i := outcomeWorld(t, bulkimport.Upsert)
	s := w.erasing()
	rec := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: bulkimport.ActionRemoveFile,
		Subject: admin.Subject{Kind: "import"}}
	_, err := w.backend.Imports().RemoveFile(t.Context(), org, i.ID, 1000, rec)
	require.NoError(t, err)
	found := mentioned(t, w, s, "köln")
	require.Len(t, found, 1)
	require.True(t, found[0].Rows)
	rows, err := bulkimport.RowsOf(t.Context(), w.ports(), org, "c1", nil)
	require.NoError(t, err)
	require.Equal(t, []job.Rows{{Job: i.ID, Seqs: []int64{1}}}, rows)
}

// Every row has exactly one outcome, and these are what the import counts, in any mode.
func TestOutcomesAddUp(t *testing.T) {
	modes := []bulkimport.Mode{bulkimport.Create, bulkimport.Skip, bulkimport.Upsert, bulkimport.Update}
	for seed := range uint64(16) {
		r := rand.New(rand.NewPCG(seed, 7))
		w := newWorld(t, bulkimport.Options{BatchRows: 1 + r.IntN(9)})
		w.run(bulkimport.CustomersType, drawn(r, 30), bulkimport.Settings{})
		w.now = w.now.Add(time.Minute)
		i, p := w.run(bulkimport.CustomersType, drawn(r, 40), bulkimport.Settings{Mode: modes[seed%4]})
		counts := map[bulkimport.Result]int64{}
		for n, row := range w.outcomes(i.ID, "", 1+r.IntN(20)) {
			require.EqualValues(t, n+1, row.Number)
			counts[row.Result]++
		}
		require.Equal(t, [5]int64{p.Created, p.Updated, p.Unchanged, p.Counts.Skipped, p.Counts.Failed},
			[5]int64{counts[bulkimport.Created], counts[bulkimport.Updated], counts[bulkimport.Unchanged],
				counts[bulkimport.Skipped], counts[bulkimport.Failed]})
		require.Equal(t, 41, strings.Count(w.outcomeFile(i.ID, ""), "\n"))
	}
}

func TestOutcomesOfAHostsOwnType(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	i, _ := w.run("contacts", "id,name,email\n1,Ann,a@b.example\n2,,a@b.example\n", bulkimport.Settings{})
	require.Equal(t, []string{"1 CREATED ", "2 FAILED 2 required"}, short(w.outcomes(i.ID, "", 10)))
}

// The failed row of a customer who was erased is not one that left its record as it was.
func TestARowThatWasErasedIsNotCalledUnchanged(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nk1,Ann old,ann@x.example\n", bulkimport.Settings{})
	i, _ := w.run(bulkimport.AccountsType, "id,name,customer_id,primary_email\nx1,Account one,k1,no address\n", bulkimport.Settings{})
	customers, err := customer.NewService(customer.Ports{
		Customers: w.backend.Customers(), Accounts: w.backend.Accounts(), Audit: w.backend.Audit(), Jobs: w.backend.Jobs(),
		Atomically: func(ctx context.Context, fn func(customer.Ports) error) error {
			return w.backend.InTx(ctx, func(s storage.Stores) error {
				return fn(customer.Ports{Customers: s.Customers(), Accounts: s.Accounts(), Audit: s.Audit(), Jobs: s.Jobs()})
			})
		},
		ImportedRows: func(ctx context.Context, o admin.OrgID, id string, accounts []string) ([]job.Rows, error) {
			return bulkimport.RowsOf(ctx, w.ports(), o, id, accounts)
		},
	}, customer.Options{})
	require.NoError(t, err)
	_, err = customers.Archive(t.Context(), w.scope, "k1", 1, customer.ArchiveInput{})
	require.NoError(t, err)
	_, err = customers.Erase(t.Context(), w.scope, "k1", 2)
	require.NoError(t, err)
	rows := w.outcomes(i.ID, "", 10)
	require.Len(t, rows, 1)
	require.Equal(t, bulkimport.NotKept, rows[0].Result)
}
