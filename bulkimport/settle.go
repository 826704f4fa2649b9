package bulkimport

import (
	"maps"
	"strconv"

	"github.com/admincenter/admincenter/admin/customer"
)

// Keys are the keys of the batch's rows, for a store to look up.
func (b Batch) Keys() []string { return b.values(Row.Key) }

// CustomerIDs are the customers that the batch's rows point at, each once; a row of customers
// points at none.
func (b Batch) CustomerIDs() []string {
	return b.values(func(r Row) string { v, _ := r.Value("customer_id"); return v })
}

func (b Batch) values(of func(Row) string) []string {
	out := make([]string, 0, len(b.Rows))
	seen := make(map[string]bool, len(b.Rows))
	for _, r := range b.Rows {
		if v := of(r); v != "" && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// Settled is a record to write for a row.
type Settled[T any] struct {
	Row    int // its place in Batch.Rows and in the outcomes
	Record T
	Update bool // it exists and is to be replaced; otherwise it is to be created
}

// Customers decides what becomes of each row, given the customers that exist among Keys: what to
// write, and every row's outcome once that is written. All stores settle a batch by it, so that
// they cannot differ.
func (b Batch) Customers(existing map[string]customer.Customer) ([]Settled[customer.Customer], []Outcome, error) {
	read, err := decodeRows[customer.Customer](b.Rows)
	if err != nil {
		return nil, nil, err
	}
	known := []string{"id", "name", "primary_email", "phone_number", "line1", "line2", "postal_code", "city", "state", "country"}
	writes, outcomes := settle(b, existing, func(Row) (Outcome, bool) { return Outcome{}, true },
		func(i int, old customer.Customer, update bool) (customer.Customer, bool) {
			c, r := read[i], b.Rows[i]
			if !update {
				c.Status, c.CreatedAt, c.Version = customer.Active, b.At, 0
			} else {
				c = old
				r.put("name", &c.Name)
				r.put("primary_email", &c.PrimaryEmail)
				r.putAddress(&c.Address)
			}
			c.Extra = r.extra(c.Extra, known)
			changed := !update || c.Name != old.Name || c.PrimaryEmail != old.PrimaryEmail ||
				c.Address != old.Address || !maps.Equal(c.Extra, old.Extra)
			c.UpdatedAt, c.Version = b.At, c.Version+1
			return c, changed
		})
	return writes, outcomes, nil
}

// Accounts is Customers for accounts. customers says which of CustomerIDs exist.
func (b Batch) Accounts(existing map[string]customer.Account, customers map[string]bool) ([]Settled[customer.Account], []Outcome, error) {
	read, err := decodeRows[customer.Account](b.Rows)
	if err != nil {
		return nil, nil, err
	}
	known := []string{
		"id", "name", "customer_id", "invoice_currency", "primary_email", "net_term_days",
		"phone_number", "line1", "line2", "postal_code", "city", "state", "country",
	}
	related := func(r Row) (Outcome, bool) {
		id, mapped := r.Value("customer_id")
		_, known := existing[r.Key()]
		if (!mapped && known) || customers[id] {
			return Outcome{}, true
		}
		detail := "no customer has the id " + strconv.Quote(id) + ": import the customer first"
		return Outcome{Result: RelationNotFound, Field: "customer_id", Detail: detail}, false
	}
	writes, outcomes := settle(b, existing, related, func(i int, old customer.Account, update bool) (customer.Account, bool) {
		a, r := read[i], b.Rows[i]
		if !update {
			a.Status, a.CreatedAt, a.Version = customer.Active, b.At, 0
		} else {
			a = old
			r.put("name", &a.Name)
			r.put("customer_id", &a.CustomerID)
			r.put("invoice_currency", &a.InvoiceCurrency)
			r.put("primary_email", &a.PrimaryEmail)
			r.putAddress(&a.Address)
			if _, mapped := r.Value("net_term_days"); mapped {
				a.NetTermDays = read[i].NetTermDays
			}
		}
		a.Extra = r.extra(a.Extra, known)
		changed := !update || a.Name != old.Name || a.CustomerID != old.CustomerID || a.InvoiceCurrency != old.InvoiceCurrency ||
			a.PrimaryEmail != old.PrimaryEmail || a.Address != old.Address || !sameDays(a.NetTermDays, old.NetTermDays) ||
			!maps.Equal(a.Extra, old.Extra)
		a.UpdatedAt, a.Version = b.At, a.Version+1
		return a, changed
	})
	return writes, outcomes, nil
}

func sameDays(a, b *int) bool { return a == b || (a != nil && b != nil && *a == *b) }

func settle[T any](b Batch, existing map[string]T, allow func(Row) (Outcome, bool), build func(i int, old T, update bool) (T, bool)) ([]Settled[T], []Outcome) {
	var writes []Settled[T]
	outcomes := make([]Outcome, len(b.Rows))
	for i, r := range b.Rows {
		old, exists := existing[r.Key()]
		if exists && b.Mode != Upsert {
			outcomes[i] = Outcome{Result: Exists}
			continue
		}
		if o, ok := allow(r); !ok {
			outcomes[i] = o
			continue
		}
		record, changed := build(i, old, exists)
		switch {
		case !changed:
			outcomes[i] = Outcome{Result: Unchanged}
			continue
		case exists:
			outcomes[i] = Outcome{Result: Updated}
		default:
			outcomes[i] = Outcome{Result: Created}
		}
		writes = append(writes, Settled[T]{Row: i, Record: record, Update: exists})
	}
	return writes, outcomes
}

// put replaces a value where the import maps its field.
func (r Row) put(field string, to *string) {
	if v, mapped := r.Value(field); mapped {
		*to = v
	}
}

func (r Row) putAddress(a *customer.Address) {
	r.put("phone_number", &a.PhoneNumber)
	r.put("line1", &a.Line1)
	r.put("line2", &a.Line2)
	r.put("postal_code", &a.PostalCode)
	r.put("city", &a.City)
	r.put("state", &a.State)
	r.put("country", &a.Country)
}
