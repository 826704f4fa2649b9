package admin

import (
	"context"
	"time"
)

// TrailOverlap is how long before the search for records a record may say that it was made, although it was committed
// after it: what clocks differ by and transactions last. What erases looks for the records since then once more, in its
// transaction ([TrailErasure].Since).
const TrailOverlap = time.Hour

// ActionEraseTrail is that of the record of the values that were erased in parts, before what they are about is erased.
const ActionEraseTrail Action = "trail.erase" // most of an erasure, before it, if there is much

const (
	trailPage = 500
	// erasedTogether is how many records one transaction erases values of: some 100 milliseconds of work.
	erasedTogether = 2000
)

// TrailParts collects the records of which values are to be erased, and erases those of 2,000 at a time while it
// reads, each in a transaction, so that neither memory nor a transaction grows with the trail.
type TrailParts struct {
	Store  AuditStore
	Org    OrgID
	Record Record // of the erasure, for all parts; it is not written if there is none

	Rest  TrailErasure // what is left for the last transaction
	Count int          // of the values that there were
}

// Walk calls read for each record that matches, newest first, and erases what it takes.
func (p *TrailParts) Walk(ctx context.Context, f AuditFilter, read func(Record)) error {
	for seek := (Seek[RecordKey]{Limit: trailPage}); ; {
		found, err := p.Store.List(ctx, p.Org, f, seek)
		if err != nil {
			return err
		}
		for _, r := range found {
			read(r)
		}
		if len(p.Rest.Values)+len(p.Rest.Requests) >= erasedTogether {
			part := TrailErasure{Values: p.Rest.Values, Requests: p.Rest.Requests}
			if _, err := p.Store.Erase(ctx, p.Org, part, p.Record); err != nil {
				return err
			}
			p.Rest.Values, p.Rest.Requests = nil, nil
		}
		if len(found) < trailPage {
			return nil
		}
		seek.After = found[trailPage-1].Key()
	}
}

// Take takes what a record has of its subject: its personal values, and where the request came from if that is the
// subject's ([Record.RequestOfSubject]).
func (p *TrailParts) Take(r Record) {
	p.TakeValues(r)
	if r.RequestOfSubject() {
		p.TakeRequest(r)
	}
}

// TakeValues takes the personal values of a record.
func (p *TrailParts) TakeValues(r Record) {
	r.Request = Request{}
	if n := r.PersonalValues(); n > 0 {
		p.Count += n
		p.Rest.Values = append(p.Rest.Values, r.ID)
	}
}

// TakeRequest takes where the request of a record came from.
func (p *TrailParts) TakeRequest(r Record) {
	r.Changes = nil
	if n := r.PersonalValues(); n > 0 {
		p.Count += n
		p.Rest.Requests = append(p.Rest.Requests, r.ID)
	}
}
