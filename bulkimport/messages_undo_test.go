package bulkimport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/bulkimport/message"
)

// entries hears the messages of all entries of a job.
func (h *heard) entries(w *world, id uuid.UUID) {
	h.t.Helper()
	entries, err := w.backend.Jobs().Entries(h.t.Context(), org, id, job.EntryFilter{}, admin.Seek[int64]{Limit: 100})
	require.NoError(h.t, err)
	require.NotEmpty(h.t, entries)
	for _, e := range entries {
		var data struct{ Errors []bulkimport.CellError }
		require.NoError(h.t, json.Unmarshal([]byte(e.Data), &data))
		require.Len(h.t, data.Errors, 1)
		one := data.Errors[0]
		require.Equal(h.t, []string{e.Detail, string(e.Reason)}, []string{one.Message, one.Code})
		h.one("cell", one.Code, one.Message, one.Params)
		german := bulkimport.LocalizeEntry(e, message.German())
		require.NotEqual(h.t, e.Detail, german.Detail)
		require.Equal(h.t, one.Localized(message.German()).Message, german.Detail)
		german.Detail = e.Detail
		require.Equal(h.t, e, german)
	}
}

// storage refuses the changes of an undo as a database does that has foreign keys and rules of its own.
type refusingCustomers struct{ customer.Store }

func (s refusingCustomers) Apply(
	ctx context.Context, o admin.OrgID, changes []customer.Change[customer.Customer], rec admin.Record,
) ([]customer.Outcome[customer.Customer], error) {
	out, err := s.Store.Apply(ctx, o, changes, rec)
	for k := range out {
		if rec.Action == bulkimport.ActionUndo {
			out[k] = customer.Outcome[customer.Customer]{Result: customer.Refused, Reason: customer.ReasonStorage,
				Detail: storageSays(changes[k].Record.ID, "customer"), Before: out[k].Before, After: out[k].Before}
		}
	}
	return out, err
}

func storageSays(id, noun string) string {
	switch id {
	case "f1":
		return "the database has what refers to the " + noun
	case "f2":
		return "the database refuses a value of the record"
	}
	return "no such luck"
}

type refusingAccounts struct{ customer.AccountStore }

func (s refusingAccounts) Apply(
	ctx context.Context, o admin.OrgID, changes []customer.Change[customer.Account], rec admin.Record,
) ([]customer.Outcome[customer.Account], error) {
	out, err := s.AccountStore.Apply(ctx, o, changes, rec)
	for k := range out {
		if rec.Action == bulkimport.ActionUndo {
			out[k] = customer.Outcome[customer.Account]{Result: customer.Refused, Reason: customer.ReasonStorage,
				Detail: storageSays(changes[k].Record.ID, "account"), Before: out[k].Before, After: out[k].Before}
		}
	}
	return out, err
}

// using gives the service other ports, in transactions too.
func (w *world) using(change func(*bulkimport.Ports)) {
	p := w.ports()
	change(&p)
	p.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		return w.atomically(ctx, func(p bulkimport.Ports) error {
			change(&p)
			return fn(p)
		})
	}
	w.service = w.service.In(p)
}

func named(noun string, rows int) string {
	var b strings.Builder
	b.WriteString("id,name,primary_email\n")
	if noun == "a" {
		b.Reset()
		b.WriteString("id,name,customer_id\n")
	}
	for k := 1; k <= rows; k++ {
		last := "x@x.example"
		if noun == "a" {
			last = "o1"
		}
		fmt.Fprintf(&b, "%s%d,Name %d,%s\n", noun, k, k, last)
	}
	return b.String()
}

