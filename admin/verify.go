package admin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// FindingKind is what is wrong with the trail at one place.
type FindingKind string

// The kinds of finding.
const (
	// FindingRemoved is a record that was written, or a link of the log, that is missing.
	FindingRemoved FindingKind = "REMOVED"
	// FindingAltered is a record, or a link of the log, that differs from what was written.
	FindingAltered FindingKind = "ALTERED"
	// FindingInserted is a record or a link that this library did not write.
	FindingInserted FindingKind = "INSERTED"
	// FindingReordered is a link at another number than the one it was sealed with.
	FindingReordered FindingKind = "REORDERED"
	// FindingBackdated is a record whose time is long before it was there to seal.
	FindingBackdated FindingKind = "BACKDATED"
	// FindingHead is a difference between the log and a head that was kept elsewhere.
	FindingHead FindingKind = "HEAD"
)

// Finding is one thing that is wrong with the trail.
type Finding struct {
	Kind   FindingKind `json:"kind"`
	Seq    int64       `json:"seq,omitempty"`     // 0 for a record without a place in the log
	Record uuid.UUID   `json:"recordId,omitzero"` // zero if it is not known
	At     time.Time   `json:"recordAt,omitzero"` // the record's time, if it is there
	Detail string      `json:"detail"`            // a sentence
}

// String returns the finding on one line.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(string(f.Kind))
	if f.Seq > 0 {
		fmt.Fprintf(&b, " entry %d", f.Seq)
	}
	if f.Record != uuid.Nil {
		fmt.Fprintf(&b, " record %s", f.Record)
	}
	return b.String() + ": " + f.Detail
}

// ErrTampered is returned, by [Verification.Err], if the trail is not what was written.
var ErrTampered = NewError("audit_tampered", nil, "the audit trail is not what was written")

// VerifyOptions are the options of [Log.Verify]; the zero value verifies everything.
type VerifyOptions struct {
	// Published are heads that were kept elsewhere. The log must have each of them: that finds a log that was
	// written anew from some place on, and one that was cut short.
	Published []Head
	// After is a head up to which the log was verified before; the links up to it are not read again. Records are
	// looked for in the whole trail nevertheless.
	After Head
	// UnkeyedUntil is the number of the last entry that was sealed, or whose record was written, before the storage
	// had [TrailKeys]. Later ones must be under a key if the storage has keys, because plain SHA-256 needs none.
	UnkeyedUntil int64
	// Grace is how much later than it says a record may have come: what clocks differ by and transactions last.
	// 0 means 5 minutes.
	Grace time.Duration
	// MaxFindings ends the verification when there are so many; 0 means 1,000.
	MaxFindings int
}

const (
	defaultGrace       = 5 * time.Minute
	defaultMaxFindings = 1000
)

// Verification is what [Log.Verify] found.
type Verification struct {
	Head    Head  `json:"head"`    // the end of what was verified
	Entries int64 `json:"entries"` // links that were read
	Waiting int64 `json:"waiting"` // records that were not sealed yet; they were checked as well
	Unkeyed int64 `json:"unkeyed"` // links under no key, which an owner of the storage can forge
	// Cut is where the start of the log was removed, because the time of the records was over ([Log.Trim]).
	Cut Cut `json:"cut,omitzero"`
	// Unchecked are published heads that were compared with nothing: their entries were removed, or are before the After
	// of the options.
	Unchecked []Head    `json:"unchecked,omitempty"`
	Findings  []Finding `json:"findings,omitempty"` // what is wrong, in the order of the log
	// Truncated is set if there were more findings than MaxFindings; the rest of the trail was not read.
	Truncated bool `json:"truncated,omitempty"`
}

// Err returns nil if nothing is wrong, and else [ErrTampered] with the first findings.
func (v Verification) Err() error {
	if len(v.Findings) == 0 {
		return nil
	}
	const shown = 5
	said := make([]string, 0, shown+1)
	for _, f := range v.Findings[:min(shown, len(v.Findings))] {
		said = append(said, f.String())
	}
	if more := len(v.Findings) - shown; more > 0 {
		said = append(said, fmt.Sprintf("and %d more", more))
	}
	return fmt.Errorf("%s: %w", strings.Join(said, "; "), ErrTampered)
}

