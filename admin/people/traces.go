package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// traces are where the audit trail of an organization tells of a user.
type traces struct {
	keys   map[string]bool    // of the addresses that the user has or had
	trail  admin.TrailErasure // what is not erased yet
	held   []uuid.UUID        // records with addresses, by which other traces are found: the last to be erased
	values int                // personal ones that there were
	rec    admin.Record       // of the parts that are erased before the rest
}

const (
	// tracePage is how many records or invitations are read by one statement.
	tracePage = 500
	// erasedTogether is how many records of the trail one transaction erases values of: some 100 milliseconds of work.
	erasedTogether = 2000
	// traceOverlap is how long before the search for traces a record may say that it was made, although it was committed
	// after it: what clocks differ by and transactions last.
	traceOverlap = time.Hour
)

// findTraces finds the records that tell of a user, along the indexes of the trail, and erases their values in parts
// if there are many. Addresses are erased last, so that another call finds what this one would have.
func (s *Service) findTraces(ctx context.Context, scope admin.Scope, u User) (*traces, error) {
	org, start := scope.Org(), s.o.Instant()
	user := admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}
	f := &traces{
		keys: map[string]bool{u.Email.Key: true}, rec: s.userRecord(scope, ActionEraseTrail, u.ID),
		trail: admin.TrailErasure{Subjects: []admin.Subject{user.Subject()}, Actors: []admin.Actor{user},
			Since: start.Add(-traceOverlap)},
	}
	if s.ports.TokensOf != nil {
		tokens, err := s.ports.TokensOf(ctx, org, u.ID)
		if err != nil {
			return nil, err
		}
		for _, id := range tokens {
			token := admin.Actor{Kind: admin.ActorToken, ID: id.String()}
			f.trail.Subjects = append(f.trail.Subjects, token.Subject())
			f.trail.Actors = append(f.trail.Actors, token)
		}
	}
	for _, on := range f.trail.Subjects {
		if err := s.trace(ctx, org, f, admin.AuditFilter{Subject: on}, f.all); err != nil {
			return nil, err
		}
	}
	for _, by := range f.trail.Actors {
		if err := s.trace(ctx, org, f, admin.AuditFilter{Actor: by}, f.by); err != nil {
			return nil, err
		}
	}
	// For the addresses of those that the user accepted.
	if _, _, err := s.findInvitations(ctx, org, u, f.keys); err != nil {
		return nil, err
	}
	// Events of sign-ins and resets to an address that no user had then.
	unknown := admin.AuditFilter{Subject: admin.Subject{Kind: subjectOrganization, ID: string(org)}}
	if err := s.trace(ctx, org, f, unknown, f.ofAddress(org)); err != nil {
		return nil, err
	}
	f.trail.Records = append(f.trail.Records, f.held...)
	return f, nil
}

// trace adds to f what is to be erased of the records that match a filter.
func (s *Service) trace(
	ctx context.Context, org admin.OrgID, f *traces, filter admin.AuditFilter, read func(admin.Record),
) error {
	return s.eachRecord(ctx, org, filter, func(r admin.Record) error {
		read(r)
		if len(f.trail.Records)+len(f.trail.Requests) < erasedTogether {
			return nil
		}
		part := admin.TrailErasure{Records: f.trail.Records, Requests: f.trail.Requests}
		f.trail.Records, f.trail.Requests = nil, nil
		_, err := s.ports.Audit.Erase(ctx, org, part, f.rec)
		return err
	})
}

// all takes all personal values of a record, and where the request came from if it was the subject's.
func (f *traces) all(r admin.Record) {
	if !r.RequestOfSubject() {
		r.Request = admin.Request{}
	}
	n := r.PersonalValues()
	if n == 0 {
		return
	}
	f.values += n
	if !f.readAddresses(r) {
		f.trail.Records = append(f.trail.Records, r.ID)
		return
	}
	f.held = append(f.held, r.ID)
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

// by takes where the request of a record by the user came from, and all of one on a session, which only its user has.
func (f *traces) by(r admin.Record) {
	list := &f.trail.Records
	if r.Subject.Kind != subjectSession {
		list, r.Changes = &f.trail.Requests, nil
	}
	n := r.PersonalValues()
	if n == 0 || r.RequestOfSubject() { // the records on the subject have that
		return
	}
	f.values += n
	*list = append(*list, r.ID)
}

// ofAddress returns what takes all of a kept event about one of the addresses.
func (f *traces) ofAddress(org admin.OrgID) func(admin.Record) {
	digests := map[string]bool{}
	for key := range f.keys {
		digests[AddressDigest(org, Email{Key: key})] = true
	}
	return func(r admin.Record) {
		about := func(c admin.Change) bool { return c.Field == "address" && c.Personal && digests[c.To] }
		if strings.HasPrefix(string(r.Action), "event.") && slices.ContainsFunc(r.Changes, about) {
			f.values += r.PersonalValues()
			f.trail.Records = append(f.trail.Records, r.ID)
		}
	}
}

// eachRecord calls fn for each record of the audit trail that matches.
func (s *Service) eachRecord(
	ctx context.Context, org admin.OrgID, filter admin.AuditFilter, fn func(admin.Record) error,
) error {
	for seek := (admin.Seek[admin.RecordKey]{Limit: tracePage}); ; {
		found, err := s.ports.Audit.List(ctx, org, filter, seek)
		if err != nil {
			return err
		}
		for _, r := range found {
			if err := fn(r); err != nil {
				return err
			}
		}
		if len(found) < tracePage {
			return nil
		}
		seek.After = found[tracePage-1].Key()
	}
}
