package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/token"
)

// listPage is how many rows a page has.
const listPage = 100

// listing is one page of one list beside a bare select of its rows.
type listing struct {
	name string
	// list asks the port for the page and returns the keys of its rows.
	list func(ctx context.Context) (keys []any, err error)
	// table and key are where the rows are, and the column of their keys.
	table, key string
	// from is the condition of a bare select of the page, ending in order and limit, and its arguments;
	// without it the bare select takes the rows by their keys.
	from string
	args []any
}

// lists compares pages of a million customers and audit records, and of 100,000 accounts, tokens and
// settings, with a prepared select of the same rows that is scanned into any. No database is analyzed.
func lists(n int) func(context.Context) error {
	return func(ctx context.Context) error {
		return onDatabases(ctx, func(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB) error {
			if _, err := center(ctx, db, admincenter.Options{}); err != nil {
				return err
			}
			began := time.Now()
			if err := (loader{d.dialect, pool}).load(ctx, n); err != nil {
				return err
			}
			fmt.Printf("loaded %s: %d customers and audit records in %.0f s\n", d.name, n, time.Since(began).Seconds())
			for _, l := range listings(db, n) {
				if err := l.print(ctx, d, pool); err != nil {
					return fmt.Errorf("%s: %w", l.name, err)
				}
			}
			return nil
		})
	}
}

func listings(db *sqlstore.DB, n int) []listing {
	var out []listing
	for _, group := range [][]listing{
		customerLists(db, n), accountLists(db, n), tokenLists(db, n), settingLists(db, n), auditLists(db, n),
	} {
		out = append(out, group...)
	}
	return out
}

// place is a page of a list, and the key of the row before it.
type place struct{ where, after string }

// places are the first, the middle and the last page of n rows, by the function that names a row.
func places(n int, name func(i int) string) []place {
	return []place{{"first", ""}, {"middle", name(n / 2)}, {"last", name(n - 1 - listPage)}}
}

func keysOf[T any](items []T, err error, key func(T) any) ([]any, error) {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = key(item)
	}
	return out, err
}

func customerLists(db *sqlstore.DB, n int) (out []listing) {
	for _, p := range places(n, func(i int) string { return fmt.Sprintf("c%07d", i) }) {
		out = append(out, listing{"customers." + p.where, func(ctx context.Context) ([]any, error) {
			l, err := db.Customers().List(ctx, org, customer.Filter{}, admin.Seek[string]{Limit: listPage, After: p.after})
			return keysOf(l, err, func(c customer.Customer) any { return c.ID })
		}, "customers", "id", "id > ? ORDER BY id LIMIT 100", []any{p.after}})
	}
	return out
}

func accountLists(db *sqlstore.DB, n int) (out []listing) {
	add := func(name string, f customer.AccountFilter, after, from string, args ...any) {
		out = append(out, listing{"accounts." + name, func(ctx context.Context) ([]any, error) {
			l, err := db.Accounts().List(ctx, org, f, admin.Seek[string]{Limit: listPage, After: after})
			return keysOf(l, err, func(a customer.Account) any { return a.ID })
		}, "accounts", "id", from, args})
	}
	for _, p := range places(n/10, func(i int) string { return fmt.Sprintf("a%07d", i) }) {
		add(p.where, customer.AccountFilter{}, p.after, "id > ? ORDER BY id LIMIT 100", p.after)
	}
	add("customer", customer.AccountFilter{CustomerID: "c0000007"}, "", "")
	return out
}

func tokenLists(db *sqlstore.DB, n int) (out []listing) {
	add := func(name string, f token.Filter, after uuid.UUID) {
		out = append(out, listing{"tokens." + name, func(ctx context.Context) ([]any, error) {
			l, err := db.Tokens().List(ctx, org, f, time.Now(), admin.Seek[uuid.UUID]{Limit: listPage, After: after})
			return keysOf(l, err, func(t token.Token) any { return t.ID.String() })
		}, "tokens", "id", "", nil})
	}
	add("first", token.Filter{}, uuid.Nil)
	add("middle", token.Filter{}, uuid.MustParse(idOf(n/20)))
	add("last", token.Filter{}, uuid.MustParse(idOf(2*listPage)))
	add("state", token.Filter{State: token.Deactivated}, uuid.Nil)
	add("state.deleted", token.Filter{State: token.Deleted}, uuid.Nil)
	return out
}

func settingLists(db *sqlstore.DB, n int) (out []listing) {
	add := func(name string, f settings.Filter, after uuid.UUID, from string, args ...any) {
		out = append(out, listing{"settings." + name, func(ctx context.Context) ([]any, error) {
			l, err := db.Settings().List(ctx, org, f, admin.Seek[uuid.UUID]{Limit: listPage, After: after})
			return keysOf(l, err, func(s settings.Setting) any { return s.ID.String() })
		}, "settings", "id", from, args})
	}
	for _, p := range places(n/10, idOf) {
		id, _ := uuid.Parse(p.after)
		add(p.where, settings.Filter{}, id, "id > ? ORDER BY id LIMIT 100", id.String())
	}
	account := settings.Entity{Kind: settings.Account, ID: "a0000077"}
	add("entity", settings.Filter{Entity: account}, uuid.Nil, "")
	add("entity+name", settings.Filter{Entity: account, Name: "name03"}, uuid.Nil, "")
	add("kind", settings.Filter{Entity: settings.Entity{Kind: settings.Customer}}, uuid.Nil, "")
	add("namespace", settings.Filter{Namespace: "rare"}, uuid.Nil, "")
	add("namespace+name", settings.Filter{Namespace: "USER", Name: "name03"}, uuid.Nil, "")
	add("name", settings.Filter{Name: "name03"}, uuid.Nil, "")
	add("name.none", settings.Filter{Name: "none"}, uuid.Nil, "")
	add("type", settings.Filter{Type: settings.TypeNumeric}, uuid.Nil, "")
	return out
}

