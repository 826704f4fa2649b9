package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

const readToys = admin.Permission("toys.read")

// operations are what a person can do about a job of any kind, with a status for it and the one after it.
func operations(s *job.Service) []operation {
	return []operation{
		{job.ActionPause, s.Pause, job.InProgress, job.Paused},
		{job.ActionResume, s.Resume, job.Paused, job.Pending},
		{job.ActionRetry, s.Retry, job.Failed, job.Pending},
		{job.ActionCancel, s.Cancel, job.Paused, job.Cancelled},
	}
}

type operation struct {
	action   admin.Action
	do       func(context.Context, admin.Scope, uuid.UUID) (job.Job, error)
	from, to job.Status
}

func TestServiceOperates(t *testing.T) {
	w := newWorld(t)
	w.organization("umbrella")
	var announced []announcement
	ports := func(s storage.Stores) job.Ports {
		return job.Ports{Jobs: s.Jobs(), Announce: func(_ context.Context, r job.Ref, at time.Time) error {
			require.NotEqual(t, storage.Stores(w.backend), s, "announced outside of a transaction")
			announced = append(announced, announcement{r, at})
			return nil
		}}
	}
	all := ports(w.backend)
	all.Atomically = func(ctx context.Context, fn func(job.Ports) error) error {
		return w.backend.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	jobs, err := job.NewService(all, job.Options{Runtime: w.runner.Runtime, Kinds: map[job.Kind]job.Rules{
		toy: {Read: []admin.Permission{readToys}, Subject: "toy_box"}, "plan": {},
	}})
	require.NoError(t, err)
	scope := func(org admin.OrgID, ps ...admin.Permission) admin.Scope {
		return admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "bob"}, admin.Permissions(ps...))
	}
	bob := scope(acme, job.PermissionWrite, readToys)
	for _, op := range operations(jobs) {
		t.Run(string(op.action), func(t *testing.T) {
			create := func(kind job.Kind) uuid.UUID {
				return w.create(1, func(j *job.Job) { j.Kind, j.Status = kind, op.from })
			}
			id := create(toy)
			for _, tc := range []struct {
				reason string
				scope  admin.Scope
				id     uuid.UUID
				want   error
			}{
				{"the zero scope", admin.Scope{}, id, admin.ErrUnauthenticated},
				{"a scope that may only read", scope(acme, readToys), id, admin.ErrForbidden},
				{"a scope that may not read this kind", scope(acme, job.PermissionWrite), id, admin.ErrForbidden},
				{"a kind that the service does not know", admin.System(acme), create("unknown"), admin.ErrForbidden},
				{"another organization's job", scope("umbrella", job.PermissionWrite, readToys), id, admin.ErrNotFound},
				{"no job", bob, one, admin.ErrNotFound},
			} {
				got, err := op.do(t.Context(), tc.scope, tc.id)
				require.ErrorIs(t, err, tc.want, tc.reason)
				require.Zero(t, got)
			}
			require.Equal(t, int64(1), w.get(id).Version)
			require.Zero(t, w.records(op.action))

			announced = nil
			j, err := op.do(t.Context(), bob, id)
			require.NoError(t, err)
			require.Equal(t, op.to, j.Status)
			require.Equal(t, w.get(id), j)
			require.Equal(t, job.Decision{Action: op.action, From: op.from, By: bob.Actor(), At: start}, j.Decision)
			rec := w.lastRecord(op.action)
			require.Equal(t, admin.Subject{Kind: "toy_box", ID: id.String()}, rec.Subject)
			require.Equal(t, bob.Actor(), rec.Actor)
			if op.to.Runnable() {
				require.Equal(t, []announcement{{j.Ref(acme), start}}, announced)
			} else {
				require.Empty(t, announced)
			}

			plan := create("plan")
			_, err = op.do(t.Context(), admin.System(acme), plan)
			require.NoError(t, err)
			require.Equal(t, admin.Subject{Kind: "plan", ID: plan.String()}, w.lastRecord(op.action).Subject, "the kind's name if the rules give none")
			_, err = op.do(t.Context(), admin.System(acme), w.create(1, func(j *job.Job) { j.Status = job.Completed }))
			require.ErrorIs(t, err, admin.ErrState)
		})
	}
}

// With the ports of a transaction an operation commits with what the host writes by it.
func TestServiceOperatesInATransactionOfTheCaller(t *testing.T) {
	w := newWorld(t)
	jobs := w.service(map[job.Kind]job.Rules{toy: {}})
	for _, op := range operations(jobs) {
		id := w.create(1, func(j *job.Job) { j.Status = op.from })
		require.ErrorIs(t, w.backend.InTx(t.Context(), func(s storage.Stores) error {
			for _, in := range operations(jobs.In(job.Ports{Jobs: s.Jobs()})) {
				if in.action == op.action {
					j, err := in.do(t.Context(), admin.System(acme), id)
					require.NoError(t, err)
					require.Equal(t, op.to, j.Status)
				}
			}
			return errStruck
		}), errStruck)
		require.Equal(t, op.from, w.get(id).Status)
		require.Zero(t, w.records(op.action))
	}
}
