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
	// Marks are of the changes that are [Change.Personal], in order.
	Marks []Mark `json:"marks,omitempty"`
}

// Mark stands for the values of a personal [Change] in the digest of its record, so that the record verifies after
// they were erased. Without the salt, which is erased with them, what they were cannot be found by trying.
type Mark struct {
	Change int    `json:"change"`         // the index in the record's changes
	Sum    []byte `json:"sum,omitempty"`  // SHA-256 of salt and values
	Salt   []byte `json:"salt,omitempty"` // 16 random bytes, until they are erased
	// Erasure is the id of the record of the erasure.
	Erasure uuid.UUID `json:"erasure,omitzero"`
}

const saltSize = 16

// Prove returns the proof of a record of org that is about to be written.
func (k TrailKeys) Prove(org OrgID, rec Record) Proof {
	var p Proof
	for i, c := range rec.Changes {
		if !c.Personal {
			continue
		}
		salt := make([]byte, saltSize)
		_, _ = rand.Read(salt) // it never fails: see crypto/rand
		p.Marks = append(p.Marks, Mark{Change: i, Salt: salt, Sum: personalSum(org, salt, c)})
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
	c := make(canon, 0, 512).text("admincenter record 1").
		text(string(org)).text(string(r.ID[:])).number(r.At.UnixMicro()).
		text(string(r.Actor.Kind)).text(r.Actor.ID).text(r.Actor.For).text(string(r.Action)).
		text(r.Subject.Kind).text(r.Subject.ID).
		text(r.Request.Source).text(r.Request.UserAgent).text(r.Request.ID).number(int64(len(r.Changes)))
	for i, change := range r.Changes {
		c = c.text(change.Field)
		if !change.Personal {
			c = c.number(0).text(change.From).text(change.To)
			continue
		}
		var sum []byte
		for _, m := range marks {
			if m.Change == i {
				sum = m.Sum
			}
		}
		c = c.number(1).text(string(sum))
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
	personal := 0
	for i, c := range rec.Changes {
		if !c.Personal {
			continue
		}
		if personal++; personal > len(p.Marks) || p.Marks[personal-1].Change != i {
			wrong = append(wrong, fmt.Sprintf("the values of %q are gone", c.Field))
			continue
		}
		switch m := p.Marks[personal-1]; {
		case m.Erasure != uuid.Nil && c.From == "" && c.To == "" && len(m.Salt) == 0:
		case m.Erasure != uuid.Nil:
			wrong = append(wrong, fmt.Sprintf("the values of %q were erased and are there", c.Field))
		case len(m.Salt) == 0:
			wrong = append(wrong, fmt.Sprintf("the values of %q are gone, and no record of an erasure names them", c.Field))
		case string(personalSum(org, m.Salt, c)) != string(m.Sum):
			wrong = append(wrong, fmt.Sprintf("the values of %q are not what was written", c.Field))
		}
	}
	return wrong
}
