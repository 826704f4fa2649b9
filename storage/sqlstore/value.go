package sqlstore

import (
	"fmt"
	"time"

	"github.com/google/uuid"
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
