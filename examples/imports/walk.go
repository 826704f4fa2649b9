package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

//go:embed customers.csv
var file []byte

// walk does the steps of an import.
func (w *walkthrough) walk(ctx context.Context) error {
	for _, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"Upload", w.upload},
		{"Map the columns", w.propose},
		{"Look at the first rows", w.preview},
		{"Check the whole file", w.check},
		{"Import three rows for real", w.canary},
		{"Let the others follow", w.confirm},
		{"Import what failed with another mapping", w.again},
		{"Keep the mapping for the file of next month", w.keep},
		{"See what became of each row", w.outcomes},
		{"Take the first import back", w.undo},
		{"Import accounts with their customers from one file", w.accounts},
	} {
		w.say("\n%s\n%s", step.title, strings.Repeat("─", len(step.title)))
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(step.title), err)
		}
	}
	return nil
}

// upload stores a file, however it is written.
func (w *walkthrough) upload(ctx context.Context) error {
	imp, err := w.center.Imports.Upload(ctx, w.scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "customers.csv", Content: bytes.NewReader(file),
	})
	if err != nil {
		return err
	}
	w.id = imp.ID
	w.say("%d rows in %s, separated by %q", imp.Rows, imp.Content.Encoding, imp.Content.Delimiter)
	return nil
}

// propose maps columns by their headers and their values, and finds how the values are written.
func (w *walkthrough) propose(ctx context.Context) error {
	suggested, err := w.center.Imports.Suggest(ctx, w.scope, w.id)
	if err != nil {
		return err
	}
	m := suggested.Mapping() // what is sure; a screen shows the others
	proposed, err := w.center.Imports.Propose(ctx, w.scope, w.id, m, bulkimport.Settings{})
	if err != nil {
		return err
	}
	imp, err := w.center.Imports.Get(ctx, w.scope, w.id)
	if err != nil {
		return err
	}
	for _, s := range suggested {
		if len(s.Source.Columns) == 1 {
			col := imp.Columns[s.Source.Columns[0]]
			w.say("%-15s from %-13s %s", s.Field, col.Name, s.Reason)
		}
	}
	for _, p := range proposed {
		for _, why := range p.Reasons {
			w.say("%-15s %s", p.Field, why)
		}
		w.say("%-15s %d of %d cells would fail as it was", p.Field, p.Failing, p.Cells)
	}
	for _, c := range suggested.Unmapped(imp) {
		w.say("not imported: column %s with %d values", c.Name, c.Filled)
	}
	w.mapping, w.settings = proposed.Apply(m), bulkimport.Settings{Canary: 3, NotImported: []int{6}}
	return nil
}

// preview shows the first rows as they would be written. The mapping is not stored yet: it may be called whenever a
// person changes something.
func (w *walkthrough) preview(ctx context.Context) error {
	p, err := w.center.Imports.Preview(ctx, w.scope, w.id, w.mapping, w.settings, 5)
	if err != nil {
		return err
	}
	for _, row := range p.Rows {
		var cells []string
		for _, c := range row.Cells {
			cell := c.Value
			if len(c.Errors) > 0 {
				cell = "[" + strings.Join(c.Texts, " ") + ": " + c.Errors[0].Code + "]"
			}
			cells = append(cells, cell)
		}
		w.say("%-8s %s", row.Result, strings.Join(cells, " | "))
	}
	return nil
}

// check finds what the import would do with every row, as a job: a worker would do it.
func (w *walkthrough) check(ctx context.Context) error {
	imp, err := w.center.Imports.Get(ctx, w.scope, w.id)
	if err != nil {
		return err
	}
	if _, err := w.center.Imports.SetMapping(ctx, w.scope, w.id, imp.Version, w.mapping, w.settings); err != nil {
		return err
	}
	check, err := w.center.Imports.Check(ctx, w.scope, w.id)
	if err != nil {
		return err
	}
	if _, err := w.center.Imports.Run(ctx, w.scope, check.ID, nil); err != nil {
		return err
	}
	return w.result(ctx, check.ID)
}

