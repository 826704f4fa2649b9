package bulkimport_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

// ownedRow is a row with an account and its customer.
type ownedRow struct{ id, name, owner, ownerName, email, city, tier string }

func (r ownedRow) String() string {
	return strings.Join([]string{r.id, r.name, r.owner, r.ownerName, r.email, r.city, r.tier}, ",")
}

// drawnOwned draws rows that meet each other's customers and, from a small set, records that exist. Unless all are
// good, some differ from others, cannot be read, or lack what a new customer needs.
func drawnOwned(r *rand.Rand, rows int, good bool) []ownedRow {
	var out []ownedRow
	variant := r.IntN(3)
	for k, id := range r.Perm(2 * rows)[:rows] {
		owner := r.IntN(rows/3 + 1)
		row := ownedRow{id: fmt.Sprintf("a%03d", id), name: fmt.Sprintf("Name %d", r.IntN(3)), owner: fmt.Sprintf("c%03d", owner),
			ownerName: fmt.Sprintf("Owner %d %d", owner, variant), email: fmt.Sprintf("e%d.%d@x.example", owner, variant),
			city: fmt.Sprintf("City %d", variant), tier: fmt.Sprintf("T%d", variant)}
		seen := false
		for _, had := range out[:k] {
			seen = seen || had.owner == row.owner && had.ownerName != ""
		}
		if seen && r.IntN(2) == 0 || !good && r.IntN(6) == 0 {
			row.ownerName = ""
		}
		if seen && r.IntN(2) == 0 {
			row.email = ""
		}
		if r.IntN(2) == 0 {
			row.city = ""
		}
		if r.IntN(2) == 0 {
			row.tier = ""
		}
		if !good && r.IntN(8) == 0 {
			switch r.IntN(5) {
			case 0:
				row.city = "Elsewhere"
			case 1:
				row.ownerName = "Another"
			case 2:
				row.name = "x"
			case 3:
				row.email = "nobody"
			case 4:
				row.owner = ""
			}
		}
		out = append(out, row)
	}
	return out
}

func ownedFile(rows []ownedRow) string {
	var b strings.Builder
	b.WriteString("id,name,customer_id,customer_name,customer_primary_email,customer_city,customer_tier\n")
	for _, r := range rows {
		b.WriteString(r.String() + "\n")
	}
	return b.String()
}

// splitFiles are the customers and the accounts of rows that do not differ from each other, as two files.
func splitFiles(rows []ownedRow) (customers, accounts string) {
	merged := map[string]*ownedRow{}
	var order []string
	var b strings.Builder
	b.WriteString("id,name,customer_id\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "%s,%s,%s\n", r.id, r.name, r.owner)
		m := merged[r.owner]
		if m == nil {
			m = &ownedRow{owner: r.owner}
			merged[r.owner] = m
			order = append(order, r.owner)
		}
		for _, v := range []struct {
			to   *string
			from string
		}{{&m.ownerName, r.ownerName}, {&m.email, r.email}, {&m.city, r.city}, {&m.tier, r.tier}} {
			if v.from != "" {
				*v.to = v.from
			}
		}
	}
	var c strings.Builder
	c.WriteString("id,name,primary_email,city,tier\n")
	for _, id := range order {
		m := merged[id]
		fmt.Fprintf(&c, "%s,%s,%s,%s,%s\n", id, m.ownerName, m.email, m.city, m.tier)
	}
	return c.String(), b.String()
}

// ownedWorld has the types with a field that is a name in the metadata of customers.
func ownedWorld(t *testing.T, batch int) *world {
	t.Helper()
	own, of := bulkimport.CustomerAccounts(), bulkimport.Customers()
	own.Fields = append(own.Fields, bulkimport.Field{Name: "customer_tier", Label: "Customer tier", Kind: bulkimport.Text, Max: 50})
	of.Fields = append(of.Fields, bulkimport.Field{Name: "tier", Label: "Tier", Kind: bulkimport.Text, Max: 50})
	return newWorld(t, bulkimport.Options{BatchRows: batch, Types: []bulkimport.Type{{Schema: own}, {Schema: of}}})
}

// state lists all that records have, but for versions and times.
func (w *world) state() (out []string) {
	w.t.Helper()
	for _, c := range w.customers() {
		out = append(out, fmt.Sprint(c.ID, c.Name, c.PrimaryEmail, c.Address, c.Metadata, c.Status))
	}
	for _, a := range w.accounts() {
		out = append(out, fmt.Sprint(a.ID, a.Name, a.CustomerID, a.Status))
	}
	return out
}

