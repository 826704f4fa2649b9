package admin

import (
	"time"

	"github.com/google/uuid"
)

// Link is the place of a record in the log of its organization: the log is the records in the order in which they
// were sealed, numbered from 1 without a gap, each with a hash of itself and of all before it.
type Link struct {
	Seq      int64     `json:"seq"`               // 1 for the first
	RecordID uuid.UUID `json:"recordId,omitzero"` // of the record sealed
	SealedAt time.Time `json:"sealedAt,omitzero"` // never before that of an earlier link
	// Horizon is an instant up to which nothing was left to seal before this link: a record that was written
	// long before it has come too late. It is zero if that is not known.
	Horizon time.Time `json:"horizon,omitzero"`
	Digest  Digest    `json:"digest,omitzero"` // of the record when it was sealed; none if it was not there any more
	Prev    Digest    `json:"prev,omitzero"`   // the Hash of the link before; none for the first
	Hash    Digest    `json:"hash,omitzero"`   // of all the fields above
}

// Entry is a record with its place in the log.
type Entry struct {
	Link
	Record Record `json:"record,omitzero"` // zero if it is not there any more
	Proof  Proof  `json:"proof,omitzero"`
}

// Head is the end of an organization's log. A head that is kept elsewhere proves later that the log up to it is
// unchanged ([VerifyOptions.Published]). It has no data of the organization but its id.
type Head struct {
	Org      OrgID     `json:"org"`
	Seq      int64     `json:"seq"` // of the last link; 0 if there is none
	Hash     Digest    `json:"hash,omitzero"`
	SealedAt time.Time `json:"sealedAt,omitzero"`
	Horizon  time.Time `json:"horizon,omitzero"` // that of the next link, at least
}

// HeadKey is a place in the heads of all organizations, which are ordered by time and then by organization.
type HeadKey struct {
	SealedAt time.Time `json:"sealedAt,omitzero"`
	Org      OrgID     `json:"org,omitempty"`
}

// Key returns the head's place in the order of heads.
func (h Head) Key() HeadKey { return HeadKey{SealedAt: h.SealedAt, Org: h.Org} }

// Unsealed is a record without a place in the log yet. Its digest is none if the record is not there any more.
type Unsealed struct {
	RecordID uuid.UUID
	Digest   Digest
}

// Sealing is what [LogStore.Seal] is asked for.
type Sealing struct {
	At      time.Time // now
	Horizon time.Time // see [Link.Horizon]; zero if it is not known
	Limit   int       // records at most
}

// Extend returns the links by which next follow head, and the head after them. drained means that no other record
// was waiting. Adapters seal by it.
func (k TrailKeys) Extend(head Head, next []Unsealed, s Sealing, drained bool) ([]Link, Head) {
	at := s.At
	if at.Before(head.SealedAt) { // another process's clock is ahead
		at = head.SealedAt
	}
	horizon := head.Horizon
	if s.Horizon.After(horizon) {
		horizon = s.Horizon
	}
	links := make([]Link, len(next))
	for i, u := range next {
		l := Link{Seq: head.Seq + 1, RecordID: u.RecordID, SealedAt: at, Horizon: horizon, Digest: u.Digest, Prev: head.Hash}
		l.Hash, _ = k.digest(k.current, canonicalLink(head.Org, l))
		links[i] = l
		head.Seq, head.Hash, head.SealedAt = l.Seq, l.Hash, at
	}
	head.Horizon = horizon
	if drained && s.At.After(head.Horizon) {
		head.Horizon = s.At
	}
	return links, head
}

// canonicalLink returns what a link's hash is of.
func canonicalLink(org OrgID, l Link) []byte {
	return make(canon, 0, 256).text("admincenter link 1").text(string(org)).number(l.Seq).text(string(l.RecordID[:])).
		number(l.SealedAt.UnixMicro()).number(l.Horizon.UnixMicro()).digest(l.Digest).digest(l.Prev)
}

// Place is where a record is in the log.
type Place struct {
	Record  RecordKey
	Seq     int64 // 0 if it is in no link
	Waiting bool  // it is not sealed yet
}

// Inspected is an entry with what is wrong with it alone, under the storage's keys.
type Inspected struct {
	Entry
	// BadLink is set if the link's hash is not that of its fields, or under a key that is not given.
	BadLink bool
	// Keyless is set if the storage has keys and the link or the record is under none.
	Keyless bool
	Wrong   []string // see [TrailKeys.Check]; not filled in if the record is not there
}

// Inspect returns an entry of org with what is wrong with it. Adapters answer [LogStore.Inspect] by it.
func (k TrailKeys) Inspect(org OrgID, e Entry) Inspected {
	in := Inspected{Entry: e, BadLink: !k.fits(org, e.Link), Keyless: e.Seq > 0 && e.Hash.Key == ""}
	if e.Record.ID != uuid.Nil {
		in.Wrong = k.Check(org, e.Record, e.Proof)
		in.Keyless = in.Keyless || e.Proof.Digest.Key == ""
	}
	in.Keyless = in.Keyless && k.current != ""
	return in
}

func (k TrailKeys) fits(org OrgID, l Link) bool {
	want, ok := k.digest(l.Hash.Key, canonicalLink(org, l))
	return ok && want == l.Hash
}
