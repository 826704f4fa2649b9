package dbtest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// rec is a complete audit record that no other call has.
func rec(action admin.Action) admin.Record {
	return admin.Record{
		ID: uuid.Must(uuid.NewV7()), At: noon, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: action, Subject: admin.Subject{Kind: "test"},
	}
}

func createOrganization(t *testing.T, s storage.Stores, org admin.OrgID) {
	t.Helper()
	u := people.User{
		ID: uuid.Must(uuid.NewV7()), Name: "Ann", Email: people.Email{Address: "ann@example.com", Key: "ann@example.com"},
		Role: people.Administrator, Status: people.UserActive, CreatedAt: noon, UpdatedAt: noon, Version: 1,
	}
	require.NoError(t, s.Organizations().Create(t.Context(), people.Organization{ID: org, Name: "Acme", CreatedAt: noon, Version: 1},
		u, people.Credential{UserID: u.ID, ChangedAt: noon}, rec("organization.create")))
}

func aCurrency(code iso4217.Code, rate string) currency.Currency {
	return currency.Currency{Code: code, Status: currency.Active, Rate: decimal.RequireFromString(rate), CreatedAt: noon, CreatedBy: admin.Actor{Kind: admin.ActorSystem}}
}
