package job_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

func TestJobs(t *testing.T) {
	w := newWorld(t)
	reads := map[job.Kind][]admin.Permission{toy: {customer.PermissionRead}, "plan": {priceplan.PermissionRead, planmigration.PermissionRead}}
	jobs := job.NewJobs(w.backend.Jobs(), admin.Runtime{Now: w.clock}, reads)
	reads["secret"] = []admin.Permission{customer.PermissionRead} // too late
	reader := admin.NewScope(acme, admin.Actor{Kind: admin.ActorUser, ID: "bob"}, admin.Permissions(customer.PermissionRead))

	first := w.create(3)
	w.wait(time.Second)
	second := w.create(2, func(j *job.Job) { j.Status = job.Completed })
	plan := w.create(0, func(j *job.Job) { j.Kind = "plan" })
	secret := w.create(0, func(j *job.Job) { j.Kind = "secret" })

	t.Run("gives a job to who may see its kind", func(t *testing.T) {
		j, err := jobs.Get(t.Context(), reader, first)
		require.NoError(t, err)
		require.Equal(t, w.get(first), j)
		_, err = jobs.Get(t.Context(), reader, plan)
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = jobs.Get(t.Context(), admin.System(acme), secret)
		require.ErrorIs(t, err, admin.ErrForbidden, "a kind that was not listed is seen by nobody")
		_, err = jobs.Get(t.Context(), reader, one)
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = jobs.Get(t.Context(), admin.Scope{}, first)
		require.ErrorIs(t, err, admin.ErrUnauthenticated)
	})
	t.Run("tells another organization nothing", func(t *testing.T) {
		_, foreign := jobs.Get(t.Context(), admin.System("umbrella"), first)
		_, missing := jobs.Get(t.Context(), admin.System("umbrella"), one)
		require.ErrorIs(t, foreign, admin.ErrNotFound)
		require.Equal(t, missing.Error(), foreign.Error(), "theirs and none are the same")
	})
	t.Run("lists one kind, newest first", func(t *testing.T) {
		page, err := jobs.List(t.Context(), reader, job.Filter{Kind: toy}, admin.Query{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []job.Job{w.get(second)}, page.Items)
		page, err = jobs.List(t.Context(), reader, job.Filter{Kind: toy}, admin.Query{Limit: 1, After: page.Next})
		require.NoError(t, err)
		require.Equal(t, []job.Job{w.get(first)}, page.Items)
		require.Empty(t, page.Next)
		page, err = jobs.List(t.Context(), reader, job.Filter{Kind: toy, Status: job.Completed}, admin.Query{})
		require.NoError(t, err)
		require.Equal(t, []job.Job{w.get(second)}, page.Items)
	})
	t.Run("refuses to list", func(t *testing.T) {
		for _, tc := range []struct {
			reason string
			scope  admin.Scope
			kind   job.Kind
			want   error
		}{
			{"a kind that the scope may not see", reader, "plan", admin.ErrForbidden},
			{"a kind that was not listed", reader, "secret", admin.ErrInvalid},
			{"no kind", reader, "", admin.ErrInvalid},
			{"for nobody", admin.Scope{}, toy, admin.ErrUnauthenticated},
			{"for nobody, whatever the kind", admin.Scope{}, "secret", admin.ErrUnauthenticated},
		} {
			t.Run(tc.reason, func(t *testing.T) {
				_, err := jobs.List(t.Context(), tc.scope, job.Filter{Kind: tc.kind}, admin.Query{})
				require.ErrorIs(t, err, tc.want)
				for _, err := range jobs.All(t.Context(), tc.scope, job.Filter{Kind: tc.kind}) {
					require.ErrorIs(t, err, tc.want)
				}
			})
		}
		page, err := jobs.List(t.Context(), reader, job.Filter{Kind: toy}, admin.Query{Limit: 1})
		require.NoError(t, err)
		_, err = jobs.List(t.Context(), reader, job.Filter{Kind: toy, Status: job.Pending}, admin.Query{After: page.Next})
		require.ErrorIs(t, err, admin.ErrInvalid, "a page of another filter")
	})
	t.Run("goes through all", func(t *testing.T) {
		var ids []any
		for j, err := range jobs.All(t.Context(), reader, job.Filter{Kind: toy}) {
			require.NoError(t, err)
			ids = append(ids, j.ID)
		}
		require.Equal(t, []any{second, first}, ids)
	})
	t.Run("pages through entries", func(t *testing.T) {
		var seqs []int64
		q := admin.Query{Limit: 2}
		for {
			page, err := jobs.Entries(t.Context(), reader, first, job.EntryFilter{}, q)
			require.NoError(t, err)
			for _, e := range page.Items {
				seqs = append(seqs, e.Seq)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
			_, err = jobs.Entries(t.Context(), reader, second, job.EntryFilter{}, q)
			require.ErrorIs(t, err, admin.ErrInvalid, "a page of another job")
		}
		require.Equal(t, []int64{1, 2, 3}, seqs)
		page, err := jobs.Entries(t.Context(), reader, first, job.EntryFilter{Status: job.EntryFailed}, admin.Query{})
		require.NoError(t, err)
		require.Empty(t, page.Items)
		_, err = jobs.Entries(t.Context(), reader, plan, job.EntryFilter{}, admin.Query{})
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = jobs.Entries(t.Context(), admin.System("umbrella"), first, job.EntryFilter{}, admin.Query{})
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("finds what is due", func(t *testing.T) {
		later := w.create(0, func(j *job.Job) { j.Status, j.StartAt = job.Scheduled, start.Add(time.Hour) })
		due, err := jobs.Due(t.Context(), 10)
		require.NoError(t, err)
		require.Equal(t, []job.Ref{{Org: acme, ID: first, Kind: toy}, {Org: acme, ID: plan, Kind: "plan"}, {Org: acme, ID: secret, Kind: "secret"}}, due)
		w.wait(time.Hour)
		due, err = jobs.Due(t.Context(), 10)
		require.NoError(t, err)
		require.Equal(t, job.Ref{Org: acme, ID: later, Kind: toy}, due[3])
		due, err = jobs.Due(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, []job.Ref{{Org: acme, ID: first, Kind: toy}}, due)
		for _, limit := range []int{0, -1, admin.MaxLimit + 1} {
			_, err = jobs.Due(t.Context(), limit)
			require.ErrorIs(t, err, admin.ErrInvalid)
		}
	})
}
