package currency_test

import (
	"context"
	"errors"
	"fmt"
	"time"

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

// A correction is valid from now or later: what was converted before stays as it was.
func ExampleService_AddRate() {
	ctx, scope := context.Background(), admin.System("acme")
	backend := organization(ctx, "acme")
	march := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := march
	currencies, err := currency.NewService(currency.Ports{Currencies: backend.Currencies()},
		currency.Options{Runtime: admin.Runtime{Now: func() time.Time { return now }}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := currencies.SetBase(ctx, scope, "USD"); err != nil {
		fmt.Println(err)
		return
	}
	// Yen to the dollar, typed where dollars to the yen belong.
	_, err = currencies.Add(ctx, scope, "JPY", decimal.RequireFromString("150"))
	fmt.Println(admin.Message(err))
	if _, err := currencies.Add(ctx, scope, "JPY", decimal.RequireFromString("0.0067")); err != nil {
		fmt.Println(err)
		return
	}

	now = now.AddDate(0, 1, 0)
	if _, err := currencies.AddRate(ctx, scope, "JPY", currency.RateInput{Rate: decimal.RequireFromString("0.0069")}); err != nil {
		fmt.Println(err)
		return
	}
	for _, at := range []time.Time{march, now} {
		usd, err := currencies.ConvertAt(ctx, scope, decimal.NewFromInt(10_000), "JPY", "USD", at)
		fmt.Println(at.Format(time.DateOnly), usd, err)
	}
	// Output:
	// 1 JPY = 150 USD is far off: about 1 JPY = 0.01 USD is expected. The inverse would fit: 1 USD = 150 JPY is a rate of 0.00666667: confirm the rate if it is meant.
	// 2026-03-01 67 <nil>
	// 2026-04-01 69 <nil>
}

func ExampleMoney_Split() {
	total, err := currency.ParseMoney("100.00 EUR")
	if err != nil {
		fmt.Println(err)
		return
	}
	parts, err := total.Split(3)
	fmt.Println(parts, err)
	// Output: [33.34 EUR 33.33 EUR 33.33 EUR] <nil>
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
