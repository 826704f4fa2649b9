package storagetest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

func TestEveryPortHasAnEntry(t *testing.T) {
	stores := reflect.TypeFor[storage.Stores]()
	for i := range stores.NumMethod() {
		name := stores.Method(i).Name
		require.True(t, slices.ContainsFunc(ports(), func(p port) bool { return p.name == name }), name)
	}
	require.Len(t, ports(), stores.NumMethod())
}

// Every entry runs, over a backend that passes.
func TestEveryEntryPassesOnMemory(t *testing.T) {
	open := func(*testing.T) storage.Backend { return memory.New() }
	for _, entry := range []func(*testing.T, Open){
		Organizations, Users, Invitations, Tickets, Sessions, Identities, Roles, Factors, Audit, Jobs, Currencies, Settings, EventSchemas, Enrichments, Tokens,
		Imports, ImportMappings,
		Customers, Accounts, Plans, Schedules, PlanMigrations,
	} {
		entry(t, open)
	}
}

// A port of a host passes alone, behind Own.
func TestPortsOfAHost(t *testing.T) {
	own := storage.Own{Customers: storage.Stores.Customers, Accounts: storage.Stores.Accounts}
	open := func(*testing.T) storage.Backend { return own.Backend(memory.New()) }
	Customers(t, open)
	Accounts(t, open)
}
