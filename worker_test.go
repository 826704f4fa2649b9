package admincenter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage/memory"
)

const umbrella admin.OrgID = "umbrella"

// crm is a host's system outside of the database, where import rows go and schedules are kept. While it is
// down for an organization's poisoned jobs it answers 500.
type crm struct {
	priceplan.ScheduleStore
	down  atomic.Bool
	calls atomic.Int64
	mark  string // of what is poisoned
}

var errCRM = errors.New("CRM answered 500")

func (c *crm) Write(_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record) ([]bulkimport.Outcome, error) {
	c.calls.Add(1)
	var out []bulkimport.Outcome
	for _, r := range b.Rows {
		if c.down.Load() && strings.HasPrefix(r.Key(), c.mark) {
			return nil, errCRM
		}
		out = append(out, bulkimport.Outcome{Result: bulkimport.Created})
	}
	return out, nil
}

func (c *crm) ReplaceAll(ctx context.Context, org admin.OrgID, set []priceplan.Replacement) ([]priceplan.ReplaceResult, error) {
	c.calls.Add(1)
	for _, r := range set {
		if c.down.Load() && strings.HasPrefix(r.AccountID, c.mark) {
			return nil, errCRM
		}
	}
	rec := admin.Runtime{}.WithDefaults().Record(admin.System(org), "crm.replace", admin.Subject{Kind: "crm"})
	return c.ScheduleStore.ReplaceAll(ctx, org, set, rec)
}

// newPlant returns a Center of two organizations on the clock of the bubble, whose imports and schedules go to
// a CRM that is down for what is poisoned.
func newPlant(t *testing.T) (*admincenter.Center, *crm) {
	t.Helper()
	own := memory.New()
	c := &crm{ScheduleStore: own.Schedules(), mark: "poisoned"}
	c.down.Store(true)
	hasher, err := people.NewArgon2id(people.Argon2idOptions{Memory: 64, Time: 1})
	require.NoError(t, err)
	contacts := bulkimport.Type{Target: c, Schema: bulkimport.Schema{
		Type: "contacts", Noun: "contact", Read: "crm.read", Write: "crm.write", Fields: []bulkimport.Field{{Name: "id", Label: "ID", Kind: bulkimport.ID, Required: true, Key: true, Min: 1, Max: 50}},
	}}
	center, err := admincenter.New(memory.New(), admincenter.Options{
		People: people.Options{Hasher: hasher}, Imports: bulkimport.Options{Types: []bulkimport.Type{contacts}}, Schedules: c,
	})
	require.NoError(t, err)
	schedules, err := admincenter.New(own, admincenter.Options{People: people.Options{Hasher: hasher}})
	require.NoError(t, err)
	for _, org := range []admin.OrgID{acme, umbrella} {
		for _, in := range []*admincenter.Center{center, schedules} {
			_, _, err = in.People.CreateOrganization(t.Context(), people.NewOrganization{ID: org, Name: "O", Admin: people.NewAdmin{
				Name: "Ann", Email: "ann@acme.example", Password: admin.NewSecret("seven herons over Lake Vann"),
			}})
			require.NoError(t, err)
		}
	}
	return center, c
}

