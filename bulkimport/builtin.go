package bulkimport

import (
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// maxAddress bounds each line of an address, for which Togai's API names no limit.
const maxAddress = 255

// Customers is the built-in schema of customers, with the limits of Togai's API. A host that keeps
// more about a customer appends fields and gives the schema to NewService under the same type; the
// included store keeps their values in Customer.Extra.
func Customers() Schema {
	return Schema{
		Type: CustomersType, Noun: "customer", Read: customer.PermissionRead, Write: customer.PermissionWrite,
		Fields: append([]Field{
			{
				Name: "id", Label: "Customer ID", Kind: ID, Required: true, Key: true, Min: 1, Max: admin.MaxID, Example: "acme",
				Aliases: []string{"external id", "customer number", "customer key", "kundennummer", "n° client", "record id", "company id", "account number", "account id"},
			},
			{
				Name: "name", Label: "Customer name", Kind: Text, Required: true, Min: 3, Max: 255, Example: "Acme Corporation",
				Aliases: []string{"company", "company name", "organization", "full name", "display name", "organization name", "legal name", "business name", "firma", "nom", "account name", "contact name"},
				Parts:   []string{"first name", "last name"},
			},
			{
				Name: "primary_email", Label: "Primary e-mail", Kind: Email, Required: true, Max: 320, Example: "billing@acme.example",
				Aliases: []string{"email", "e-mail address", "billing email", "contact email", "courriel", "correo"},
			},
		}, address()...),
	}
}

// Accounts is the built-in schema of accounts, with the limits of Togai's API. A row whose
// customer_id is no customer fails with relation_not_found.
func Accounts() Schema {
	return Schema{
		Type: AccountsType, Noun: "account", Read: customer.PermissionAccountsRead, Write: customer.PermissionAccountsWrite,
		Fields: append([]Field{
			{
				Name: "id", Label: "Account ID", Kind: ID, Required: true, Key: true, Min: 1, Max: admin.MaxID, Example: "acme-main",
				Aliases: []string{"external id", "account number", "account key", "record id"},
			},
			{
				Name: "name", Label: "Account name", Kind: Text, Required: true, Min: 3, Max: 255, Example: "Acme main account",
				Aliases: []string{"display name"},
			},
			{
				Name: "customer_id", Label: "Customer ID", Kind: ID, Required: true, Min: 1, Max: admin.MaxID, Relation: "customer", Example: "acme",
				Aliases: []string{"customer", "customer number", "customer external id", "account customer id", "kundennummer"},
			},
			{
				Name: "invoice_currency", Label: "Invoice currency", Kind: Currency, Example: "USD",
				Aliases: []string{"currency", "currency code", "billing currency", "währung", "devise"},
			},
			{
				Name: "primary_email", Label: "Primary e-mail", Kind: Email, Max: 320, Example: "billing@acme.example",
				Aliases: []string{"email", "e-mail address", "billing email", "contact email", "courriel"},
			},
			{
				Name: "net_term_days", Label: "Net term days", Kind: Integer, Min: 0, Max: 3650, Example: "30",
				Aliases: []string{"net terms", "payment terms", "payment term days", "net days"},
			},
		}, address()...),
	}
}

// address is the fields that customers and accounts share.
func address() []Field {
	line := func(name, label, example string, aliases ...string) Field {
		return Field{Name: name, Label: label, Kind: Text, Max: maxAddress, Example: example, Aliases: aliases}
	}
	return []Field{
		line("phone_number", "Phone number", "555 0100", "phone", "telephone", "contact phone", "telefon", "téléphone"),
		line("line1", "Address line 1", "2281 Broadway Street", "address", "street", "address 1", "street address", "billing street", "billing address", "straße", "adresse"),
		line("line2", "Address line 2", "G-31", "address 2", "suite", "street 2"),
		line("postal_code", "Postal code", "29501", "zip", "zip postal code", "postcode", "post code", "billing zip postal code", "plz", "code postal"),
		line("city", "City", "Florence", "town", "billing city", "ort", "ville", "ciudad"),
		line("state", "State", "South Carolina", "region", "province", "state province", "billing state province", "county", "bundesland", "provincia"),
		{
			Name: "country", Label: "Country", Kind: Country, Example: "US",
			Aliases: []string{"country code", "country region", "billing country", "land", "pays", "país"},
		},
	}
}
