package dbtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// What a database keeps is exported and comes back as it was, into the same organization and into another one.
func TestExportsImportAgain(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		db := s.open(t)
		center := importCenter(t, db, 50)
		here, there := organizationOf(t, center, "acme"), organizationOf(t, center, "other")
		const n = 240 // more than a page
		fillRecords(t, center, here, n)
		had := kept(t, db, here)
		for _, name := range []bulkimport.TypeName{bulkimport.CustomersType, bulkimport.AccountsType} {
			var file bytes.Buffer
			require.NoError(t, center.Imports.Export(t.Context(), here, name, &file, bulkimport.ExportOptions{}))
			p := importExport(t, center, here, name, file.String(), bulkimport.Upsert)
			require.EqualValues(t, n, p.Unchanged, "%v", p)
			p = importExport(t, center, there, name, file.String(), bulkimport.Create)
			require.EqualValues(t, n, p.Created, "%v", p)
		}
		require.Equal(t, had, kept(t, db, here), "nothing has changed")
		require.Equal(t, timeless(had), timeless(kept(t, db, there)))
	})
}

func organizationOf(t *testing.T, center *admincenter.Center, org admin.OrgID) admin.Scope {
	t.Helper()
	_, _, err := center.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: org, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@" + string(org) + ".example"},
	})
	require.NoError(t, err)
	return admin.System(org)
}

// fillRecords makes customers, each with an account, of texts that files have a meaning for.
func fillRecords(t *testing.T, center *admincenter.Center, scope admin.Scope, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	odd := []string{"=1+1", "+49 30", "-5", "@home", "'quoted", `say "x"`, "a,b;c|d", "[x]", "{y}", "日本", "0042", "a=b", "1.2E+11", `\`, "Total"}
	text := func() string { return "x" + odd[r.IntN(len(odd))] + odd[r.IntN(len(odd))] }
	at := time.Date(2024, 1, 2, 3, 4, 5, 678_000, time.UTC)
	for k := range n {
		address := customer.Address{City: odd[r.IntN(len(odd))], Line1: odd[r.IntN(len(odd))], Country: "DE"}
		metadata := map[string]string{text(): " " + text() + "\n", "tier": text()}
		c, err := center.Customers.Create(t.Context(), scope, customer.Customer{ID: fmt.Sprintf("=c%03d", k), Name: text(),
			PrimaryEmail: fmt.Sprintf("+c%d@x.example", k), Address: address, Metadata: metadata})
		require.NoError(t, err)
		days := k % 90
		_, err = center.Customers.CreateAccount(t.Context(), scope, customer.Account{ID: fmt.Sprintf("@a%03d", k), Name: text(),
			CustomerID: c.ID, Address: address, Metadata: metadata, NetTermDays: &days, InvoiceCurrency: "EUR",
			Aliases:            []customer.Alias{{Value: fmt.Sprintf("%s %d]", text(), k), EffectiveFrom: at}, {Value: fmt.Sprint("alias ", k), EffectiveUntil: at}},
			BillingInformation: customer.BillingInformation{EmailRecipients: []string{"a@x.example"}, AdditionalEmailRecipients: []string{"b@x.example"}},
			Tags:               []string{strings.ToLower(text()), "tag"}, Status: []customer.Status{customer.Active, customer.Draft}[k%2]})
		require.NoError(t, err)
	}
}

// importExport imports a file as it is suggested.
func importExport(
	t *testing.T, center *admincenter.Center, scope admin.Scope, name bulkimport.TypeName, file string, mode bulkimport.Mode,
) bulkimport.Progress {
	t.Helper()
	ctx, imports := t.Context(), center.Imports
	i, err := imports.Upload(ctx, scope, bulkimport.UploadInput{Type: name, FileName: "export.csv", Content: strings.NewReader(file)})
	require.NoError(t, err)
	s, err := imports.Suggest(ctx, scope, i.ID)
	require.NoError(t, err)
	require.Empty(t, s.Unmapped(i), "every column is taken for sure")
	_, err = imports.SetMapping(ctx, scope, i.ID, i.Version, s.Mapping(), bulkimport.Settings{Mode: mode})
	require.NoError(t, err)
	_, err = imports.Start(ctx, scope, i.ID)
	require.NoError(t, err)
	_, err = imports.Run(ctx, scope, i.ID, nil)
	require.NoError(t, err)
	p, err := imports.Progress(ctx, scope, i.ID)
	require.NoError(t, err)
	return p
}

// keptRecords are all records of an organization.
type keptRecords struct {
	customers []customer.Customer
	accounts  []customer.Account
}

func kept(t *testing.T, b storage.Backend, scope admin.Scope) (k keptRecords) {
	t.Helper()
	seek := admin.Seek[string]{Limit: 1000}
	var err error
	k.customers, err = b.Customers().List(t.Context(), scope.Org(), customer.Filter{}, seek)
	require.NoError(t, err)
	k.accounts, err = b.Accounts().List(t.Context(), scope.Org(), customer.AccountFilter{}, seek)
	require.NoError(t, err)
	return k
}

// timeless is records without their times.
func timeless(k keptRecords) keptRecords {
	var out keptRecords
	for _, c := range k.customers {
		c.CreatedAt, c.UpdatedAt = time.Time{}, time.Time{}
		out.customers = append(out.customers, c)
	}
	for _, a := range k.accounts {
		a.CreatedAt, a.UpdatedAt = time.Time{}, time.Time{}
		out.accounts = append(out.accounts, a)
	}
	return out
}
