package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	jsonlogicv3 "github.com/diegoholiveira/jsonlogic/v3"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

// obvious is what one writes without an Enricher: the settings of every account fetched once, the
// rules decoded once, and jsonlogic/v3's ApplyInterface for each field. It computes in float64, never
// sees a change of a setting, does not say what it used, and leaves its results as they come.
type obvious struct {
	accounts map[string]v3Account
	km       any // rules
	charge   any
	size     any
}

// v3Account is what the settings are for one account.
type v3Account struct {
	dependencies map[string]any
	price        any // a rule
}

func newObvious(ctx context.Context, c *admincenter.Center) (*obvious, error) {
	o := &obvious{accounts: make(map[string]v3Account, enrichAccounts)}
	for text, into := range map[string]*any{kmRule: &o.km, chargeRule: &o.charge, sizeRule: &o.size} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return nil, err
		}
	}
	for i := range enrichAccounts {
		a := v3Account{dependencies: map[string]any{}}
		for _, name := range enrichDependencies {
			found, err := c.Settings.Resolve(ctx, admin.System(org), settings.Path{Account: accountID(i)}, "", name)
			if err != nil {
				return nil, err
			}
			var v any
			if err := json.Unmarshal([]byte(found.Setting.Value.Text()), &v); err != nil {
				return nil, err
			}
			if found.Setting.Value.Type() == settings.TypeLogic {
				a.price = v
				continue
			}
			a.dependencies[name] = v
		}
		o.accounts[accountID(i)] = a
	}
	return o, nil
}

// v3Event is an event in the types that jsonlogic/v3 wants.
type v3Event struct {
	account                string
	attributes, dimensions map[string]any
}

// v3Way keeps its maps from event to event, as a Stream does.
type v3Way struct {
	*obvious
	events []v3Event
	out    v3Event
	data   map[string]any // has the maps of out
}

func newV3Way(o *obvious) *v3Way {
	w := &v3Way{
		obvious: o, events: make([]v3Event, enrichEvents),
		out: v3Event{attributes: map[string]any{}, dimensions: map[string]any{}},
	}
	w.data = map[string]any{"attribute": w.out.attributes, "dimension": w.out.dimensions}
	for i := range w.events {
		e := usage(i)
		w.events[i] = v3Event{
			account: e.account, dimensions: map[string]any{"class": e.class, "city": "Riga"},
			attributes: map[string]any{"distance": float64(e.distance), "seats": 4.0},
		}
	}
	return w
}

func (w *v3Way) enrich(i int) error {
	e := w.events[i]
	account, ok := w.accounts[e.account]
	if !ok {
		return fmt.Errorf("no account %s", e.account)
	}
	clear(w.out.attributes)
	clear(w.out.dimensions)
	maps.Copy(w.out.attributes, e.attributes)
	maps.Copy(w.out.dimensions, e.dimensions)
	w.data["dependencies"] = account.dependencies
	w.out.attributes["flag_fall"] = 2.5
	for _, f := range [...]struct {
		rule any
		into map[string]any
		name string
	}{
		{w.km, w.out.attributes, "km"}, {account.price, w.out.attributes, "price"},
		{w.charge, w.out.attributes, "charge"}, {w.size, w.out.dimensions, "size"},
	} {
		v, err := jsonlogicv3.ApplyInterface(f.rule, w.data)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		f.into[f.name] = v
	}
	return nil
}

func (w *v3Way) last() any {
	return map[string]any{"attribute": maps.Clone(w.out.attributes), "dimension": maps.Clone(w.out.dimensions)}
}
