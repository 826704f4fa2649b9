package storagetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
)

func (s *script) code() iso4217.Code {
	return pick(s, iso4217.Code("EUR"), "eur", "USD", "JPY", "A B")
}

func (s *script) entity() settings.Entity {
	return pick(s, settings.Entity{Kind: settings.Organization}, ofAccount(s.text()), ofAccount(s.text()),
		settings.Entity{Kind: settings.Customer, ID: s.text()})
}

func (s *script) namespace() string { return pick(s, "USER", "user", "USER-") }

func (s *script) settingName() string { return pick(s, "rate", "Rate", "rate_", "rate.x") }

func (s *script) value() settings.Value {
	s.t.Helper()
	kind, text := settings.TypeString, s.text()
	switch s.r.IntN(3) {
	case 0:
		kind, text = settings.TypeNumeric, pick(s, "0", "-1.5", "99999999999999999999.999999999999999999")
	case 1:
		kind, text = settings.TypeJSON, pick(s, `{"b":1,"a":[1.10,null]}`, "null", `"\ud83d\udc18 \u00e9"`)
	}
	v, err := settings.ParseValue(kind, text)
	if err != nil {
		s.t.Fatalf("value %q: %v", text, err)
	}
	return v
}

func (s *script) newSetting() settings.Setting {
	return settings.Setting{
		// An id is never given twice, so the pool alone would soon be used up.
		ID: pick(s, s.id(), s.uuid()), Entity: s.entity(), Namespace: s.namespace(), Name: s.settingName(), Value: s.value(),
		CreatedAt: s.now, CreatedBy: s.actor(), UpdatedAt: s.now, UpdatedBy: s.actor(), Version: 1,
	}
}

func (s *script) setting(org admin.OrgID) settings.Setting {
	list, err := s.ref.Settings().List(s.t.Context(), org, settings.Filter{}, largest[uuid.UUID]())
	v := one(s, list, err)
	if v.ID == uuid.Nil {
		return s.newSetting()
	}
	v.Version = s.version(v.Version)
	return v
}

// logDraws compare everything of the log but its digests, in which salts are.
func logDraws() map[string]func(*script) do {
	seek := func(s *script) admin.Seek[int64] {
		return admin.Seek[int64]{Limit: 1 + s.r.IntN(9), After: int64(s.r.IntN(20))}
	}
	return map[string]func(*script) do{
		"Log.Seal": func(s *script) do {
			org, in := s.org(), admin.Sealing{At: s.now, Horizon: pick(s, time.Time{}, s.at()), Limit: 1 + s.r.IntN(5)}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				head, drained, err := st.Log().Seal(ctx, org, in)
				return fmt.Sprint(bareHead(head), drained), err
			}
		},
		"Log.Head": func(s *script) do {
			org := s.org()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				head, err := st.Log().Head(ctx, org)
				return bareHead(head), err
			}
		},
		"Log.Heads": func(s *script) do {
			after, limit := admin.HeadKey{SealedAt: pick(s, time.Time{}, s.at()), Org: s.org()}, 1+s.r.IntN(3)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				heads, err := st.Log().Heads(ctx, after, limit)
				for i := range heads {
					heads[i] = bareHead(heads[i])
				}
				return heads, err
			}
		},
		"Log.Entries": func(s *script) do {
			org, seek := s.org(), seek(s)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				entries, err := st.Log().Entries(ctx, org, seek)
				return bareEntries(entries), err
			}
		},
		"Log.Inspect": func(s *script) do {
			org, seek := s.org(), seek(s)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				in, err := st.Log().Inspect(ctx, org, seek)
				return bareInspected(in), err
			}
		},
		"Log.Waiting": func(s *script) do {
			org, seek := s.org(), s.seek()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				in, err := st.Log().Waiting(ctx, org, seek)
				return bareInspected(in), err
			}
		},
		"Log.Places": func(s *script) do {
			org, seek := s.org(), admin.Seek[admin.RecordKey]{
				Limit: 1 + s.r.IntN(9), After: pick(s, admin.RecordKey{}, admin.RecordKey{At: s.at(), ID: s.id()}),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Log().Places(ctx, org, seek) }
		},
		"Log.Unsealed": func(s *script) do {
			after, limit := pick(s, admin.OrgID(""), s.org()), 1+s.r.IntN(3)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Log().Unsealed(ctx, after, limit) }
		},
		"Log.Cut": func(s *script) do {
			org := s.org()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				cut, err := st.Log().Cut(ctx, org)
				cut.Head = bareHead(cut.Head)
				return cut, err
			}
		},
		"Log.Trimmable": func(s *script) do {
			after := admin.HeadKey{SealedAt: pick(s, time.Time{}, s.at()), Org: s.org()}
			until, limit := s.lately(), 1+s.r.IntN(3)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Log().Trimmable(ctx, until, after, limit)
			}
		},
		"Log.Removable": func(s *script) do {
			org, until := s.org(), s.lately()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				head, err := st.Log().Removable(ctx, org, until)
				return bareHead(head), err
			}
		},
		"Log.Trim": func(s *script) do {
			org, rec, until, limit := s.org(), s.rec(admin.ActionTrim), s.lately(), s.r.IntN(9)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				cut, err := st.Log().Removable(ctx, org, until)
				if err != nil {
					return nil, err
				}
				rec := rec
				rec.Changes = cut.CutChanges() // which has the hash of each
				return st.Log().Trim(ctx, org, cut, limit, rec)
			}
		},
		"Audit.Erase": func(s *script) do {
			org, rec := s.org(), s.rec(pick(s, admin.Action("test.erase"), "test.erase", "test.other"))
			e := admin.TrailErasure{
				Subjects: []admin.Subject{rec.Subject, {Kind: "test", ID: s.sometimes()}}, Since: pick(s, time.Time{}, s.at()),
				Values: []uuid.UUID{s.recorded()}, Requests: []uuid.UUID{s.recorded(), s.recorded(), rec.ID},
			}
			if s.chance(3) {
				e.Actors = []admin.Actor{rec.Actor}
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Audit().Erase(ctx, org, e, rec)
			}
		},
	}
}

