package customer_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
)

const org = admin.OrgID("acme")

// world is a service over a backend in memory, with a clock and ids of its own.
type world struct {
	t       *testing.T
	backend *memory.Backend
	service *customer.Service
	scope   admin.Scope
	now     time.Time
	n       uint64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, backend: memory.New(), scope: admin.System(org), now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	for _, id := range []admin.OrgID{org, "globex"} {
		first := people.User{ID: w.id(), Name: "Ann", Email: people.Email{Key: "ann@acme.example"}, Version: 1}
		rec := admin.Record{
			ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "organization.create",
			Subject: admin.Subject{Kind: "organization", ID: string(id)},
		}
		require.NoError(t, w.backend.Organizations().Create(t.Context(),
			people.Organization{ID: id, Name: "Acme", Version: 1}, first,
			people.Credential{UserID: first.ID}, rec))
	}
	var err error
	w.service, err = customer.NewService(customer.Ports{Customers: w.backend.Customers(), Accounts: w.backend.Accounts()},
		customer.Options{Runtime: admin.Runtime{Now: func() time.Time { return w.now }, NewID: w.id}})
	require.NoError(t, err)
	return w
}

func (w *world) id() uuid.UUID {
	w.n++
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], 0x0195_0000_0000_7000)
	binary.BigEndian.PutUint64(u[8:], 0x8000_0000_0000_0000|w.n)
	return u
}

func (w *world) create(id string) customer.Customer {
	w.t.Helper()
	c, err := w.service.Create(w.t.Context(), w.scope,
		customer.Customer{ID: id, Name: "Customer " + id, PrimaryEmail: "a@x.example"})
	require.NoError(w.t, err)
	return c
}

func (w *world) createAccount(id, of string) customer.Account {
	w.t.Helper()
	a, err := w.service.CreateAccount(w.t.Context(), w.scope,
		customer.Account{ID: id, Name: "Account " + id, CustomerID: of})
	require.NoError(w.t, err)
	return a
}

// records are those about one thing, oldest first.
func (w *world) records(kind, id string) []admin.Record {
	w.t.Helper()
	var out []admin.Record
	f := admin.AuditFilter{Subject: admin.Subject{Kind: kind, ID: id}}
	for r, err := range admin.NewTrail(w.backend.Audit()).All(w.t.Context(), w.scope, f) {
		require.NoError(w.t, err)
		out = append([]admin.Record{r}, out...)
	}
	return out
}

// paths are the paths and codes of an error's fields.
func paths(t *testing.T, err error) map[string]string {
	t.Helper()
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	out := map[string]string{}
	for _, f := range invalid.Fields {
		out[f.Path] = f.Code
		require.NotContains(t, f.Message, ": invalid", "the kind of error is no part of the message")
	}
	return out
}
