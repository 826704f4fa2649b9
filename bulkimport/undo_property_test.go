package bulkimport_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// drawn writes a file of customers with columns drawn from all there are. Keys are of a small set, so that rows meet
// records, and some rows cannot be read.
func drawn(r *rand.Rand, rows int) string {
	header := []string{"id", "name", "primary_email"}
	for _, c := range []string{"city", "country", "phone_number", "line1", "tier"} {
		if r.IntN(2) == 0 {
			header = append(header, c)
		}
	}
	var b strings.Builder
	b.WriteString(strings.Join(header, ",") + "\n")
	for _, id := range r.Perm(2 * rows)[:rows] {
		for k, c := range header {
			cell := fmt.Sprintf("%s %d", c, r.IntN(4))
			switch {
			case c == "id":
				cell = fmt.Sprintf("c%03d", id)
			case c == "primary_email" && r.IntN(9) > 0:
				cell = fmt.Sprintf("e%d@x.example", r.IntN(4))
			case c == "country":
				cell = []string{"DE", "FR", ""}[r.IntN(3)]
			case c != "name" && c != "primary_email" && r.IntN(3) == 0:
				cell = ""
			}
			if k > 0 {
				b.WriteString(",")
			}
			b.WriteString(cell)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// An undo takes back what an import did in any mode; what was changed in between stays; the check beforehand
// counts what the undo does.
func TestUndoIsTheInverse(t *testing.T) {
	modes := []bulkimport.Mode{bulkimport.Create, bulkimport.Skip, bulkimport.Upsert, bulkimport.Update}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 12))
		mode, rule := modes[seed%4], []bulkimport.BlankRule{bulkimport.ClearBlank, bulkimport.KeepBlank}[r.IntN(2)]
		t.Run(fmt.Sprintf("%d %s", seed, mode), func(t *testing.T) {
			schema := bulkimport.Customers()
			schema.Fields = append(schema.Fields, bulkimport.Field{Name: "tier", Label: "Tier", Kind: bulkimport.Text, Max: 50})
			w := newWorld(t, bulkimport.Options{BatchRows: 1 + r.IntN(7), Types: []bulkimport.Type{{Schema: schema}}})
			w.run(bulkimport.CustomersType, drawn(r, 20), bulkimport.Settings{})
			w.now = w.now.Add(time.Minute)
			w.run(bulkimport.CustomersType, drawn(r, 20), bulkimport.Settings{Mode: bulkimport.Upsert})
			before := map[string]customer.Customer{}
			for _, c := range w.customers() {
				before[c.ID] = c
			}
			w.now = w.now.Add(time.Minute)
			i, imported := w.run(bulkimport.CustomersType, drawn(r, 25), bulkimport.Settings{Mode: mode, IfBlank: rule})
			w.now = w.now.Add(time.Minute)
			changed := map[string]customer.Customer{}
			for _, c := range w.customers() {
				if r.IntN(6) == 0 {
					w.change(renamed(t, c.ID, "By hand"))
					changed[c.ID] = w.customer(c.ID)
				}
			}
			there := len(w.customers())
			_, check := w.checkUndo(i.ID)
			require.Len(t, w.customers(), there)
			j, p := w.undo(i.ID)
			require.Equal(t, imported.Created+imported.Updated, p.Counts.Total)
			require.Equal(t, []any{check.Counts, check.Removed, check.Restored}, []any{p.Counts, p.Removed, p.Restored})
			require.Len(t, w.left(j.ID), int(p.Counts.Failed))

			var ids []string
			for _, c := range w.customers() {
				ids = append(ids, c.ID)
				if hand, ok := changed[c.ID]; ok {
					require.Equal(t, hand, c, "what was changed by hand stays")
					continue
				}
				was, ok := before[c.ID]
				require.True(t, ok, "%s was not there before", c.ID)
				if was.Version == c.Version {
					require.Equal(t, was, c)
					continue
				}
				require.Equal(t, was.Version+2, c.Version, "the import, and the undo")
				require.Equal(t, unversioned([]customer.Customer{was}), unversioned([]customer.Customer{c}))
			}
			for id := range before {
				require.Contains(t, ids, id, "nothing else was removed")
			}
			require.Equal(t, job.Counts{Total: p.Counts.Total, Completed: p.Removed + p.Restored, Failed: p.Counts.Failed},
				p.Counts)
		})
	}
}

// A record that several rows of an import wrote, one after the other, is undone step by step.
func TestUndoOfARecordThatSeveralRowsWrote(t *testing.T) {
	for reason, batch := range map[string]int{"in batches of one": 1, "in one batch": 100} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{BatchRows: 1})
			w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann,old@x.example\n", bulkimport.Settings{})
			before := w.customers()
			w.now = w.now.Add(time.Minute)
			// Rows find their customer by its address, which someone changes while the import runs.
			i := w.upload(bulkimport.CustomersType, "name,primary_email\nOne,old@x.example\nTwo,new@x.example\nThree,last@x.example\n")
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, bulkimport.Mapping{
				"name": {Columns: []int{0}}, "primary_email": {Columns: []int{1}},
			}, bulkimport.Settings{Mode: bulkimport.Update, Match: "primary_email"})
			require.NoError(t, err)
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			step := func() {
				w.now = w.now.Add(time.Second)
				_, err := w.service.Step(t.Context(), w.scope, i.ID)
				require.NoError(t, err)
			}
			step()
			w.readdress("c1", "new@x.example") // the record keeps the version that the row gave it
			step()
			w.readdress("c1", "last@x.example")
			step()
			step()
			require.Equal(t, "Three", w.customer("c1").Name)
			require.EqualValues(t, 4, w.customer("c1").Version)
			w.readdress("c1", "old@x.example")
			w.service = w.with(bulkimport.Options{BatchRows: batch})
			_, check := w.checkUndo(i.ID)
			require.Equal(t, job.Counts{Total: 3, Completed: 3}, check.Counts)
			require.EqualValues(t, 4, w.customer("c1").Version)
			j, p := w.undo(i.ID)
			require.Equal(t, job.Counts{Total: 3, Completed: 3}, p.Counts, w.left(j.ID))
			after := w.customers()
			require.EqualValues(t, 7, after[0].Version)
			require.Equal(t, unversioned(before), unversioned(after))
			stored, err := w.backend.Jobs().Get(t.Context(), org, j.ID)
			require.NoError(t, err)
			require.NotContains(t, stored.State, "links", "nothing of the rows is left in it")
		})
	}
}

// readdress gives a customer another address without another version, as no caller can: by removing it and making it
// again.
func (w *world) readdress(id, address string) {
	w.t.Helper()
	c := w.customer(id)
	w.change(customer.Change[customer.Customer]{Mode: customer.ModeRemove, Record: c, Version: c.Version})
	kind := customer.Customers()
	version, at := c.Version, c.UpdatedAt
	c.PrimaryEmail = address
	w.change(customer.Change[customer.Customer]{Mode: customer.ModeCreate, Record: c, Given: kind.All(), At: c.CreatedAt})
	for range version - 1 {
		name := renamed(w.t, id, fmt.Sprint("Name ", w.ids.Add(1)))
		name.At = at
		w.change(name)
	}
}
