package bulkimport_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// Any sequence of imports that is undone in reverse order, with others and their undoing in between, gives back the
// first state. What the check of each counts is what its undo does.
func TestUndoOfImportsInReverse(t *testing.T) {
	modes := []bulkimport.Mode{bulkimport.Create, bulkimport.Skip, bulkimport.Upsert, bulkimport.Update, bulkimport.Upsert}
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 77))
			schema := bulkimport.Customers()
			schema.Fields = append(schema.Fields, bulkimport.Field{Name: "tier", Label: "Tier", Kind: bulkimport.Text, Max: 50})
			w := newWorld(t, bulkimport.Options{BatchRows: 1 + r.IntN(7), Types: []bulkimport.Type{{Schema: schema}}})
			w.run(bulkimport.CustomersType, drawn(r, 15), bulkimport.Settings{})
			first := unversioned(w.customers())
			undo := func(i bulkimport.Import, p bulkimport.Progress) {
				w.now = w.now.Add(time.Minute)
				_, check := w.checkUndo(i.ID)
				j, undone := w.undo(i.ID)
				require.Equal(t, job.Counts{Total: p.Created + p.Updated, Completed: p.Created + p.Updated}, undone.Counts,
					w.left(j.ID))
				require.Equal(t, check.Counts, undone.Counts)
			}
			type imported struct {
				i bulkimport.Import
				p bulkimport.Progress
			}
			var done []imported
			for left := 6; left > 0 || len(done) > 0; {
				if left > 0 && (len(done) == 0 || r.IntN(3) > 0) {
					left--
					w.now = w.now.Add(time.Minute)
					i, p := w.run(bulkimport.CustomersType, drawn(r, 15), bulkimport.Settings{Mode: modes[r.IntN(len(modes))],
						IfBlank: []bulkimport.BlankRule{bulkimport.ClearBlank, bulkimport.KeepBlank}[r.IntN(2)]})
					done = append(done, imported{i, p})
					continue
				}
				last := done[len(done)-1]
				done = done[:len(done)-1]
				undo(last.i, last.p)
			}
			require.Equal(t, first, unversioned(w.customers()))
		})
	}
}

func TestUndoOfTheEarlierImport(t *testing.T) {
	const one, two = "id,name,primary_email\nc1,Ann,a@x.example\n", "id,name,primary_email\nc1,Anna,a@x.example\n"
	upsert := bulkimport.Settings{Mode: bulkimport.Upsert}
	for _, tc := range []struct {
		reason  string
		between func(*world)
		want    []string
	}{
		{"nothing else has changed", func(*world) {}, nil},
		{"changed by hand after the later undo", func(w *world) { w.change(renamed(w.t, "c1", "By hand")) },
			[]string{"1 c1 changed_since"}},
		{"changed by hand and back", func(w *world) {
			w.change(renamed(w.t, "c1", "By hand"))
			w.change(renamed(w.t, "c1", "Ann"))
		}, []string{"1 c1 changed_since"}},
		{"a third import wrote it and was undone", func(w *world) {
			i, _ := w.run(bulkimport.CustomersType, two, upsert)
			w.undo(i.ID)
		}, nil},
		{"a third import wrote it and was not undone", func(w *world) { w.run(bulkimport.CustomersType, two, upsert) },
			[]string{"1 c1 changed_since"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			earlier, _ := w.run(bulkimport.CustomersType, one, bulkimport.Settings{})
			later, _ := w.run(bulkimport.CustomersType, two, upsert)
			check, _ := w.checkUndo(earlier.ID)
			require.Equal(t, []string{"1 c1 changed_since"}, w.left(check.ID))
			w.undo(later.ID)
			require.EqualValues(t, 3, w.customer("c1").Version)
			tc.between(w)
			check, _ = w.checkUndo(earlier.ID)
			require.Equal(t, tc.want, w.left(check.ID))
			j, _ := w.undo(earlier.ID)
			require.Equal(t, tc.want, w.left(j.ID))
			if tc.want == nil {
				require.Empty(t, w.customers())
			}
		})
	}
}
