package storagetest

import (
	"context"

	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
)

// changesDrawn are changes of different records, with some fields given and any value in them.
func changesDrawn[T customer.Record](
	s *script, kind *customer.Table[T], value func(customer.Field[T], *T),
) []customer.Change[T] {
	keys := alike()
	s.r.Shuffle(len(keys), func(i, k int) { keys[i], keys[k] = keys[k], keys[i] })
	out := make([]customer.Change[T], 1+s.r.IntN(6))
	for i := range out {
		c := &out[i]
		c.Mode = pick(s, customer.ModeCreate, customer.ModeSkip, customer.ModeUpsert, customer.ModeUpsert,
			customer.ModeUpdate)
		c.At = s.now
		for k, f := range kind.Fields() {
			if k > 0 && s.chance(3) {
				continue
			}
			c.Given |= 1 << k
			value(f, &c.Record)
		}
		*kind.Head(&c.Record).ID = keys[i]
		if s.chance(6) {
			c.Mode = customer.ModeErase
		}
		if s.chance(6) {
			c.Mode, c.Version = customer.ModeRemove, int64(1+s.r.IntN(2))
		}
		if s.chance(4) {
			c.Version = int64(1 + s.r.IntN(3))
			if s.chance(2) {
				c.Restores = int64(1 + s.r.IntN(3))
			}
		}
		if metadata, err := kind.Mask("metadata"); err == nil && c.Given&metadata == 0 && s.chance(2) {
			c.Keys = []string{"tier", "Tier"}
			kind.SetMetadata(&c.Record, "tier", s.sometimes())
		}
	}
	if s.chance(30) {
		out = append(out, out[0]) // which is there twice then
	}
	return out
}

// fieldDrawn draws a value for a field of any kind.
func fieldDrawn[T customer.Record](s *script) func(customer.Field[T], *T) {
	return func(f customer.Field[T], r *T) {
		switch v := f.Of(r).(type) {
		case *customer.Status:
			*v = pick(s, customer.Active, customer.Active, customer.Draft, customer.Archived)
		case **int:
			*v = pick(s, nil, days(0), days(30), days(-1<<31))
		case *[]string:
			*v = pick(s, nil, []string{s.text()}, []string{"a", "A"})
		case *map[string]string:
			*v = pick(s, nil, map[string]string{s.text(): s.text()})
		case *[]customer.Alias:
			*v = pick(s, nil, []customer.Alias{s.alias()}, []customer.Alias{s.alias(), s.alias()})
		case *customer.BillingInformation:
			*v = pick(s, customer.BillingInformation{}, customer.BillingInformation{EmailRecipients: []string{s.text()}})
		case *string:
			*v = s.sometimes()
		default: // a currency
			s.t.Helper()
			if err := f.SetText(r, pick(s, "", "EUR")); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func (s *script) alias() customer.Alias {
	return customer.Alias{Value: s.text(), EffectiveFrom: s.atOrNever(), EffectiveUntil: s.atOrNever()}
}

func (s *script) customerStatus() customer.Status {
	return pick(s, "", "", customer.Active, customer.Draft, customer.Archived, "archived", " ")
}

// contained is a text to look for.
func (s *script) contained() string { return pick(s, "", "", s.text(), "%", "_", "A", "\\", "!") }

func customerDraws() map[string]func(*script) do {
	filter := func(s *script) customer.Filter {
		return customer.Filter{Status: s.customerStatus(), Text: s.contained()}
	}
	return map[string]func(*script) do{
		"Customers.Apply": func(s *script) do {
			org, rec := s.org(), s.rec("customer.apply")
			changes := changesDrawn(s, customer.Customers(), fieldDrawn[customer.Customer](s))
			for i := range changes {
				open, err := s.ref.Accounts().List(s.t.Context(), org, customer.AccountFilter{CustomerID: changes[i].Record.ID},
					largest[string]())
				if err != nil {
					s.t.Fatal(err)
				}
				for _, a := range open {
					if !s.chance(4) {
						changes[i].Accounts = append(changes[i].Accounts, a.ID)
					}
				}
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Customers().Apply(ctx, org, changes, rec)
			}
		},
		"Customers.Get": func(s *script) do {
			org, id := s.org(), s.text()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Customers().Get(ctx, org, id) }
		},
		"Customers.List": func(s *script) do {
			org, f, seek := s.org(), filter(s), s.textSeek()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Customers().List(ctx, org, f, seek)
			}
		},
		"Customers.Find": func(s *script) do {
			org, by := s.org(), pick(s, customer.ByName, customer.ByEmail)
			values := []string{s.text()}
			if other := s.text(); other != values[0] {
				values = append(values, other)
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Customers().Find(ctx, org, by, values)
			}
		},
		"Customers.Count": func(s *script) do {
			org, f := s.org(), filter(s)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Customers().Count(ctx, org, f) }
		},
	}
}

func accountDraws() map[string]func(*script) do {
	filter := func(s *script) customer.AccountFilter {
		return customer.AccountFilter{CustomerID: pick(s, s.sometimes(),
			" "), Status: s.customerStatus(), Text: s.contained()}
	}
	return map[string]func(*script) do{
		"Accounts.Apply": func(s *script) do {
			org, rec := s.org(), s.rec("account.apply")
			changes := changesDrawn(s, customer.Accounts(), fieldDrawn[customer.Account](s))
			for i := range changes {
				if s.chance(3) {
					changes[i].Currencies = iso4217.Refusals{s.code(): pick(s, iso4217.Unused, iso4217.Archived)}
				}
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Accounts().Apply(ctx, org, changes, rec)
			}
		},
		"Accounts.Get": func(s *script) do {
			org, id := s.org(), s.text()
			list, err := s.ref.Accounts().List(s.t.Context(), org, customer.AccountFilter{}, largest[string]())
			if a := one(s, list, err); a.ID != "" && s.chance(2) {
				id = a.ID
			}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Accounts().Get(ctx, org, id) }
		},
		"Accounts.List": func(s *script) do {
			org, f, seek := s.org(), filter(s), s.textSeek()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Accounts().List(ctx, org, f, seek)
			}
		},
		"Accounts.Count": func(s *script) do {
			org, f := s.org(), filter(s)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Accounts().Count(ctx, org, f) }
		},
	}
}
