package dbtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// sharers are workers that import the same keys at the same time, each from a file of its own in an order of its own.
type sharers struct {
	*importers
	of   bulkimport.TypeName
	keys int
}

// file has the keys of a round in an order and with values of a worker's own.
func (s sharers) file(round, worker int) string {
	var text strings.Builder
	text.WriteString("id,name,primary_email\n")
	if s.of == bulkimport.AccountsType {
		text.Reset()
		text.WriteString("id,name,customer_id\n")
	}
	last := "w%d@customer.example"
	if s.of == bulkimport.AccountsType {
		last = "owner-%d"
	}
	for _, k := range rand.New(rand.NewPCG(uint64(round), uint64(worker))).Perm(s.keys) {
		fmt.Fprintf(&text, "r%d-%05d,Name %d,"+last+"\n", round, k, worker, worker)
	}
	return text.String()
}

// run runs an import for each worker and returns what became of the rows, and the rows in a second.
func (s sharers) run(t *testing.T, round, workers int, mode bulkimport.Mode) (sum bulkimport.Progress, rate float64) {
	t.Helper()
	ids := make([]uuid.UUID, workers)
	for w := range ids {
		ids[w] = s.upload(t, s.of, s.file(round, w), bulkimport.Settings{Mode: mode}).id
		_, err := s.center.Imports.Start(t.Context(), s.scope, ids[w])
		require.NoError(t, err)
	}
	began := time.Now()
	for w, err := range together(workers, func(w int) error {
		_, err := s.center.Imports.Run(t.Context(), s.scope, ids[w], nil)
		return err
	}) {
		require.NoError(t, err, "worker %d", w)
	}
	rate = float64(workers*s.keys) / time.Since(began).Seconds()
	for _, id := range ids {
		p, err := s.center.Imports.Progress(t.Context(), s.scope, id)
		require.NoError(t, err)
		require.True(t, p.Status.Final(), p.Status)
		require.Zero(t, p.Failures)
		require.EqualValues(t, s.keys, p.Counts.Completed+p.Counts.Skipped+p.Counts.Failed)
		sum.Counts = sum.Counts.Add(p.Counts)
		sum.Created, sum.Updated, sum.Unchanged = sum.Created+p.Created, sum.Updated+p.Updated, sum.Unchanged+p.Unchanged
	}
	return sum, rate
}

// Imports that share keys write them in the order of the keys, and a key that another import has taken since it was
// looked up is one that exists.
func TestImportsThatShareKeys(t *testing.T) {
	for _, of := range []bulkimport.TypeName{bulkimport.CustomersType, bulkimport.AccountsType} {
		t.Run(string(of), func(t *testing.T) {
			onEach(t, func(t *testing.T, s server) {
				const workers = 4
				w := sharers{newSharers(t, s), of, atLength(2000, 600)}
				round := 0
				for _, mode := range []bulkimport.Mode{bulkimport.Create, bulkimport.Skip, bulkimport.Upsert} {
					round++
					_, alone := w.run(t, round, 1, mode)
					round++
					rates := [2]float64{}
					for again := range rates { // of new keys, and then of the same
						var sum bulkimport.Progress
						sum, rates[again] = w.run(t, round, workers, mode)
						all, fresh := int64(workers*w.keys), int64(w.keys*(1-again))
						require.Equal(t, fresh, sum.Created, "%s: each key is created once", mode)
						want := map[bulkimport.Mode]job.Counts{
							bulkimport.Create: {Completed: fresh, Failed: all - fresh},
							bulkimport.Skip:   {Completed: fresh, Skipped: all - fresh},
							bulkimport.Upsert: {Completed: all},
						}[mode]
						want.Total = sum.Counts.Total
						require.Equal(t, want, sum.Counts, mode)
					}
					t.Logf("%s %s: %.0f rows/s alone, %.2f of it by %d workers with new keys, %.2f with keys that exist",
						of, mode, alone, rates[0]/alone, workers, rates[1]/alone)
				}
			})
		})
	}
}

// Transactions that write one record take the key of each other's too.
func TestRecordThatIsTakenMeanwhileIsUpdated(t *testing.T) {
	const rounds, many = 10, 5
	onEach(t, func(t *testing.T, s server) {
		db, _ := s.openPool(t)
		createOrganization(t, db, "acme")
		all := customer.Customers().All()
		for round := range rounds {
			results := make([]customer.Result, many)
			for _, err := range together(many, func(i int) error {
				return db.InTx(t.Context(), func(s storage.Stores) error {
					c := customer.Customer{ID: fmt.Sprint(round), Name: fmt.Sprint("Name ", i), PrimaryEmail: "a@x.example"}
					out, err := s.Customers().Apply(t.Context(), "acme", []customer.Change[customer.Customer]{{
						Mode: customer.ModeUpsert, Record: c, Given: all, At: time.UnixMicro(1).UTC(),
					}}, rec("customer.write"))
					if err == nil {
						results[i] = out[0].Result
					}
					return err
				})
			}) {
				require.NoError(t, err)
			}
			slices.Sort(results)
			want := append([]customer.Result{customer.Created}, slices.Repeat([]customer.Result{customer.Updated}, many-1)...)
			require.Equal(t, want, results)
		}
	})
}

// newSharers is an organization that imports with the options that are usual.
func newSharers(t *testing.T, s server) *importers {
	t.Helper()
	w := &importers{place: s.place(t), scope: admin.System("acme")}
	db, pool := w.place.open(t)
	require.NoError(t, db.Migrate(t.Context()))
	w.pool = pool
	var err error
	w.center, err = admincenter.New(db, admincenter.Options{Imports: bulkimport.Options{BatchRows: 250}})
	require.NoError(t, err)
	_, _, err = w.center.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: w.scope.Org(), Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	for n := range 4 {
		owner := fmt.Sprintf("id,name,primary_email\nowner-%d,Owner,o@x.example\n", n)
		j := w.upload(t, bulkimport.CustomersType, owner, bulkimport.Settings{})
		_, err := w.center.Imports.Start(t.Context(), w.scope, j.id)
		require.NoError(t, err)
		j.runHere(t)
	}
	return w
}