// lately is an instant within the last 100 minutes.
func (s *script) lately() time.Time { return s.now.Add(-time.Duration(s.r.IntN(100)) * time.Minute) }

func bareHead(h admin.Head) admin.Head {
	h.Hash = admin.Digest{}
	return h
}

func bareEntries(entries []admin.Entry) []admin.Entry {
	out := make([]admin.Entry, len(entries))
	for i, e := range entries {
		e.Digest, e.Prev, e.Hash, e.Proof.Digest = admin.Digest{}, admin.Digest{}, admin.Digest{}, admin.Digest{}
		e.Proof.Marks = slices.Clone(e.Proof.Marks)
		for m := range e.Proof.Marks {
			e.Proof.Marks[m].Salt, e.Proof.Marks[m].Sum = nil, nil
		}
		e.Record = bareRecords([]admin.Record{e.Record})[0]
		out[i] = e
	}
	return out
}

// bareRecords leaves out the hashes at which logs were cut.
func bareRecords(records []admin.Record) []admin.Record {
	out := slices.Clone(records)
	for i, r := range out {
		if r.Action == admin.ActionTrim {
			out[i].Changes = slices.DeleteFunc(slices.Clone(r.Changes), func(c admin.Change) bool { return c.Field == "hash" })
		}
	}
	return out
}

func bareInspected(in []admin.Inspected) (out []string) {
	for _, x := range in {
		out = append(out, fmt.Sprintf("%+v %v %q", bareEntries([]admin.Entry{x.Entry}), x.BadLink, x.Wrong))
	}
	return out
}

func tenantDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Audit.Append": func(s *script) do {
			org, rec := s.org(), s.rec("host.write")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Audit().Append(ctx, org, rec)
			}
		},
		"Audit.List": func(s *script) do {
			org, seek := s.org(), admin.Seek[admin.RecordKey]{
				Limit: 1 + s.r.IntN(9), After: pick(s, admin.RecordKey{}, admin.RecordKey{At: s.at(), ID: s.id()}),
			}
			f := admin.AuditFilter{
				Subject: admin.Subject{Kind: pick(s, "", "test", "Test", " "), ID: s.sometimes()},
				Actor:   pick(s, admin.Actor{}, s.actor()),
				Action:  pick(s, admin.Action(""), "user.update", "User.update", "setting.create"),
				From:    pick(s, time.Time{}, s.at(), time.Unix(0, 0).UTC()), Until: pick(s, time.Time{}, s.at()),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				records, err := st.Audit().List(ctx, org, f, seek)
				return bareRecords(records), err
			}
		},
		"Currencies.Create": func(s *script) do {
			org, rec := s.org(), s.rec("currency.add")
			c := currency.Currency{
				Code: s.code(),
				Rate: decimal.RequireFromString(
					pick(s, "1", "0.000000000000000001", "999999999999.999999999999999999", "0.1", "1234")),
				Base: s.chance(3), CreatedAt: s.now, CreatedBy: s.actor(),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Currencies().Create(ctx, org, c, rec)
			}
		},
		"Currencies.Get": func(s *script) do {
			org, code := s.org(), pick(s, s.code(), iso4217.Code(s.text()), "")
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Currencies().Get(ctx, org, code) }
		},
		"Currencies.Base": func(s *script) do {
			org := s.org()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Currencies().Base(ctx, org) }
		},
		"Currencies.List": func(s *script) do {
			org, seek := s.org(), s.textSeek()
			f := currency.Filter{Status: pick(s, "", currency.Active, currency.Archived, "archived")}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Currencies().List(ctx, org, f, seek)
			}
		},
		"Currencies.Archive": func(s *script) do {
			org, code, rec := s.org(), s.code(), s.rec("currency.archive")
			a := currency.Archival{At: s.now, By: s.actor()}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Currencies().Archive(ctx, org, code, a, rec)
			}
		},
		"Currencies.AddRate": func(s *script) do {
			org, rec := s.org(), s.rec("currency.add_rate")
			r := currency.Rate{
				Code: s.code(), Number: 2 + int64(s.r.IntN(6)), CreatedAt: epoch, ValidFrom: s.at(), CreatedBy: s.actor(),
				Rate: decimal.RequireFromString(pick(s, "1", "0.000000000000000001", "999999999999.999999999999999999", "0.1")),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Currencies().AddRate(ctx, org, r, rec)
			}
		},
		"Currencies.Rates": func(s *script) do {
			org, code := s.org(), pick(s, s.code(), iso4217.Code(s.text()), "")
			seek := admin.Seek[int64]{Limit: 1 + s.r.IntN(5), After: int64(s.r.IntN(8))}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Currencies().Rates(ctx, org, code, seek)
			}
		},
		"Currencies.RatesAt": func(s *script) do {
			org, at := s.org(), pick(s, s.at(), s.now, time.Unix(0, 0).UTC())
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Currencies().RatesAt(ctx, org, at)
			}
		},
		"Currencies.RateAt": func(s *script) do {
			org, code, at := s.org(), pick(s, s.code(), iso4217.Code(s.text()), ""), s.at()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Currencies().RateAt(ctx, org, code, at)
			}
		},
		"Currencies.Restore": func(s *script) do {
			org, code, rec := s.org(), s.code(), s.rec("currency.restore")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Currencies().Restore(ctx, org, code, rec)
			}
		},
		"Settings.Create": func(s *script) do {
			org, v, rec := s.org(), s.newSetting(), s.rec("setting.create")
			limits := settings.Limits{PerEntity: 1 + s.r.IntN(4), PerOrganization: 3 + s.r.IntN(6)}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Settings().Create(ctx, org, v, limits, rec)
			}
		},
		"Settings.Get": func(s *script) do {
			org := s.org()
			v := s.setting(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Settings().Get(ctx, org, v.ID) }
		},
		"Settings.Lookup": func(s *script) do {
			org, namespace, name := s.org(), s.namespace(), s.settingName()
			v := s.setting(org) // one that is found, and which has no order among several
			if s.chance(2) {
				namespace, name = v.Namespace, v.Name
			}
			keys := []settings.Key{{Entity: v.Entity, Namespace: namespace, Name: name}}
			for i := range 5 * s.r.IntN(2) { // so that there are too many for one path, and one still is found
				keys = append(keys, settings.Key{Entity: v.Entity, Namespace: namespace, Name: fmt.Sprint("none", i)})
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Settings().Lookup(ctx, org, keys)
			}
		},
		"Settings.List": func(s *script) do {
			org, seek := s.org(), s.seek()
			f := settings.Filter{
				Entity:    pick(s, settings.Entity{}, s.entity(), settings.Entity{Kind: settings.Account}),
				Namespace: pick(s, "", s.namespace(), " "),
				Name:      pick(s, "", s.settingName(), " "), Type: pick(s, "", settings.TypeString, settings.TypeJSON),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Settings().List(ctx, org, f, seek)
			}
		},
		"Settings.Update": func(s *script) do {
			org, rec := s.org(), s.rec("setting.update")
			v := s.setting(org)
			v.Value, v.UpdatedAt, v.UpdatedBy = s.value(), s.now, s.actor()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Settings().Update(ctx, org, v, rec)
			}
		},
		"Settings.Delete": func(s *script) do {
			org, rec := s.org(), s.rec("setting.delete")
			v := s.setting(org)
			d := settings.Deletion{ID: v.ID, Version: v.Version, At: s.now, By: s.actor(), InUse: s.chance(2)}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Settings().Delete(ctx, org, d, rec)
			}
		},
	}
}
