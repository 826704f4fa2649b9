package admincenter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// banker is a Center whose organization has a customer, and may have USD as its base, EUR and SEK.
type banker struct {
	*admincenter.Center
	t     *testing.T
	now   time.Time
	scope admin.Scope
}

func newBanker(t *testing.T, backend storage.Backend) banker {
	t.Helper()
	b := banker{t: t, now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), scope: admin.System(acme)}
	var err error
	b.Center, err = admincenter.New(backend, admincenter.Options{Runtime: admin.Runtime{Now: func() time.Time { return b.now }}})
	require.NoError(t, err)
	_, _, err = b.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: acme, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	_, err = b.Customers.Create(t.Context(), b.scope, customer.Customer{ID: "c1", Name: "Lumen", PrimaryEmail: "l@lumen.example"})
	require.NoError(t, err)
	return b
}

func newBankerWithCurrencies(t *testing.T, backend storage.Backend) banker {
	t.Helper()
	b := newBanker(t, backend)
	_, err := b.Currencies.SetBase(t.Context(), b.scope, "USD")
	require.NoError(t, err)
	for code, rate := range map[iso4217.Code]string{"EUR": "1.08", "SEK": "0.095"} {
		_, err := b.Currencies.Add(t.Context(), b.scope, code, decimal.RequireFromString(rate))
		require.NoError(t, err)
	}
	return b
}

func (b banker) archiveSEK() {
	b.t.Helper()
	_, err := b.Currencies.Archive(b.t.Context(), b.scope, "SEK")
	require.NoError(b.t, err)
}

func (b banker) plan(id string, codes ...iso4217.Code) (priceplan.Plan, error) {
	cycle, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	require.NoError(b.t, err)
	return b.PricePlans.CreatePlan(b.t.Context(), b.scope, priceplan.NewPlan{
		Ref: priceplan.Ref{ID: id, Version: 1}, Name: "Plan", Status: priceplan.Active, Currencies: codes, Cycle: cycle,
	})
}

func (b banker) account(id string, code iso4217.Code) (customer.Account, error) {
	return b.Customers.CreateAccount(b.t.Context(), b.scope, customer.Account{ID: id, Name: "Main", CustomerID: "c1", InvoiceCurrency: code})
}

// requireRefused checks the one problem of a currency.
func requireRefused(t *testing.T, err error, path, code, message string) {
	t.Helper()
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 1)
	require.Equal(t, []string{path, code}, []string{invalid.Fields[0].Path, invalid.Fields[0].Code})
	require.Contains(t, invalid.Fields[0].Message, message)
}

const (
	unused   = "the organization does not use GBP: add it with its rate first"
	archived = "SEK is archived: restore it first"
)

func TestPlansAreInCurrenciesThatTheOrganizationUses(t *testing.T) {
	b := newBankerWithCurrencies(t, memory.New())
	ctx, scope := t.Context(), b.scope
	old, err := b.plan("old", "EUR", "SEK")
	require.NoError(t, err)
	b.archiveSEK()

	_, err = b.plan("new", "EUR", "GBP")
	requireRefused(t, err, "/supportedCurrencies/1", "unknown", unused)
	_, err = b.plan("new", "SEK")
	requireRefused(t, err, "/supportedCurrencies/0", "archived", archived)
	_, err = b.plan("new", "QQQ", "EUR")
	requireRefused(t, err, "/supportedCurrencies/0", "unknown", "not an ISO 4217 currency code")

	draft, err := b.PricePlans.CreateVersion(ctx, scope, old.Ref, priceplan.PlanChanges{})
	require.NoError(t, err, "the next version keeps what the plan has, for the accounts that are charged in it")
	name := "Renamed"
	draft, err = b.PricePlans.UpdatePlan(ctx, scope, draft.Ref, draft.Version, priceplan.PlanChanges{Name: &name})
	require.NoError(t, err, "and may be edited")
	_, err = b.PricePlans.UpdatePlan(ctx, scope, draft.Ref, draft.Version, priceplan.PlanChanges{Currencies: []iso4217.Code{"SEK", "GBP"}})
	requireRefused(t, err, "/supportedCurrencies/1", "unknown", unused)
	draft, err = b.PricePlans.UpdatePlan(ctx, scope, draft.Ref, draft.Version, priceplan.PlanChanges{Currencies: []iso4217.Code{"EUR"}})
	require.NoError(t, err)
	_, err = b.PricePlans.UpdatePlan(ctx, scope, draft.Ref, draft.Version, priceplan.PlanChanges{Currencies: []iso4217.Code{"EUR", "SEK"}})
	requireRefused(t, err, "/supportedCurrencies/1", "archived", archived)
	_, err = b.PricePlans.CreateVersion(ctx, scope, old.Ref, priceplan.PlanChanges{Currencies: []iso4217.Code{"GBP", "SEK"}})
	requireRefused(t, err, "/supportedCurrencies/0", "unknown", unused)
	old, err = b.PricePlans.ArchivePlan(ctx, scope, old.Ref, old.Version)
	require.NoError(t, err)
	_, err = b.PricePlans.RestorePlan(ctx, scope, old.Ref, old.Version)
	require.NoError(t, err)
}

