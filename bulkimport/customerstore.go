package bulkimport

import "github.com/admincenter/admincenter/admin/customer"

// CustomerStore keeps customers. Write is how imports reach it; a host reads with the others.
type CustomerStore interface {
	// Write is Target.Write. It writes exactly what Batch.Customers makes of the rows, given the
	// customers that exist, together with the audit record. A row that the storage refuses, by a
	// rule of its own, is Refused and does not keep the others out.
	Target
	customer.Store
}

// AccountStore keeps accounts. Write is how imports reach it; a host reads with the others.
type AccountStore interface {
	// Write is Target.Write. It writes exactly what Batch.Accounts makes of the rows, given the
	// accounts and the customers that exist, together with the audit record. A row that the
	// storage refuses, by a rule of its own, is Refused and does not keep the others out.
	Target
	customer.AccountStore
}
