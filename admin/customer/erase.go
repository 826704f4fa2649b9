package customer

import (
	"context"
	"fmt"
	"strconv"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// The Name of what was erased.
const (
	ErasedName        = "Erased customer"
	ErasedAccountName = "Erased account"
)

// Erased returns a record as it is after a change of [ModeErase]: with its ID, the customer, the currency and the term
// of an account, so that invoices can be understood, with the status [Erased], a placeholder for a name and nothing
// else. UpdatedAt and Version are those of r.
func (t *Table[T]) Erased(r T) T {
	var out T
	for _, f := range t.fields {
		switch f.Name {
		case "id", ownerField, currencyField, "net_term_days":
			copyField(f.of(&out), f.of(&r))
		case "name":
			*f.of(&out).(*string) = ErasedName
			if t.owner >= 0 {
				*f.of(&out).(*string) = ErasedAccountName
			}
		case "status":
			*f.of(&out).(*Status) = Erased
		}
	}
	from, to := t.head(&r), t.head(&out)
	*to.CreatedAt, *to.UpdatedAt, *to.Version = *from.CreatedAt, *from.UpdatedAt, *from.Version
	return t.Clone(out)
}

// erase decides on a change of ModeErase.
func (t *Table[T]) erase(c *Change[T], old *T, k *Known[T]) Outcome[T] {
	h := t.head(old)
	if *h.Status != Archived {
		return refuse(*old, ReasonNotArchived, "", "%s %q is not archived", t.noun, admin.Clip(*h.ID))
	}
	if t.owner < 0 {
		if o, ok := t.closes(c, old, k); !ok {
			return o
		}
	}
	after := t.Erased(*old)
	h = t.head(&after)
	*h.UpdatedAt = c.At
	*h.Version++
	return Outcome[T]{Result: Updated, Before: *old, After: after}
}

// Erase takes everything that may be about a person out of an archived customer and its accounts, for a person who asks
// for it (GDPR, article 17). It cannot be undone.
//
// What remains of the customer is its ID with the status [Erased] and [ErasedName], and of each account its ID,
// customer, currency and net term, so that schedules and invoices are still about one: names, addresses, recipients,
// metadata, aliases and tags are gone. So are the personal values of the records on them in the audit trail, which
// still verifies, and what imports keep of their rows: what was there before, and rows that failed under these ids.
// One record [ActionErase] remains, with numbers alone. Everything commits together, but for a trail with more than
// 2,000 records to change, of which parts are changed before, under one record [admin.ActionEraseTrail].
//
// It does not know of the files that were imported and of rows that failed without an id (see bulkimport's Erase), of
// settings of the customer and the accounts, and of what the host put into an id.
//
// It requires [PermissionAccountsWrite] too. It fails with [ErrNotArchived]; with [ErrErased]; with [admin.ErrConflict]
// for another version; with [ErrHasAccounts] for more than MaxArchived accounts that are not erased: erase some by
// [Service.EraseAccount] first; and with [admin.ErrState] without Ports.Audit.
func (s *Service) Erase(ctx context.Context, scope admin.Scope, id string, version int64) (Customer, error) {
	if err := scope.Require(PermissionWrite, PermissionAccountsWrite); err != nil {
		return Customer{}, err
	}
	return erase(ctx, s, scope, Change[Customer]{Record: Customer{ID: id}, Version: version}, ActionErase, (*Service).book)
}

// EraseAccount is [Service.Erase] for an archived account alone. It requires [PermissionAccountsWrite], and fails as
// Erase does.
func (s *Service) EraseAccount(ctx context.Context, scope admin.Scope, id string, version int64) (Account, error) {
	if err := scope.Require(PermissionAccountsWrite); err != nil {
		return Account{}, err
	}
	return erase(ctx, s, scope, Change[Account]{Record: Account{ID: id}, Version: version}, ActionEraseAccount,
		(*Service).accountBook)
}

// erase makes a change of ModeErase. of returns the book of a service.
func erase[T Record](
	ctx context.Context, s *Service, scope admin.Scope, c Change[T], action admin.Action,
	of func(*Service, admin.Scope) book[T],
) (out T, err error) {
	if s.ports.Audit == nil {
		return out, fmt.Errorf("to erase needs Ports.Audit, which knows what is to be erased: %w", admin.ErrState)
	}
	b := of(s, scope)
	id := *b.head(&c.Record).ID
	old, err := b.at(ctx, id, c.Version)
	if err != nil {
		return out, err
	}
	if *b.head(&old).Status != Archived { // before anything is taken out of the trail
		return out, fmt.Errorf("%s %q: %w", b.noun, admin.Clip(id), ErrNotArchived)
	}
	e, err := s.traces(ctx, scope, b.noun, id)
	if err != nil {
		return out, err
	}
	c.Mode, c.Accounts, c.At = ModeErase, e.archived, b.runtime.Instant()
	rec := b.runtime.Record(scope, action, admin.Subject{Kind: b.noun, ID: id}, e.changes(b.noun)...)
	err = s.atomically(ctx, func(p Ports) error {
		in := of(s.In(p), scope)
		made, err := in.store.Apply(ctx, scope.Org(), []Change[T]{c}, rec)
		switch {
		case err != nil:
			return err
		case len(made) != 1:
			return fmt.Errorf("the store gave %d outcomes for one change of a %s", len(made), b.noun)
		case made[0].Result == Refused:
			return refusal(b.Table, made[0])
		}
		out = made[0].After
		if _, err := p.Audit.Erase(ctx, scope.Org(), e.trail, rec); err != nil {
			return err
		}
		for _, r := range e.rows {
			if err := p.Jobs.Erase(ctx, scope.Org(), r, rec); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		var zero T
		return zero, err
	}
	return out, nil
}

// traces are where an organization has a customer or an account.
type traces struct {
	accounts []string // of the customer
	archived []string // of them, those that are not erased
	trail    admin.TrailErasure
	values   int // personal ones in the trail
	rows     []job.Rows
}

func (e *traces) changes(noun string) []admin.Change {
	rows := 0
	for _, r := range e.rows {
		rows += len(r.Seqs)
	}
	out := []admin.Change{
		{Field: "status", From: string(Archived), To: string(Erased)}, {Field: "values", To: strconv.Itoa(e.values)},
		{Field: "importedRows", To: strconv.Itoa(rows)},
	}
	if noun == "customer" {
		out = append(out, admin.Change{Field: "accounts", To: strconv.Itoa(len(e.archived))})
	}
	return out
}

// traces finds what is erased with a record, and erases the most of the trail if there is much.
func (s *Service) traces(ctx context.Context, scope admin.Scope, noun, id string) (*traces, error) {
	org, customer, e := scope.Org(), "", &traces{}
	on := admin.Subject{Kind: noun, ID: id}
	parts := admin.TrailParts{Store: s.ports.Audit, Org: org, Record: s.runtime.Record(scope, admin.ActionEraseTrail, on)}
	parts.Rest.Since = s.runtime.Instant().Add(-admin.TrailOverlap)
	parts.Rest.Subjects = []admin.Subject{on}
	if noun == s.customers.noun {
		customer = id
		if err := s.accountsOf(ctx, org, id, e); err != nil {
			return nil, err
		}
		for _, account := range e.accounts {
			parts.Rest.Subjects = append(parts.Rest.Subjects, admin.Subject{Kind: s.accounts.noun, ID: account})
		}
	} else {
		e.accounts = []string{id}
	}
	for _, on := range parts.Rest.Subjects {
		if err := parts.Walk(ctx, admin.AuditFilter{Subject: on}, parts.Take); err != nil {
			return nil, err
		}
	}
	e.trail, e.values = parts.Rest, parts.Count
	if s.ports.Jobs == nil || s.ports.ImportedRows == nil {
		return e, nil
	}
	var err error
	e.rows, err = s.ports.ImportedRows(ctx, org, customer, e.accounts)
	return e, err
}

// accountsOf reads the ids of the accounts of a customer.
func (s *Service) accountsOf(ctx context.Context, org admin.OrgID, id string, e *traces) error {
	for seek := (admin.Seek[string]{Limit: MaxArchived}); ; {
		found, err := s.ports.Accounts.List(ctx, org, AccountFilter{CustomerID: id}, seek)
		if err != nil {
			return err
		}
		for _, a := range found {
			e.accounts = append(e.accounts, a.ID)
			if a.Status != Erased {
				e.archived = append(e.archived, a.ID)
			}
		}
		if len(e.archived) > MaxArchived {
			return fmt.Errorf("customer %q has more than %d accounts that are not erased: %w", admin.Clip(id), MaxArchived,
				ErrHasAccounts)
		}
		if len(found) < seek.Limit {
			return nil
		}
		seek.After = found[len(found)-1].ID
	}
}

// atomically runs fn in a transaction, or in the one that the ports are of.
func (s *Service) atomically(ctx context.Context, fn func(Ports) error) error {
	if s.ports.Atomically == nil {
		return fn(s.ports)
	}
	return s.ports.Atomically(ctx, fn)
}
