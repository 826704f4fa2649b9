package bulkimport

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// writeBatch writes a batch through the ports of one transaction.
type writeBatch func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) (written, error)

// written is what became of the rows of a batch.
type written struct {
	outcomes []Outcome
	effects  []job.Effect
	kept     int64 // effects that a target of the host's can undo
}

// writing prepares the write of a batch, so that all that can be done before the transaction is.
func (s *Service) writing(t Type, b Batch) (writeBatch, error) {
	switch {
	case len(b.Rows) == 0:
		return func(context.Context, Ports, admin.OrgID, admin.Record) (written, error) { return written{}, nil }, nil
	case t.Target != nil:
		return throughTarget(b, func(Ports) Target { return t.Target }), nil
	case t.Schema.Type == CustomersType:
		return changing(s.customers, b, func(p Ports) apply[customer.Customer] { return p.Customers.Apply })
	case t.Schema.Type == AccountsType:
		return changing(s.accounts, b, func(p Ports) apply[customer.Account] { return p.Accounts.Apply })
	case t.Schema.Type == CustomerAccountsType:
		return s.owned(b)
	}
	return throughTarget(b, func(p Ports) Target { return p.Target(t.Schema.Type) }), nil
}

func throughTarget(b Batch, target func(Ports) Target) writeBatch {
	return func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) (written, error) {
		to := target(p)
		outcomes, err := to.Write(ctx, org, b, rec)
		if err == nil && len(outcomes) != len(b.Rows) {
			err = fmt.Errorf("the target gave %d outcomes for %d rows", len(outcomes), len(b.Rows))
		}
		w := written{outcomes: outcomes}
		if _, undoes := to.(Undoer); undoes && err == nil {
			w.effects = targetEffects(b, outcomes)
			w.kept = int64(len(w.effects))
		}
		return w, err
	}
}

// apply is the method of customer.Store or customer.AccountStore.
type apply[T customer.Record] func(
	ctx context.Context, org admin.OrgID, changes []customer.Change[T], rec admin.Record,
) ([]customer.Outcome[T], error)

// changing turns the rows of a batch into changes of records.
func changing[T customer.Record](kind *customer.Table[T], b Batch, store func(Ports) apply[T]) (writeBatch, error) {
	changes, err := changesOf(kind, b)
	if err != nil {
		return nil, err
	}
	if b.Match != "" || len(b.By) > 0 {
		return resolving(kind, b, changes, store), nil
	}
	return applying(kind, b.Rows, changes, store), nil
}

// resolving applies the changes whose records are found, and leaves the others out.
func resolving[T customer.Record](
	kind *customer.Table[T], b Batch, changes []customer.Change[T], store func(Ports) apply[T],
) writeBatch {
	return func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) (written, error) {
		all := slices.Clone(changes) // because the transaction may be run again
		outcomes, err := resolve(ctx, p, org, kind, b, all)
		if err != nil {
			return written{}, err
		}
		var rows []Row
		var some []customer.Change[T]
		for i := range all {
			if outcomes[i].Result == "" {
				rows, some = append(rows, b.Rows[i]), append(some, all[i])
			}
		}
		if len(some) == 0 {
			return written{outcomes: outcomes}, nil
		}
		w, err := applying(kind, rows, some, store)(ctx, p, org, rec)
		if err != nil {
			return written{}, err
		}
		next := 0
		for i := range outcomes {
			if outcomes[i].Result == "" {
				outcomes[i] = w.outcomes[next]
				next++
				if outcomes[i].Result == Exists && all[i].Mode == customer.ModeCreate && b.Mode != Create {
					outcomes[i] = otherKey(b, *kind.Head(&all[i].Record).ID)
				}
			}
		}
		w.outcomes = outcomes
		return w, nil
	}
}

func applying[T customer.Record](
	kind *customer.Table[T], rows []Row, changes []customer.Change[T], store func(Ports) apply[T],
) writeBatch {
	return func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) (written, error) {
		if err := refuseCurrencies(ctx, p, org, changes); err != nil {
			return written{}, err
		}
		made, err := store(p)(ctx, org, changes, rec)
		if err == nil && len(made) != len(changes) {
			err = fmt.Errorf("the store gave %d outcomes for %d changes", len(made), len(changes))
		}
		if err != nil {
			return written{}, err
		}
		w := written{outcomes: make([]Outcome, len(made))}
		for i := range made {
			w.outcomes[i] = outcomeOf(kind.Noun(), &made[i])
		}
		w.effects, err = effects(kind, rows, changes, made)
		return w, err
	}
}

