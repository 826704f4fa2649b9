package currency_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage/memory"
)

func Example() {
	ctx, scope := context.Background(), admin.System("acme")
	backend := organization(ctx, "acme")
	currencies, err := currency.NewService(currency.Ports{Currencies: backend.Currencies()}, currency.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}

	if _, err := currencies.SetBase(ctx, scope, "USD"); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := currencies.Add(ctx, scope, "EUR", decimal.RequireFromString("1.08")); err != nil {
		fmt.Println(err)
		return
	}
	usd, err := currencies.Convert(ctx, scope, decimal.RequireFromString("19.99"), "EUR", "USD")
	fmt.Println(usd, err)

	// A saved rate cannot be changed.
	_, err = currencies.Add(ctx, scope, "EUR", decimal.RequireFromString("1.09"))
	fmt.Println(err, errors.Is(err, admin.ErrExists))
	// Output:
	// 21.59 <nil>
	// currency EUR is in use and its rate is fixed: already exists true
}

// Amounts are rounded to the minor units of their currency, ties to even.
func ExampleRound() {
	for _, code := range []iso4217.Code{"JPY", "EUR", "KWD"} {
		rounded, err := currency.Round(decimal.RequireFromString("1.0125"), code)
		fmt.Println(code, rounded, err)
	}
	// Output:
	// JPY 1 <nil>
	// EUR 1.01 <nil>
	// KWD 1.012 <nil>
}

// organization returns a storage in memory with one organization in it.
func organization(ctx context.Context, org admin.OrgID) *memory.Backend {
	backend := memory.New()
	user := people.User{ID: uuid.New(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	rec := admin.Runtime{}.WithDefaults().Record(admin.System(org), "organization.create",
		admin.Subject{Kind: "organization", ID: string(org)})
	o := people.Organization{ID: org, Name: "Acme", Version: 1}
	if err := backend.Organizations().Create(ctx, o, user, people.Credential{UserID: user.ID}, rec); err != nil {
		panic(err)
	}
	return backend
}
