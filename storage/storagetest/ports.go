package storagetest

import (
	"strings"
	"testing"
)

// port is one accessor of storage.Stores with the tests of its contract.
type port struct {
	name string
	test func(*testing.T, Open)
}

func ports() []port {
	return []port{
		{"Organizations", testOrganizations},
		{"Users", testUsers},
		{"Invitations", testInvitations},
		{"Tickets", testTickets},
		{"Sessions", testSessions},
		{"Identities", testIdentities},
		{"Roles", testRoles},
		{"Factors", testFactors},
		{"Audit", testAudit},
		{"Log", testLog},
		{"Jobs", func(t *testing.T, open Open) {
			testJobs(t, open)
			t.Run("removes what is over", func(t *testing.T) { testRetention(t, open) })
			t.Run("removes of one that is over what is its own", func(t *testing.T) { testRetentionOfOne(t, open) })
		}},
		{"Currencies", testCurrencies},
		{"Settings", func(t *testing.T, open Open) {
			t.Run("Values", func(t *testing.T) { testSettings(t, open) })
			t.Run("History", func(t *testing.T) { testSettingHistory(t, open) })
		}},
		{"EventSchemas", testEventSchemas},
		{"Enrichments", testEnrichments},
		{"Tokens", testTokens},
		{"Imports", func(t *testing.T, open Open) {
			testImports(t, open)
			t.Run("records what is to be removed from Blobs", func(t *testing.T) { testRemovals(t, open) })
		}},
		{"ImportMappings", testImportMappings},
		{"Customers", testCustomers},
		{"Accounts", testAccounts},
		{"Plans", testPlans},
		{"Schedules", testSchedules},
		{"PlanMigrations", testPlanMigrations},
	}
}

// Organizations checks the port of [storage.Stores] with this name alone.
func Organizations(t *testing.T, open Open) { runPort(t, open, "Organizations") }

// Users checks the port of [storage.Stores] with this name alone.
func Users(t *testing.T, open Open) { runPort(t, open, "Users") }

// Invitations checks the port of [storage.Stores] with this name alone.
func Invitations(t *testing.T, open Open) { runPort(t, open, "Invitations") }

// Tickets checks the port of [storage.Stores] with this name alone.
func Tickets(t *testing.T, open Open) { runPort(t, open, "Tickets") }

// Sessions checks the port of [storage.Stores] with this name alone.
func Sessions(t *testing.T, open Open) { runPort(t, open, "Sessions") }

// Identities checks the port of [storage.Stores] with this name alone.
func Identities(t *testing.T, open Open) { runPort(t, open, "Identities") }

// Roles checks the port of [storage.Stores] with this name alone.
func Roles(t *testing.T, open Open) { runPort(t, open, "Roles") }

// Factors checks the port of [storage.Stores] with this name alone.
func Factors(t *testing.T, open Open) { runPort(t, open, "Factors") }

// Audit checks the port of [storage.Stores] with this name alone.
func Audit(t *testing.T, open Open) { runPort(t, open, "Audit") }

// Jobs checks the port of [storage.Stores] with this name alone.
func Jobs(t *testing.T, open Open) { runPort(t, open, "Jobs") }

// Currencies checks the port of [storage.Stores] with this name alone.
func Currencies(t *testing.T, open Open) { runPort(t, open, "Currencies") }

// Settings checks the port of [storage.Stores] with this name alone.
func Settings(t *testing.T, open Open) { runPort(t, open, "Settings") }

// EventSchemas checks the port of [storage.Stores] with this name alone.
func EventSchemas(t *testing.T, open Open) { runPort(t, open, "EventSchemas") }

// Enrichments checks the port of [storage.Stores] with this name alone.
func Enrichments(t *testing.T, open Open) { runPort(t, open, "Enrichments") }

// Tokens checks the port of [storage.Stores] with this name alone.
func Tokens(t *testing.T, open Open) { runPort(t, open, "Tokens") }

// Imports checks the port of [storage.Stores] with this name alone.
func Imports(t *testing.T, open Open) { runPort(t, open, "Imports") }

// ImportMappings checks the port of [storage.Stores] with this name alone.
func ImportMappings(t *testing.T, open Open) { runPort(t, open, "ImportMappings") }

// Customers checks the port of [storage.Stores] with this name alone.
func Customers(t *testing.T, open Open) { runPort(t, open, "Customers") }

// Accounts checks the port of [storage.Stores] with this name alone.
func Accounts(t *testing.T, open Open) { runPort(t, open, "Accounts") }

// Plans checks the port of [storage.Stores] with this name alone.
func Plans(t *testing.T, open Open) { runPort(t, open, "Plans") }

// Schedules checks the port of [storage.Stores] with this name alone.
func Schedules(t *testing.T, open Open) { runPort(t, open, "Schedules") }

// PlanMigrations checks the port of [storage.Stores] with this name alone.
func PlanMigrations(t *testing.T, open Open) { runPort(t, open, "PlanMigrations") }

// runPort checks one port: what holds for all methods, and its own contract.
func runPort(t *testing.T, open Open, name string) {
	t.Run("Methods", func(t *testing.T) {
		all := methods(t)
		var own []method
		for _, m := range all {
			if accessor, _, _ := strings.Cut(m.name, "."); accessor == name {
				own = append(own, m)
			}
		}
		checkMethods(t, open(t), all, own)
	})
	for _, p := range ports() {
		if p.name == name {
			t.Run("Contract", func(t *testing.T) { p.test(t, open) })
		}
	}
}
