package token

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Rename gives a token another name, of 1 to 100 characters. version is the token's. It requires
// [PermissionWrite], and refuses support that acts for a user. It fails with [admin.ErrInvalid],
// [admin.ErrNotFound], [admin.ErrConflict] and [ErrDeleted].
func (s *Service) Rename(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, name string,
) (Token, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Token{}, err
	}
	if err := scope.RefuseSupport(); err != nil {
		return Token{}, err
	}
	var p admin.Problems
	p.Text("/name", name, 1, maxName)
	if err := p.Err(); err != nil {
		return Token{}, err
	}
	t, err := s.ports.Tokens.Get(ctx, scope.Org(), id)
	if err != nil {
		return Token{}, err
	}
	want := t
	want.Name, want.Version, want.UpdatedAt = name, version, s.runtime.Instant()
	next, err := t.Renamed(want)
	if err != nil {
		return Token{}, err
	}
	rec := s.record(scope, ActionRename, t, admin.Change{Field: "name", From: t.Name, To: name, Personal: true})
	if err := s.ports.Tokens.Rename(ctx, scope.Org(), want, rec); err != nil {
		return Token{}, err
	}
	return next, nil
}
