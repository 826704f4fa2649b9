package dbtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// trim removes the log up to an entry as it may be, so many rows at most, and returns the record of that.
func (o *owner) trim(seq int64, rows int) admin.Record {
	o.t.Helper()
	cut, err := o.db.Log().Removable(o.t.Context(), o.org, o.entry(seq).SealedAt)
	require.NoError(o.t, err)
	if cut.Seq != seq { // what is sealed at once is removed at once
		cut.Seq, cut.Hash = seq, o.entry(seq).Hash
	}
	r := rec(admin.ActionTrim)
	r.At, r.Subject, r.Changes = o.now, admin.Subject{Kind: "audit"}, cut.CutChanges()
	_, err = o.db.Log().Trim(o.t.Context(), o.org, cut, rows, r)
	require.NoError(o.t, err)
	return r
}

// remove removes the entries from one number to another, and their records, by SQL alone.
func (o *owner) remove(from, to int64) {
	o.t.Helper()
	for seq := from; seq <= to; seq++ {
		id := o.entry(seq).RecordID
		o.exec("DELETE FROM admincenter_audit_values WHERE org_id = '%s' AND record_id = '%s'", o.org, id)
		o.exec("DELETE FROM admincenter_audit WHERE org_id = '%s' AND id = '%s'", o.org, id)
	}
	o.exec("DELETE FROM admincenter_audit_log WHERE org_id = '%s' AND seq BETWEEN %d AND %d", o.org, from, to)
}

// cutAt has the log be cut at an entry, in the name of a record.
func (o *owner) cutAt(e admin.Entry, by admin.Record) {
	o.t.Helper()
	o.exec("DELETE FROM admincenter_audit_cuts WHERE org_id = '%s'", o.org)
	o.exec("INSERT INTO admincenter_audit_cuts (org_id, seq, hash, sealed_at, record_id, at) VALUES ('%s', %d, %s, %d, '%s', %d)",
		o.org, e.Seq, o.bytes(e.Hash.Bytes()), e.SealedAt.UnixMicro(), by.ID, by.At.UnixMicro())
}

// forgeTrim writes the record of a removal up to an entry by SQL, with the digest that this library computes without keys.
func (o *owner) forgeTrim(e admin.Entry) admin.Record {
	o.t.Helper()
	r := rec(admin.ActionTrim)
	r.At, r.Subject = o.now, admin.Subject{Kind: "audit"}
	r.Changes = admin.Head{Org: o.org, Seq: e.Seq, Hash: e.Hash, SealedAt: e.SealedAt}.CutChanges()
	changes := fmt.Sprintf(`{"v":1,"changes":[{"field":"seq","to":"%d"},{"field":"hash","to":"%s"},{"field":"sealedAt","to":"%s"}]}`,
		e.Seq, e.Hash, r.Changes[2].To)
	o.exec(`INSERT INTO admincenter_audit (org_id, id, at, actor_kind, actor_id, actor_for, action, subject_kind, subject_id, changes, request_sum, request_id, digest)
		VALUES ('%s', '%s', %d, 'SYSTEM', '', '', 'trail.trim', 'audit', '', '%s', %s, '', %s)`,
		o.org, r.ID, r.At.UnixMicro(), changes, o.bytes(nil), o.bytes(admin.TrailKeys{}.Prove(o.org, r).Digest.Bytes()))
	return r
}

// cutAttack is what a user with every right does to a log of which nothing was removed, or of which the first four
// entries were, and what is found of it.
type cutAttack struct {
	reason      string
	whole       bool // nothing was removed before
	do          func(o *owner, trimmed admin.Record)
	want, keyed []string
}

// trimmedAt is where the log was cut, and trimEntry the number of the entry with the record of that.
const (
	trimmedAt = 4
	trimEntry = last + 1
)

