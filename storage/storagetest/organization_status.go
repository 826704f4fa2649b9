package storagetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// gone is the organization that [world.seed] deletes beside org.
func gone(org admin.OrgID) admin.OrgID { return org + ".gone" }

func (w *world) seedDeleted() {
	w.t.Helper()
	o, u, c := w.organization(gone(w.org))
	require.NoError(w.t, w.b.Organizations().Create(w.t.Context(), o, u, c, w.rec("organization.create")))
	w.setStatus(w.t, o.ID, people.OrganizationSuspended)
	w.setStatus(w.t, o.ID, people.OrganizationDeleted)
}

// setStatus changes the status of an organization as it is.
func (w *world) setStatus(t *testing.T, org admin.OrgID, status people.OrganizationStatus) {
	t.Helper()
	o, err := w.b.Organizations().Get(t.Context(), org)
	require.NoError(t, err)
	require.NoError(t, w.trySetStatus(t, org, status, o.Version))
}

func (w *world) trySetStatus(
	t *testing.T, org admin.OrgID, status people.OrganizationStatus, version int64,
) error {
	t.Helper()
	rec := w.rec(people.ActionSuspendOrganization)
	if status == people.OrganizationDeleted {
		rec.Action = people.ActionDeleteOrganization
	}
	o := people.Organization{ID: org, Status: status, StatusAt: rec.At, Version: version}
	return w.b.Organizations().SetStatus(t.Context(), o, rec)
}

func testStatus(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	before, err := b.Organizations().Get(t.Context(), w.org)
	require.NoError(t, err)
	require.Equal(t, people.OrganizationActive, before.Status)
	for version, step := range []struct {
		status  people.OrganizationStatus
		refused []people.OrganizationStatus // before it
	}{
		{people.OrganizationSuspended, []people.OrganizationStatus{
			people.OrganizationActive, people.OrganizationDeleted, "active", "",
		}},
		{people.OrganizationActive, []people.OrganizationStatus{people.OrganizationSuspended, "suspended"}},
		{people.OrganizationSuspended, nil},
	} {
		for _, status := range step.refused {
			require.ErrorIs(t, w.trySetStatus(t, w.org, status, int64(version+1)), admin.ErrState, status)
		}
		for _, other := range []int64{0, int64(version), int64(version + 2)} {
			require.ErrorIs(t, w.trySetStatus(t, w.org, step.status, other), admin.ErrConflict)
		}
		w.setStatus(t, w.org, step.status)
		want := before
		want.Status, want.StatusAt, want.Version = step.status, epoch, int64(version+2)
		got, err := b.Organizations().Get(t.Context(), w.org)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.ErrorIs(t, w.trySetStatus(t, "missing", people.OrganizationSuspended, 1), admin.ErrNotFound)
	_, err = b.Organizations().Purge(t.Context(), w.org, 10)
	require.ErrorIs(t, err, admin.ErrNotFound, "only what is deleted is purged")

	w.setStatus(t, w.org, people.OrganizationDeleted)
	for _, status := range []people.OrganizationStatus{people.OrganizationActive, people.OrganizationSuspended} {
		for version := range int64(7) {
			require.ErrorIs(t, w.trySetStatus(t, w.org, status, version), admin.ErrNotFound, "there is no way back")
		}
	}
}

func testSuspended(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	w.seed()
	waiting := w.job()
	waiting.Kind = job.Kind(w.mark("kind"))
	require.NoError(t, b.Jobs().Create(t.Context(), w.org, waiting, nil, w.rec("job.create")))
	claim := job.Claim{Worker: "w", Now: epoch.Add(time.Hour), Until: epoch.Add(2 * time.Hour)}
	suspended := func(want bool) {
		t.Helper()
		m, err := b.Users().Member(t.Context(), w.org, w.first.ID)
		require.NoError(t, err)
		require.Equal(t, want, m.Suspended)
		m, err = b.Users().ByEmail(t.Context(), w.org, w.first.Email.Key)
		require.NoError(t, err)
		require.Equal(t, want, m.Suspended)
		o, err := b.Sessions().ByDigest(t.Context(), w.org, w.digest("session"))
		require.NoError(t, err)
		require.Equal(t, want, o.Suspended)
		found, err := b.Tokens().ByDigest(t.Context(), w.seeds.token.hash.Digest)
		require.NoError(t, err)
		require.Equal(t, want, found.User.Suspended)
		_, u, err := b.Tokens().WithUser(t.Context(), w.org, w.seeds.token.token.ID)
		require.NoError(t, err)
		require.Equal(t, want, u.Suspended)
		u, err = b.Tokens().User(t.Context(), w.org, w.first.ID)
		require.NoError(t, err)
		require.Equal(t, want, u.Suspended)
		system := w.token()
		system.UserID, system.CreatedBy = uuid.Nil, admin.Actor{Kind: admin.ActorSystem}
		w.addToken(system)
		found, err = b.Tokens().ByDigest(t.Context(), w.hash(system.ID.String()).Digest)
		require.NoError(t, err)
		require.Equal(t, want, found.User.Suspended, "of a token that no user answers for")
		_, u, err = b.Tokens().WithUser(t.Context(), w.org, system.ID)
		require.NoError(t, err)
		require.Equal(t, want, u.Suspended, "of a token that no user answers for")
		due, err := b.Jobs().Due(t.Context(), epoch.Add(time.Hour), job.DueQuery{
			Orgs: 10, PerOrg: 10, Kinds: []job.Kind{waiting.Kind},
		})
		require.NoError(t, err)
		require.Equal(t, !want, len(due) == 1, "the jobs of a suspended organization are not due")
	}
	suspended(false)
	before, err := b.Jobs().Get(t.Context(), w.org, waiting.ID)
	require.NoError(t, err)
	w.setStatus(t, w.org, people.OrganizationSuspended)
	suspended(true)
	_, err = b.Jobs().Claim(t.Context(), w.org, waiting.ID, claim)
	require.ErrorIs(t, err, admin.ErrSuspended)
	_, err = b.Jobs().Claim(t.Context(), w.org, w.id(), claim)
	require.ErrorIs(t, err, admin.ErrNotFound)
	after, err := b.Jobs().Get(t.Context(), w.org, waiting.ID)
	require.NoError(t, err)
	require.Equal(t, before, after, "a job that waits is as it was")
	w.setStatus(t, w.org, people.OrganizationActive)
	suspended(false)
	_, err = b.Jobs().Claim(t.Context(), w.org, waiting.ID, claim)
	require.NoError(t, err)
}

// testDeleted calls every method on an organization that is deleted and has all its rows, and on one that never was.
func testDeleted(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	w.seed()
	w.setStatus(t, w.org, people.OrganizationSuspended)
	w.setStatus(t, w.org, people.OrganizationDeleted)
	never := admin.OrgID("new" + strings.TrimPrefix(string(w.org), "org"))
	skipped := map[string]bool{
		"Organizations.Deleted": true, "Organizations.Create": true, "Organizations.Purge": true, "Jobs.Due": true,
		"Log.Unsealed": true, "Log.Heads": true, "Log.Trimmable": true, // which are of every organization
		"Imports.Removals": true, "Imports.SetRemoval": true, // which outlive the organization
	}
	for name, call := range calls() {
		if skipped[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			w.t = t
			var answers []string
			for _, org := range []admin.OrgID{w.org, never} {
				got, err := call(t.Context(), b, w, org, w.rec("test.write"))
				if err != nil {
					require.True(t, errors.Is(err, admin.ErrNotFound) || errors.Is(err, job.ErrLeaseLost), "%v", err)
					got = admin.ErrNotFound // a result beside an error is not used
				}
				answers = append(answers, strings.ReplaceAll(fmt.Sprintf("%+v", got), string(w.org), string(never)))
			}
			if name != "Users.Memberships" { // which is of every organization
				require.Equal(t, answers[1], answers[0], "a deleted organization is as one that never was")
			}
			require.NotContains(t, answers[0], w.mark(""))
		})
	}
	w.t = t
	for _, name := range []string{"Log.Unsealed", "Log.Heads", "Log.Trimmable"} {
		got, err := calls()[name](t.Context(), b, w, w.org, admin.Record{})
		require.NoError(t, err)
		require.NotContains(t, fmt.Sprint(got), string(w.org))
	}
	o, u, cred := w.organization(w.org)
	require.ErrorIs(t, b.Organizations().Create(t.Context(), o, u, cred, w.rec("organization.create")), admin.ErrExists)
	due, err := b.Jobs().Due(t.Context(), epoch.Add(time.Hour), job.DueQuery{
		Orgs: 100_000, PerOrg: 1, Kinds: []job.Kind{w.job().Kind},
	})
	require.NoError(t, err)
	for _, r := range due {
		require.NotEqual(t, w.org, r.Org)
	}
}