// A file of accounts with their customers in any mode: the check finds what the run does, batches of any size come to
// the same, each row has one outcome, no customer is made without an account, and the undo, of which the check counts
// the same, gives back the state before.
func TestAnyAccountsWithTheirCustomers(t *testing.T) {
	modes := []bulkimport.Mode{bulkimport.Create, bulkimport.Skip, bulkimport.Upsert, bulkimport.Update}
	made, failed := int64(0), int64(0)
	for seed := range uint64(60) {
		mode := modes[seed%4]
		t.Run(fmt.Sprintf("%d %s", seed, mode), func(t *testing.T) {
			var outcomes, states [][]string
			for _, batch := range []int{1, 4, 500} {
				r := rand.New(rand.NewPCG(seed, 41))
				w := ownedWorld(t, batch)
				if r.IntN(4) > 0 {
					w.run(bulkimport.CustomerAccountsType, ownedFile(drawnOwned(r, 12, true)), bulkimport.Settings{})
				}
				w.now = w.now.Add(time.Minute)
				before := w.state()
				existed := map[string]bool{}
				for _, c := range w.customers() {
					existed[c.ID] = true
				}
				i := w.upload(bulkimport.CustomerAccountsType, ownedFile(drawnOwned(r, 30, r.IntN(3) == 0)))
				i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{Mode: mode})
				require.NoError(t, err)
				checked, ran := w.checkThenRun(i)
				require.Equal(t, checked, ran)
				made, failed = made+ran.Created+ran.Updated, failed+ran.Counts.Failed
				outcomes = append(outcomes, short(w.outcomes(i.ID, "", 7)))
				require.Len(t, outcomes[len(outcomes)-1], 30)
				states = append(states, w.state())
				owners := map[string]bool{}
				for _, a := range w.accounts() {
					owners[a.CustomerID] = true
				}
				for _, c := range w.customers() {
					require.True(t, existed[c.ID] || owners[c.ID], "%s has no account", c.ID)
				}
				_, would := w.checkUndo(i.ID)
				require.Equal(t, states[len(states)-1], w.state())
				j, undone := w.undo(i.ID)
				require.Equal(t, would.Counts, undone.Counts)
				require.Zero(t, undone.Counts.Failed, "%v", w.left(j.ID))
				require.Equal(t, before, w.state())
			}
			require.Equal(t, outcomes[0], outcomes[1])
			require.Equal(t, outcomes[0], outcomes[2])
			require.Equal(t, states[0], states[1])
			require.Equal(t, states[0], states[2])
		})
	}
	require.Greater(t, made, int64(1000))
	require.Greater(t, failed, int64(500))
}

// What one file makes is what its customers and then its accounts make as two files, if no row fails.
func TestOneFileIsAsTwo(t *testing.T) {
	for seed := range uint64(30) {
		mode := []bulkimport.Mode{bulkimport.Create, bulkimport.Upsert}[seed%2]
		t.Run(fmt.Sprintf("%d %s", seed, mode), func(t *testing.T) {
			var states [][]string
			for _, two := range []bool{false, true} {
				r := rand.New(rand.NewPCG(seed, 42))
				w := ownedWorld(t, 1+int(seed%9))
				if mode == bulkimport.Upsert {
					w.run(bulkimport.CustomerAccountsType, ownedFile(drawnOwned(r, 20, true)), bulkimport.Settings{})
				}
				w.now = w.now.Add(time.Minute)
				rows := drawnOwned(r, 30, true)
				if !two {
					_, p := w.run(bulkimport.CustomerAccountsType, ownedFile(rows), bulkimport.Settings{Mode: mode})
					require.Zero(t, p.Counts.Failed)
				} else {
					customers, accounts := splitFiles(rows)
					set := bulkimport.Settings{Mode: mode, IfBlank: bulkimport.KeepBlank}
					_, p := w.run(bulkimport.CustomersType, customers, set)
					require.Zero(t, p.Counts.Failed)
					_, p = w.run(bulkimport.AccountsType, accounts, set)
					require.Zero(t, p.Counts.Failed)
				}
				states = append(states, w.state())
			}
			require.Equal(t, states[1], states[0])
		})
	}
}
