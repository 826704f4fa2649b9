package admin

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// beginning is what a verification knows of the start of a log.
type beginning struct {
	cut      Cut
	wrong    bool      // something was found about it
	said     Head      // the highest place at which a record says that the log was cut
	suspects []suspect // links before the cut that are not what was there
}

// suspect is a finding that holds if a link is there still at the end, and was not removed meanwhile.
type suspect struct {
	there  Link
	kind   FindingKind
	link   Link // that the finding is about
	detail string
}

// begin checks that the first link follows the place where the log was cut, and what is left before it while a removal
// is under way.
func (v *verifier) begin(ctx context.Context) (err error) {
	if v.cut, err = v.log.Cut(ctx, v.org); err != nil {
		return err
	}
	for {
		v.suspects = nil
		first, err := v.left(ctx)
		if err != nil {
			return err
		}
		gap := first.Seq > v.cut.Seq+1
		follows := first.Seq == 0 || first.BadLink || v.cut.Seq == 0 || first.Prev == v.cut.Hash
		v.prev = Link{Seq: v.cut.Seq, Hash: v.cut.Hash}
		v.out.Head = v.cut.Head
		if !gap && follows {
			return v.compare(v.prev)
		}
		if moved, err := v.recut(ctx); err != nil {
			return err
		} else if moved {
			continue
		}
		v.wrong = true
		v.prev = Link{Seq: first.Seq - 1, Hash: first.Prev}
		if gap {
			return v.find(FindingRemoved, Link{Seq: v.cut.Seq + 1}, time.Time{},
				"the log has no entries from here to %d, and is cut after %d", first.Seq-1, v.cut.Seq)
		}
		return v.find(FindingRemoved, Link{Seq: v.cut.Seq}, time.Time{},
			"the log is cut after this entry, and entry %d follows another one", first.Seq)
	}
}

// left checks the links before the place where the log was cut, which a removal that is under way has not reached: they
// are the last ones before it. It returns the first link after it; none if there is none.
func (v *verifier) left(ctx context.Context) (first Inspected, err error) {
	const foreign = "the log is cut after this entry, which is not one of those that were there"
	var begins, prev Link
	for in, err := range v.inspect(ctx, 0) {
		if err != nil {
			return Inspected{}, err
		}
		l := in.Link
		if l.Seq > v.cut.Seq {
			first = in
			break
		}
		switch {
		case prev.Seq == 0:
			begins = l
		case l.Seq != prev.Seq+1:
			v.suspect(begins, FindingRemoved, Link{Seq: prev.Seq + 1}, "the log has no entry of this number")
			begins = l
		case l.Prev != prev.Hash:
			v.suspect(begins, FindingInserted, begins, foreign)
			begins = l
		}
		switch {
		case in.BadLink:
			v.suspect(l, FindingAltered, l, "the entry is not what was sealed: its hash is another one")
		case in.Record.ID == uuid.Nil:
			v.suspect(l, FindingRemoved, l, "the record is not there any more, and its entry is")
		case in.Proof.Digest.IsZero():
			v.suspect(l, FindingInserted, l, in.Wrong[0])
		case len(in.Wrong) > 0:
			v.suspect(l, FindingAltered, l, in.Wrong[0])
		case in.Digest != in.Proof.Digest:
			v.suspect(l, FindingAltered, l, "the record is not the one that was sealed: its digest is another one")
		}
		prev = l
	}
	if prev.Seq > 0 && (prev.Seq != v.cut.Seq || prev.Hash != v.cut.Hash) {
		v.suspect(begins, FindingInserted, begins, foreign)
	}
	return first, nil
}

func (v *verifier) suspect(there Link, kind FindingKind, l Link, detail string) {
	if len(v.suspects) <= v.o.MaxFindings {
		v.suspects = append(v.suspects, suspect{there, kind, l, detail})
	}
}

// recut reads again where the log was cut, and reports whether it was meanwhile.
func (v *verifier) recut(ctx context.Context) (moved bool, err error) {
	cut, err := v.log.Cut(ctx, v.org)
	if err != nil || cut.Seq <= v.cut.Seq {
		return false, err
	}
	v.cut = cut
	return true, nil
}

