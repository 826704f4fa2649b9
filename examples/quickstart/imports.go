package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

//go:embed customers.csv
var ownCustomers []byte

// imports takes customers from a CSV file into the Admin Center, and an account for each of the first few of them.
func (t *tour) imports(ctx context.Context) error {
	t.tab("Bulk import")
	name, content := "customers.csv", io.Reader(bytes.NewReader(ownCustomers))
	if t.o.customers != "" {
		f, err := os.Open(t.o.customers)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		name, content = filepath.Base(t.o.customers), f
	}
	var sample bytes.Buffer
	if err := bulkimport.Customers().Sample(&sample); err != nil {
		return err
	}
	header, _, _ := strings.Cut(sample.String(), "\n")
	t.say("The sample to download begins: %s", header)
	// Running the tour again must duplicate nothing: what exists is updated where it differs.
	err := t.importFile(ctx, bulkimport.CustomersType, name, content, bulkimport.Settings{
		Mode: bulkimport.Upsert, Optional: t.o.optional, Blank: t.o.blank,
	})
	if err != nil {
		return err
	}
	accounts, err := t.accountsFile(ctx)
	if err != nil {
		return err
	}
	err = t.importFile(ctx, bulkimport.AccountsType, "accounts.csv", accounts,
		bulkimport.Settings{Mode: bulkimport.Upsert})
	if err != nil {
		return err
	}
	return t.takeBack(ctx)
}

// takeBack imports the first row of a file for real, waits for a person, imports the others, and takes all of them
// back.
func (t *tour) takeBack(ctx context.Context) error {
	imports := t.center.Imports
	imp, err := imports.Upload(ctx, t.scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "mistake.csv", Content: strings.NewReader(
			"id,name,primary_email\nold-1,Old One,one@old.example\nold-2,Old Two,two@old.example\n"),
	})
	if err != nil {
		return err
	}
	suggested, err := imports.Suggest(ctx, t.scope, imp.ID)
	if err != nil {
		return err
	}
	_, err = imports.SetMapping(ctx, t.scope, imp.ID, imp.Version, suggested.Mapping(), bulkimport.Settings{Canary: 1})
	if err != nil {
		return err
	}
	if _, err := imports.Start(ctx, t.scope, imp.ID); err != nil {
		return err
	}
	canary, err := imports.Run(ctx, t.scope, imp.ID, nil)
	if err != nil {
		return err
	}
	if _, err := imports.Confirm(ctx, t.scope, imp.ID); err != nil {
		return err
	}
	if _, err := imports.Run(ctx, t.scope, imp.ID, nil); err != nil {
		return err
	}
	undo, err := imports.Undo(ctx, t.scope, imp.ID)
	if err != nil {
		return err
	}
	if _, err := imports.Run(ctx, t.scope, undo.ID, nil); err != nil {
		return err
	}
	p, err := imports.Progress(ctx, t.scope, undo.ID)
	if err != nil {
		return err
	}
	t.say("mistake.csv: %s after %d row, confirmed, imported, and taken back: %d customers removed.", canary.Status,
		canary.Counts.Completed, p.Removed)
	return nil
}

// accountsFile is a CSV with an account for each of the first customers.
func (t *tour) accountsFile(ctx context.Context) (io.Reader, error) {
	page, err := t.center.Customers.List(ctx, t.scope, customer.Filter{Status: customer.Active}, admin.Query{Limit: 9})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"Account ID", "Account Name", "Customer ID", "Currency"})
	for _, c := range page.Items {
		_ = w.Write([]string{c.ID + "-main", c.Name, c.ID, "USD"})
	}
	w.Flush()
	return &b, w.Error()
}

// importFile does what a user does in the tab: upload, look at the mapping, check, start, watch.
func (t *tour) importFile(
	ctx context.Context, kind bulkimport.TypeName, name string, content io.Reader, set bulkimport.Settings,
) error {
	imports := t.center.Imports
	imp, err := imports.Upload(ctx, t.scope, bulkimport.UploadInput{Type: kind, FileName: name, Content: content})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t.say("Uploaded %s as %s: %d rows, %d columns.", name, kind, imp.Rows, len(imp.Columns))
	for _, w := range imp.Warnings {
		t.say("Note: %s", w.Message)
	}
	suggested, err := imports.Suggest(ctx, t.scope, imp.ID)
	if err != nil {
		return err
	}
	t.showMapping(imp, suggested)
	_, err = imports.SetMapping(ctx, t.scope, imp.ID, imp.Version, suggested.Mapping(), set)
	var invalid *admin.ValidationError
	if errors.As(err, &invalid) {
		t.say("This file cannot be imported as it is; nothing was written:")
		for _, f := range invalid.Fields {
			t.say("  %s: %s", f.Path, f.Message)
		}
		if err := imports.Delete(ctx, t.scope, imp.ID); err != nil {
			return err
		}
		return fmt.Errorf(
			"%s was not imported: say with -optional what it may lack and with -blank which words mean nothing", name)
	}
	if err != nil {
		return err
	}
	if err := t.lookBefore(ctx, imp, suggested.Mapping(), set); err != nil {
		return err
	}
	if _, err := imports.Start(ctx, t.scope, imp.ID); err != nil {
		return err
	}
	t.bar(0, imp.Rows)
	show := func(p job.Progress) { t.bar(p.Counts.Settled(), imp.Rows) }
	if _, err := imports.Run(ctx, t.scope, imp.ID, show); err != nil {
		return err
	}
	return t.showResult(ctx, imp)
}