// Verify reads the whole trail and returns what is wrong with it: records that were removed, altered, inserted,
// reordered or backdated by other ways than this library, and a log that differs from a published head. It finds
// changes made with every right on the storage, with two limits. Without [TrailKeys], a log whose digests were computed
// again from some entry on, or a record inserted with its digest and the current time, looks like a true one; a head
// published before finds the former. A log cut short at its end is found by a published head alone.
//
// A log whose start was removed by [Log.Trim] is verified from there on: its first entry must follow the one where it
// was cut, and that must be what the record of the removal says, or a published head.
//
// It reads in pages, takes no lock and can run beside writers and sealers. The error is a failure to read. It requires
// [PermissionAuditRead].
func (l *Log) Verify(ctx context.Context, scope Scope, o VerifyOptions) (Verification, error) {
	if err := scope.Require(PermissionAuditRead); err != nil {
		return Verification{}, err
	}
	var p Problems
	if o.Grace < 0 {
		p.Add("/grace", CodeRange, "%v: give 0 for %v, or more", o.Grace, defaultGrace)
	}
	if o.MaxFindings < 0 {
		p.Add("/maxFindings", CodeRange, "%d: give 0 for %d, or more", o.MaxFindings, defaultMaxFindings)
	}
	for i, h := range append(slices.Clone(o.Published), o.After) {
		if h.Org != scope.Org() && (h != Head{}) {
			p.Add(fmt.Sprintf("/published/%d/org", i), CodeUnknown, "is the head of another organization")
		}
	}
	if err := p.Err(); err != nil {
		return Verification{}, err
	}
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	if o.MaxFindings == 0 {
		o.MaxFindings = defaultMaxFindings
	}
	v := verifier{
		log: l.ports.Log, org: scope.Org(), o: o, erasures: map[uuid.UUID]time.Time{}, compared: map[int64]bool{},
	}
	err := v.run(ctx)
	if errors.Is(err, errEnoughFindings) {
		v.out.Truncated, err = true, nil
	}
	if err != nil {
		return Verification{}, err
	}
	return v.out, nil
}

var errEnoughFindings = errors.New("enough findings")

type verifier struct {
	log LogStore
	org OrgID
	o   VerifyOptions
	out Verification

	prev  Link   // the link before
	bad   bool   // something was found about it
	moved []Link // whose hash is not that of their fields

	beginning
	compared map[int64]bool // the numbers of entries that published heads were compared with

	erasures map[uuid.UUID]time.Time // the records of erasures, and when they were made
	erased   []erased
}

// erased is a record with values that were erased.
type erased struct {
	link    Link
	at      time.Time
	erasure uuid.UUID
}

