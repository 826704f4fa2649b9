package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
)

// org is the tenant of this demonstration.
const org admin.OrgID = "acme"

// What there is to do, besides the rows of the command line.
const (
	accounts = 1000 // on the plan, every badEvery-th with rates of its own
	badEvery = 100  // one row in so many has no valid e-mail address
)

// prepare makes an organization with two versions of a plan, and accounts on the first.
func prepare(ctx context.Context, c *admincenter.Center, scope admin.Scope) error {
	_, _, err := c.People.CreateOrganization(ctx, people.NewOrganization{
		ID: org, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	if err != nil {
		return err
	}
	monthly, err := priceplan.NewCycle(priceplan.Monthly, 1, priceplan.Nil)
	if err != nil {
		return err
	}
	for version := range 2 {
		_, err := c.PricePlans.CreatePlan(ctx, scope, priceplan.NewPlan{
			Ref: priceplan.Ref{ID: "starter", Version: version + 1}, Name: "Starter", Status: priceplan.Active,
			Currencies: []iso4217.Code{"USD"}, Cycle: monthly,
		})
		if err != nil {
			return err
		}
	}
	from := time.Now().AddDate(0, -3, 0)
	return c.InTx(ctx, func(in *admincenter.Center) error {
		for i := range accounts {
			a := priceplan.Association{
				AccountID: accountID(i), Plan: priceplan.Ref{ID: "starter", Version: 1}, From: from, Currency: "USD",
			}
			if i%badEvery == 0 {
				a.RateCards = "negotiated"
			}
			if _, err := in.PricePlans.Associate(ctx, scope, a); err != nil {
				return err
			}
		}
		return nil
	})
}

func accountID(i int) string { return fmt.Sprintf("a%04d", i) }

// startImport uploads a file of customers and starts to import it: a worker finds the job.
func startImport(ctx context.Context, c *admincenter.Center, scope admin.Scope, rows int) (job.Job, error) {
	file, content := io.Pipe()
	go func() { content.CloseWithError(writeCustomers(content, rows)) }()
	imp, err := c.Imports.Upload(ctx, scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "customers.csv", Content: file,
	})
	_ = file.Close() // ends the writer, also if the file was refused
	if err != nil {
		return job.Job{}, err
	}
	suggested, err := c.Imports.Suggest(ctx, scope, imp.ID)
	if err != nil {
		return job.Job{}, err
	}
	_, err = c.Imports.SetMapping(ctx, scope, imp.ID, imp.Version, suggested.Mapping(), bulkimport.Settings{})
	if err != nil {
		return job.Job{}, err
	}
	return c.Imports.Start(ctx, scope, imp.ID)
}

func writeCustomers(to io.Writer, rows int) error {
	w := bufio.NewWriter(to)
	_, _ = w.WriteString("id,name,primary_email\n") // Flush returns the error of any write
	for i := range rows {
		email := fmt.Sprintf("c%06d@customers.example", i)
		if i%badEvery == 0 {
			email = "unknown"
		}
		_, _ = fmt.Fprintf(w, "c%06d,Customer %d,%s\n", i, i, email)
	}
	return w.Flush()
}

// startMigration moves the accounts to the latest version of their plan, except those with rates of their own.
func startMigration(ctx context.Context, c *admincenter.Center, scope admin.Scope) (job.Job, error) {
	m, err := c.Migrations.Create(ctx, scope, planmigration.Request{
		Source: priceplan.Ref{ID: "starter", Version: 1}, Mode: planmigration.ImmediateIgnoreOverride,
	})
	return m.Job, err
}