// result shows what a job of an import has done so far, and what is wrong by column.
func (w *walkthrough) result(ctx context.Context, id uuid.UUID) error {
	p, err := w.center.Imports.Progress(ctx, w.scope, id)
	if err != nil {
		return err
	}
	w.say("%s: %d of %d rows, %d created, %d failed", p.Status, p.Counts.Settled(), p.Counts.Total, p.Created,
		p.Counts.Failed)
	summary, err := w.center.Imports.Summary(ctx, w.scope, id)
	if err != nil {
		return err
	}
	for _, e := range summary.Errors {
		w.say("  %d × %s in %s", e.Rows, e.Code, e.Name)
	}
	return nil
}

// canary imports the first rows for real, and waits.
func (w *walkthrough) canary(ctx context.Context) error {
	if _, err := w.center.Imports.Start(ctx, w.scope, w.id); err != nil {
		return err
	}
	p, err := w.center.Imports.Run(ctx, w.scope, w.id, nil)
	if err != nil {
		return err
	}
	w.say("%s after %d rows:", p.Status, p.Counts.Completed)
	return w.list(ctx)
}

// list shows the customers that there are.
func (w *walkthrough) list(ctx context.Context) error {
	page, err := w.center.Customers.List(ctx, w.scope, customer.Filter{}, admin.Query{})
	if err != nil {
		return err
	}
	for _, c := range page.Items {
		w.say("  %s %s, %s %s, since %s", c.ID, c.Name, c.Address.City, c.Address.Country, c.Metadata["customer_since"])
	}
	return nil
}

// confirm is what a person does who has looked at the first customers; Reject ends the import.
func (w *walkthrough) confirm(ctx context.Context) error {
	if _, err := w.center.Imports.Confirm(ctx, w.scope, w.id); err != nil {
		return err
	}
	report := func(p job.Progress) { w.say("… %d rows", p.Counts.Settled()) }
	if _, err := w.center.Imports.Run(ctx, w.scope, w.id, report); err != nil {
		return err
	}
	if err := w.result(ctx, w.id); err != nil {
		return err
	}
	var failed bytes.Buffer
	if err := w.center.Imports.FailedRows(ctx, w.scope, w.id, &failed); err != nil {
		return err
	}
	w.say("The failed rows, to correct in a spreadsheet and upload again:")
	w.say("%s", strings.TrimSpace(strings.TrimPrefix(failed.String(), "\ufeff")))
	return nil
}

// again imports the rows that failed because of the mapping, without a spreadsheet.
func (w *walkthrough) again(ctx context.Context) error {
	imp, err := w.center.Imports.UploadFailed(ctx, w.scope, w.id)
	if err != nil {
		return err
	}
	m, set := imp.Mapping, imp.Settings // those of the first import
	country, since := m["country"], m["customer_since"]
	country.Values = map[string]string{"Helvetien": "CH"}
	since.Values = map[string]string{"Frühjahr 2023": "01.03.2023"}
	m["country"], m["customer_since"], set.Canary = country, since, 0
	if _, err := w.center.Imports.SetMapping(ctx, w.scope, imp.ID, imp.Version, m, set); err != nil {
		return err
	}
	if _, err := w.center.Imports.Start(ctx, w.scope, imp.ID); err != nil {
		return err
	}
	if _, err := w.center.Imports.Run(ctx, w.scope, imp.ID, nil); err != nil {
		return err
	}
	w.corrected = imp.ID
	return w.result(ctx, imp.ID)
}