func cutAttacks() []cutAttack {
	return []cutAttack{
		{reason: "nothing", do: func(*owner, admin.Record) {}, want: []string{}},
		{reason: "nothing, of a removal that is under way", whole: true, do: func(o *owner, _ admin.Record) { o.trim(6, 6) }, want: []string{}},
		{reason: "the start is removed", whole: true, do: func(o *owner, _ admin.Record) { o.remove(1, 3) }, want: []string{"REMOVED 1"}},
		{reason: "the start is removed, and the log cut there without a record", whole: true, do: func(o *owner, _ admin.Record) {
			e := o.entry(3)
			o.remove(1, 3)
			o.cutAt(e, admin.Record{ID: uuid.New(), At: o.now})
		}, want: []string{"REMOVED 3"}},
		{reason: "the start is removed, and the log cut there in the name of a record of something else", whole: true, do: func(o *owner, _ admin.Record) {
			e := o.entry(3)
			o.remove(1, 3)
			o.cutAt(e, o.entry(7).Record)
		}, want: []string{"REMOVED 3"}},
		{reason: "nothing is removed, and the log cut without a record", whole: true, do: func(o *owner, _ admin.Record) {
			o.cutAt(o.entry(3), admin.Record{ID: uuid.New(), At: o.now})
		}, want: []string{"REMOVED 3"}},
		{reason: "more is removed", do: func(o *owner, _ admin.Record) { o.remove(5, 6) }, want: []string{"REMOVED 5"}},
		{reason: "more is removed, and the cut moved", do: func(o *owner, trimmed admin.Record) {
			e := o.entry(6)
			o.remove(5, 6)
			o.cutAt(e, trimmed)
		}, want: []string{"REMOVED 6"}},
		{reason: "the cut is moved back", do: func(o *owner, _ admin.Record) {
			o.exec("UPDATE admincenter_audit_cuts SET seq = 2 WHERE org_id = '%s'", o.org)
		}, want: []string{"REMOVED 3"}},
		{reason: "the cut is moved back, to where links are left", whole: true, do: func(o *owner, _ admin.Record) {
			e := o.entry(5)
			o.cutAt(e, o.trim(6, 6)) // two entries are removed by that
		}, want: []string{"REMOVED 5"}},
		{reason: "the cut is moved on", do: func(o *owner, _ admin.Record) {
			o.exec("UPDATE admincenter_audit_cuts SET seq = 6 WHERE org_id = '%s'", o.org)
		}, want: []string{"REMOVED 6", "INSERTED 5"}},
		{reason: "the cut is forgotten", do: func(o *owner, _ admin.Record) {
			o.exec("DELETE FROM admincenter_audit_cuts WHERE org_id = '%s'", o.org)
		}, want: []string{"REMOVED 1"}},
		{reason: "the hash at the cut is altered", do: func(o *owner, _ admin.Record) {
			o.exec("UPDATE admincenter_audit_cuts SET hash = %s WHERE org_id = '%s'", o.bytes(make([]byte, 32)), o.org)
		}, want: []string{"REMOVED 4"}},
		{reason: "a record after the cut is removed", do: func(o *owner, _ admin.Record) {
			id := o.entry(7).RecordID
			o.exec("DELETE FROM admincenter_audit_values WHERE org_id = '%s' AND record_id = '%s'", o.org, id)
			o.exec("DELETE FROM admincenter_audit WHERE org_id = '%s' AND id = '%s'", o.org, id)
		}, want: []string{"REMOVED 7"}},
		{reason: "the record of the removal is removed", do: func(o *owner, trimmed admin.Record) {
			o.exec("DELETE FROM admincenter_audit WHERE org_id = '%s' AND id = '%s'", o.org, trimmed.ID)
		}, want: []string{fmt.Sprint("REMOVED ", trimEntry), "REMOVED 4"}},
		{reason: "the record of the removal is altered for more", do: func(o *owner, trimmed admin.Record) {
			e := o.entry(6)
			o.remove(5, 6)
			o.exec("UPDATE admincenter_audit SET changes = REPLACE(REPLACE(changes, '\"4\"', '\"6\"'), '%s', '%s') WHERE org_id = '%s' AND id = '%s'",
				trimmed.Changes[1].To, e.Hash, o.org, trimmed.ID)
			o.cutAt(e, trimmed)
		}, want: []string{fmt.Sprint("ALTERED ", trimEntry), "REMOVED 6"}},
		// Without keys the record of a removal can be forged as any other, and is in the trail for all to read.
		{reason: "more is removed, on a record that is forged", do: func(o *owner, _ admin.Record) {
			e := o.entry(6)
			o.remove(5, 6)
			o.cutAt(e, o.forgeTrim(e))
			o.seal()
		}, want: []string{}, keyed: []string{fmt.Sprint("INSERTED ", trimEntry+1), "REMOVED 6"}},
		{reason: "more is removed, on a record that is forged and waits", do: func(o *owner, _ admin.Record) {
			e := o.entry(6)
			o.remove(5, 6)
			o.cutAt(e, o.forgeTrim(e))
		}, want: []string{}, keyed: []string{"INSERTED record", "REMOVED 6"}},
		{reason: "a record is inserted, and a place before the cut for it", do: func(o *owner, _ admin.Record) {
			l := o.entry(5).Link
			id := o.inserted(o.now, nil)
			o.exec("DELETE FROM admincenter_audit_queue WHERE org_id = '%s' AND id = '%s'", o.org, id)
			l.Seq, l.RecordID = 3, id
			o.insert(l)
		}, want: []string{"ALTERED 3"}}, // which is not the hash of its fields
		{reason: "a record is inserted with its digest, and a place before the cut for it", do: func(o *owner, _ admin.Record) {
			id := o.insertedWithDigest()
			o.exec("DELETE FROM admincenter_audit_queue WHERE org_id = '%s' AND id = '%s'", o.org, id)
			links, _ := admin.TrailKeys{}.Extend(admin.Head{Org: o.org, Seq: 3}, []admin.Unsealed{{RecordID: id}}, admin.Sealing{At: o.now}, false)
			o.insert(links[0])
		}, want: []string{"ALTERED 4"}}, // which has no digest of it
		{reason: "a record that a removal has not reached is altered", whole: true, do: func(o *owner, _ admin.Record) {
			o.trim(6, 6)
			o.alter(5, true)
		}, want: []string{"ALTERED 5"}},
		{reason: "an entry that a removal has not reached is removed", whole: true, do: func(o *owner, _ admin.Record) {
			o.trim(6, 6)
			o.remove(5, 5)
		}, want: []string{"REMOVED 5"}},
	}
}