func TestSchedulesAreInCurrenciesThatTheOrganizationUses(t *testing.T) {
	b := newBankerWithCurrencies(t, memory.New())
	ctx, scope := t.Context(), b.scope
	_, err := b.plan("old", "EUR", "SEK", "USD")
	require.NoError(t, err)
	associate := func(account string, code iso4217.Code) (priceplan.Schedule, error) {
		return b.PricePlans.Associate(ctx, scope, priceplan.Association{
			AccountID: account, Plan: priceplan.Ref{ID: "old"}, From: b.now, Currency: code,
		})
	}
	sek, err := associate("a1", "SEK")
	require.NoError(t, err)
	eur, err := associate("a2", "EUR")
	require.NoError(t, err)
	b.archiveSEK()
	_, err = associate("a3", "SEK")
	requireRefused(t, err, "/currency", "archived", archived)
	cards := "agreed"
	sek, err = b.PricePlans.ChangeSchedule(ctx, scope, "a1", sek.ID, sek.Version, priceplan.ScheduleChanges{RateCards: &cards})
	require.NoError(t, err, "it keeps its currency")
	require.Equal(t, iso4217.Code("SEK"), sek.Currency)
	_, err = b.PricePlans.ChangeSchedule(ctx, scope, "a2", eur.ID, eur.Version, priceplan.ScheduleChanges{Currency: "SEK"})
	requireRefused(t, err, "/currency", "archived", archived)

	// An account in an archived currency can be moved to a plan that has rates in it.
	_, err = b.PricePlans.CreateVersion(ctx, scope, priceplan.Ref{ID: "old"}, priceplan.PlanChanges{})
	require.NoError(t, err)
	_, err = b.PricePlans.ActivatePlan(ctx, scope, priceplan.Ref{ID: "old", Version: 2}, 1)
	require.NoError(t, err)
	m, err := b.Migrations.Create(ctx, scope, planmigration.Request{
		Source: priceplan.Ref{ID: "old", Version: 1}, Target: priceplan.Ref{ID: "old", Version: 2}, Mode: planmigration.Immediate,
	})
	require.NoError(t, err)
	p, err := b.Migrations.Run(ctx, admin.System(acme), m.ID, nil)
	require.NoError(t, err)
	require.Equal(t, int64(2), p.Counts.Completed)
}

func TestAccountsAreInCurrenciesThatTheOrganizationUses(t *testing.T) {
	b := newBankerWithCurrencies(t, memory.New())
	ctx, scope := t.Context(), b.scope
	sek, err := b.account("a1", "SEK")
	require.NoError(t, err)
	eur, err := b.account("a2", "EUR")
	require.NoError(t, err)
	_, err = b.account("a3", "")
	require.NoError(t, err, "the base currency")
	b.archiveSEK()
	_, err = b.account("a4", "GBP")
	requireRefused(t, err, "/invoiceCurrency", "unknown", unused)
	_, err = b.account("a4", "SEK")
	requireRefused(t, err, "/invoiceCurrency", "archived", archived)
	_, err = b.account("a4", "QQQ")
	requireRefused(t, err, "/invoiceCurrency", "unknown", "not an ISO 4217 currency code")
	_, err = b.Customers.CreateAccount(ctx, scope, customer.Account{ID: "a4", CustomerID: "c1", InvoiceCurrency: "SEK"})
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 2, "together with what else is wrong")

	code := customer.Set[iso4217.Code]
	sek, err = b.Customers.EditAccount(ctx, scope, "a1", sek.Version, customer.AccountEdit{InvoiceCurrency: code("SEK"), Name: customer.Set("Renamed")})
	require.NoError(t, err, "what it has it keeps")
	_, err = b.Customers.EditAccount(ctx, scope, "a2", eur.Version, customer.AccountEdit{InvoiceCurrency: code("SEK")})
	requireRefused(t, err, "/invoiceCurrency", "archived", archived)
	_, err = b.Customers.EditAccount(ctx, scope, "a2", eur.Version, customer.AccountEdit{InvoiceCurrency: code("GBP")})
	requireRefused(t, err, "/invoiceCurrency", "unknown", unused)
	sek, err = b.Customers.ArchiveAccount(ctx, scope, "a1", sek.Version)
	require.NoError(t, err)
	_, err = b.Customers.RestoreAccount(ctx, scope, "a1", sek.Version)
	require.NoError(t, err)
}

// counting counts how often the currencies are listed.
type counting struct {
	storage.Backend
	lists int
}

