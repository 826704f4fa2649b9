package people

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// traces are where the audit trail of an organization has a user.
type traces struct {
	admin.TrailParts
	keys map[string]bool // of the addresses that the user has or had
	// held are records with addresses, by which other traces are found: the last to be erased.
	held []uuid.UUID
}

// tracePage is how many invitations are read by one statement.
const tracePage = 500

// findTraces finds the records that are about a user, along the indexes of the trail, and erases their values in parts
// if there are many. Addresses are erased last, so that another call finds what this one would have.
func (s *Service) findTraces(ctx context.Context, scope admin.Scope, u User) (*traces, error) {
	org := scope.Org()
	user := admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}
	f := &traces{keys: map[string]bool{u.Email.Key: true}}
	f.Store, f.Org, f.Record = s.ports.Audit, org, s.userRecord(scope, admin.ActionEraseTrail, u.ID)
	f.Rest = admin.TrailErasure{Subjects: []admin.Subject{user.Subject()}, Actors: []admin.Actor{user},
		Since: s.o.Instant().Add(-admin.TrailOverlap)}
	if s.ports.TokensOf != nil {
		tokens, err := s.ports.TokensOf(ctx, org, u.ID)
		if err != nil {
			return nil, err
		}
		for _, id := range tokens {
			token := admin.Actor{Kind: admin.ActorToken, ID: id.String()}
			f.Rest.Subjects, f.Rest.Actors = append(f.Rest.Subjects, token.Subject()), append(f.Rest.Actors, token)
		}
	}
	for _, on := range f.Rest.Subjects {
		if err := f.Walk(ctx, admin.AuditFilter{Subject: on}, f.takeAll); err != nil {
			return nil, err
		}
	}
	for _, by := range f.Rest.Actors {
		if err := f.Walk(ctx, admin.AuditFilter{Actor: by}, f.takeBy); err != nil {
			return nil, err
		}
	}
	// For the addresses of those that the user accepted.
	if _, err := s.findInvitations(ctx, org, u, f.keys); err != nil {
		return nil, err
	}
	// Events of sign-ins and resets to an address that no user had then.
	unknown := admin.AuditFilter{Subject: admin.Subject{Kind: subjectOrganization, ID: string(org)}}
	if err := f.Walk(ctx, unknown, f.takeOf(f.digests())); err != nil {
		return nil, err
	}
	f.Rest.Values = append(f.Rest.Values, f.held...)
	return f, nil
}

// takeAll takes what a record has of its subject; one with an address is held back.
func (f *traces) takeAll(r admin.Record) {
	if f.readAddresses(r) {
		f.held = append(f.held, r.ID)
		if r.RequestOfSubject() {
			f.TakeRequest(r)
		}
		r.Request = admin.Request{}
		f.Count += r.PersonalValues()
		return
	}
	f.Take(r)
}

// readAddresses notes the addresses among the values of a record, and reports whether there are any.
func (f *traces) readAddresses(r admin.Record) (some bool) {
	for _, c := range r.Changes {
		if !c.Personal || c.Erased || c.Field != "email" {
			continue
		}
		for _, text := range []string{c.From, c.To} {
			if e, err := ParseEmail(text); err == nil {
				f.keys[e.Key], some = true, true
			}
		}
	}
	return some
}

// takeBy takes where the request of a record by the user came from, and all of one on a session, which only its user
// has.
func (f *traces) takeBy(r admin.Record) {
	if r.Subject.Kind == subjectSession {
		f.TakeValues(r)
	}
	if !r.RequestOfSubject() { // the records on the subject have that
		f.TakeRequest(r)
	}
}

// digests returns those of the addresses.
func (f *traces) digests() map[string]bool {
	out := make(map[string]bool, len(f.keys))
	for key := range f.keys {
		out[AddressDigest(f.Org, Email{Key: key})] = true
	}
	return out
}

// takeOf returns what takes all of a kept event about an address with one of the digests.
func (f *traces) takeOf(digests map[string]bool) func(admin.Record) {
	return func(r admin.Record) {
		about := func(c admin.Change) bool { return c.Field == "address" && c.Personal && digests[c.To] }
		if strings.HasPrefix(string(r.Action), "event.") && slices.ContainsFunc(r.Changes, about) {
			f.TakeValues(r)
			f.TakeRequest(r)
		}
	}
}
