// Package storagetest is the conformance suite of storage.Backend: what an adapter has to pass,
// ours or anybody's.
//
//	func TestConformance(t *testing.T) {
//		storagetest.Run(t, func(t *testing.T) storage.Backend { return memory.New() })
//	}
//
// Every method of every port has to be known to it: a port method without a case fails the suite.
// From its case the suite derives what holds for all of them: another organization sees and changes
// nothing; a write leaves its audit record and is refused without one; a failed transaction and a
// cancelled context leave no trace. On top of that each port's own contract has its tests.
package storagetest

import (
	"testing"

	"github.com/admincenter/admincenter/storage"
)

// Open returns a Backend for one test, which cleans it up with t.Cleanup. The suite makes its own
// organizations in it, so it need not be empty.
type Open func(t *testing.T) storage.Backend

// Run checks everything.
func Run(t *testing.T, open Open) {
	t.Run("Methods", func(t *testing.T) { testMethods(t, open) })
	t.Run("Transactions", func(t *testing.T) { testTransactions(t, open) })
	t.Run("Organizations", func(t *testing.T) { testOrganizations(t, open) })
	t.Run("Users", func(t *testing.T) { testUsers(t, open) })
	t.Run("Invitations", func(t *testing.T) { testInvitations(t, open) })
	t.Run("Audit", func(t *testing.T) { testAudit(t, open) })
	t.Run("Jobs", func(t *testing.T) { testJobs(t, open) })
	t.Run("Currencies", func(t *testing.T) { testCurrencies(t, open) })
	t.Run("Settings", func(t *testing.T) { testSettings(t, open) })
	t.Run("SettingHistory", func(t *testing.T) { testSettingHistory(t, open) })
	t.Run("Enrichments", func(t *testing.T) { testEnrichments(t, open) })
	t.Run("Tokens", func(t *testing.T) { testTokens(t, open) })
	t.Run("Imports", func(t *testing.T) { testImports(t, open) })
	t.Run("Customers", func(t *testing.T) { testCustomers(t, open) })
	t.Run("Accounts", func(t *testing.T) { testAccounts(t, open) })
	t.Run("Plans", func(t *testing.T) { testPlans(t, open) })
	t.Run("Schedules", func(t *testing.T) { testSchedules(t, open) })
	t.Run("PlanMigrations", func(t *testing.T) { testPlanMigrations(t, open) })
	t.Run("Values", func(t *testing.T) { testValues(t, open) })
}