// keep saves the corrected mapping under a name, and applies it to a file with the columns in another order.
func (w *walkthrough) keep(ctx context.Context) error {
	saved, err := w.center.Imports.SaveMapping(ctx, w.scope, w.corrected, "Shop export, monthly")
	if err != nil {
		return err
	}
	next, err := w.center.Imports.Upload(ctx, w.scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "april.csv", Content: strings.NewReader(
			"Firma;KUNDENNUMMER;Email;Ort;Land;Filiale\nGasthof Linde;K-2001;post@linde.example;Linz;Österreich;Süd\n"),
	})
	if err != nil {
		return err
	}
	fits, err := w.center.Imports.FittingMappings(ctx, w.scope, next.ID)
	if err != nil {
		return err
	}
	for _, f := range fits {
		w.say("%s: %.2f, %s", f.Mapping.Name, f.Score, f.Reason)
	}
	applied, err := w.center.Imports.ApplyMapping(ctx, w.scope, saved.ID, next.ID)
	if err != nil {
		return err
	}
	for _, c := range applied.Missing {
		if len(c.Fields) > 0 {
			w.say("not in the file: %s for %s", c.Header, strings.Join(c.Fields, ", "))
		}
	}
	for _, c := range applied.Unnamed {
		w.say("new in the file: %s", c.Name)
	}
	_, err = w.center.Imports.SetMapping(ctx, w.scope, next.ID, next.Version, applied.Mapping, applied.Settings)
	return err
}

// outcomes shows what became of each row. A screen pages through them, and WriteOutcomes writes a file.
func (w *walkthrough) outcomes(ctx context.Context) error {
	page, err := w.center.Imports.Outcomes(ctx, w.scope, w.id, bulkimport.OutcomeFilter{}, admin.Query{Limit: 6})
	if err != nil {
		return err
	}
	for _, o := range page.Items {
		why := ""
		if len(o.Errors) > 0 {
			why = o.Errors[0].Code
		}
		w.say("%d %s %s %s", o.Number, o.Key, o.Result, why)
	}
	return nil
}

// undo takes back what the import wrote, unless it has changed since: a check says first what could not be.
func (w *walkthrough) undo(ctx context.Context) error {
	c, err := w.center.Customers.Get(ctx, w.scope, "K-1002")
	if err != nil {
		return err
	}
	if _, err := w.center.Customers.Edit(ctx, w.scope, c.ID, c.Version,
		customer.Edit{Name: customer.Set("Café Abendrot")}); err != nil {
		return err
	}
	for _, begin := range []func(context.Context, admin.Scope, uuid.UUID) (job.Job, error){
		w.center.Imports.CheckUndo, w.center.Imports.Undo,
	} {
		j, err := begin(ctx, w.scope, w.id)
		if err != nil {
			return err
		}
		if _, err := w.center.Imports.Run(ctx, w.scope, j.ID, nil); err != nil {
			return err
		}
		p, err := w.center.Imports.Progress(ctx, w.scope, j.ID)
		if err != nil {
			return err
		}
		w.say("%s %s: %d removed, %d stay", j.Kind, p.Status, p.Removed, p.Counts.Failed)
		left, err := w.center.Imports.Errors(ctx, w.scope, j.ID, admin.Query{})
		if err != nil {
			return err
		}
		for _, row := range left.Items {
			w.say("  %s: %s", row.Key, row.Errors[0].Message)
		}
	}
	return w.list(ctx)
}

// accounts imports a file that has an account and its customer in each row. Customers are made with their first account.
func (w *walkthrough) accounts(ctx context.Context) error {
	imp, err := w.center.Imports.Upload(ctx, w.scope, bulkimport.UploadInput{
		Type: bulkimport.CustomerAccountsType, FileName: "accounts.csv", Content: strings.NewReader(
			"Account ID,Account Name,Customer ID,Customer Name,Customer Email\n" +
				"A-1,Linz,K-3001,Gasthof Linde,post@linde.example\nA-2,Wels,K-3001,,\nA-3,Graz,K-3001,Linde GmbH,\n"),
	})
	if err != nil {
		return err
	}
	fields, err := w.center.Imports.Suggest(ctx, w.scope, imp.ID)
	if err != nil {
		return err
	}
	if _, err = w.center.Imports.SetMapping(ctx, w.scope, imp.ID, imp.Version, fields.Mapping(),
		bulkimport.Settings{}); err != nil {
		return err
	}
	if _, err = w.center.Imports.Start(ctx, w.scope, imp.ID); err != nil {
		return err
	}
	if _, err = w.center.Imports.Run(ctx, w.scope, imp.ID, nil); err != nil {
		return err
	}
	return w.result(ctx, imp.ID)
}