// removed reports whether a link that is not as it should be was removed since the verification began, and goes on from
// there then.
func (v *verifier) removed(ctx context.Context, in Inspected) (bool, error) {
	if in.Seq <= v.cut.Seq {
		return true, nil
	}
	if in.Seq == v.prev.Seq+1 && in.Record.ID != uuid.Nil && len(in.Wrong) == 0 {
		return false, nil
	}
	moved, err := v.recut(ctx)
	if err != nil || !moved {
		return false, err
	}
	if v.prev.Seq < v.cut.Seq {
		v.prev, v.bad = Link{Seq: v.cut.Seq, Hash: v.cut.Hash}, false
	}
	return in.Seq <= v.cut.Seq, nil
}

// trimmed notes what a record of a removal says.
func (v *verifier) trimmed(rec Record) {
	if cut, ok := rec.trimmedTo(); ok && cut.Seq > v.said.Seq {
		v.said = cut
	}
}

// onRecord checks that the place where the log is cut is the one that the last record of a removal says.
func (v *verifier) onRecord(ctx context.Context) error {
	proven := false
	for tries := 0; tries < 3 && !proven; tries++ { // the record may be sealed between two looks at it
		var err error
		if v.cut, err = v.log.Cut(ctx, v.org); err != nil {
			return err
		}
		if proven, err = v.proven(ctx, v.cut); err != nil {
			return err
		}
	}
	v.out.Cut = v.cut
	switch {
	case v.wrong: // which was found before
		return nil
	case v.said.Seq > v.cut.Seq:
		return v.find(FindingRemoved, Link{Seq: v.cut.Seq}, time.Time{},
			"the log is cut after this entry, and a record says that it was after %d", v.said.Seq)
	case !proven:
		return v.find(FindingRemoved, Link{Seq: v.cut.Seq}, time.Time{},
			"the log is cut after this entry, and no record says so")
	}
	return nil
}

// suspected reports what is wrong before the cut, unless it was removed meanwhile.
func (v *verifier) suspected(ctx context.Context) error {
	found := map[int64]bool{}
	for _, s := range v.suspects {
		again, err := v.log.Inspect(ctx, v.org, Seek[int64]{Limit: 1, After: s.there.Seq - 1})
		if err != nil {
			return err
		}
		if len(again) == 0 || again[0].Link != s.there || found[s.link.Seq] {
			continue
		}
		found[s.link.Seq] = true
		if err := v.find(s.kind, s.link, time.Time{}, "%s", s.detail); err != nil {
			return err
		}
	}
	return nil
}

// proven reports whether the place where the log is cut is that of the record which the storage names, or that of a
// head which was kept elsewhere.
func (v *verifier) proven(ctx context.Context, cut Cut) (bool, error) {
	if cut.Seq == 0 {
		return true, nil
	}
	for _, h := range append([]Head{v.o.After}, v.o.Published...) {
		if h.Seq == cut.Seq && h.Hash == cut.Hash {
			return true, nil
		}
	}
	p, err := v.place(ctx, RecordKey{At: cut.At, ID: cut.RecordID})
	if err != nil {
		return false, err
	}
	var found []Inspected
	switch {
	case p.Seq > cut.Seq:
		found, err = v.log.Inspect(ctx, v.org, Seek[int64]{Limit: 1, After: p.Seq - 1})
	case p.Waiting:
		found, err = v.log.Waiting(ctx, v.org, Seek[uuid.UUID]{Limit: 1, After: idBefore(cut.RecordID)})
	}
	if err != nil || len(found) == 0 {
		return false, err
	}
	in := found[0]
	to, ok := in.Record.trimmedTo()
	forged := in.Keyless && (in.Seq == 0 || in.Seq > v.o.UnkeyedUntil)
	return ok && to.Seq == cut.Seq && to.Hash == cut.Hash && in.RecordID == cut.RecordID && len(in.Wrong) == 0 &&
		!(in.BadLink && in.Seq > 0) && !forged, nil
}

// place returns the place of a record as it is now; none if the record is not there.
func (v *verifier) place(ctx context.Context, key RecordKey) (Place, error) {
	found, err := v.log.Places(ctx, v.org, Seek[RecordKey]{Limit: 1, After: RecordKey{At: key.At, ID: idBefore(key.ID)}})
	if err != nil || len(found) == 0 || found[0].Record.ID != key.ID {
		return Place{}, err
	}
	return found[0], nil
}

// idBefore returns the id right before another in their order.
func idBefore(id uuid.UUID) uuid.UUID {
	for i := len(id) - 1; i >= 0; i-- {
		id[i]--
		if id[i] != 0xff {
			break
		}
	}
	return id
}
