package job_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

func TestJobs(t *testing.T) {
	w := newWorld(t)
	kinds := map[job.Kind]job.Rules{
		toy: {Read: []admin.Permission{customer.PermissionRead}}, "plan": {Read: []admin.Permission{priceplan.PermissionRead, planmigration.PermissionRead}},
	}
	jobs := w.service(kinds)
	kinds["secret"] = job.Rules{Read: []admin.Permission{customer.PermissionRead}} // too late
	kinds[toy].Read[0] = planmigration.PermissionWrite                             // as well
	reader := admin.NewScope(acme, admin.Actor{Kind: admin.ActorUser, ID: "bob"}, admin.Permissions(customer.PermissionRead))

	stranger := admin.NewScope(acme, admin.Actor{Kind: admin.ActorUser, ID: "eve"}, admin.Permissions(planmigration.PermissionRead))

	first := w.create(3)
	w.wait(time.Second)
	second := w.create(2, func(j *job.Job) { j.Status = job.Completed })
	plan := w.create(0, func(j *job.Job) { j.Kind = "plan" })
	secret := w.create(0, func(j *job.Job) { j.Kind = "secret" })

	t.Run("gives a job to callers who may read its kind", func(t *testing.T) {
		j, err := jobs.Get(t.Context(), reader, first)
		require.NoError(t, err)
		require.Equal(t, w.get(first), j)
		_, err = jobs.Get(t.Context(), reader, plan)
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = jobs.Get(t.Context(), admin.System(acme), secret)
		require.ErrorIs(t, err, admin.ErrForbidden, "a kind that the service does not know cannot be read")
		_, err = jobs.Get(t.Context(), reader, one)
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = jobs.Get(t.Context(), admin.Scope{}, first)
		require.ErrorIs(t, err, admin.ErrUnauthenticated)
	})
	t.Run("gives another organization nothing", func(t *testing.T) {
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
			{"a kind that the service does not know", reader, "secret", admin.ErrInvalid},
			{"for a scope that may read no kind", stranger, "", admin.ErrForbidden},
			{"for a scope that may read no kind, before it looks at the kind", stranger, "secret", admin.ErrForbidden},
			{"for the zero scope", admin.Scope{}, toy, admin.ErrUnauthenticated},
			{"for the zero scope, before it looks at the kind", admin.Scope{}, "secret", admin.ErrUnauthenticated},
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
	t.Run("lists what the scope may read of every kind, newest first", func(t *testing.T) {
		for _, tc := range []struct {
			reason string
			scope  admin.Scope
			want   []uuid.UUID
		}{
			{"all kinds that the service knows", admin.System(acme), []uuid.UUID{plan, second, first}},
			{"one kind", reader, []uuid.UUID{second, first}},
		} {
			t.Run(tc.reason, func(t *testing.T) {
				for limit := 1; limit <= 4; limit++ {
					var got []uuid.UUID
					q := admin.Query{Limit: limit}
					for {
						page, err := jobs.List(t.Context(), tc.scope, job.Filter{}, q)
						require.NoError(t, err)
						require.LessOrEqual(t, len(page.Items), limit)
						for _, j := range page.Items {
							got = append(got, j.ID)
						}
						if q.After = page.Next; q.After == "" {
							break
						}
					}
					require.Equal(t, tc.want, got, "in pages of %d", limit)
				}
			})
		}
		page, err := jobs.List(t.Context(), admin.System(acme), job.Filter{Status: job.Pending}, admin.Query{})
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
	})
	t.Run("refuses values that do not exist", func(t *testing.T) {
		_, err := jobs.List(t.Context(), reader, job.Filter{Kind: "bogus", Status: "BOGUS"}, admin.Query{})
		requirePaths(t, err, "/kind", "/status")
		require.ErrorContains(t, err, "use one of plan, toy")
		_, err = jobs.Entries(t.Context(), reader, first, job.EntryFilter{Status: "BOGUS"}, admin.Query{})
		requirePaths(t, err, "/status")
	})
	t.Run("reads other stores", func(t *testing.T) {
		other := newWorld(t)
		id := other.create(1)
		j, err := jobs.In(job.Ports{Jobs: other.backend.Jobs()}).Get(t.Context(), reader, id)
		require.NoError(t, err)
		require.Equal(t, id, j.ID)
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
		_, err = jobs.Entries(t.Context(), admin.Scope{}, first, job.EntryFilter{}, admin.Query{})
		require.ErrorIs(t, err, admin.ErrUnauthenticated)
		_, err = jobs.Entries(t.Context(), reader, plan, job.EntryFilter{}, admin.Query{})
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = jobs.Entries(t.Context(), admin.System("umbrella"), first, job.EntryFilter{}, admin.Query{})
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}

func TestNewServiceRefusesAMissingPort(t *testing.T) {
	_, err := job.NewService(job.Ports{}, job.Options{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, "Jobs")
	for _, poll := range []time.Duration{-1, time.Millisecond, 2 * time.Hour} {
		_, err = job.NewService(job.Ports{Jobs: newWorld(t).backend.Jobs()}, job.Options{Poll: poll})
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
}

// requirePaths checks that err lists broken rules of exactly these paths.
func requirePaths(t *testing.T, err error, paths ...string) {
	t.Helper()
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	var got []string
	for _, f := range invalid.Fields {
		got = append(got, f.Path)
	}
	require.Equal(t, paths, got)
}