func (v *verifier) run(ctx context.Context) error {
	head, err := v.log.Head(ctx, v.org)
	if err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{
		v.begin, v.links, v.reordered, func(ctx context.Context) error { return v.end(ctx, head) }, v.places, v.waiting,
		v.late, v.accounted, v.suspected, v.onRecord,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) find(kind FindingKind, l Link, at time.Time, format string, args ...any) error {
	if len(v.out.Findings) == v.o.MaxFindings {
		return errEnoughFindings
	}
	v.out.Findings = append(v.out.Findings, Finding{
		Kind: kind, Seq: l.Seq, Record: l.RecordID, At: at, Detail: fmt.Sprintf(format, args...),
	})
	return nil
}

// links checks the log from v.o.After on, or from where it was cut.
func (v *verifier) links(ctx context.Context) error {
	last := v.o.After
	seen := last.Seq <= v.prev.Seq
	if !seen {
		v.prev = Link{Seq: last.Seq, Hash: last.Hash}
		v.out.Head = last
	}
	v.out.Head.Org = v.org
	from := v.prev.Seq
	switch {
	case !seen:
		from-- // the link of that head is read too, to compare it
	case last.Seq > 0 && last.Seq == from:
		if err := v.published(v.prev, last); err != nil {
			return err
		}
	}
	for in, err := range v.inspect(ctx, from) {
		if err != nil {
			return err
		}
		check := v.link
		if !seen && in.Seq == last.Seq {
			seen, check = true, func(_ context.Context, in Inspected) error {
				if err := v.published(in.Link, last); err != nil {
					return err
				}
				return v.compare(in.Link)
			}
		}
		if err := check(ctx, in); err != nil {
			return err
		}
	}
	if !seen {
		return v.find(FindingHead, Link{Seq: last.Seq}, time.Time{},
			"the log does not have the entry that it was verified up to")
	}
	return nil
}

func (v *verifier) inspect(ctx context.Context, after int64) iter.Seq2[Inspected, error] {
	return pagesOf(after, func(seek Seek[int64]) ([]Inspected, error) { return v.log.Inspect(ctx, v.org, seek) },
		func(in Inspected) int64 { return in.Seq })
}

func (v *verifier) link(ctx context.Context, in Inspected) error {
	l := in.Link
	if removed, err := v.removed(ctx, in); err != nil || removed {
		return err
	}
	v.out.Entries++
	if err := v.gap(v.prev.Seq, l.Seq-1); err != nil {
		return err
	}
	found := len(v.out.Findings)
	var err error
	switch {
	case in.BadLink:
		v.moved = append(v.moved, l)
	case l.Seq == v.prev.Seq+1 && l.Prev != v.prev.Hash && !v.bad:
		err = v.find(FindingAltered, v.prev, time.Time{}, "the entry is not the one that entry %d follows", l.Seq)
	}
	if err != nil {
		return err
	}
	if l.Hash.Key == "" {
		v.out.Unkeyed++
	}
	if err := v.record(in, l.Digest, l.Horizon); err != nil {
		return err
	}
	if len(v.out.Findings) == found && !in.BadLink {
		if err := v.keyless(in); err != nil {
			return err
		}
	}
	if len(v.out.Findings) == found {
		v.trimmed(in.Record)
	}
	if err := v.compare(l); err != nil {
		return err
	}
	v.prev, v.bad = l, in.BadLink || len(v.out.Findings) > found
	v.out.Head = Head{Org: v.org, Seq: l.Seq, Hash: l.Hash, SealedAt: l.SealedAt, Horizon: l.Horizon}
	return nil
}

// keyless reports an entry that was made without the keys.
func (v *verifier) keyless(in Inspected) error {
	if !in.Keyless || in.Seq > 0 && in.Seq <= v.o.UnkeyedUntil {
		return nil
	}
	return v.find(FindingInserted, in.Link, in.Record.At, "it is under no key, and the storage has keys")
}

// gap reports the links after one number and up to another that are not there.
func (v *verifier) gap(after, last int64) error {
	for missing := after + 1; missing <= last; missing++ {
		if err := v.find(FindingRemoved, Link{Seq: missing}, time.Time{}, "the log has no entry of this number"); err != nil {
			return err
		}
	}
	return nil
}

// record checks the record of an entry. sealed is the digest that it was sealed with.
func (v *verifier) record(in Inspected, sealed Digest, horizon time.Time) error {
	if in.Record.ID == uuid.Nil {
		return v.find(FindingRemoved, in.Link, in.Record.At, "the record is not there any more")
	}
	for _, m := range in.Proof.Marks {
		if m.Erasure != uuid.Nil {
			v.erased = append(v.erased, erased{in.Link, in.Record.At, m.Erasure})
			break
		}
	}
	if isErasure(in.Record.Action) {
		v.erasures[in.Record.ID] = in.Record.At
	}
	var err error
	switch {
	case in.Proof.Digest.IsZero():
		err = v.find(FindingInserted, in.Link, in.Record.At, "%s", strings.Join(in.Wrong, "; "))
	case len(in.Wrong) > 0:
		err = v.find(FindingAltered, in.Link, in.Record.At, "%s", strings.Join(in.Wrong, "; "))
	case sealed != in.Proof.Digest:
		err = v.find(FindingAltered, in.Link, in.Record.At,
			"the record is not the one that was sealed: its digest is another one")
	}
	if err == nil && !horizon.IsZero() && in.Record.At.Before(horizon.Add(-v.o.Grace)) {
		err = v.find(FindingBackdated, in.Link, in.Record.At,
			"the record says %s, and came after all until %s had been sealed",
			in.Record.At.Format(time.RFC3339Nano), horizon.Format(time.RFC3339Nano))
	}
	return err
}

// compare compares a link with the published heads of its number.
func (v *verifier) compare(l Link) error {
	for _, h := range v.o.Published {
		if h.Seq == l.Seq {
			v.compared[h.Seq] = true
			if err := v.published(l, h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *verifier) published(l Link, h Head) error {
	if l.Hash == h.Hash {
		return nil
	}
	return v.find(FindingHead, l, time.Time{}, "the log has another entry here than when its head was kept")
}

// reordered reports, of the links whose hash is not that of their fields, those that follow a link that is not the one
// before them.
func (v *verifier) reordered(ctx context.Context) error {
	if len(v.moved) == 0 {
		return nil
	}
	place := map[Digest]int64{{}: 1}
	for _, l := range v.moved {
		if !l.Prev.IsZero() {
			place[l.Prev] = 0
		}
	}
	for in, err := range v.inspect(ctx, 0) {
		if err != nil {
			return err
		}
		if _, sought := place[in.Hash]; sought {
			place[in.Hash] = in.Seq + 1
		}
	}
	for _, l := range v.moved {
		var err error
		if at := place[l.Prev]; at != 0 && at != l.Seq {
			err = v.find(FindingReordered, l, time.Time{}, "the entry was sealed at another place")
		} else {
			err = v.find(FindingAltered, l, time.Time{}, "the entry is not what was sealed: its hash is another one")
		}
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(v.out.Findings, func(a, b Finding) int { return cmp.Compare(a.Seq, b.Seq) })
	return nil
}

// end compares the last link with the head of the log, as it was before the links were read, and with those that were
// published.
func (v *verifier) end(ctx context.Context, head Head) (err error) {
	last := v.prev.Seq
	grown := last > head.Seq
	if grown { // more was sealed meanwhile, and may be since
		if head, err = v.log.Head(ctx, v.org); err != nil {
			return err
		}
	}
	switch {
	case last > head.Seq:
		err = v.find(FindingInserted, v.prev, time.Time{},
			"the entry is beyond the head of the log, which is at %d", head.Seq)
	case last < head.Seq && !grown:
		err = v.gap(last, head.Seq)
	case last == head.Seq && head.Hash != v.prev.Hash && !v.bad:
		err = v.find(FindingAltered, v.prev, time.Time{}, "the entry is not the one that the head of the log is of")
	}
	if err != nil {
		return err
	}
	for _, h := range v.o.Published {
		if h.Seq > last {
			if err := v.find(FindingHead, Link{Seq: h.Seq}, time.Time{},
				"the log ended here when its head was kept, and ends at %d", last); err != nil {
				return err
			}
		} else if h.Seq > 0 && !v.compared[h.Seq] {
			v.out.Unchecked = append(v.out.Unchecked, h)
		}
	}
	return nil
}