func TestVerifyNamesWhatAnOwnerDidAtTheStartOfTheLog(t *testing.T) {
	var secret [32]byte
	keys, err := admin.NewTrailKeys(admin.TrailKey{ID: "2026", Key: admin.NewSecret(string(secret[:]))})
	require.NoError(t, err)
	onEach(t, func(t *testing.T, s server) {
		for name, keys := range map[string]admin.TrailKeys{"no keys": {}, "keys": keys} {
			o := newOwner(t, s, keys)
			for i, x := range cutAttacks() {
				t.Run(name+": "+x.reason, func(t *testing.T) {
					o.fresh(t, admin.OrgID(fmt.Sprint("acme", i)))
					var trimmed admin.Record
					if !x.whole {
						trimmed = o.trim(trimmedAt, 1000)
						require.Empty(t, o.found(admin.VerifyOptions{}), "while the record waits")
						o.seal()
					}
					require.Empty(t, o.found(admin.VerifyOptions{}))
					x.do(o, trimmed)
					want := x.want
					if name == "keys" && x.keyed != nil {
						want = x.keyed
					}
					got := slicesCompact(o.found(admin.VerifyOptions{}))
					for i := range got {
						if kind, of, _ := strings.Cut(got[i], " "); uuid.Validate(of) == nil {
							got[i] = kind + " record"
						}
					}
					require.Equal(t, want, got)
				})
			}
		}
	})
}

// A head that was kept before proves what is left, and where the log was cut.
func TestPublishedHeadsOfALogThatWasCut(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		o := newOwner(t, s, admin.TrailKeys{})
		o.fresh(t, "acme")
		kept := map[int64]admin.Head{}
		for seq := int64(1); seq <= last; seq++ {
			kept[seq] = admin.Head{Org: o.org, Seq: seq, Hash: o.entry(seq).Hash}
		}
		o.trim(trimmedAt, 1000)
		o.seal()
		wrong := func(seq int64) admin.Head {
			h := kept[seq]
			h.Hash.Sum[0]++
			return h
		}
		for _, x := range []struct {
			reason    string
			published admin.Head
			want      []string
			unchecked bool
		}{
			{"before the cut", kept[trimmedAt-1], []string{}, true},
			{"before the cut, whatever it is", wrong(trimmedAt - 1), []string{}, true},
			{"at the cut", kept[trimmedAt], []string{}, false},
			{"at the cut, of another log", wrong(trimmedAt), []string{"HEAD 4"}, false},
			{"after the cut", kept[8], []string{}, false},
			{"after the cut, of another log", wrong(8), []string{"HEAD 8"}, false},
		} {
			t.Run(x.reason, func(t *testing.T) {
				o.t = t
				options := admin.VerifyOptions{Published: []admin.Head{x.published}}
				require.Equal(t, x.want, o.found(options))
				v, err := o.log.Verify(t.Context(), admin.System(o.org), options)
				require.NoError(t, err)
				require.Equal(t, x.unchecked, len(v.Unchecked) == 1)
				// To go on from there finds the same.
				found := o.found(admin.VerifyOptions{After: x.published})
				require.Equal(t, x.want, found[:min(len(x.want), len(found))])
				require.Equal(t, len(x.want) == 0, len(found) == 0)
			})
		}
		o.t = t
		// Who has the head of the place needs no record of it.
		o.exec("UPDATE admincenter_audit_cuts SET record_id = '%s' WHERE org_id = 'acme'", uuid.New())
		require.Equal(t, []string{"REMOVED 4"}, o.found(admin.VerifyOptions{}))
		require.Empty(t, o.found(admin.VerifyOptions{Published: []admin.Head{kept[4]}}))
		require.Empty(t, o.found(admin.VerifyOptions{After: kept[4]}))
		require.Equal(t, []string{"REMOVED 4"}, o.found(admin.VerifyOptions{After: kept[8]}), "a later one does not prove that")
		o.now = o.now.Add(time.Minute)
	})
}
