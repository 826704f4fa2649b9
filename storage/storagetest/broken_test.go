package storagetest_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/storagetest"
)

// fault is something that an adapter can get wrong, put into one that is right. The faults that any
// method can have are in methods_test.go; here are those of one port, and of transactions.
type fault struct {
	name string
	// What a port is replaced by, inside transactions too; nil where it stays as it is. A port that
	// gets its first fault gets a field here and an accessor below; every further fault is a row.
	organizations func(people.OrganizationStore, *known) people.OrganizationStore
	users         func(people.UserStore, *known) people.UserStore
	audit         func(admin.AuditStore, *known) admin.AuditStore
	jobs          func(job.Store, *known) job.Store
	currencies    func(currency.Store, *known) currency.Store
	imports       func(bulkimport.Store, *known) bulkimport.Store
	customers     func(customer.Store, *known) customer.Store
	accounts      func(customer.AccountStore, *known) customer.AccountStore
	// inTx replaces InTx.
	inTx func(ctx context.Context, b storage.Backend, fn func(storage.Stores) error) error
	// caught is the subtest that is there to find it.
	caught string
}

// known is every organization that was created, newest first, for faults that look into all.
type known struct{ orgs []admin.OrgID }

// in tries each organization, the one that was asked for first, until one has what is looked for.
func in[T any](k *known, org admin.OrgID, look func(admin.OrgID) (T, error), has func(T) bool) (T, error) {
	found, err := look(org)
	for _, other := range k.orgs {
		if err == nil && has(found) {
			break
		}
		if got, again := look(other); again == nil && has(got) {
			return got, nil
		}
	}
	return found, err
}

func anything[T any](T) bool     { return true }
func notEmpty[T any](s []T) bool { return len(s) > 0 }

// broken is a backend with one fault.
type broken struct {
	brokenStores
	backend storage.Backend
}

func newBroken(f fault) storage.Backend {
	b := memory.New()
	return broken{brokenStores{b, f, &known{}}, b}
}

func (b broken) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	within := func(s storage.Stores) error { return fn(brokenStores{s, b.fault, b.known}) }
	if b.fault.inTx != nil {
		return b.fault.inTx(ctx, b.backend, within)
	}
	return b.backend.InTx(ctx, within)
}

type brokenStores struct {
	storage.Stores
	fault fault
	known *known
}

func replaced[P any](port P, with func(P, *known) P, k *known) P {
	if with == nil {
		return port
	}
	return with(port, k)
}

func (s brokenStores) Organizations() people.OrganizationStore {
	return replaced[people.OrganizationStore](noting{s.Stores.Organizations(), s.known}, s.fault.organizations, s.known)
}
func (s brokenStores) Users() people.UserStore {
	return replaced(s.Stores.Users(), s.fault.users, s.known)
}
func (s brokenStores) Audit() admin.AuditStore {
	return replaced(s.Stores.Audit(), s.fault.audit, s.known)
}
func (s brokenStores) Jobs() job.Store { return replaced(s.Stores.Jobs(), s.fault.jobs, s.known) }
func (s brokenStores) Currencies() currency.Store {
	return replaced(s.Stores.Currencies(), s.fault.currencies, s.known)
}
func (s brokenStores) Imports() bulkimport.Store {
	return replaced(s.Stores.Imports(), s.fault.imports, s.known)
}
func (s brokenStores) Customers() customer.Store {
	return replaced(s.Stores.Customers(), s.fault.customers, s.known)
}
func (s brokenStores) Accounts() customer.AccountStore {
	return replaced(s.Stores.Accounts(), s.fault.accounts, s.known)
}

// noting keeps known up to date.
type noting struct {
	people.OrganizationStore
	known *known
}

func (s noting) Create(ctx context.Context, o people.Organization, first people.User, c people.Credential, rec admin.Record) error {
	err := s.OrganizationStore.Create(ctx, o, first, c, rec)
	if err == nil {
		s.known.orgs = append([]admin.OrgID{o.ID}, s.known.orgs...)
	}
	return err
}

func TestBrokenAdaptersFail(t *testing.T) {
	faults := slices.Concat(transactionFaults(), organizationFaults(), userFaults(), auditFaults(), jobFaults(),
		queueFaults(), retentionFaults(), importFaults(), currencyFaults(), customerFaults())
	for _, f := range faults {
		if storagetest.Fault() == f.name {
			storagetest.Run(t, func(*testing.T) storage.Backend { return newBroken(f) })
			return
		}
	}
	require.Empty(t, storagetest.Fault(), "there is no such fault")
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, storagetest.FailuresWith(t, f.name, f.caught), f.caught)
		})
	}
}

func TestAdapterWithoutFaultPasses(t *testing.T) {
	storagetest.Run(t, func(*testing.T) storage.Backend { return newBroken(fault{}) })
}

func transactionFaults() []fault {
	return []fault{
		{
			name: "a transaction that panicked is committed",
			inTx: func(ctx context.Context, b storage.Backend, fn func(storage.Stores) error) error {
				var panicked any
				err := b.InTx(ctx, func(s storage.Stores) error {
					defer func() { panicked = recover() }()
					return fn(s)
				})
				if panicked != nil {
					panic(panicked)
				}
				return err
			},
			caught: "Transactions/take everything back when the function panics",
		},
		{
			name: "a transaction whose context has ended is committed",
			inTx: func(ctx context.Context, b storage.Backend, fn func(storage.Stores) error) error {
				return cmp.Or(b.InTx(context.WithoutCancel(ctx), fn), ctx.Err())
			},
			caught: "Transactions/commit nothing when the context ends before they do",
		},
		{
			name: "a transaction is never committed",
			inTx: func(ctx context.Context, b storage.Backend, fn func(storage.Stores) error) error {
				done := errors.New("done")
				err := b.InTx(ctx, func(s storage.Stores) error { return cmp.Or(fn(s), done) })
				if errors.Is(err, done) {
					return nil
				}
				return err
			},
			caught: "Transactions/commit what was written and see it inside",
		},
		{
			name: "a write that is refused ends the transaction",
			inTx: func(ctx context.Context, b storage.Backend, fn func(storage.Stores) error) error {
				var refused error
				return b.InTx(ctx, func(s storage.Stores) error {
					f := fault{currencies: func(c currency.Store, _ *known) currency.Store { return sticky{c, &refused} }}
					return cmp.Or(fn(brokenStores{s, f, &known{}}), refused)
				})
			},
			caught: "Transactions/go on after a write that was refused, without any of it",
		},
	}
}

// sticky fails for good after the first failure, as PostgreSQL does without a savepoint.
type sticky struct {
	currency.Store
	failed *error
}

func (s sticky) Create(ctx context.Context, org admin.OrgID, c currency.Currency, rec admin.Record) error {
	if *s.failed == nil {
		*s.failed = s.Store.Create(ctx, org, c, rec)
	}
	return *s.failed
}
