package job_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// A job of a user who may no longer do it goes on if another who may has let it go on.
func TestJobOfAUserWhoHasLeft(t *testing.T) {
	gone, stays := admin.Actor{Kind: admin.ActorUser, ID: "gone"}, admin.Actor{Kind: admin.ActorUser, ID: "stays"}
	for _, tc := range []struct {
		reason string
		by     admin.Actor
		want   job.Status
	}{
		{"another who may retries it", stays, job.Completed},
		{"another who may not retries it", admin.Actor{Kind: admin.ActorUser, ID: "operator"}, job.Failed},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(1, func(j *job.Job) { j.CreatedBy = gone })
			w.runner.Authorize = func(_ context.Context, _ admin.OrgID, j job.Job) error {
				if j.CreatedBy != stays {
					return admin.ErrForbidden
				}
				return nil
			}
			_, err := w.step(id)
			require.NoError(t, err)
			require.Equal(t, job.Failed, w.get(id).Status)
			require.Contains(t, w.get(id).Failure, "user gone may no longer do this")
			_, err = w.runner.Retry(t.Context(), admin.NewScope(acme, tc.by, admin.PermissionSet{}), id)
			require.NoError(t, err)
			_, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
			require.NoError(t, err)
			require.Equal(t, tc.want, w.get(id).Status)
			require.Equal(t, gone, w.get(id).CreatedBy)
		})
	}
}