// refuseCurrencies has the accounts of a batch refused that get a currency in which the organization starts nothing
// new, after one look-up.
func refuseCurrencies[T customer.Record](
	ctx context.Context, p Ports, org admin.OrgID, changes []customer.Change[T],
) error {
	accounts, ok := any(changes).([]customer.Change[customer.Account])
	if !ok {
		return nil
	}
	codes := map[iso4217.Code]bool{}
	for i := range accounts {
		if code := accounts[i].Record.InvoiceCurrency; code != "" {
			codes[code] = true
		}
	}
	refused, err := p.Currencies.Refused(ctx, org, slices.Sorted(maps.Keys(codes))...)
	for i := range accounts {
		accounts[i].Currencies = refused
	}
	return err
}

// changesOf reads rows, which have the same fields, as changes. Fields that the record does not have are
// names in its metadata.
func changesOf[T customer.Record](kind *customer.Table[T], b Batch) ([]customer.Change[T], error) {
	var fields []customer.Field[T] // by the row's values; the zero Field for metadata
	var keys, given []string
	for _, name := range b.Rows[0].names {
		f, ok := kind.Field(name)
		if ok {
			given = append(given, name)
		} else {
			keys = append(keys, name)
		}
		fields = append(fields, f)
	}
	mask, err := kind.Mask(given...)
	if err != nil {
		return nil, err
	}
	out := make([]customer.Change[T], len(b.Rows))
	for i, row := range b.Rows {
		c := &out[i]
		c.Mode, c.Given, c.Keys, c.At, c.KeepArchived = changeMode(b.Mode), mask, keys, b.At, true
		if row.kept != nil {
			if c.Given, c.Keys, err = filled(kind, row); err != nil {
				return nil, err
			}
		}
		for k, f := range fields {
			if f.Name == "" {
				continue // behind the metadata as a whole
			} else if err := f.SetText(&c.Record, row.values[k]); err != nil {
				return nil, fmt.Errorf("%v: %w", row, err)
			}
		}
		for k, f := range fields {
			if f.Name == "" && (row.kept == nil || !row.kept[k]) {
				kind.SetMetadata(&c.Record, row.names[k], row.values[k])
			}
		}
		if _, whole := row.Value(metadataField); whole {
			c.Keys = nil // it has these too
		}
	}
	return out, nil
}

// filled returns the fields and the names in metadata that a row fills in, if some of its blank cells are to keep what
// is there.
func filled[T customer.Record](kind *customer.Table[T], row Row) (customer.Mask, []string, error) {
	var given, keys []string
	for _, name := range row.Fields() {
		if _, ok := kind.Field(name); ok {
			given = append(given, name)
		} else {
			keys = append(keys, name)
		}
	}
	mask, err := kind.Mask(given...)
	return mask, keys, err
}

func changeMode(m Mode) customer.Mode {
	switch m {
	case Skip:
		return customer.ModeSkip
	case Upsert:
		return customer.ModeUpsert
	case Update:
		return customer.ModeUpdate
	}
	return customer.ModeCreate
}

// outcomeOf returns the outcome of a change as that of its row.
func outcomeOf[T customer.Record](noun string, o *customer.Outcome[T]) Outcome {
	switch o.Result {
	case customer.Created:
		return Outcome{Result: Created}
	case customer.Updated:
		return Outcome{Result: Updated}
	case customer.Unchanged:
		return Outcome{Result: Unchanged}
	case customer.Skipped:
		return Outcome{Result: Exists}
	}
	refused := func(code string, params ...any) Outcome {
		return Outcome{Result: Refused, Field: o.Field}.say(code, params...)
	}
	id, currency := quoted(o.Params["id"]), admin.Clip(o.Params["currency"])
	switch o.Reason {
	case customer.ReasonExists:
		return Outcome{Result: Exists}
	case customer.ReasonNotFound:
		return Outcome{Result: NotFound}
	case customer.ReasonRelationNotFound:
		return Outcome{Result: RelationNotFound, Field: o.Field}.say(CodeRelationNotFound+".id", "value", id)
	case customer.ReasonCurrencyUnused:
		return refused(CodeInvalidOption+".currency_unused", "currency", currency)
	case customer.ReasonCurrencyArchived:
		return refused(CodeCurrencyArchived, "currency", currency)
	case customer.ReasonArchived:
		return refused(CodeArchived+"."+noun, "id", id)
	case customer.ReasonErased:
		if o.Field != "" { // the customer of an account
			noun = "customer"
		}
		return refused(CodeErased+"."+noun, "id", id)
	case customer.ReasonCustomerArchived:
		return refused(CodeCustomerArchived, "id", id)
	case customer.ReasonAliasTaken:
		return refused(CodeRefused+".alias", "id", id, "value", quoted(o.Params["value"]))
	}
	return Outcome{Result: Refused, Field: o.Field, Detail: o.Detail}
}
