package sqlstore

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Instants are stored as microseconds since 1970 in UTC, the zero time as NULL: no database then
// rounds, truncates or moves them to its own time zone.

// at is how an instant is stored.
func at(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// scanAt reads what at stored into t.
func scanAt(t *time.Time) any { return &instant{t} }

type instant struct{ t *time.Time }

// Scan implements sql.Scanner.
func (i *instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i.t = time.Time{}
	case int64:
		*i.t = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("instant stored as %T: want whole microseconds", src)
	}
	return nil
}

// id is how an identifier is stored: 36 characters, the zero one as NULL.
func id(u uuid.UUID) any {
	if u == uuid.Nil {
		return nil
	}
	return u.String()
}

// scanID reads what id stored into u.
func scanID(u *uuid.UUID) any { return &identifier{u} }

type identifier struct{ u *uuid.UUID }

// Scan implements sql.Scanner.
func (i *identifier) Scan(src any) error {
	if src == nil {
		*i.u = uuid.Nil
		return nil
	}
	return i.u.Scan(src)
}

// scanDigest reads the bytes of a digest into d.
func scanDigest(d *admin.Digest) any { return &digest{d} }

type digest struct{ d *admin.Digest }

// Scan implements sql.Scanner. Bytes that are no digest are one that fits nothing: the verification of the
// trail reports it, and would not go on after an error.
func (x *digest) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok && src != nil {
		return fmt.Errorf("digest stored as %T: want bytes", src)
	}
	read, ok := admin.DigestOf(b)
	if !ok {
		read = admin.Digest{Key: "malformed"}
	}
	*x.d = read
	return nil
}

// actorFor is between the user acted for and the id of an actor in a column: an id has no control characters.
const actorFor = "\x1f"

// actorID is how the id of an actor is stored beside its kind. Of support it has the user acted for too, so that one
// column holds every actor: see [scanActorID].
func actorID(a admin.Actor) string {
	if a.Kind == admin.ActorSupport {
		return a.For + actorFor + a.ID
	}
	return a.ID
}

// scanActorID reads what actorID stored into a, whose kind was read before: it is the column in front.
func scanActorID(a *admin.Actor) any { return &actor{a} }

type actor struct{ a *admin.Actor }

// Scan implements sql.Scanner.
func (s *actor) Scan(src any) error {
	switch v := src.(type) {
	case string:
		s.a.ID = v
	case []byte:
		s.a.ID = string(v)
	default:
		return fmt.Errorf("id of an actor stored as %T: want a text", src)
	}
	if s.a.Kind == admin.ActorSupport {
		of, id, ok := strings.Cut(s.a.ID, actorFor)
		if !ok {
			return fmt.Errorf("id of an actor of the kind %s: it does not have whom it acts for", s.a.Kind)
		}
		s.a.For, s.a.ID = of, id
	}
	return nil
}
