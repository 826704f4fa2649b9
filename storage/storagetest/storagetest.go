// Package storagetest is the conformance suite of [storage.Backend], which every adapter must pass.
//
//	func TestConformance(t *testing.T) {
//		storagetest.Run(t, func(t *testing.T) storage.Backend { return memory.New() })
//	}
//
// The suite has a case for every method of every port; a port method without a case fails it.
// From its case the suite derives what holds for all of them: another organization sees and changes
// nothing; a write leaves its audit record and is refused without one; a read sees what its transaction
// wrote; a failed transaction and a cancelled context leave no trace. Tests of each port's own contract are
// added to these.
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

// Open returns a [storage.Backend] for one test and closes it with [testing.T.Cleanup]. The suite makes its own
// organizations in it, so it need not be empty.
type Open func(t *testing.T) storage.Backend

// Run checks every method of every port, transactions, each port's contract and extreme values.
func Run(t *testing.T, open Open) {
	t.Run("Methods", func(t *testing.T) { testMethods(t, open) })
	t.Run("Transactions", func(t *testing.T) { testTransactions(t, open) })
	for _, p := range ports() {
		t.Run(p.name, func(t *testing.T) { p.test(t, open) })
	}
	t.Run("Values", func(t *testing.T) { testValues(t, open) })
}
