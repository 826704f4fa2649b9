package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// startImports starts an import of customers, of whom some are invalid, one into a service that is down at
// first, and one into a service that stays down.
func startImports(ctx context.Context, c *admincenter.Center) ([]job.Job, error) {
	var customers, meters strings.Builder
	fmt.Fprintln(&customers, "id,name,primary_email")
	for i := range 40 {
		email := fmt.Sprintf("c%d@customers.example", i)
		if i%10 == 9 {
			email = "nowhere"
		}
		fmt.Fprintf(&customers, "c%d,Customer %d,%s\n", i, i, email)
	}
	fmt.Fprintln(&meters, "id,name")
	for i := range 20 {
		fmt.Fprintf(&meters, "m%d,Meter %d\n", i, i)
	}
	var jobs []job.Job
	for _, file := range []struct {
		kind bulkimport.TypeName
		rows string
	}{{bulkimport.CustomersType, customers.String()}, {"meters", meters.String()}, {"tariffs", meters.String()}} {
		j, err := startImport(ctx, c.Imports, file.kind, file.rows)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

func startImport(
	ctx context.Context, imports *bulkimport.Service, kind bulkimport.TypeName, rows string,
) (job.Job, error) {
	scope := admin.System(org)
	imp, err := imports.Upload(ctx, scope, bulkimport.UploadInput{
		Type: kind, FileName: string(kind) + ".csv", Content: strings.NewReader(rows),
	})
	if err != nil {
		return job.Job{}, err
	}
	suggested, err := imports.Suggest(ctx, scope, imp.ID)
	if err != nil {
		return job.Job{}, err
	}
	_, err = imports.SetMapping(ctx, scope, imp.ID, imp.Version, suggested.Mapping(), bulkimport.Settings{})
	if err != nil {
		return job.Job{}, err
	}
	return imports.Start(ctx, scope, imp.ID)
}

// ownTypes are types of import whose rows go to other services.
func ownTypes() []bulkimport.Type {
	return []bulkimport.Type{
		{Schema: schema("meters"), Target: &service{failures: 2}},
		{Schema: schema("tariffs"), Target: &service{failures: 1000}},
	}
}

func schema(name bulkimport.TypeName) bulkimport.Schema {
	return bulkimport.Schema{
		Type: name, Noun: strings.TrimSuffix(string(name), "s"),
		Read: admin.Permission(name + ".read"), Write: admin.Permission(name + ".write"),
		Fields: []bulkimport.Field{
			{Name: "id", Label: "ID", Kind: bulkimport.ID, Required: true, Key: true, Max: 50},
			{Name: "name", Label: "Name", Kind: bulkimport.Text, Max: 100},
		},
	}
}

// service is a target that is down for a number of calls. One job writes to it, so it needs no lock.
type service struct{ failures int }

// Write implements [bulkimport.Target].
func (s *service) Write(
	_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record,
) ([]bulkimport.Outcome, error) {
	if s.failures > 0 {
		s.failures--
		return nil, errors.New("the service is down")
	}
	out := make([]bulkimport.Outcome, len(b.Rows))
	for i := range out {
		out[i].Result = bulkimport.Created
	}
	return out, nil
}
