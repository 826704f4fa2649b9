package storagetest

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
)

// script draws calls. What is needed to make some of them succeed, such as a version, it reads from
// the reference.
type script struct {
	t   *testing.T
	ref storage.Backend
	r   *rand.Rand
	now time.Time // ascends

	draws   map[string]func(*script) do
	names   []string
	orgs    []admin.OrgID
	ids     []uuid.UUID // for everything that has such an id
	opening []op        // what is done first
	records uint64      // so far
	effects int64       // so far
}

// alike are texts that some database, in some collation, takes for the same as another, or for
// something else than text.
func alike() []string {
	return []string{
		"a", "A", "a ", " a", "\u00e1", "a\u0301", "\uff41",
		"k", "\u212a", "s", "\u017f", "ss", "\u00df", "\U0001f418", "a\u200b",
		"%", "_", `\`, `a\'b`, `"`, "'", "null", "0", "00", "\u00a0", "\t", "~", "\uffff", "{a,b}",
	}
}

func draws() map[string]func(*script) do {
	all := map[string]func(*script) do{}
	for _, part := range []map[string]func(*script) do{
		peopleDraws(), roleDraws(), ticketDraws(), sessionDraws(), identityDraws(), factorDraws(), tokenDraws(),
		jobDraws(), logDraws(), tenantDraws(),
		enrichmentDraws(), eventSchemaDraws(), importDraws(), importMappingDraws(), planDraws(), scheduleDraws(),
		customerDraws(),
		accountDraws(),
	} {
		maps.Copy(all, part)
	}
	return all
}

func (s *script) pools() {
	s.names = slices.Sorted(maps.Keys(s.draws))
	s.orgs = []admin.OrgID{"acme", "ACME", "acme:", "acme-"}
	for range 7 {
		s.ids = append(s.ids, s.uuid())
	}
	for _, org := range s.orgs[:2] { // the others may be created later
		rec := admin.Record{
			ID: s.uuid(), At: s.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "organization.create",
			Subject: admin.Subject{Kind: "test"},
		}
		s.opening = append(s.opening, op{"Organizations.Create", s.newOrganization(org, rec)})
	}
}

func pick[T any](s *script, from ...T) T { return from[s.r.IntN(len(from))] }

// one is drawn from what a list of the reference gives, or is the zero value where it gives nothing.
func one[T any](s *script, list []T, err error) (drawn T) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("the reference failed: %v", err)
	}
	if len(list) > 0 {
		drawn = pick(s, list...)
	}
	return drawn
}

// chance is true once in n times.
func (s *script) chance(n int) bool { return s.r.IntN(n) == 0 }

// text is one of alike.
func (s *script) text() string { return pick(s, alike()...) }

// sometimes is text or, as often, empty.
func (s *script) sometimes() string { return pick(s, "", s.text()) }

func (s *script) org() admin.OrgID {
	if s.chance(10) {
		return pick(s, s.orgs...)
	}
	return pick(s, s.orgs[:2]...)
}

func (s *script) id() uuid.UUID { return pick(s, s.ids...) }

func (s *script) uuid() uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], s.r.Uint64())
	binary.BigEndian.PutUint64(u[8:], s.r.Uint64())
	return u
}

// version is v, or one that it is not.
func (s *script) version(v int64) int64 {
	if s.chance(6) {
		return v + int64(s.r.IntN(3)) - 1
	}
	return v
}

// at is an instant of whole hours, so that instants coincide.
func (s *script) at() time.Time { return epoch.Add(time.Duration(s.r.IntN(240)) * time.Hour) }

func (s *script) atOrNever() time.Time {
	if s.chance(3) {
		return time.Time{}
	}
	return s.at()
}

func (s *script) actor() admin.Actor {
	return pick(s, admin.Actor{Kind: admin.ActorSystem}, admin.Actor{Kind: admin.ActorUser, ID: s.id().String()},
		admin.Actor{Kind: admin.ActorToken, ID: s.id().String()}, admin.Actor{Kind: admin.ActorUser, ID: s.text()},
		admin.Actor{Kind: admin.ActorSupport, ID: "staff-7", For: s.id().String()})
}

func (s *script) digest() [sha256.Size]byte {
	return digestOf(byte(s.r.IntN(9)))
}

func digestOf(n byte) [sha256.Size]byte { return sha256.Sum256([]byte{n}) }

// recorded returns the id of a record that may be there.
func (s *script) recorded() (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[8:], s.r.Uint64N(s.records+2))
	return id
}

// rec is an audit record; seldom it lacks something, or its id is taken.
func (s *script) rec(action admin.Action) admin.Record {
	if !s.chance(40) {
		s.records++
	}
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], s.records)
	rec := admin.Record{
		ID: id, At: s.now, Actor: s.actor(), Action: action,
		Subject: admin.Subject{Kind: pick(s, "test", "Test", "test "), ID: s.sometimes()},
	}
	if s.chance(2) {
		rec.Changes = []admin.Change{{Field: s.text(), From: s.sometimes(), To: s.text(), Personal: s.chance(2)}}
	}
	if s.chance(4) {
		rec.Request = admin.Request{Source: s.sometimes(), UserAgent: s.sometimes(), ID: s.sometimes()}
	}
	if s.chance(50) {
		rec.Actor = admin.Actor{}
	}
	return rec
}

// seek is a place in a list of ids.
func (s *script) seek() admin.Seek[uuid.UUID] {
	return admin.Seek[uuid.UUID]{Limit: 1 + s.r.IntN(5), After: pick(s, uuid.Nil, s.id())}
}

// textSeek is a place in a list of texts.
func (s *script) textSeek() admin.Seek[string] {
	return admin.Seek[string]{Limit: 1 + s.r.IntN(9), After: s.sometimes()}
}

// largest is a page that has everything.
func largest[K admin.Key]() admin.Seek[K] { return admin.Seek[K]{Limit: 100_000} }