func auditLists(db *sqlstore.DB, n int) (out []listing) {
	at := func(i int) time.Time { return time.UnixMicro(loadedFrom + int64(i)*1_000_000).UTC() }
	add := func(name string, f admin.AuditFilter, after admin.RecordKey, from string, args ...any) {
		out = append(out, listing{"audit." + name, func(ctx context.Context) ([]any, error) {
			l, err := db.Audit().List(ctx, org, f, admin.Seek[admin.RecordKey]{Limit: listPage, After: after})
			return keysOf(l, err, func(r admin.Record) any { return r.At.UnixMicro() })
		}, "audit", "at", from, args})
	}
	for _, p := range []struct {
		where string
		i     int
	}{{"first", n}, {"middle", n / 2}, {"last", listPage}} {
		i, after := p.i, admin.RecordKey{At: at(p.i), ID: uuid.MustParse(idOf(p.i))}
		if i == n {
			after = admin.RecordKey{}
		}
		add(p.where, admin.AuditFilter{}, after, "at < ? ORDER BY at DESC, id DESC LIMIT 100", at(i).UnixMicro())
	}
	subject, actor := admin.Subject{Kind: "customer", ID: "c0000003"}, admin.Actor{Kind: admin.ActorUser, ID: "u0000003"}
	hour := admin.AuditFilter{From: at(n / 10), Until: at(n/10 + 3600)}
	within := func(f admin.AuditFilter) admin.AuditFilter { f.From, f.Until = at(n/4), at(n/2); return f }
	add("subject", admin.AuditFilter{Subject: subject}, admin.RecordKey{}, "")
	add("subject+time", within(admin.AuditFilter{Subject: subject}), admin.RecordKey{}, "")
	add("subject+actor", admin.AuditFilter{Subject: subject, Actor: actor}, admin.RecordKey{}, "")
	add("subject.kind", admin.AuditFilter{Subject: admin.Subject{Kind: "currency"}}, admin.RecordKey{}, "")
	add("actor", admin.AuditFilter{Actor: actor}, admin.RecordKey{}, "")
	add("actor+time", within(admin.AuditFilter{Actor: actor}), admin.RecordKey{}, "")
	add("action.rare", admin.AuditFilter{Action: "rare.do"}, admin.RecordKey{}, "")
	add("action.none", admin.AuditFilter{Action: "none"}, admin.RecordKey{}, "")
	add("action+time", within(admin.AuditFilter{Action: "customer.update"}), admin.RecordKey{}, "")
	add("hour", hour, admin.RecordKey{}, "at < ? ORDER BY at DESC, id DESC LIMIT 100", at(n/10+3600).UnixMicro())
	add("hour.last", hour, admin.RecordKey{At: at(n/10 + listPage), ID: uuid.MustParse(idOf(n/10 + listPage))},
		"at < ? ORDER BY at DESC, id DESC LIMIT 100", at(n/10+listPage).UnixMicro())
	return out
}

// none is a key that no row has.
func (l listing) none() any {
	if l.key == "at" {
		return int64(1)
	}
	return "none"
}

// print times the page and the bare select by turns and prints the best of each.
func (l listing) print(ctx context.Context, d database, pool *sql.DB) error {
	found, err := l.list(ctx)
	if err != nil {
		return err
	}
	where, args := "org_id = ? AND "+l.from, append([]any{string(org)}, l.args...)
	if l.from == "" {
		if args = append(args, found...); len(found) == 0 {
			args = append(args, l.none())
		}
		where += l.key + " IN (?" + strings.Repeat(", ?", len(args)-2) + ")"
	}
	bare, err := newBare(ctx, pool, d.dialect, "SELECT * FROM "+sqlstore.DefaultPrefix+l.table+" WHERE "+where)
	if err != nil {
		return err
	}
	defer bare.close()
	if rows, err := bare.read(ctx, args); err != nil || rows != len(found) {
		return fmt.Errorf("the bare select finds %d rows and the list %d (%w)", rows, len(found), err)
	}
	ours, other, err := alternate(
		func() error { _, err := l.list(ctx); return err },
		func() error { _, err := bare.read(ctx, args); return err },
	)
	if err == nil {
		printRatio(fmt.Sprintf("list.%s.%s/select", d.name, l.name), ours, other)
	}
	return err
}

// alternate times two ways of the same by turns, so that a slow moment of the machine hits both, and
// returns the best turn of each in nanoseconds.
func alternate(ours, other func() error) (oursNS, otherNS float64, err error) {
	const (
		rounds = 80
		least  = time.Millisecond
	)
	run := func(f func() error, times int) (float64, error) {
		began := time.Now()
		for range times {
			if err := f(); err != nil {
				return 0, err
			}
		}
		return float64(time.Since(began).Nanoseconds()) / float64(times), nil
	}
	ways, best, times := [2]func() error{ours, other}, [2]float64{}, [2]int{}
	for i, f := range ways {
		if _, err := run(f, 10); err != nil { // so that it is prepared
			return 0, 0, err
		}
		took, err := run(f, 3)
		if err != nil {
			return 0, 0, err
		}
		times[i] = 1 + int(float64(least.Nanoseconds())/took)
	}
	for range rounds {
		for i, f := range ways {
			took, err := run(f, times[i])
			if err != nil {
				return 0, 0, err
			}
			if best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	return best[0], best[1], nil
}
