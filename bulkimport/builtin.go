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
				label: "Customer ID", example: "acme",
				aliases: []string{
					"external id", "customer number", "customer key", "kundennummer", "n° client", "record id", "company id",
					"account number", "account id",
				},
			},
			"name": {
				label: "Customer name", example: "Acme Corporation",
				aliases: []string{
					"company", "company name", "organization", "full name", "display name", "organization name", "legal name",
					"business name", "firma", "nom", "account name", "contact name",
				},
				parts: []string{"first name", "last name"},
			},
			"primary_email": {
				label: "Primary e-mail", example: "billing@acme.example",
				aliases: []string{"email", "e-mail address", "billing email", "contact email", "courriel", "correo"},
				match:   true,
			},
		}),
	}
}

// Accounts returns the built-in schema of accounts: the fields that package customer describes, but for
// lists. A row whose customer_id is no customer fails with relation_not_found.
func Accounts() Schema {
	return Schema{
		Type: AccountsType, Noun: "account", Read: customer.PermissionAccountsRead, Write: customer.PermissionAccountsWrite,
		Fields: fieldsOf(customer.Accounts(), map[string]naming{
			"id": {
				label: "Account ID", example: "acme-main",
				aliases: []string{"external id", "account number", "account key", "record id"},
			},
			"name": {
				label: "Account name", example: "Acme main account",
				aliases: []string{"display name"},
			},
			"customer_id": {
				label: "Customer ID", relation: "customer", example: "acme",
				relationBy: []string{string(customer.ByName), string(customer.ByEmail)},
				aliases:    []string{"customer", "customer number", "customer external id", "account customer id", "kundennummer"},
			},
			"invoice_currency": {
				label: "Invoice currency", example: "USD",
				aliases: []string{"currency", "currency code", "billing currency", "währung", "devise"},
			},
			"primary_email": {
				label: "Primary e-mail", example: "billing@acme.example",
				aliases: []string{"email", "e-mail address", "billing email", "contact email", "courriel"},
			},
			"net_term_days": {
				label: "Net term days", example: "30",
				aliases: []string{"net terms", "payment terms", "payment term days", "net days"},
			},
		}),
	}
}

// naming is what a field is called in files, besides its name.
type naming struct {
	label, example, relation string
	aliases, parts           []string
	relationBy               []string
	match                    bool
}

// fieldsOf returns the fields of a record that are read from text.
func fieldsOf[T customer.Record](kind *customer.Table[T], own map[string]naming) []Field {
	address := addressWords()
	var out []Field
	for i, f := range kind.Fields() {
		if f.Format == customer.FormatNone {
			continue
		}
		w, ok := own[f.Name]
		if !ok {
			w = address[f.Name]
		}
		out = append(out, Field{
			Name: f.Name, Label: w.label, Aliases: w.aliases, Kind: Kind(f.Format), Required: f.Required, Key: i == 0,
			Relation: w.relation, RelationBy: w.relationBy, Match: w.match, Min: f.Min, Max: f.Max, Parts: w.parts,
			Example: w.example,
		})
	}
	return out
}

func addressWords() map[string]naming {
	return map[string]naming{
		"phone_number": {
			label: "Phone number", example: "555 0100",
			aliases: []string{"phone", "telephone", "contact phone", "telefon", "téléphone"},
		},
		"line1": {
			label: "Address line 1", example: "2281 Broadway Street",
			aliases: []string{
				"address", "street", "address 1", "street address", "billing street", "billing address", "straße", "adresse",
			},
		},
		"line2": {label: "Address line 2", example: "G-31", aliases: []string{"address 2", "suite", "street 2"}},
		"postal_code": {
			label: "Postal code", example: "29501",
			aliases: []string{"zip", "zip postal code", "postcode", "post code", "billing zip postal code", "plz",
				"code postal"},
		},
		"city": {label: "City", example: "Florence", aliases: []string{"town", "billing city", "ort", "ville", "ciudad"}},
		"state": {
			label: "State", example: "South Carolina",
			aliases: []string{
				"region", "province", "state province", "billing state province", "county", "bundesland", "provincia",
			},
		},
		"country": {
			label: "Country", example: "US",
			aliases: []string{"country code", "country region", "billing country", "land", "pays", "país"},
		},
	}
}