// lookBefore shows the first rows as they would be written, and what a check of the whole file finds.
func (t *tour) lookBefore(
	ctx context.Context, imp bulkimport.Import, m bulkimport.Mapping, set bulkimport.Settings,
) error {
	preview, err := t.center.Imports.Preview(ctx, t.scope, imp.ID, m, set, 3)
	if err != nil {
		return err
	}
	for _, row := range preview.Rows {
		var values []string
		for _, c := range row.Cells {
			if c.Value != "" {
				values = append(values, c.Value)
			}
		}
		t.say("Line %d: %s", row.Line, strings.Join(values, ", "))
	}
	check, err := t.center.Imports.Check(ctx, t.scope, imp.ID)
	if err != nil {
		return err
	}
	if _, err := t.center.Imports.Run(ctx, t.scope, check.ID, nil); err != nil {
		return err
	}
	found, err := t.center.Imports.Progress(ctx, t.scope, check.ID)
	if err != nil {
		return err
	}
	t.say("A check of the file finds: %d to create, %d to update, %d would fail.", found.Created, found.Updated,
		found.Counts.Failed)
	summary, err := t.center.Imports.Summary(ctx, t.scope, check.ID)
	if err != nil {
		return err
	}
	for _, e := range summary.Errors {
		t.say("  %d × %s in %s", e.Rows, e.Code, e.Name)
	}
	return nil
}

func (t *tour) showMapping(imp bulkimport.Import, suggested bulkimport.Suggestions) {
	headers := map[int]string{}
	for _, c := range imp.Columns {
		headers[c.Index] = c.Name
	}
	var rows [][]string
	for _, s := range suggested {
		if len(s.Source.Columns) == 0 {
			rows = append(rows, []string{s.Field, "-", "", "", ""})
			continue
		}
		var from []string
		for _, c := range s.Source.Columns {
			from = append(from, headers[c])
		}
		taken := "to be looked at"
		if s.Preselected {
			taken = "yes"
		}
		sure := strconv.Itoa(int(s.Score*100)) + "%"
		rows = append(rows, []string{s.Field, strings.Join(from, " + "), sure, taken, s.Reason})
	}
	t.table("FIELD|COLUMN|CONFIDENCE|TAKEN|BECAUSE", rows...)
	for _, c := range suggested.Unmapped(imp) {
		t.say("Not imported: column %s with %d values.", c.Name, c.Filled)
	}
}

func (t *tour) showResult(ctx context.Context, imp bulkimport.Import) error {
	p, err := t.center.Imports.Progress(ctx, t.scope, imp.ID)
	if err != nil {
		return err
	}
	t.say("%s: %d of %d imported (%d created, %d updated, %d unchanged), %d skipped, %d failed.", p.Status,
		p.Counts.Completed, p.Counts.Total, p.Created, p.Updated, p.Unchanged, p.Counts.Skipped, p.Counts.Failed)
	if p.Counts.Failed == 0 {
		return nil
	}
	page, err := t.center.Imports.Errors(ctx, t.scope, imp.ID, admin.Query{Limit: 10})
	if err != nil {
		return err
	}
	for _, row := range page.Items {
		for _, e := range row.Errors {
			t.say("line %d: %s", row.Line, strings.TrimPrefix(e.Field+": "+e.Message, ": "))
		}
	}
	var failed bytes.Buffer
	if err := t.center.Imports.FailedRows(ctx, t.scope, imp.ID, &failed); err != nil {
		return err
	}
	t.say("The failed rows to fix and upload again:")
	for line := range strings.Lines(strings.TrimPrefix(failed.String(), "\ufeff")) {
		t.say("  %s", strings.TrimRight(line, "\r\n"))
	}
	return nil
}
