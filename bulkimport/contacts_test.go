package bulkimport_test

import (
	"context"
	"testing"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

// contacts is a host's own type with a field of most kinds.
func contacts() bulkimport.Schema {
	return bulkimport.Schema{
		Type: "contacts", Noun: "customer", Read: customer.PermissionRead, Write: customer.PermissionWrite,
		Fields: []bulkimport.Field{
			{
				Name: "external_id", Label: "Customer ID", Kind: bulkimport.ID, Required: true, Key: true, Min: 1, Max: 50,
				Aliases: []string{"id", "customer number", "account number", "account id", "record id", "n° client"},
			},
			{
				Name: "name", Label: "Name", Kind: bulkimport.Text, Required: true, Min: 1, Max: 255,
				Aliases: []string{"company name", "contact name", "full name", "firma", "nom", "account name"},
				Parts:   []string{"first name", "last name"},
			},
			{Name: "email", Label: "E-mail", Kind: bulkimport.Email, Max: 320, Aliases: []string{"email address", "courriel"}},
			{Name: "phone", Label: "Phone", Kind: bulkimport.Text, Max: 30, Aliases: []string{"phone number"}},
			{Name: "address_line1", Label: "Address line 1", Kind: bulkimport.Text, Max: 255,
				Aliases: []string{"address", "street", "billing street", "straße"}},
			{Name: "address_line2", Label: "Address line 2", Kind: bulkimport.Text, Max: 255},
			{Name: "city", Label: "City", Kind: bulkimport.Text, Max: 255, Aliases: []string{"billing city", "ort", "ville"}},
			{Name: "state", Label: "State", Kind: bulkimport.Text, Max: 255,
				Aliases: []string{"billing state province", "region"}},
			{Name: "postal_code", Label: "Postal code", Kind: bulkimport.Text, Max: 20,
				Aliases: []string{"zip", "billing zip postal code"}},
			{Name: "country", Label: "Country", Kind: bulkimport.Country,
				Aliases: []string{"country code", "country region", "billing country", "land", "pays"}},
			{Name: "currency", Label: "Currency", Kind: bulkimport.Currency,
				Aliases: []string{"currency code", "default currency"}},
			{Name: "tax_id", Label: "Tax ID", Kind: bulkimport.Text, Max: 50,
				Aliases: []string{"vat id", "tax number", "business vat id", "ust id nr", "n° tva"}},
			{Name: "created_at", Label: "Created at", Kind: bulkimport.Date,
				Aliases: []string{"created", "create date", "created date", "créé le", "erstellt am"}},
			{Name: "credit_limit", Label: "Credit limit", Kind: bulkimport.Decimal, Aliases: []string{"kreditlimit"}},
			{Name: "is_active", Label: "Active", Kind: bulkimport.Bool, Aliases: []string{"aktiv"}},
			{Name: "notes", Label: "Notes", Kind: bulkimport.Text, Max: 5000,
				Aliases: []string{"notiz", "description", "comment"}},
		},
	}
}

// shelf is a host's own target: it keeps rows as they come, by key.
type shelf struct {
	rows map[string]map[string]string
	keys []string // idempotency keys of all writes
	fail error    // after writing, once
}

func (s *shelf) Write(
	_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record,
) ([]bulkimport.Outcome, error) {
	var out []bulkimport.Outcome
	for _, r := range b.Rows {
		s.keys = append(s.keys, b.IdempotencyKey(r))
		had, exists := s.rows[r.Key()]
		if exists && b.Mode != bulkimport.Upsert {
			out = append(out, bulkimport.Outcome{Result: bulkimport.Exists})
			continue
		}
		if had == nil {
			had = map[string]string{}
		}
		for _, f := range r.Fields() {
			had[f], _ = r.Value(f)
		}
		s.rows[r.Key()] = had
		result := bulkimport.Created
		if exists {
			result = bulkimport.Updated
		}
		out = append(out, bulkimport.Outcome{Result: result})
	}
	err := s.fail
	s.fail = nil
	return out, err
}

func newShelf(t *testing.T, o bulkimport.Options) (*world, *shelf) {
	t.Helper()
	s := &shelf{rows: map[string]map[string]string{}}
	schema := contacts()
	if len(o.Types) > 0 {
		schema = o.Types[0].Schema
	}
	o.Types = []bulkimport.Type{{Schema: schema, Target: s}}
	return newWorld(t, o), s
}
