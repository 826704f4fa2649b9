package memory

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
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

// trailRow is a record with its proof.
type trailRow struct {
	rec   admin.Record
	proof admin.Proof
}

// clone returns a row that shares no memory with r.
func (r trailRow) clone() trailRow {
	r.rec.Changes = slices.Clone(r.rec.Changes)
	r.proof.Marks = slices.Clone(r.proof.Marks)
	return r
}

func (s audit) Append(ctx context.Context, org admin.OrgID, rec admin.Record) error {
	if err := rec.Check(); err != nil {
		return err
	}
	return s.change(ctx, org, func(t *tenant, j *journal) error {
		subject, actor := rec.Users()
		var erased []string
		for _, id := range []string{subject, actor} {
			if id, err := uuid.Parse(id); err == nil && errors.Is(t.checkStanding(id), people.ErrErased) {
				erased = append(erased, id.String())
			}
		}
		rec, _ := rec.Without(erased)
		return t.record(j, s.b.keys, rec)
	})
}

func (s audit) List(
	ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey],
) (out []admin.Record, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, r := range t.audit.descending(keyOfRecord(seek.After), seek.Limit, func(r trailRow) bool {
			return auditMatches(f, r.rec)
		}) {
			out = append(out, r.clone().rec)
		}
		return nil
	})
	return out, err
}

func (s audit) Erase(
	ctx context.Context, org admin.OrgID, e admin.TrailErasure, rec admin.Record,
) (erased int, err error) {
	err = s.erasing(ctx, org, rec, func(t *tenant, j *journal) error {
		erased = t.erasePersonal(j, e, rec.ID)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return erased, nil
}

// erasing is write for a part of an erasure, of which the first writes the record.
func (a access) erasing(
	ctx context.Context, org admin.OrgID, rec admin.Record, fn func(*tenant, *journal) error,
) error {
	if err := rec.CheckErasure(); err != nil {
		return err
	}
	return a.record(ctx, org, rec, func(t *tenant, j *journal) (first bool, err error) {
		had := t.row(rec.ID).rec
		if had.ID == rec.ID && had.Action != rec.Action {
			return false, taken("audit record")
		}
		return had.ID != rec.ID, fn(t, j)
	})
}

// erasePersonal takes personal values out of the trail, and returns how many there were.
func (t *tenant) erasePersonal(j *journal, e admin.TrailErasure, erasure uuid.UUID) (erased int) {
	for _, key := range slices.Clone(t.audit.order) {
		row, _ := t.audit.get(key)
		r := row.rec
		late := !r.At.Before(e.Since)
		on := late && slices.Contains(e.Subjects, r.Subject)
		values := on || slices.Contains(e.Values, r.ID)
		by := func(a admin.Actor) bool { return a.Kind == r.Actor.Kind && a.ID == r.Actor.ID }
		request := on && r.RequestOfSubject() || slices.Contains(e.Requests, r.ID) ||
			late && slices.ContainsFunc(e.Actors, by)
		if !values && !request {
			continue
		}
		row = row.clone()
		n := 0
		for i := range row.proof.Marks {
			m := &row.proof.Marks[i]
			wanted := values
			if m.Change == admin.MarkRequest {
				wanted = request
			}
			if wanted && m.Erasure == uuid.Nil {
				m.Salt, m.Erasure = nil, erasure
				row.rec.SetMarked(*m, "", "")
				n++
			}
		}
		if n > 0 {
			t.audit.put(j, key, row)
			erased += n
		}
	}
	return erased
}

func auditMatches(f admin.AuditFilter, r admin.Record) bool {
	return wants(f.Subject.Kind, r.Subject.Kind) && wants(f.Subject.ID, r.Subject.ID) &&
		wants(f.Actor.Kind, r.Actor.Kind) && wants(f.Actor.ID, r.Actor.ID) && wants(f.Actor.For, r.Actor.For) &&
		wants(f.Action, r.Action) && !r.At.Before(f.From) && (f.Until.IsZero() || r.At.Before(f.Until))
}

// wants reports whether a filter's field lets a value through; the zero field lets everything.
func wants[T comparable](filter, value T) bool {
	var zero T
	return filter == zero || filter == value
}

func (t *tenant) record(j *journal, keys admin.TrailKeys, rec admin.Record) error {
	if _, ok := t.recorded.get(rec.ID); ok {
		return taken("audit record")
	}
	row := trailRow{rec, keys.Prove(t.organization.ID, rec)}.clone()
	key := keyOfRecord(rec.Key())
	t.recorded.put(j, rec.ID, key)
	t.audit.put(j, key, row)
	t.log.waiting.put(j, rec.ID, struct{}{})
	return nil
}
