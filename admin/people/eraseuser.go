package people

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// EraseUser takes everything that is about a person out of the organization, for a person who asks for it (GDPR,
// article 17). It cannot be undone. Deactivate the user first.
//
// What remains is a user with the same id, the status [UserErased] and [ErasedName], without an address and a role, so
// that what the audit trail says about the user is still about one. The password, sessions, second factors, recovery
// codes, identities, the external id, unfinished sign-ins and tickets are removed; the invitations to the addresses
// that the user has or had lose them, and pending ones are revoked; the API tokens that the user answers for are
// switched off, and lose their names. The personal values ([admin.Change]) of the records on the user, their sessions,
// these tokens and invitations are taken out of the audit trail, and so are those of events about these addresses;
// where requests came from ([admin.Request]) is taken out of the records by the user and by these tokens. The trail
// still verifies. One record [ActionErase] remains, with numbers alone.
//
// All of it is one transaction, but for a trail with more than 2,000 records to change: it is changed in parts of so
// many before the transaction, under one record [admin.ActionEraseTrail]. If a call ends before the transaction, the
// user is as before but for these values, and the next call goes on with what is left.
//
// It does not know of texts that others wrote, of files that were imported, and of what is kept outside the
// organization. A request of the user that was under way when they were deactivated and that writes after the erasure
// leaves its source: wait for it to end.
//
// It requires [PermissionUsersWrite] and every permission of the user's role, and a user must have authenticated within
// Options.Fresh, 10 minutes if that is 0.
// It fails with [admin.ErrForbidden] through an API token that the user answers for; with [admin.ErrNotFound];
// with [admin.ErrState] for an active user and without Ports.Audit; with [ErrErased]; and with [admin.ErrConflict] if
// the user is changed at the same time.
func (s *Service) EraseUser(ctx context.Context, scope admin.Scope, id uuid.UUID) (User, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return User{}, err
	}
	if err := s.requireProof(scope); err != nil {
		return User{}, err
	}
	if s.ports.Audit == nil {
		return User{}, fmt.Errorf("EraseUser needs Ports.Audit, which knows what is to be erased: %w", admin.ErrState)
	}
	u, _, err := s.erasable(ctx, scope, id)
	if err != nil {
		return User{}, err
	}
	found, err := s.findTraces(ctx, scope, u)
	if err != nil {
		return User{}, err
	}
	var out User
	err = s.atomically(ctx, func(s *Service) (err error) {
		out, err = s.eraseUser(ctx, scope, id, found)
		return err
	})
	if err != nil {
		return User{}, err
	}
	return out, nil
}

// erasable returns a user whom the scope may erase.
func (s *Service) erasable(ctx context.Context, scope admin.Scope, id uuid.UUID) (User, grant, error) {
	u, had, err := s.userWithin(ctx, scope, id)
	if err == nil {
		err = u.checkErasable()
	}
	return u, had, err
}

func (s *Service) eraseUser(ctx context.Context, scope admin.Scope, id uuid.UUID, f *traces) (User, error) {
	org := scope.Org()
	u, had, err := s.erasable(ctx, scope, id)
	if err != nil {
		return User{}, err
	}
	// The user being deactivated, nothing below grows without raising the Version, which the store compares.
	invitations, err := s.findInvitations(ctx, org, u, f.keys)
	if err != nil {
		return User{}, err
	}
	linked, err := s.ports.Identities.OfUser(ctx, org, id)
	if err != nil {
		return User{}, err
	}
	want := u
	want.UpdatedAt = s.o.Instant()
	out, err := u.Erased(want)
	if err != nil {
		return User{}, err
	}
	last := f.TrailParts // a copy: the transaction may run again
	last.Store, last.Rest.Values = s.ports.Audit, slices.Clone(last.Rest.Values)
	for _, invitation := range invitations {
		on := admin.AuditFilter{Subject: admin.Subject{Kind: subjectInvitation, ID: invitation.String()}}
		if err := last.Walk(ctx, on, last.TakeValues); err != nil {
			return User{}, err
		}
	}
	rec := s.userRecord(scope, ActionErase, id,
		admin.Change{Field: "status", From: string(u.Status), To: string(out.Status)},
		admin.Change{Field: "invitations", To: strconv.Itoa(len(invitations))},
		admin.Change{Field: "identities", To: strconv.Itoa(len(linked))},
		admin.Change{Field: "values", To: strconv.Itoa(last.Count)})
	e := Erasure{User: want, Custom: had.versions(), Invitations: invitations, Trail: last.Rest}
	return out, s.ports.Users.Erase(ctx, org, e, rec)
}

// findInvitations returns the ids of the invitations that the user accepted, and of those to addresses with the given
// keys that no user did. It adds the addresses of the former to keys.
func (s *Service) findInvitations(
	ctx context.Context, org admin.OrgID, u User, keys map[string]bool,
) (ids []uuid.UUID, err error) {
	var others []Invitation
	for seek := (admin.Seek[uuid.UUID]{Limit: tracePage}); ; {
		found, err := s.ports.Invitations.List(ctx, org, InvitationFilter{}, s.o.Instant(), seek)
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			switch {
			case i.UserID == u.ID:
				keys[i.Email.Key] = true
				ids = append(ids, i.ID)
			case i.UserID == uuid.Nil && i.Email.Key != "":
				others = append(others, i)
			}
		}
		if len(found) < tracePage {
			break
		}
		seek.After = found[tracePage-1].ID
	}
	for _, i := range others {
		if keys[i.Email.Key] {
			ids = append(ids, i.ID)
		}
	}
	return ids, nil
}
