package bulkimport

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// ownedBatch is what the rows of a batch with accounts and their customers are to do.
type ownedBatch struct {
	*Service
	Batch
	accounts []customer.Change[customer.Account]
	owners   []statement
}

// ownedWrite is the write of an ownedBatch in one transaction.
type ownedWrite struct {
	ownedBatch
	ctx      context.Context
	p        Ports
	org      admin.OrgID
	rec      admin.Record
	used     bool // rec was given to a store
	owner    map[string]*owner
	outcomes []Outcome // of rows that have failed or were left out
	made     []customer.Outcome[customer.Account]
	steps    []ownerStep
	kept     []*ownerKept // what each row has done to its customer
	back     []int        // rows whose accounts are taken back
}

// owner is a customer that rows of a batch are about.
type owner struct {
	exists bool // before the batch
	live   bool // a row has needed it successfully
	first  int  // the row by whose statement it was made before the accounts; -1 for none
	record customer.Customer
	rows   int // that have succeeded
}

// ownerStep is a change of a customer by a row.
type ownerStep struct {
	row    int
	change statement
	makes  bool // the row counts as the one that made the customer
}

// owned prepares the write of a batch with accounts and their customers.
func (s *Service) owned(b Batch) (writeBatch, error) {
	accounts, owners, err := s.split(b)
	if err != nil {
		return nil, err
	}
	of := ownedBatch{s, b, accounts, owners}
	return func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) (written, error) {
		w := &ownedWrite{
			ownedBatch: of, ctx: ctx, p: p, org: org, rec: rec, owner: map[string]*owner{},
			outcomes: make([]Outcome, len(b.Rows)), kept: make([]*ownerKept, len(b.Rows)),
			made: make([]customer.Outcome[customer.Account], len(b.Rows)),
		}
		for _, do := range []func() error{w.find, w.create, w.write, w.change, w.takeBack, w.remove} {
			if err := do(); err != nil {
				return written{}, err
			}
		}
		return w.written()
	}, nil
}

// record is the audit record of the next change of records. The store keeps it only if it changes anything.
func (w *ownedWrite) record() admin.Record {
	rec := w.rec
	if w.used {
		rec.ID = w.runtime.NewID()
	}
	w.used = true
	return rec
}

// customers applies changes of different customers.
func (w *ownedWrite) customers(changes []statement) ([]customer.Outcome[customer.Customer], error) {
	if len(changes) == 0 {
		return nil, nil
	}
	out, err := w.p.Customers.Apply(w.ctx, w.org, changes, w.record())
	if err == nil && len(out) != len(changes) {
		err = fmt.Errorf("the store gave %d outcomes for %d changes", len(out), len(changes))
	}
	return out, err
}

// find looks up the customers, by changes that change nothing.
func (w *ownedWrite) find() error {
	var asked []statement
	for n := range w.owners {
		id := w.owners[n].Record.ID
		if w.owner[id] == nil {
			w.owner[id] = &owner{first: -1}
			asked = append(asked, statement{Mode: customer.ModeUpdate, Record: customer.Customer{ID: id}, At: w.At})
		}
	}
	found, err := w.customers(asked)
	w.used = false
	for n := range found {
		of := w.owner[asked[n].Record.ID]
		of.record, of.exists = found[n].Before, found[n].Reason != customer.ReasonNotFound
		of.live = of.exists
	}
	return err
}

