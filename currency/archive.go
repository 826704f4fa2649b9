package currency

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// Archive takes a currency out of use: nothing new may be in it. Records that are in it stay as they are, its
// amounts still convert, and it can be restored. It fails with [admin.ErrNotFound] for a currency that the
// organization does not have, with [ErrBaseFixed] for the base, and with [ErrArchived] for one that is archived.
// It requires [PermissionWrite].
func (s *Service) Archive(ctx context.Context, scope admin.Scope, code iso4217.Code) (Currency, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Currency{}, err
	}
	c, err := s.ports.Currencies.Get(ctx, scope.Org(), code)
	switch {
	case err != nil:
		return Currency{}, err
	case c.Base: // which it is for good
		return Currency{}, fmt.Errorf("currency %s cannot be archived: %w", code, ErrBaseFixed)
	}
	a := Archival{At: s.runtime.Instant(), By: scope.Actor()}
	rec := s.statusRecord(scope, ActionArchive, code, Active, Archived)
	err = s.ports.Currencies.Archive(ctx, scope.Org(), code, a, rec)
	if errors.Is(err, admin.ErrExists) {
		return Currency{}, fmt.Errorf("currency %s: %w", code, ErrArchived)
	}
	if err != nil {
		return Currency{}, err
	}
	c.Status, c.ArchivedAt, c.ArchivedBy = Archived, a.At, a.By
	return c, nil
}

// Restore takes an archived currency into use again, with the rates that it has. It fails with
// [admin.ErrNotFound] for a currency that the organization does not have, and with [ErrNotArchived] for one that
// is in use. It requires [PermissionWrite].
func (s *Service) Restore(ctx context.Context, scope admin.Scope, code iso4217.Code) (Currency, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Currency{}, err
	}
	c, err := s.ports.Currencies.Get(ctx, scope.Org(), code)
	if err != nil {
		return Currency{}, err
	}
	err = s.ports.Currencies.Restore(ctx, scope.Org(), code,
		s.statusRecord(scope, ActionRestore, code, Archived, Active))
	if errors.Is(err, admin.ErrNotFound) {
		return Currency{}, fmt.Errorf("currency %s: %w", code, ErrNotArchived)
	}
	if err != nil {
		return Currency{}, err
	}
	c.Status, c.ArchivedAt, c.ArchivedBy = Active, time.Time{}, admin.Actor{}
	return c, nil
}

func (s *Service) statusRecord(
	scope admin.Scope, action admin.Action, code iso4217.Code, from, to Status,
) admin.Record {
	return s.runtime.Record(scope, action, subject(code),
		admin.Change{Field: "status", From: string(from), To: string(to)})
}

func subject(code iso4217.Code) admin.Subject {
	return admin.Subject{Kind: "currency", ID: string(code)}
}

func (f Filter) check() error {
	if f.Status == "" || f.Status == Active || f.Status == Archived {
		return nil
	}
	var p admin.Problems
	p.Add("/status", admin.CodeUnknown, "%q is not a status: use one of %s",
		admin.Clip(string(f.Status)), text.Join([]Status{Active, Archived})).With("value", admin.Clip(string(f.Status)))
	return p.Err()
}