// ofUndo has the messages of rows that an undo leaves.
func (h *heard) ofUndo() {
	w := newWorld(h.t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\no1,Owner,o@x.example\n", bulkimport.Settings{})
	customers, _ := w.run(bulkimport.CustomersType, named("c", 6), bulkimport.Settings{})
	accounts, _ := w.run(bulkimport.AccountsType, named("a", 5), bulkimport.Settings{})
	w.run(bulkimport.AccountsType, "id,name,customer_id\nb1,Of six,c6\n", bulkimport.Settings{})
	w.change(renamed(h.t, "c1", "Other"), archived(h.t, "c2"), archived(h.t, "c3"))
	w.change(customer.Change[customer.Customer]{Mode: customer.ModeErase, Record: customer.Customer{ID: "c3"}},
		customer.Change[customer.Customer]{Mode: customer.ModeRemove, Record: customer.Customer{ID: "c4"}, Version: 1})
	h.changeAccounts(w)
	w.using(func(p *bulkimport.Ports) {
		p.InUse = func(_ context.Context, _ admin.OrgID, kind string, _ []string) (map[string]string, error) {
			return map[string]string{"c5": "has settings", "a5": "has schedules of price plans"}, nil
		}
	})
	for _, id := range []uuid.UUID{accounts.ID, customers.ID} {
		j, p := w.undo(id)
		require.Zero(h.t, p.Counts.Completed)
		h.entries(w, j.ID)
	}
	w.using(func(p *bulkimport.Ports) {
		p.Customers, p.Accounts = refusingCustomers{p.Customers}, refusingAccounts{p.Accounts}
	})
	customers, _ = w.run(bulkimport.CustomersType, named("f", 2), bulkimport.Settings{})
	accounts, _ = w.run(bulkimport.AccountsType, "id,name,customer_id\nf1,One,o1\nf2,Two,o1\n", bulkimport.Settings{})
	for _, id := range []uuid.UUID{accounts.ID, customers.ID} {
		j, _ := w.undo(id)
		h.entries(w, j.ID)
	}
	h.ofUndoers()
}

// changeAccounts changes, archives, erases and removes an account each.
func (h *heard) changeAccounts(w *world) {
	status, err := customer.Accounts().Mask("status")
	require.NoError(h.t, err)
	name, err := customer.Accounts().Mask("name")
	require.NoError(h.t, err)
	archived := func(id string) customer.Change[customer.Account] {
		return customer.Change[customer.Account]{Mode: customer.ModeUpdate, Given: status,
			Record: customer.Account{ID: id, Status: customer.Archived}}
	}
	rec := admin.Record{ID: w.id(), At: w.now, Actor: w.scope.Actor(), Action: "account.update",
		Subject: admin.Subject{Kind: "account"}}
	for _, changes := range [][]customer.Change[customer.Account]{
		{{Mode: customer.ModeUpdate, Given: name, Record: customer.Account{ID: "a1", Name: "Other"}}, archived("a2"),
			archived("a3")},
		{{Mode: customer.ModeErase, Record: customer.Account{ID: "a3"}},
			{Mode: customer.ModeRemove, Record: customer.Account{ID: "a4"}, Version: 1}},
	} {
		rec.ID = w.id()
		out, err := w.backend.Accounts().Apply(h.t.Context(), org, changes, rec)
		require.NoError(h.t, err)
		for _, o := range out {
			require.NotEqual(h.t, customer.Refused, o.Result, o.Detail)
		}
	}
}

// ofUndoers has the messages of rows that a host's target leaves without words of its own.
func (h *heard) ofUndoers() {
	for _, o := range []bulkimport.Outcome{{Result: bulkimport.Refused}, {Result: bulkimport.NotFound},
		{Result: bulkimport.Refused, Code: "credit_hold"}} {
		w := newWorld(h.t, contactsTo(&leaving{newBook(), o}, 0))
		i, _ := w.run("contacts", persons(1, 2, "Bonn"), bulkimport.Settings{})
		j, _ := w.undo(i.ID)
		if o.Code == "" {
			h.entries(w, j.ID)
			continue
		}
		e := w.failed(j.ID)[0].Errors[0]
		require.Equal(h.t, `"p001": the target refused to undo the row`, e.Message)
		require.Equal(h.t, "„p001“: das Ziel lehnte ab, die Zeile zurückzunehmen", e.Localized(message.German()).Message)
		require.Equal(h.t, "credit_hold", e.Code)
	}
	l := newBook()
	l.keep = func(o bulkimport.Outcome) bulkimport.Outcome { o.Before = "\xff"; return o }
	w := newWorld(h.t, contactsTo(l, 0))
	i, _ := w.run("contacts", persons(1, 1, "Bonn"), bulkimport.Settings{})
	j, _ := w.undo(i.ID)
	h.entries(w, j.ID)
}

// leaving leaves every row of an undo with the same outcome.
type leaving struct {
	*book
	outcome bulkimport.Outcome
}

func (l *leaving) Undo(
	_ context.Context, _ admin.OrgID, b bulkimport.UndoBatch, _ admin.Record,
) ([]bulkimport.Outcome, error) {
	out := make([]bulkimport.Outcome, len(b.Rows))
	for k := range out {
		out[k] = l.outcome
	}
	return out, nil
}

func TestEntriesOfUndosInAnotherLanguage(t *testing.T) {
	german := message.German()
	german.Templates["word.has invoices"] = message.Template{Text: "hat Rechnungen"}
	require.Empty(t, german.Check("word.has invoices"))
	require.NotEmpty(t, german.Check(), "it is not the catalog's own")
	for reason, tc := range map[string]struct{ why, english, german string }{
		"what the library knows":   {"has settings", `customer "c1" has settings`, "Der Kunde „c1“ wird noch verwendet: er hat Einstellungen"},
		"a host's word":            {"has invoices", `customer "c1" has invoices`, "Der Kunde „c1“ wird noch verwendet: er hat Rechnungen"},
		"a host's, not translated": {"has {id} bills", `customer "c1" has {id} bills`, "Der Kunde „c1“ wird noch verwendet: er has {id} bills"},
	} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			w.using(func(p *bulkimport.Ports) {
				p.InUse = func(context.Context, admin.OrgID, string, []string) (map[string]string, error) {
					return map[string]string{"c1": tc.why}, nil
				}
			})
			i, _ := w.run(bulkimport.CustomersType, named("c", 1), bulkimport.Settings{})
			j, _ := w.undo(i.ID)
			entries, err := w.backend.Jobs().Entries(t.Context(), org, j.ID, job.EntryFilter{}, admin.Seek[int64]{Limit: 9})
			require.NoError(t, err)
			require.Equal(t, tc.english, entries[0].Detail)
			require.Equal(t, tc.german, bulkimport.LocalizeEntry(entries[0], german).Detail)
		})
	}
	for reason, e := range map[string]job.Entry{
		"not of an import":         {Seq: 1, Detail: "plan ended", Data: `{"plan":"p"}`},
		"none has data":            {Seq: 1, Detail: "gone"},
		"data that is no JSON":     {Seq: 1, Detail: "gone", Data: "{"},
		"another text than it has": {Seq: 1, Detail: "gone", Data: `{"errors":[{"code":"required","message":"x is required","params":{"field":"x"}}]}`},
	} {
		t.Run(reason, func(t *testing.T) { require.Equal(t, e, bulkimport.LocalizeEntry(e, german)) })
	}
}

// What the database of a host's refuses in words of its own keeps these.
func TestUndoKeepsTheWordsOfAStore(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.using(func(p *bulkimport.Ports) { p.Customers = refusingCustomers{p.Customers} })
	i, _ := w.run(bulkimport.CustomersType, named("g", 1), bulkimport.Settings{})
	j, _ := w.undo(i.ID)
	e := w.failed(j.ID)[0].Errors[0]
	require.Equal(t, []string{"refused", "no such luck"}, []string{e.Code, e.Message})
	require.Equal(t, e, e.Localized(message.German()))
}