// create refuses rows by what they state, and makes the customers that accounts need.
func (w *ownedWrite) create() error {
	var some []statement
	for n := range w.owners {
		c := w.owners[n]
		of := w.owner[c.Record.ID]
		switch {
		case of.exists:
			_, w.outcomes[n] = w.next(n, of)
		case w.Mode == Update:
			w.outcomes[n] = outcomeOf(w.Service.customers.Noun(), &customer.Outcome[customer.Customer]{
				Result: customer.Refused, Reason: customer.ReasonRelationNotFound, Field: customerField,
				Params: map[string]string{"id": c.Record.ID},
			})
		case of.first < 0:
			lacks := w.incomplete(n)
			if lacks.Result == "" {
				of.first, c.Mode = n, customer.ModeCreate
				some = append(some, c)
			} else if w.Mode != Skip { // a row whose account exists needs no customer
				w.outcomes[n] = lacks
			}
		}
	}
	made, err := w.customers(some)
	if err != nil {
		return err
	}
	refused := map[string]Outcome{}
	for n := range made {
		id := some[n].Record.ID
		switch {
		case made[n].Result == customer.Created:
			w.owner[id].record = made[n].After
		case made[n].Reason == customer.ReasonExists:
			return fmt.Errorf("customer %q was made meanwhile: %w", admin.Clip(id), admin.ErrConflict)
		default:
			refused[id] = ownerOutcome(&made[n])
		}
	}
	for n := range w.owners {
		if o, ok := refused[w.owners[n].Record.ID]; ok && w.outcomes[n].Result == "" {
			w.outcomes[n] = o
		}
	}
	return nil
}

// incomplete is the outcome of a row that lacks what a new customer needs, or the zero Outcome.
func (w *ownedWrite) incomplete(n int) Outcome {
	lacking := w.lacking(w.Batch, &w.owners[n])
	if len(lacking) == 0 {
		return Outcome{}
	}
	return Outcome{Result: Refused, Field: lacking[0]}.say(CodeCustomerIncomplete, "id",
		quoted(w.owners[n].Record.ID), "fields", strings.Join(lacking, ", "))
}

// next returns what a row changes of a customer that is there, or the outcome of a row that may not.
func (w *ownedWrite) next(n int, of *owner) (*customer.Outcome[customer.Customer], Outcome) {
	c := w.owners[n]
	c.Mode = customer.ModeUpdate
	if w.Mode != Upsert && w.Mode != Update {
		left, differs := w.stated(c, &of.record)
		fresh := !of.exists || !of.record.CreatedAt.Before(w.began)
		if w.Mode == Create && differs == "" && !fresh && (left.Given != 0 || len(left.Keys) > 0) {
			differs = w.firstField(&left)
		}
		switch {
		case w.Mode == Create && differs != "":
			return nil, Outcome{Result: Refused, Field: ownerPrefix + differs}.say(CodeCustomerDiffers, "id",
				quoted(c.Record.ID), "field", ownerPrefix+differs, "value", quoted(w.ownerText(differs, &c.Record)),
				"other", quoted(w.ownerText(differs, &of.record)))
		case !fresh:
			left.Given, left.Keys = 0, nil
		}
		c.Given, c.Keys = left.Given, left.Keys
	}
	if c.Given == 0 && len(c.Keys) == 0 {
		return nil, Outcome{}
	}
	known := customer.Known[customer.Customer]{Records: map[string]customer.Customer{c.Record.ID: of.record}}
	made, err := w.Service.customers.Decide([]statement{c}, known)
	switch {
	case err != nil:
		return nil, Outcome{Result: Refused, Detail: err.Error()}
	case made[0].Result == customer.Refused:
		return nil, ownerOutcome(&made[0])
	case made[0].Result == customer.Unchanged:
		return nil, Outcome{}
	}
	w.steps = append(w.steps, ownerStep{row: n, change: c})
	return &made[0], Outcome{}
}

// firstField is the first field, or name in the metadata, that a statement has.
func (s *Service) firstField(c *statement) string {
	for k, f := range s.customers.Fields() {
		if c.Given&(1<<k) != 0 {
			return f.Name
		}
	}
	return c.Keys[0]
}

// ownerOutcome is the outcome of a row whose customer was refused.
func ownerOutcome(o *customer.Outcome[customer.Customer]) Outcome {
	out := outcomeOf("customer", o)
	out.Field = customerField
	if o.Field != "" {
		out.Field = ownerPrefix + o.Field
	}
	return out
}

