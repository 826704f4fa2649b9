package people

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// EraseUser takes everything that tells of a person out of the organization, for a person who asks for it (GDPR,
// article 17). It cannot be undone. Deactivate the user first.
//
// What remains is a user with the same id, the status [UserErased] and [ErasedName], without an address and a role, so
// that what the audit trail says about the user is still about one. The password, sessions, second factors, recovery
// codes, identities, the external id, unfinished sign-ins and tickets are removed; the invitations to the addresses
// that the user has or had lose them, and pending ones are revoked; the API tokens that the user answers for are
// switched off. The personal values ([admin.Change]) of the records on the user, their sessions and these invitations
// are taken out of the audit trail, which still verifies. One record [ActionErase] remains, with numbers alone.
//
// It does not know of texts that others wrote: the names of tokens, files that were imported, and what is kept
// outside the organization. The records keep the addresses and the programs that requests came from
// ([admin.Request]), and kept events of sign-ins to an address that no user had then keep its [AddressDigest].
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
	var out User
	err := s.atomically(ctx, func(s *Service) (err error) {
		out, err = s.eraseUser(ctx, scope, id)
		return err
	})
	if err != nil {
		return User{}, err
	}
	return out, nil
}

func (s *Service) eraseUser(ctx context.Context, scope admin.Scope, id uuid.UUID) (User, error) {
	org := scope.Org()
	u, had, err := s.userWithin(ctx, scope, id)
	if err != nil {
		return User{}, err
	}
	// The user being deactivated, nothing below grows without raising the Version, which the store compares.
	if err := u.checkErasable(); err != nil {
		return User{}, err
	}
	f := traces{keys: map[string]bool{u.Email.Key: true}}
	if err := s.findTrail(ctx, org, u, &f); err != nil {
		return User{}, err
	}
	if err := s.findInvitations(ctx, org, u, &f); err != nil {
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
	rec := s.userRecord(scope, ActionErase, id,
		admin.Change{Field: "status", From: string(u.Status), To: string(out.Status)},
		admin.Change{Field: "invitations", To: strconv.Itoa(len(f.invitations))},
		admin.Change{Field: "identities", To: strconv.Itoa(len(linked))},
		admin.Change{Field: "values", To: strconv.Itoa(f.values)})
	e := Erasure{User: want, Custom: had.versions(), Invitations: f.invitations, Subjects: f.subjects}
	return out, s.ports.Users.Erase(ctx, org, e, rec)
}

// traces are where an organization tells of a user.
type traces struct {
	keys        map[string]bool // of the addresses that the user has or had
	invitations []uuid.UUID
	subjects    []admin.Subject
	values      int // personal ones in the audit trail
}

// tracePage is how many records or invitations are read by one statement.
const tracePage = 500

// findTrail finds the records on a user, and those on their sessions, which nobody else starts.
func (s *Service) findTrail(ctx context.Context, org admin.OrgID, u User, f *traces) error {
	of := admin.Subject{Kind: subjectUser, ID: u.ID.String()}
	f.subjects = append(f.subjects, of)
	if err := s.eachRecord(ctx, org, admin.AuditFilter{Subject: of}, f.read); err != nil {
		return err
	}
	started := admin.AuditFilter{Subject: admin.Subject{Kind: subjectSession},
		Actor: admin.Actor{Kind: admin.ActorUser, ID: of.ID}, Action: ActionStartSession}
	return s.eachRecord(ctx, org, started, func(r admin.Record) {
		f.subjects = append(f.subjects, r.Subject)
		f.read(r)
	})
}

// read counts the personal values of a record, and notes the addresses among them.
func (f *traces) read(r admin.Record) {
	for _, c := range r.Changes {
		if !c.Personal || c.Erased {
			continue
		}
		f.values++
		if c.Field != "email" {
			continue
		}
		for _, text := range []string{c.From, c.To} {
			if e, err := ParseEmail(text); err == nil {
				f.keys[e.Key] = true
			}
		}
	}
}

// findInvitations finds the invitations that the user accepted, and those to their addresses that nobody else did.
func (s *Service) findInvitations(ctx context.Context, org admin.OrgID, u User, f *traces) error {
	now := s.o.Instant()
	var others []Invitation
	take := func(i Invitation) error {
		on := admin.Subject{Kind: subjectInvitation, ID: i.ID.String()}
		f.invitations, f.subjects = append(f.invitations, i.ID), append(f.subjects, on)
		return s.eachRecord(ctx, org, admin.AuditFilter{Subject: on}, f.read)
	}
	for seek := (admin.Seek[uuid.UUID]{Limit: tracePage}); ; {
		found, err := s.ports.Invitations.List(ctx, org, InvitationFilter{}, now, seek)
		if err != nil {
			return err
		}
		for _, i := range found {
			switch i.UserID {
			case u.ID:
				f.keys[i.Email.Key] = true
				if err := take(i); err != nil {
					return err
				}
			case uuid.Nil:
				others = append(others, i)
			}
		}
		if len(found) < tracePage {
			break
		}
		seek.After = found[tracePage-1].ID
	}
	for _, i := range others {
		if i.Email.Key != "" && f.keys[i.Email.Key] {
			if err := take(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// eachRecord calls fn for each record of the audit trail that matches.
func (s *Service) eachRecord(
	ctx context.Context, org admin.OrgID, filter admin.AuditFilter, fn func(admin.Record),
) error {
	for seek := (admin.Seek[admin.RecordKey]{Limit: tracePage}); ; {
		found, err := s.ports.Audit.List(ctx, org, filter, seek)
		if err != nil {
			return err
		}
		for _, r := range found {
			fn(r)
		}
		if len(found) < tracePage {
			return nil
		}
		seek.After = found[tracePage-1].Key()
	}
}
