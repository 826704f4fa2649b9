package dbtest

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// oddTarget is a host's target within the transaction.
type oddTarget struct {
	s     storage.Stores
	write func(context.Context, storage.Stores, bulkimport.Batch) ([]bulkimport.Outcome, error)
}

func (o oddTarget) Write(ctx context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record) ([]bulkimport.Outcome, error) {
	return o.write(ctx, o.s, b)
}

type oddPointer struct{ cause error }

func (e *oddPointer) Error() string { return e.cause.Error() }
func (e *oddPointer) Unwrap() error { return e.cause }

// Whatever a target within the transaction does, the batch is taken back, remembered, and the only connection is
// free again.
func TestOddTargetsOnOneConnection(t *testing.T) {
	targets := map[string]func(context.Context, storage.Stores, bulkimport.Batch) ([]bulkimport.Outcome, error){
		"panics": func(context.Context, storage.Stores, bulkimport.Batch) ([]bulkimport.Outcome, error) { panic("x") },
		"exits": func(context.Context, storage.Stores, bulkimport.Batch) ([]bulkimport.Outcome, error) {
			runtime.Goexit()
			return nil, nil
		},
		"a nil pointer": func(context.Context, storage.Stores, bulkimport.Batch) ([]bulkimport.Outcome, error) {
			return nil, (*oddPointer)(nil)
		},
		"NUL in an outcome": func(context.Context, storage.Stores, bulkimport.Batch) ([]bulkimport.Outcome, error) {
			return []bulkimport.Outcome{{Result: bulkimport.Refused, Detail: "a\x00b\xff", Code: strings.Repeat("x", 300)}}, nil
		},
		"NUL in an error": func(context.Context, storage.Stores, bulkimport.Batch) ([]bulkimport.Outcome, error) {
			return nil, fmt.Errorf("a\x00\xff%s", strings.Repeat("é", 1<<20))
		},
	}
	onEach(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		pool.SetMaxOpenConns(1)
		for name, write := range targets {
			t.Run(name, func(t *testing.T) {
				center, err := admincenter.New(db, admincenter.Options{
					Jobs:         job.Engine{Retry: job.Retry{Failures: 1}},
					ImportTarget: func(s storage.Stores, _ bulkimport.TypeName) bulkimport.Target { return oddTarget{s, write} },
					Imports: bulkimport.Options{Types: []bulkimport.Type{{Schema: bulkimport.Schema{
						Type: "contacts", Noun: "contact", Read: "crm.read", Write: "crm.write",
						Fields: []bulkimport.Field{{Name: "id", Label: "ID", Kind: bulkimport.ID, Required: true, Key: true, Min: 1, Max: 50}},
					}}}},
				})
				require.NoError(t, err)
				org := admin.OrgID("org-" + strings.ReplaceAll(name, " ", "-"))
				_, _, err = center.People.CreateOrganization(t.Context(), people.NewOrganization{
					ID: org, Name: "Org", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
				})
				require.NoError(t, err)
				scope := admin.System(org)
				i, err := center.Imports.Upload(t.Context(), scope, bulkimport.UploadInput{
					Type: "contacts", FileName: "contacts.csv", Content: strings.NewReader("id\ncontact\n"),
				})
				require.NoError(t, err)
				suggested, err := center.Imports.Suggest(t.Context(), scope, i.ID)
				require.NoError(t, err)
				_, err = center.Imports.SetMapping(t.Context(), scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
				require.NoError(t, err)
				j, err := center.Imports.Start(t.Context(), scope, i.ID)
				require.NoError(t, err)
				ended := make(chan error, 1)
				go func() {
					defer close(ended)
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					defer cancel()
					_, err := center.Step(ctx, j.Ref(org))
					ended <- err
				}()
				require.NoError(t, <-ended)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				j, err = center.Jobs.Get(ctx, scope, i.ID)
				require.NoError(t, err)
				want := job.Failed
				if name == "NUL in an outcome" {
					want = job.CompletedWithFailures
				}
				require.Equal(t, want, j.Status, "%q", j.Failure)
				require.Empty(t, j.Lease.Worker)
			})
		}
	})
}