// importOne starts an import of one row.
func importOne(t *testing.T, center *admincenter.Center, org admin.OrgID, key string) uuid.UUID {
	t.Helper()
	ctx, scope := t.Context(), admin.System(org)
	i, err := center.Imports.Upload(ctx, scope, bulkimport.UploadInput{Type: "contacts", FileName: "file.csv", Content: strings.NewReader("id\n" + key + "\n")})
	require.NoError(t, err)
	suggested, err := center.Imports.Suggest(ctx, scope, i.ID)
	require.NoError(t, err)
	i, err = center.Imports.SetMapping(ctx, scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	_, err = center.Imports.Start(ctx, scope, i.ID)
	require.NoError(t, err)
	return i.ID
}

// migrateOne starts a migration of one account, of a plan of its own.
func migrateOne(t *testing.T, center *admincenter.Center, c *crm, org admin.OrgID, key string) uuid.UUID {
	t.Helper()
	ctx, scope := t.Context(), admin.System(org)
	monthly, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	require.NoError(t, err)
	source, target := priceplan.Ref{ID: "plan " + key, Version: 1}, priceplan.Ref{ID: "plan " + key, Version: 2}
	for _, ref := range []priceplan.Ref{source, target} {
		_, err := center.PricePlans.CreatePlan(ctx, scope, priceplan.NewPlan{
			Ref: ref, Name: "Basic", Status: priceplan.Active, Currencies: []iso4217.Code{"USD"}, Cycle: monthly,
		})
		require.NoError(t, err)
	}
	s := priceplan.Schedule{ID: uuid.NewString(), AccountID: key, Plan: source, From: admin.Instant(time.Now().Add(-time.Hour)), Currency: "USD"}
	rec := admin.Runtime{}.WithDefaults().Record(scope, "crm.replace", admin.Subject{Kind: "crm"})
	res, err := c.ScheduleStore.ReplaceAll(ctx, org, []priceplan.Replacement{{AccountID: key, Add: []priceplan.Schedule{s}}}, rec)
	require.NoError(t, err)
	require.NoError(t, res[0].Err)
	m, err := center.Migrations.Create(ctx, scope, planmigration.Request{Source: source, Target: target, Mode: planmigration.Immediate})
	require.NoError(t, err)
	return m.ID
}

// Five broken jobs of an organization hold up neither a healthy one of it nor one of another, and show why they
// do not move.
func TestBrokenJobsHoldUpNoOther(t *testing.T) {
	for _, tc := range []struct {
		reason string
		start  func(t *testing.T, center *admincenter.Center, c *crm, org admin.OrgID, key string) uuid.UUID
	}{
		{"imports", func(t *testing.T, center *admincenter.Center, _ *crm, org admin.OrgID, key string) uuid.UUID {
			t.Helper()
			return importOne(t, center, org, key)
		}},
		{"migrations", migrateOne},
	} {
		for _, goroutines := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s on %d goroutines", tc.reason, goroutines), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					center, c := newPlant(t)
					var broken []uuid.UUID
					for i := range 5 {
						broken = append(broken, tc.start(t, center, c, acme, fmt.Sprint("poisoned ", i)))
					}
					healthy := map[uuid.UUID]admin.OrgID{
						tc.start(t, center, c, acme, "healthy"):     acme,
						tc.start(t, center, c, umbrella, "healthy"): umbrella,
					}
					get := func(org admin.OrgID, id uuid.UUID) job.Job {
						j, err := center.Jobs.Get(t.Context(), admin.System(org), id)
						require.NoError(t, err)
						return j
					}
					worker, err := center.Worker(job.WorkerOptions{Goroutines: goroutines})
					require.NoError(t, err)
					ctx, cancel := context.WithCancel(t.Context())
					done := make(chan error)
					go func() { done <- worker.Run(ctx) }()

					synctest.Wait() // no time passes, so no job is tried again
					for id, org := range healthy {
						require.Equal(t, job.Completed, get(org, id).Status, "done in the first round")
					}
					require.EqualValues(t, 7, c.calls.Load(), "each was tried once")
					for _, id := range broken {
						j := get(acme, id)
						require.Contains(t, j.Failure, errCRM.Error(), "it shows why")
						require.Equal(t, job.HoldRetry, j.Hold(time.Now()).Reason)
					}
					time.Sleep(3 * time.Hour)
					for _, id := range broken {
						j := get(acme, id)
						require.Equal(t, job.Failed, j.Status, "it was given up")
						require.Contains(t, j.Failure, errCRM.Error())
						require.Equal(t, 15, j.Failures)
					}
					require.EqualValues(t, 2+5*15, c.calls.Load(), "a CRM that is down is not called all the time")

					c.down.Store(false)
					for _, id := range broken {
						_, err := center.Jobs.Retry(t.Context(), admin.System(acme), id)
						require.NoError(t, err)
					}
					worker.Wake()
					synctest.Wait()
					for _, id := range broken {
						j := get(acme, id)
						require.Equal(t, job.Completed, j.Status)
						require.Equal(t, int64(1), j.Counts.Completed)
						require.Empty(t, j.Failure)
					}
					cancel()
					require.NoError(t, <-done)
				})
			})
		}
	}
}

func TestWorkerOfACenter(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	_, err := h.Worker(job.WorkerOptions{Goroutines: -1})
	require.ErrorIs(t, err, admin.ErrInvalid)
	err = h.InTx(t.Context(), func(in *admincenter.Center) error {
		_, err := in.Worker(job.WorkerOptions{})
		return err
	})
	require.ErrorIs(t, err, admin.ErrState, "a transaction ends before a worker does")
}

func TestWorkerIsWokenForAnImport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		center, _ := newPlant(t)
		worker, err := center.Worker(job.WorkerOptions{Poll: time.Hour})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- worker.Run(ctx) }()
		time.Sleep(time.Minute)
		id := importOne(t, center, acme, "healthy")
		worker.Wake()
		var last job.Update
		for u, err := range center.Jobs.Watch(t.Context(), admin.System(acme), id) {
			require.NoError(t, err)
			last = u
		}
		require.Equal(t, job.Completed, last.Job.Status)
		cancel()
		require.NoError(t, <-done)
	})
}
