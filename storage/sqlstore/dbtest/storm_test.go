package dbtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// Eight workers of two processes, whose batches and clocks differ, do imports while people pause, resume, retry
// and cancel them at random: every row is written once, and all that is kept of the jobs agrees.
func TestDecisionsDuringBatches(t *testing.T) {
	const imports, rows = 3, 40
	onEachDriver(t, func(t *testing.T, s server) {
		db, _ := s.openPool(t)
		process := func(batch int, ahead time.Duration) *admincenter.Center {
			runtime := admin.Runtime{Now: func() time.Time { return time.Now().Add(ahead) }}
			center, err := admincenter.New(db, admincenter.Options{
				Runtime: runtime,
				Jobs:    job.Engine{Lease: time.Second, Retry: job.Retry{First: time.Millisecond, Most: time.Millisecond, Failures: 3}},
				Imports: bulkimport.Options{BatchRows: batch},
				Announce: func(ctx context.Context, s storage.Stores, r job.Ref, _ time.Time) error {
					return s.Audit().Append(ctx, r.Org, runtime.WithDefaults().Record(admin.System(r.Org), "host.announce", admin.Subject{Kind: "import", ID: r.ID.String()}))
				},
			})
			require.NoError(t, err)
			return center
		}
		centers := []*admincenter.Center{process(3, 0), process(7, 2*time.Second)}
		org, scope := admin.OrgID("acme"), admin.System("acme")
		_, _, err := centers[0].People.CreateOrganization(t.Context(), people.NewOrganization{
			ID: org, Name: "Org", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
		})
		require.NoError(t, err)
		var jobs []uuid.UUID
		for n := range imports {
			var file strings.Builder
			file.WriteString("id,name,email\n")
			for row := range rows {
				fmt.Fprintf(&file, "c-%d-%d,Customer,a@b.example\n", n, row)
			}
			i, err := centers[0].Imports.Upload(t.Context(), scope, bulkimport.UploadInput{
				Type: bulkimport.CustomersType, FileName: "customers.csv", Content: strings.NewReader(file.String()),
			})
			require.NoError(t, err)
			suggested, err := centers[0].Imports.Suggest(t.Context(), scope, i.ID)
			require.NoError(t, err)
			_, err = centers[0].Imports.SetMapping(t.Context(), scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
			require.NoError(t, err)
			var wg sync.WaitGroup
			for _, c := range centers {
				wg.Go(func() {
					if _, err := c.Imports.Start(t.Context(), scope, i.ID); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			jobs = append(jobs, i.ID)
		}
		expected := func(err error) bool {
			return err == nil || errors.Is(err, admin.ErrState) || errors.Is(err, admin.ErrBusy) || errors.Is(err, admin.ErrConflict)
		}
		var wg sync.WaitGroup
		for n := range uint64(8) {
			wg.Go(func() {
				random, c := rand.New(rand.NewPCG(n, 3)), centers[n%2]
				for range 25 {
					id := jobs[random.IntN(imports)]
					if n < 4 {
						decide := []func(context.Context, admin.Scope, uuid.UUID) (job.Job, error){
							c.Jobs.Pause, c.Jobs.Resume, c.Jobs.Retry, c.Jobs.Pause, c.Jobs.Resume, c.Jobs.Resume,
						}[random.IntN(6)]
						if random.IntN(60) == 0 {
							decide = c.Jobs.Cancel
						}
						if _, err := decide(t.Context(), scope, id); !expected(err) {
							t.Error(err)
						}
					}
					if _, err := c.Step(t.Context(), job.Ref{Org: org, ID: id, Kind: bulkimport.JobKind(bulkimport.CustomersType)}); !expected(err) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()

		var completed, ends int
		for _, id := range jobs {
			_, err := centers[0].Jobs.Resume(t.Context(), scope, id)
			require.True(t, expected(err), "%v", err)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			for done := false; !done; { // as soon as leases that were left end
				p, err := centers[1].Step(ctx, job.Ref{Org: org, ID: id, Kind: bulkimport.JobKind(bulkimport.CustomersType)})
				require.True(t, expected(err), "%v", err)
				done = p.Done()
			}
			j, err := centers[0].Jobs.Get(t.Context(), scope, id)
			require.NoError(t, err)
			require.Contains(t, []job.Status{job.Completed, job.Cancelled}, j.Status)
			require.Equal(t, job.Counts{Total: rows, Completed: j.Counts.Completed}, j.Counts)
			// A cancelled one may have every row too: the end of its file is found by a batch of its own.
			if j.Status == job.Completed {
				require.EqualValues(t, rows, j.Counts.Completed)
				ends++
			}
			completed += int(j.Counts.Completed)
			effects, err := db.Jobs().Effects(t.Context(), org, id, admin.Seek[int64]{Limit: 2 * rows})
			require.NoError(t, err)
			require.Len(t, effects, int(j.Counts.Completed))
			for i, e := range effects {
				require.Equal(t, j.Counts.Completed-int64(i), e.Seq)
			}
			p, err := centers[0].Imports.Progress(t.Context(), scope, id)
			require.NoError(t, err)
			require.Equal(t, j.Counts.Completed, p.Created)
		}
		written := 0
		for _, err := range admin.All(func(q admin.Query) (admin.Page[customer.Customer], error) {
			return centers[0].Customers.List(t.Context(), scope, customer.Filter{}, q)
		}) {
			require.NoError(t, err)
			written++
		}
		require.Equal(t, completed, written, "each row was written once")
		records := map[admin.Action]int{}
		for r, err := range centers[0].Trail.All(t.Context(), scope, admin.AuditFilter{}) {
			require.NoError(t, err)
			records[r.Action]++
		}
		made := records[job.ActionResume] + records[job.ActionRetry] + records[bulkimport.ActionStart]
		require.Equal(t, imports, records[bulkimport.ActionStart])
		require.Equal(t, made, records["host.announce"], "what makes a job due is announced once")
		require.Equal(t, ends, records[job.ActionComplete])
		require.Equal(t, imports-ends, records[job.ActionCancel])
		require.Zero(t, records[job.ActionFail])
	})
}