func (c *counting) Currencies() currency.Store { return countingCurrencies{c.Backend.Currencies(), c} }

func (c *counting) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	return c.Backend.InTx(ctx, func(s storage.Stores) error { return fn(countingStores{s, c}) })
}

type countingStores struct {
	storage.Stores
	c *counting
}

func (s countingStores) Currencies() currency.Store {
	return countingCurrencies{s.Stores.Currencies(), s.c}
}

type countingCurrencies struct {
	currency.Store
	c *counting
}

func (s countingCurrencies) List(ctx context.Context, org admin.OrgID, f currency.Filter, seek admin.Seek[string]) ([]currency.Currency, error) {
	s.c.lists++
	return s.Store.List(ctx, org, f, seek)
}

func TestImportedAccountsAreInCurrenciesThatTheOrganizationUses(t *testing.T) {
	count := &counting{Backend: memory.New()}
	b := newBankerWithCurrencies(t, count)
	ctx, scope := t.Context(), b.scope
	_, err := b.account("old", "SEK")
	require.NoError(t, err)
	b.archiveSEK()

	var rows strings.Builder
	rows.WriteString("id,name,customer_id,currency\n")
	for i := range 200 {
		fmt.Fprintf(&rows, "n%03d,Account,c1,%s\n", i, []string{"EUR", "USD"}[i%2])
	}
	rows.WriteString("bad1,Account,c1,GBP\nbad2,Account,c1,SEK\nold,Renamed,c1,SEK\nplain,Account,c1,\n")
	i, err := b.Imports.Upload(ctx, scope, bulkimport.UploadInput{Type: bulkimport.AccountsType, FileName: "a.csv", Content: strings.NewReader(rows.String())})
	require.NoError(t, err)
	suggested, err := b.Imports.Suggest(ctx, scope, i.ID)
	require.NoError(t, err)
	i, err = b.Imports.SetMapping(ctx, scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{Mode: bulkimport.Upsert})
	require.NoError(t, err)
	_, err = b.Imports.Start(ctx, scope, i.ID)
	require.NoError(t, err)
	count.lists = 0
	p, err := b.Imports.Run(ctx, admin.System(acme), i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Counts{Total: 204, Completed: 202, Failed: 2}, p.Counts)
	require.Equal(t, 1, count.lists, "one look-up a batch")
	failed := map[string]job.Entry{}
	entries, err := b.Jobs.Entries(ctx, scope, i.ID, job.EntryFilter{}, admin.Query{})
	require.NoError(t, err)
	for _, e := range entries.Items {
		failed[e.Ref] = e
	}
	require.Equal(t, job.Reason("invalid_option"), failed["bad1"].Reason)
	require.Contains(t, failed["bad1"].Detail, "invoice_currency: "+unused)
	require.Equal(t, job.Reason("currency_archived"), failed["bad2"].Reason)
	require.Contains(t, failed["bad2"].Detail, "invoice_currency: "+archived)
	kept, err := b.Customers.Account(ctx, scope, "old")
	require.NoError(t, err)
	require.Equal(t, "Renamed", kept.Name, "an account keeps its currency and may be edited")
}

// A host that does not use the currencies keeps working: only ISO 4217 is checked.
func TestWithoutABaseCurrencyEveryCurrencyIsTaken(t *testing.T) {
	b := newBanker(t, memory.New())
	_, err := b.plan("any", "GBP", "SEK")
	require.NoError(t, err)
	_, err = b.account("a1", "GBP")
	require.NoError(t, err)
	_, err = b.plan("none", "XXX")
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestCurrenciesThatCannotBeReadFailTheCall(t *testing.T) {
	down := errors.New("down")
	store := memory.New()
	uses := iso4217.Uses(func(context.Context, admin.OrgID, []iso4217.Code) (iso4217.Refusals, error) { return nil, down })
	plans, err := priceplan.NewService(priceplan.Ports{Plans: store.Plans(), Schedules: store.Schedules(), Currencies: uses}, priceplan.Options{})
	require.NoError(t, err)
	cycle, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	require.NoError(t, err)
	_, err = plans.CreatePlan(t.Context(), admin.System(acme), priceplan.NewPlan{
		Ref: priceplan.Ref{ID: "p", Version: 1}, Name: "Plan", Currencies: []iso4217.Code{"EUR"}, Cycle: cycle,
	})
	require.ErrorIs(t, err, down)
	customers, err := customer.NewService(customer.Ports{Customers: store.Customers(), Accounts: store.Accounts(), Currencies: uses}, customer.Options{})
	require.NoError(t, err)
	_, err = customers.CreateAccount(t.Context(), admin.System(acme), customer.Account{ID: "a", Name: "Main", CustomerID: "c", InvoiceCurrency: "EUR"})
	require.ErrorIs(t, err, down)
}
