package dbtest

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
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

// purge removes the rows of a deleted organization in batches and returns how many it took.
func purge(t *testing.T, s storage.Stores, org admin.OrgID, limit int) (batches int) {
	t.Helper()
	for more := true; more; batches++ {
		var err error
		more, err = s.Organizations().Purge(t.Context(), org, limit)
		require.NoError(t, err)
	}
	return batches
}

// rowsLeft counts the rows of an organization by table, without those of none.
func rowsLeft(t *testing.T, pool *sql.DB, d sqlstore.Dialect, org admin.OrgID) map[string]string {
	t.Helper()
	left := map[string]string{}
	for _, x := range catalog(t, pool, d, "admincenter_schema") {
		n := cells(t, pool, "SELECT COUNT(*) FROM "+x.name+" WHERE org_id = '"+string(org)+"'")[0][0]
		if n != "0" {
			left[x.name] = n
		}
	}
	return left
}

// Every table has rows of two organizations, of which one is deleted and purged.
func TestPurgeLeavesNothingBehind(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		createOrganization(t, db, planOrg)
		fillForPlans(t, s.dialect, pool)
		createOrganization(t, db, "umbrella")
		saveForGoodOf(t, db, "umbrella")
		others := rowsLeft(t, pool, s.dialect, "umbrella")
		require.Greater(t, len(others), 4)
		filled := rowsLeft(t, pool, s.dialect, planOrg)
		for _, x := range catalog(t, pool, s.dialect, "admincenter_schema") {
			if !strings.HasSuffix(x.name, "_anchor") && x.name != "admincenter_setting_counts" {
				require.Contains(t, filled, x.name, "a table that is not filled shows nothing")
			}
		}
		deleteOrganization(t, db, planOrg)
		o := cells(t, pool, "SELECT name, status FROM admincenter_organizations WHERE org_id = '"+string(planOrg)+"'")
		require.Equal(t, [][]string{{"", "DELETED"}}, o)
		require.Greater(t, purge(t, db, planOrg, 20_000), 3)
		left := rowsLeft(t, pool, s.dialect, planOrg)
		require.Equal(t, [][]string{{"0"}}, cells(t, pool, "SELECT COUNT(*) FROM admincenter_import_blobs "+
			"WHERE org_id = '"+string(planOrg)+"' AND remove_at IS NULL"), "files elsewhere are to be removed")
		delete(left, "admincenter_import_blobs") // until they are
		require.Equal(t, map[string]string{"admincenter_organizations": "1"}, left, "add the table to owned in purge.go")
		require.Equal(t, others, rowsLeft(t, pool, s.dialect, "umbrella"))
		deleted, err := db.Organizations().Deleted(t.Context(), "", 10)
		require.NoError(t, err)
		require.Empty(t, deleted)
	})
}