// write writes the accounts of the rows that have not failed, and then decides on their customers, row by row.
func (w *ownedWrite) write() error {
	w.steps = nil // those of create are decided again, after the rows before
	var rows []int
	var some []customer.Change[customer.Account]
	for n := range w.accounts {
		if w.outcomes[n].Result == "" {
			rows, some = append(rows, n), append(some, w.accounts[n])
		}
	}
	if len(some) == 0 {
		return nil
	}
	made, err := w.applyAccounts(some)
	if err != nil {
		return err
	}
	for k, n := range rows {
		w.made[n] = made[k]
		switch made[k].Result {
		case customer.Created, customer.Updated, customer.Unchanged:
			w.decide(n)
		case customer.Skipped:
			w.outcomes[n] = Outcome{Result: Exists}
		default:
			w.outcomes[n] = outcomeOf(w.Service.accounts.Noun(), &made[k])
			if lacks := w.incomplete(n); lacks.Result != "" && !w.owner[w.owners[n].Record.ID].live {
				w.outcomes[n] = lacks // as without the row that had made the customer
			}
		}
	}
	return nil
}

func (w *ownedWrite) applyAccounts(
	changes []customer.Change[customer.Account],
) ([]customer.Outcome[customer.Account], error) {
	if err := refuseCurrencies(w.ctx, w.p, w.org, changes); err != nil {
		return nil, err
	}
	made, err := w.p.Accounts.Apply(w.ctx, w.org, changes, w.record())
	if err == nil && len(made) != len(changes) {
		err = fmt.Errorf("the store gave %d outcomes for %d changes", len(made), len(changes))
	}
	return made, err
}

// decide decides what a row whose account was written does to its customer.
func (w *ownedWrite) decide(n int) {
	of := w.owner[w.owners[n].Record.ID]
	if !of.live {
		if w.outcomes[n] = w.incomplete(n); w.outcomes[n].Result != "" { // the row that had made it has failed
			w.back = append(w.back, n)
			return
		}
		of.live = true
		of.rows++
		if n == of.first {
			w.kept[n] = &ownerKept{ID: of.record.ID, Version: of.record.Version}
			return
		}
		c, first := w.owners[n], w.owners[of.first]
		c.Mode, c.Given = customer.ModeUpdate, c.Given|first.Given
		for _, key := range first.Keys {
			if !slices.Contains(c.Keys, key) {
				c.Keys = append(slices.Clip(c.Keys), key)
			}
		}
		known := customer.Known[customer.Customer]{Records: map[string]customer.Customer{c.Record.ID: of.record}}
		if made, err := w.Service.customers.Decide([]statement{c}, known); err == nil && made[0].Result == customer.Updated {
			of.record = made[0].After
		}
		w.steps = append(w.steps, ownerStep{row: n, change: c, makes: true})
		return
	}
	made, refused := w.next(n, of)
	if refused.Result != "" {
		w.outcomes[n], w.back = refused, append(w.back, n)
		return
	}
	of.rows++
	if made != nil {
		of.record = made.After
	}
}

// change makes the changes of customers, in as many rounds as one customer has changes.
func (w *ownedWrite) change() error {
	for steps := w.steps; len(steps) > 0; {
		var now, later []ownerStep
		var some []statement
		in := map[string]bool{}
		for _, step := range steps {
			if id := step.change.Record.ID; in[id] {
				later = append(later, step)
			} else {
				in[id] = true
				now, some = append(now, step), append(some, step.change)
			}
		}
		made, err := w.customers(some)
		if err != nil {
			return err
		}
		for k, step := range now {
			if err := w.changed(step, &made[k]); err != nil {
				return err
			}
		}
		steps = later
	}
	return nil
}

