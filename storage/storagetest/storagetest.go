// Package storagetest is the conformance suite of storage.Backend: what every adapter must pass.
//
//	func TestConformance(t *testing.T) {
//		storagetest.Run(t, func(t *testing.T) storage.Backend { return memory.New() })
//	}
//
// Every method of every port has to be known to it: a port method without a case fails the suite.
// From its case the suite derives what holds for all of them: another organization sees and changes
// nothing; a write leaves its audit record and is refused without one; a read sees what its transaction
// wrote; a failed transaction and a cancelled context leave no trace. On top of that each port's own
// contract has its tests.
//
// A host that replaces some ports by its own ([storage.Own]) checks these alone: [Customers] and its
// siblings run the suite of one port.
//
//	func TestOwnCustomers(t *testing.T) {
//		storagetest.Customers(t, func(t *testing.T) storage.Backend { return own.Backend(open(t)) })
//	}
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
	for _, p := range ports() {
		t.Run(p.name, func(t *testing.T) { p.test(t, open) })
	}
	t.Run("Values", func(t *testing.T) { testValues(t, open) })
}
