package bulkimport

import "github.com/admincenter/admincenter/admin/customer"

// Customers returns the built-in schema of customers: the fields that package customer describes. A host
// that keeps more about a customer appends fields and gives the schema to NewService under the same type;
// their values become names in the customer's metadata.
func Customers() Schema {
	return Schema{
		Type: CustomersType, Noun: "customer", Read: customer.PermissionRead, Write: customer.PermissionWrite,
		Fields: fieldsOf(customer.Customers(), map[string]naming{
			"id": {
				help: "The ID that the customer has in your other systems; rows find their customer by it.", group: "Identity",
				label: "Customer ID", example: "acme",
				aliases: []string{"external id", "customer number", "record id", "account id"},
			},
			"name": {
				help: "The name of the company or person, as invoices show it.", group: "Identity",
				label: "Customer name", example: "Acme Corporation",
				aliases: []string{"company name", "full name", "display name"},
				parts:   []string{"first name", "last name"},
			},
			"primary_email": {
				help: "Where invoices and notices go.", group: "Contact",
				label: "Primary e-mail", example: "billing@acme.example",
				aliases: []string{"email", "e-mail address", "billing email"},
				match:   true,
			},
			"metadata": metadataWords(),
		}),
	}
}

// Accounts returns the built-in schema of accounts: the fields that package customer describes. A row whose
// customer_id is no customer fails with relation_not_found.
func Accounts() Schema {
	return Schema{
		Type: AccountsType, Noun: "account", Read: customer.PermissionAccountsRead, Write: customer.PermissionAccountsWrite,
		Fields: fieldsOf(customer.Accounts(), map[string]naming{
			"id": {
				help: "The ID that the account has in your other systems; rows find their account by it.", group: "Identity",
				label: "Account ID", example: "acme-main",
				aliases: []string{"external id", "account number", "record id"},
			},
			"name": {
				help: "The name of the account.", group: "Identity",
				label: "Account name", example: "Acme main account",
				aliases: []string{"display name"},
			},
			"customer_id": {
				help: "The ID of the customer that the account belongs to; the customer must exist.", group: "Identity",
				label: "Customer ID", relation: "customer", example: "acme",
				relationBy: []string{string(customer.ByName), string(customer.ByEmail)},
				aliases:    []string{"customer number", "customer external id", "account customer id"},
			},
			"invoice_currency": {
				help: "The currency of the account's invoices.", group: "Billing",
				label: "Invoice currency", example: "USD",
				aliases: []string{"currency", "currency code", "billing currency"},
			},
			"primary_email": {
				help: "Where invoices and notices go.", group: "Contact",
				label: "Primary e-mail", example: "billing@acme.example",
				aliases: []string{"email", "e-mail address", "billing email"},
			},
			"net_term_days": {
				help: "How many days after an invoice it is due.", group: "Billing",
				label: "Net term days", example: "30",
				aliases: []string{
					"net terms", "payment terms", "net days", "payment days", "credit days", "due days", "term days",
				},
			},
			"aliases": {
				help:  "Other names of the account, such as acme-eu, or acme-eu [2024-01-01T00:00:00Z/] from then on.",
				group: "Identity", label: "Aliases", example: `["acme-eu"]`, kind: List, max: 150,
			},
			"billing_information": {
				sensitive: true,
				help:      "Who gets the invoices, with cc: before the address of an additional recipient.",
				group:     "Billing", label: "Billing recipients", example: `["billing@acme.example"]`, kind: List, max: 330,
			},
			"metadata": metadataWords(),
			"tags": {
				help: "Words to find the account by, in lower case.", group: "Other", label: "Tags",
				example: `["retail"]`, kind: List, max: customer.MaxTag,
			},
			"status": {
				help: "ACTIVE, or DRAFT for an account that is not billed yet.", group: "Other", label: "Status",
				example: "ACTIVE", kind: Text, max: 10,
			},
		}),
	}
}

// naming is what a field is called in files, besides its name.
type naming struct {
	label, example, relation string
	help, group              string
	aliases, parts           []string
	relationBy               []string
	match, sensitive         bool
	kind                     Kind // of a list, an object or a status
	max                      int64
}

// whole is a field that a file has whole in one cell, as Export writes it.
func (w naming) whole(name string) Field {
	return Field{Name: name, Label: w.label, Help: w.help, Group: w.group, Kind: w.kind, Max: w.max, Exact: true,
		Sensitive: w.sensitive, Example: w.example}
}

// metadataWords is the field that customers and accounts have.
func metadataWords() naming {
	return naming{
		help: "Your own fields, as key=value or as a JSON object.", group: "Other", label: "Metadata",
		example: `{"segment":"retail"}`, kind: Metadata, max: customer.MaxMetadataValue,
	}
}

// fieldsOf returns the fields of a record that are read from text.
func fieldsOf[T customer.Record](kind *customer.Table[T], own map[string]naming) []Field {
	address := addressWords()
	var out []Field
	for i, f := range kind.Fields() {
		w, ok := own[f.Name]
		if f.Format == customer.FormatNone {
			if ok = w.kind != ""; ok {
				out = append(out, w.whole(f.Name))
			}
			continue
		}
		if !ok {
			w = address[f.Name]
		}
		out = append(out, Field{
			Name: f.Name, Label: w.label, Help: w.help, Group: w.group, Aliases: w.aliases, Kind: Kind(f.Format),
			Required: f.Required, Key: i == 0, Relation: w.relation, RelationBy: w.relationBy, Match: w.match,
			Sensitive: f.Personal && f.Name != "name",
			Min:       f.Min, Max: f.Max, Parts: w.parts, Example: w.example,
		})
	}
	return out
}

func addressWords() map[string]naming {
	return map[string]naming{
		"phone_number": {
			help: "The phone number, as it is dialed.", group: "Address",
			label: "Phone number", example: "555 0100",
			aliases: []string{"phone"},
		},
		"line1": {
			help: "Street and number.", group: "Address",
			label: "Address line 1", example: "2281 Broadway Street",
			aliases: []string{"street", "address 1", "street 1", "street address", "address street", "line 1", "address"},
		},
		"line2": {help: "Suite, floor or building.", group: "Address",
			label: "Address line 2", example: "G-31",
			aliases: []string{"address 2", "street 2", "line 2", "suite", "address supplement"}},
		"postal_code": {
			help: "The postal or ZIP code.", group: "Address",
			label: "Postal code", example: "29501",
			aliases: []string{"zip", "postcode", "billing code", "mailing code"},
		},
		"city": {help: "The city or town.", group: "Address",
			label: "City", example: "Florence", aliases: []string{"town"}},
		"state": {
			help: "The state, province or region.", group: "Address",
			label: "State", example: "South Carolina",
			aliases: []string{"state province", "province", "region"},
		},
		"country": {
			help: "The country.", group: "Address",
			label: "Country", example: "US",
			aliases: []string{"country code", "country region"},
		},
	}
}
