package dbtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
)

// crm is where contacts go. While it is down it answers for none of an organization.
type crm struct{ down atomic.Pointer[admin.OrgID] }

var errCRM = errors.New("CRM answered 500")

func (c *crm) Write(_ context.Context, org admin.OrgID, b bulkimport.Batch, _ admin.Record) ([]bulkimport.Outcome, error) {
	if down := c.down.Load(); down != nil && *down == org {
		return nil, errCRM
	}
	out := make([]bulkimport.Outcome, len(b.Rows))
	for i := range out {
		out[i].Result = bulkimport.Created
	}
	return out, nil
}

// Imports whose target fails hold up no other organization's: that is done in the first round. They are given up
// with the reason, and when what failed them is repaired they can be retried and complete.
func TestFailingImportsHoldUpNoOther(t *testing.T) {
	onEachDriver(t, func(t *testing.T, s server) {
		db, _ := s.openPool(t)
		target := &crm{}
		ill, well := admin.OrgID("ill"), admin.OrgID("well")
		target.down.Store(&ill)
		center, err := admincenter.New(db, admincenter.Options{
			Jobs: job.Engine{Retry: job.Retry{First: 20 * time.Millisecond, Most: 40 * time.Millisecond, Failures: 4}},
			Imports: bulkimport.Options{Types: []bulkimport.Type{{Target: target, Schema: bulkimport.Schema{
				Type: "contacts", Noun: "contact", Read: "crm.read", Write: "crm.write",
				Fields: []bulkimport.Field{{Name: "id", Label: "ID", Kind: bulkimport.ID, Required: true, Key: true, Min: 1, Max: 50}},
			}}}},
		})
		require.NoError(t, err)
		start := func(org admin.OrgID, n int) uuid.UUID {
			scope := admin.System(org)
			i, err := center.Imports.Upload(t.Context(), scope, bulkimport.UploadInput{
				Type: "contacts", FileName: "contacts.csv", Content: strings.NewReader(fmt.Sprintf("id\ncontact-%d\n", n)),
			})
			require.NoError(t, err)
			suggested, err := center.Imports.Suggest(t.Context(), scope, i.ID)
			require.NoError(t, err)
			_, err = center.Imports.SetMapping(t.Context(), scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
			require.NoError(t, err)
			_, err = center.Imports.Start(t.Context(), scope, i.ID)
			require.NoError(t, err)
			return i.ID
		}
		for _, org := range []admin.OrgID{ill, well} {
			_, _, err := center.People.CreateOrganization(t.Context(), people.NewOrganization{
				ID: org, Name: "Org", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
			})
			require.NoError(t, err)
		}
		var failing []uuid.UUID
		for n := range 5 {
			failing = append(failing, start(ill, n))
		}
		healthy := start(well, 5)
		get := func(org admin.OrgID, id uuid.UUID) job.Job {
			j, err := center.Jobs.Get(t.Context(), admin.System(org), id)
			require.NoError(t, err)
			return j
		}

		refs, err := center.Jobs.Due(t.Context(), 5) // one round
		require.NoError(t, err)
		require.Len(t, refs, 5)
		for _, r := range refs {
			if _, err := center.Step(t.Context(), r); err != nil {
				require.ErrorIs(t, err, errCRM)
			}
		}
		require.Equal(t, job.Completed, get(well, healthy).Status)

		worker, err := center.Worker(job.WorkerOptions{Goroutines: 2, Poll: 20 * time.Millisecond})
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- worker.Run(ctx) }()
		last := func(id uuid.UUID) (j job.Job) {
			for u, err := range center.Jobs.Watch(t.Context(), admin.System(ill), id) {
				require.NoError(t, err)
				j = u.Job
			}
			return j
		}
		for _, id := range failing {
			j := last(id)
			require.Equal(t, job.Failed, j.Status)
			require.Equal(t, 4, j.Failures)
			require.Contains(t, j.Failure, errCRM.Error())
		}
		target.down.Store(nil)
		for _, id := range failing {
			_, err := center.Jobs.Retry(t.Context(), admin.System(ill), id)
			require.NoError(t, err)
			j := last(id)
			require.Equal(t, job.Completed, j.Status)
			require.EqualValues(t, 1, j.Counts.Completed)
		}
		stop()
		require.NoError(t, <-ended)
	})
}
