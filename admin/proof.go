package admin

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
)

// Proof is what a storage keeps beside a [Record], so that a change of it is noticed. It is made when the record is
// written ([TrailKeys.Prove]).
type Proof struct {
	// Digest is that of the record, in which personal values count by their Marks.
	Digest Digest `json:"digest,omitzero"`
	// Marks are of where the request came from, if that is known, and of the changes that are [Change.Personal], in
	// order.
	Marks []Mark `json:"marks,omitempty"`
}

// Mark stands for the values of a personal [Change] in the digest of its record, so that the record verifies after
// they were erased. Without the salt, which is erased with them, what they were cannot be found by trying.
type Mark struct {
	Change int    `json:"change"`         // the index in the record's changes, or MarkRequest
	Sum    []byte `json:"sum,omitempty"`  // SHA-256 of salt and values
	Salt   []byte `json:"salt,omitempty"` // 16 random bytes, until they are erased
	// Erasure is the id of the record of the erasure.
	Erasure uuid.UUID `json:"erasure,omitzero"`
}

const saltSize = 16

// MarkRequest is the Change of the [Mark] of where the request of a record came from: of its Source and UserAgent.
const MarkRequest = -1

// MarkedValues returns the values of a record that a mark with the given Change is of: those of a request are From, its
// Source, and To, its UserAgent.
func (r Record) MarkedValues(change int) Change {
	if change == MarkRequest {
		return Change{From: r.Request.Source, To: r.Request.UserAgent}
	}
	return r.Changes[change]
}

// SetMarked sets the values of a record that m is of, as they were read from a storage. [Change.Erased] and
// [Record].RequestErased are set if they were erased. It does nothing if the record has no such change.
func (r *Record) SetMarked(m Mark, from, to string) {
	erased := m.Erasure != uuid.Nil
	switch {
	case m.Change == MarkRequest:
		r.Request.Source, r.Request.UserAgent, r.RequestErased = from, to, erased
	case m.Change >= 0 && m.Change < len(r.Changes):
		c := &r.Changes[m.Change]
		c.From, c.To, c.Erased = from, to, erased
	}
}

// Prove returns the proof of a record of org that is about to be written.
func (k TrailKeys) Prove(org OrgID, rec Record) Proof {
	var p Proof
	mark := func(change int) {
		salt := make([]byte, saltSize)
		_, _ = rand.Read(salt) // it never fails: see crypto/rand
		p.Marks = append(p.Marks, Mark{Change: change, Salt: salt, Sum: personalSum(org, salt, rec.MarkedValues(change))})
	}
	if rec.Request.Source != "" || rec.Request.UserAgent != "" {
		mark(MarkRequest)
	}
	for i, c := range rec.Changes {
		if c.Personal {
			mark(i)
		}
	}
	p.Digest, _ = k.digest(k.current, canonicalRecord(org, rec, p.Marks))
	return p
}

func personalSum(org OrgID, salt []byte, c Change) []byte {
	sum := sha256.Sum256(canon{}.text("admincenter personal 1").
		text(string(org)).text(string(salt)).text(c.From).text(c.To))
	return sum[:]
}

// canonicalRecord returns what a record's digest is of.
func canonicalRecord(org OrgID, r Record, marks []Mark) []byte {
	sumOf := func(change int) string {
		for _, m := range marks {
			if m.Change == change {
				return string(m.Sum)
			}
		}
		return ""
	}
	c := make(canon, 0, 512).text("admincenter record 2").
		text(string(org)).text(string(r.ID[:])).number(r.At.UnixMicro()).
		text(string(r.Actor.Kind)).text(r.Actor.ID).text(r.Actor.For).text(string(r.Action)).
		text(r.Subject.Kind).text(r.Subject.ID).
		text(sumOf(MarkRequest)).text(r.Request.ID).number(int64(len(r.Changes)))
	for i, change := range r.Changes {
		c = c.text(change.Field)
		if !change.Personal {
			c = c.number(0).text(change.From).text(change.To)
			continue
		}
		c = c.number(1).text(sumOf(i))
	}
	return c
}

// Check returns what is wrong with a record of org as it was read, in words, or nothing.
func (k TrailKeys) Check(org OrgID, rec Record, p Proof) (wrong []string) {
	if p.Digest.IsZero() {
		return []string{"it has no digest, so this library did not write it"}
	}
	want, ok := k.digest(p.Digest.Key, canonicalRecord(org, rec, p.Marks))
	switch {
	case !ok:
		wrong = append(wrong, fmt.Sprintf("it is digested under the key %q, which is not given", p.Digest.Key))
	case want != p.Digest:
		wrong = append(wrong, "it is not what was written: its digest is another one")
	}
	marks := map[int]Mark{}
	for _, m := range p.Marks {
		marks[m.Change] = m
	}
	if m, ok := marks[MarkRequest]; ok || rec.Request.Source != "" || rec.Request.UserAgent != "" {
		wrong = checkMarked(wrong, org, "where the request came from", rec.MarkedValues(MarkRequest), m)
	}
	for i, c := range rec.Changes {
		if c.Personal {
			wrong = checkMarked(wrong, org, fmt.Sprintf("the values of %q", c.Field), c, marks[i])
		}
	}
	return wrong
}

// checkMarked adds what is wrong with values that a mark is of; the zero mark is none.
func checkMarked(wrong []string, org OrgID, what string, c Change, m Mark) []string {
	switch {
	case len(m.Sum) == 0:
		return append(wrong, what+": they have no mark")
	case m.Erasure != uuid.Nil && c.From == "" && c.To == "" && len(m.Salt) == 0:
		return wrong
	case m.Erasure != uuid.Nil:
		return append(wrong, what+": they were erased and are there")
	case len(m.Salt) == 0:
		return append(wrong, what+": they are gone, and no record of an erasure names them")
	case string(personalSum(org, m.Salt, c)) != string(m.Sum):
		return append(wrong, what+": they are not what was written")
	}
	return wrong
}
