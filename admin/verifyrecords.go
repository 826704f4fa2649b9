package admin

import (
	"context"

	"github.com/google/uuid"
)

// places looks for records that have no place in the log and do not wait for one.
func (v *verifier) places(ctx context.Context) error {
	for p, err := range pagesOf(RecordKey{}, func(seek Seek[RecordKey]) ([]Place, error) {
		return v.log.Places(ctx, v.org, seek)
	}, func(p Place) RecordKey { return p.Record }) {
		if err != nil {
			return err
		}
		if p.Seq > 0 || p.Waiting {
			continue
		}
		// It may have been removed between the look at the records and that at their places.
		if again, err := v.place(ctx, p.Record); err != nil {
			return err
		} else if again.Record.ID == uuid.Nil || again.Seq > 0 || again.Waiting {
			continue
		}
		if err := v.find(FindingInserted, Link{RecordID: p.Record.ID}, p.Record.At,
			"the record is neither in the log nor waiting for its place in it"); err != nil {
			return err
		}
	}
	return nil
}

// waiting checks the records that are not sealed yet.
func (v *verifier) waiting(ctx context.Context) error {
	head, err := v.log.Head(ctx, v.org)
	if err != nil {
		return err
	}
	for in, err := range pagesOf(uuid.Nil, func(seek Seek[uuid.UUID]) ([]Inspected, error) {
		return v.log.Waiting(ctx, v.org, seek)
	}, func(in Inspected) uuid.UUID { return in.RecordID }) {
		if err != nil {
			return err
		}
		v.out.Waiting++
		found := len(v.out.Findings)
		if err := v.record(in, in.Proof.Digest, head.Horizon); err != nil {
			return err
		}
		if len(v.out.Findings) > found {
			continue
		}
		if err := v.keyless(in); err != nil {
			return err
		}
		if len(v.out.Findings) == found {
			v.trimmed(in.Record)
		}
	}
	return nil
}

// late reads the records of erasures that were sealed after the links were read, and did not wait any more when those
// that wait were.
func (v *verifier) late(ctx context.Context) error {
	if len(v.erased) == 0 {
		return nil
	}
	for in, err := range v.inspect(ctx, v.prev.Seq) {
		if err != nil {
			return err
		}
		if isErasure(in.Record.Action) && len(in.Wrong) == 0 {
			v.erasures[in.Record.ID] = in.Record.At
		}
	}
	return nil
}

// accounted looks for values that were erased without a record that says so. After a verified head, the record may be
// one that is not read again, and right after the place where the log was cut one that was removed: it was written
// after the record with the values, but may have been sealed before it.
func (v *verifier) accounted(context.Context) error {
	for _, e := range v.erased {
		at, known := v.erasures[e.erasure]
		switch {
		case known && !at.Before(e.at.Add(-v.o.Grace)):
			continue
		case !known && v.o.After.Seq > 0:
			continue
		case !known && v.cut.Seq > 0 && !e.link.SealedAt.IsZero() && e.link.SealedAt.Sub(v.cut.SealedAt) <= v.o.Grace:
			continue
		}
		if err := v.find(FindingAltered, e.link, e.at,
			"no record of an erasure names the values that were erased"); err != nil {
			return err
		}
	}
	return nil
}
