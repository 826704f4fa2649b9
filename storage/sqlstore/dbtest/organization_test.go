package dbtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// setStatus changes the status of an organization as it is.
func setStatus(t *testing.T, s storage.Stores, org admin.OrgID, status people.OrganizationStatus) {
	t.Helper()
	o, err := s.Organizations().Get(t.Context(), org)
	require.NoError(t, err)
	r := rec(people.ActionSuspendOrganization)
	if status == people.OrganizationDeleted {
		r.Action = people.ActionDeleteOrganization
	}
	o.Status, o.StatusAt = status, r.At
	require.NoError(t, s.Organizations().SetStatus(t.Context(), o, r))
}

func suspend(t *testing.T, s storage.Stores, org admin.OrgID) {
	t.Helper()
	setStatus(t, s, org, people.OrganizationSuspended)
}

func deleteOrganization(t *testing.T, s storage.Stores, org admin.OrgID) {
	t.Helper()
	suspend(t, s, org)
	setStatus(t, s, org, people.OrganizationDeleted)
}