func testPurge(t *testing.T, b storage.Backend, c *ids) {
	w, other := newWorld(t, b, c), newWorld(t, b, c)
	w.seed()
	other.seed()
	before := dump(t, methods(t), other)
	deleted := func() bool {
		orgs, err := b.Organizations().Deleted(t.Context(), w.org[:len(w.org)-1], 10)
		require.NoError(t, err)
		for _, org := range orgs {
			if org == w.org {
				return true
			}
		}
		return false
	}
	require.False(t, deleted())
	w.setStatus(t, w.org, people.OrganizationSuspended)
	require.False(t, deleted())
	w.setStatus(t, w.org, people.OrganizationDeleted)
	require.True(t, deleted())
	for batch := 0; ; batch++ {
		require.Less(t, batch, 1000, "the purge does not end")
		more, err := b.Organizations().Purge(t.Context(), w.org, 3)
		require.NoError(t, err)
		require.Equal(t, more, deleted())
		if !more {
			break
		}
	}
	more, err := b.Organizations().Purge(t.Context(), w.org, 3)
	require.NoError(t, err)
	require.False(t, more, "it is purged already")
	requireBlobsLeft(t, w)
	o, u, cred := w.organization(w.org)
	require.ErrorIs(t, b.Organizations().Create(t.Context(), o, u, cred, w.rec("organization.create")), admin.ErrExists,
		"the id stays taken")
	require.Equal(t, before, dump(t, methods(t), other), "nothing of another organization is removed")
}