// changed notes what became of a change of a customer.
func (w *ownedWrite) changed(step ownerStep, o *customer.Outcome[customer.Customer]) error {
	n, of := step.row, w.owner[step.change.Record.ID]
	switch {
	case o.Result == customer.Refused:
		w.outcomes[n], w.back = ownerOutcome(o), append(w.back, n)
		of.rows--
		of.record = o.Before
		return nil
	case step.makes:
		w.kept[n] = &ownerKept{ID: o.After.ID, Version: o.After.Version}
	case o.Result == customer.Updated:
		d := beforeOf(w.Service.customers, step.change.Given, &o.Before, &o.After)
		w.kept[n] = &ownerKept{ID: o.After.ID, Version: o.After.Version, Before: &d}
	}
	of.record = o.After
	return nil
}

// takeBack takes back the accounts of rows whose customer was refused after they were written.
func (w *ownedWrite) takeBack() error {
	var some []customer.Change[customer.Account]
	for _, n := range w.back {
		o := &w.made[n]
		c := customer.Change[customer.Account]{Mode: customer.ModeRemove, Version: o.After.Version, At: w.At}
		switch o.Result {
		case customer.Created:
			c.Record.ID = o.After.ID
		case customer.Updated:
			c.Mode, c.Record, c.Given = customer.ModeUpdate, o.Before, w.Service.accounts.All()
			c.Restores = o.Before.Version
		default:
			continue
		}
		some = append(some, c)
	}
	if len(some) == 0 {
		return nil
	}
	made, err := w.p.Accounts.Apply(w.ctx, w.org, some, w.record())
	for k := range made {
		if made[k].Result == customer.Refused {
			return fmt.Errorf("account %q cannot be taken back: %s", admin.Clip(some[k].Record.ID), made[k].Detail)
		}
	}
	return err
}

// remove removes the customers that were made for rows which have all failed.
func (w *ownedWrite) remove() error {
	var some []statement
	seen := map[string]bool{}
	for n := range w.owners {
		id := w.owners[n].Record.ID
		of := w.owner[id]
		if of.exists || of.first < 0 || of.rows > 0 || of.record.Version == 0 || seen[id] {
			continue
		}
		seen[id] = true
		some = append(some, statement{Mode: customer.ModeRemove, Record: customer.Customer{ID: id},
			Version: of.record.Version, At: w.At})
	}
	made, err := w.customers(some)
	for k := range made {
		if made[k].Result != customer.Removed {
			return fmt.Errorf("customer %q cannot be taken back: %s", admin.Clip(some[k].Record.ID), made[k].Detail)
		}
	}
	return err
}

// written returns the outcomes of the rows, and what is kept of them.
func (w *ownedWrite) written() (written, error) {
	out := written{outcomes: w.outcomes}
	for n := range w.Rows {
		if w.outcomes[n].Result != "" {
			continue
		}
		o, kept := &w.made[n], w.kept[n]
		w.outcomes[n] = outcomeOf(w.Service.accounts.Noun(), o)
		if o.Result == customer.Unchanged && kept == nil {
			continue
		}
		if o.Result == customer.Unchanged {
			w.outcomes[n].Result = Updated
		}
		e := job.Effect{Seq: w.Rows[n].Number, Kind: w.Service.accounts.Noun(), Ref: o.After.ID, Version: o.After.Version}
		d := beforeData{Format: beforeFormat}
		if o.Result == customer.Updated {
			d = beforeOf(w.Service.accounts, w.accounts[n].Given, &o.Before, &o.After)
		}
		if kept != nil {
			d.Made, d.Customer = outcomeOf(w.Service.accounts.Noun(), o).Result, kept
		}
		if o.Result == customer.Updated || kept != nil {
			var err error
			if e.Before, err = d.stored(); err != nil {
				return written{}, fmt.Errorf("%v: %w", w.Rows[n], err)
			}
		}
		out.effects = append(out.effects, e)
	}
	return out, nil
}
