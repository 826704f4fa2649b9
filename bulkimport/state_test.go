package bulkimport_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestStateThatCannotBeRead(t *testing.T) {
	for reason, state := range map[string]string{"is no JSON": "{", "is of a newer version": `{"v":2}`} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nC1,Ann,a@b.example\n")
			w.start(i, bulkimport.Settings{})
			j, err := w.backend.Jobs().Claim(t.Context(), org, i.ID, job.Claim{Worker: "w", Now: w.now, Until: w.now})
			require.NoError(t, err)
			require.NoError(t, w.backend.Jobs().Commit(t.Context(), org, job.Checkpoint{
				ID: i.ID, Attempt: j.Lease.Attempt, State: state, Status: job.InProgress, At: w.now,
			}))
			p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			require.Equal(t, job.Failed, p.Status)
			require.Contains(t, p.Failure, "state of the import")
			_, err = w.service.Progress(t.Context(), w.scope, i.ID)
			require.ErrorContains(t, err, "state of the import")
		})
	}
}

// An import keeps what each row changed: the fields that it set, as they were, for a record that was there.
func TestEffects(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 2})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nC1,Ann,a@b.example\n", bulkimport.Settings{})
	i, _ := w.run(bulkimport.CustomersType,
		"id,name\nC1,Anna\nC2,Bob\nC3,\n", bulkimport.Settings{Mode: bulkimport.Upsert, Optional: []string{"primary_email"}})
	effects, err := w.backend.Jobs().Effects(t.Context(), org, i.ID, admin.Seek[int64]{Limit: 10})
	require.NoError(t, err)
	require.Len(t, effects, 2, "the row that failed changed nothing")
	require.Equal(t, job.Effect{Seq: 2, Kind: "customer", Ref: "C2", Version: 1}, effects[0])
	var before struct{ Fields map[string]any }
	require.NoError(t, json.Unmarshal([]byte(effects[1].Before), &before))
	require.Equal(t, map[string]any{"id": "C1", "name": "Ann", "metadata": nil}, before.Fields)
	effects[1].Before = ""
	require.Equal(t, job.Effect{Seq: 1, Kind: "customer", Ref: "C1", Version: 2}, effects[1])
}

// The job of an import outlives it, and [job.Service] can retry it: it must not stay due forever.
func TestRetryAfterDelete(t *testing.T) {
	w := newWorld(t, bulkimport.Options{Authorize: func(context.Context, admin.OrgID, admin.Actor, ...admin.Permission) error {
		return nil
	}})
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nC1,Ann,a@b.example\n")
	w.start(i, bulkimport.Settings{})
	w.commit = func() error { return job.Fail(admin.ErrForbidden) }
	p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status)
	w.commit = nil
	require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
	jobs, err := job.NewService(job.Ports{Jobs: w.backend.Jobs()}, job.Options{
		Runtime: admin.Runtime{Now: func() time.Time { return w.now }}, Kinds: map[job.Kind]job.Rules{bulkimport.JobKind(i.Type): {}},
	})
	require.NoError(t, err)
	_, err = jobs.Retry(t.Context(), admin.System(org), i.ID)
	require.NoError(t, err)
	reader := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "u"}, admin.Permissions(customer.PermissionRead))
	_, err = w.service.Step(t.Context(), reader, i.ID)
	require.ErrorIs(t, err, admin.ErrForbidden)
	p, err = w.service.Step(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status)
	require.Contains(t, p.Failure, "import: not found")
	due, err := jobs.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, due)
	_, err = w.service.Step(t.Context(), w.scope, w.id())
	require.ErrorIs(t, err, admin.ErrNotFound, "a job that never was")
}

func TestPauseResumeRetry(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 1})
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nC1,Ann,a@b.example\nC2,Bob,b@b.example\n")
	w.start(i, bulkimport.Settings{})
	_, err := w.service.Step(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	j, err := w.service.Pause(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.Paused, j.Status)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.ErrorIs(t, err, admin.ErrState)
	require.ErrorIs(t, w.service.Delete(t.Context(), w.scope, i.ID), admin.ErrState)
	_, err = w.service.Retry(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState, "a paused import has not failed")
	_, err = w.service.Resume(t.Context(), w.scope, i.ID)
	require.NoError(t, err)

	w.commit = func() error { return job.Fail(admin.ErrForbidden) }
	p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status)
	w.commit = nil
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState, "starting it again would do nothing")
	_, err = w.service.Retry(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	p, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Completed, p.Status)
	require.Len(t, w.customers(), 2)
}
