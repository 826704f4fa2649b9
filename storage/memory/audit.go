package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

type audit struct{ access }

// recordKey is an admin.RecordKey that compares as it is ordered, independently of the zone of its time.
type recordKey struct {
	at int64 // microseconds since 1970
	id uuid.UUID
}

func keyOfRecord(k admin.RecordKey) recordKey {
	if k == (admin.RecordKey{}) {
		return recordKey{}
	}
	return recordKey{k.At.UnixMicro(), k.ID}
}

func compareRecords(a, b recordKey) int {
	return cmp.Or(cmp.Compare(a.at, b.at), compareID(a.id, b.id))
}

func (s audit) Append(ctx context.Context, org admin.OrgID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(*tenant, *journal) error { return nil })
}

func (s audit) List(
	ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey],
) (out []admin.Record, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.audit.descending(keyOfRecord(seek.After), seek.Limit, func(r admin.Record) bool { return auditMatches(f, r) })
		for i := range out {
			out[i].Changes = slices.Clone(out[i].Changes)
		}
		return nil
	})
	return out, err
}

func auditMatches(f admin.AuditFilter, r admin.Record) bool {
	return wants(f.Subject.Kind, r.Subject.Kind) && wants(f.Subject.ID, r.Subject.ID) &&
		wants(f.Actor.Kind, r.Actor.Kind) && wants(f.Actor.ID, r.Actor.ID) && wants(f.Action, r.Action) &&
		!r.At.Before(f.From) && (f.Until.IsZero() || r.At.Before(f.Until))
}

// wants reports whether a filter's field lets a value through; the zero field lets everything.
func wants[T comparable](filter, value T) bool {
	var zero T
	return filter == zero || filter == value
}

func (t *tenant) record(j *journal, rec admin.Record) error {
	if _, ok := t.recorded.get(rec.ID); ok {
		return taken("audit record")
	}
	rec.Changes = slices.Clone(rec.Changes)
	key := keyOfRecord(rec.Key())
	t.recorded.put(j, rec.ID, key)
	t.audit.put(j, key, rec)
	return nil
}
