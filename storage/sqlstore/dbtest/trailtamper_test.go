package dbtest

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// owner is a user with every right on the database, who has switched off what keeps the trail as it is. What
// has records wait for their seal is left on: switched off, every record that is written would be found.
type owner struct {
	t    *testing.T
	db   *sqlstore.DB
	pool *sql.DB
	d    sqlstore.Dialect
	keys admin.TrailKeys // of the database; the owner does not have them
	org  admin.OrgID
	log  *admin.Log
	now  time.Time
}

const trailLength = 12

// newOwner returns the owner of a database on which the triggers are off.
func newOwner(t *testing.T, s server, keys admin.TrailKeys) *owner {
	t.Helper()
	driver, dsn := s.create(t)
	pool := openPool(t, driver, dsn)
	db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{TrailKeys: keys})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	o := &owner{t: t, db: db, pool: pool, d: s.dialect, keys: keys}
	switch s.dialect {
	case sqlstore.PostgreSQL:
		for trigger, table := range map[string]string{
			"audit_fixed": "audit", "audit_log_fixed": "audit_log", "audit_values_fixed": "audit_values", "audit_values_erased": "audit_values",
			"audit_no_delete": "audit", "audit_log_no_delete": "audit_log", "audit_values_no_delete": "audit_values",
			"audit_cuts_moved": "audit_cuts", "audit_cuts_fixed": "audit_cuts", "audit_cuts_no_delete": "audit_cuts",
		} {
			run(t, pool, "ALTER TABLE admincenter_"+table+" DISABLE TRIGGER admincenter_"+trigger)
		}
	case sqlstore.SQLite:
		for _, trigger := range strings.Fields("audit_no_update audit_no_delete audit_no_replace audit_log_no_update audit_log_no_delete " +
			"audit_log_no_replace audit_values_erased audit_values_no_delete audit_values_no_replace audit_cuts_made audit_cuts_moved audit_cuts_no_delete") {
			run(t, pool, "DROP TRIGGER admincenter_"+trigger)
		}
	case sqlstore.MySQL:
		for _, trigger := range strings.Fields("audit_no_update audit_no_delete audit_log_no_update audit_log_no_delete " +
			"audit_values_erased audit_values_no_delete audit_cuts_made audit_cuts_moved audit_cuts_no_delete") {
			run(t, pool, "DROP TRIGGER admincenter_"+trigger)
		}
	}
	o.log, err = admin.NewLog(admin.LogPorts{Log: db.Log()}, admin.LogOptions{Runtime: admin.Runtime{Now: func() time.Time { return o.now }}})
	require.NoError(t, err)
	return o
}

// fresh starts an organization with a sealed trail.
func (o *owner) fresh(t *testing.T, org admin.OrgID) {
	o.t, o.org, o.now = t, org, noon
	createOrganization(t, o.db, org)
	for i := 2; i <= trailLength; i++ {
		o.write()
	}
	o.seal()
}

// write writes a record the way that everything does, a minute after the one before.
func (o *owner) write() admin.Record {
	o.t.Helper()
	o.now = o.now.Add(time.Minute)
	r := rec("user.update")
	r.At, r.Subject = o.now, admin.Subject{Kind: "user", ID: "1"}
	r.Changes = []admin.Change{{Field: "name", From: "Ann", To: "Anna", Personal: true}, {Field: "role", To: "ADMINISTRATOR"}}
	require.NoError(o.t, o.db.Audit().Append(o.t.Context(), o.org, r))
	return r
}

func (o *owner) seal() admin.Head {
	o.t.Helper()
	head, err := o.log.Seal(o.t.Context(), admin.System(o.org))
	require.NoError(o.t, err)
	return head
}

// found is what a verification finds, as "KIND number" or, without a number, "KIND record".
func (o *owner) found(options admin.VerifyOptions) []string {
	o.t.Helper()
	v, err := o.log.Verify(o.t.Context(), admin.System(o.org), options)
	require.NoError(o.t, err)
	out := []string{}
	for _, f := range v.Findings {
		if f.Seq > 0 {
			out = append(out, fmt.Sprintf("%s %d", f.Kind, f.Seq))
		} else {
			out = append(out, fmt.Sprintf("%s %s", f.Kind, f.Record))
		}
	}
	return out
}

func (o *owner) exec(statement string, args ...any) {
	o.t.Helper()
	_, err := o.pool.ExecContext(o.t.Context(), fmt.Sprintf(statement, args...))
	require.NoError(o.t, err)
}

func (o *owner) bytes(b []byte) string {
	if o.d == sqlstore.PostgreSQL {
		return `'\x` + hex.EncodeToString(b) + `'`
	}
	return "x'" + hex.EncodeToString(b) + "'"
}

func (o *owner) entry(seq int64) admin.Entry {
	o.t.Helper()
	entries, err := o.db.Log().Entries(o.t.Context(), o.org, admin.Seek[int64]{Limit: 1, After: seq - 1})
	require.NoError(o.t, err)
	require.Len(o.t, entries, 1)
	return entries[0]
}

// alter changes the actor of a sealed record and, as one can who knows this library, its digest with it.
func (o *owner) alter(seq int64, withDigest bool) admin.Entry {
	o.t.Helper()
	e := o.entry(seq)
	e.Record.Actor = admin.Actor{Kind: admin.ActorUser, ID: "somebody-else"}
	o.exec("UPDATE admincenter_audit SET actor_kind = 'USER', actor_id = 'somebody-else' WHERE org_id = '%s' AND id = '%s'", o.org, e.RecordID)
	if withDigest {
		e.Proof = o.forge(e)
		o.exec("UPDATE admincenter_audit SET digest = %s WHERE org_id = '%s' AND id = '%s'", o.bytes(e.Proof.Digest.Bytes()), o.org, e.RecordID)
	}
	return e
}

// forge computes the proof of a record anew with what the owner has: no key, but the marks.
func (o *owner) forge(e admin.Entry) admin.Proof {
	o.t.Helper()
	plain := e.Record
	plain.Changes = nil
	for i, c := range e.Record.Changes {
		if !c.Personal {
			plain.Changes = append(plain.Changes, e.Record.Changes[i])
		}
	}
	o.exec("DELETE FROM admincenter_audit_values WHERE org_id = '%s' AND record_id = '%s'", o.org, e.RecordID)
	o.exec(`UPDATE admincenter_audit SET changes = '{"v":1,"changes":[{"field":"role","to":"ADMINISTRATOR"}]}' WHERE org_id = '%s' AND id = '%s'`, o.org, e.RecordID)
	return admin.TrailKeys{}.Prove(o.org, plain)
}

// rewrite computes the log anew from an entry on, and its head.
func (o *owner) rewrite(from admin.Entry) {
	o.t.Helper()
	head := admin.Head{Org: o.org, Seq: from.Seq - 1, Hash: from.Prev}
	for seq := from.Seq; seq <= trailLength; seq++ {
		e := o.entry(seq)
		if seq == from.Seq {
			e.Digest, e.SealedAt = from.Proof.Digest, e.SealedAt.Add(time.Microsecond)
		}
		o.exec("DELETE FROM admincenter_audit_log WHERE org_id = '%s' AND seq = %d", o.org, seq)
		var links []admin.Link
		links, head = admin.TrailKeys{}.Extend(head, []admin.Unsealed{{RecordID: e.RecordID, Digest: e.Digest}},
			admin.Sealing{At: e.SealedAt, Horizon: e.Horizon}, false)
		o.insert(links[0])
	}
	o.exec("UPDATE admincenter_audit_heads SET hash = %s WHERE org_id = '%s'", o.bytes(head.Hash.Bytes()), o.org)
}

func (o *owner) insert(l admin.Link) {
	o.t.Helper()
	horizon := "NULL"
	if !l.Horizon.IsZero() {
		horizon = fmt.Sprint(l.Horizon.UnixMicro())
	}
	o.exec("INSERT INTO admincenter_audit_log (org_id, seq, record_id, sealed_at, horizon, digest, prev, hash) VALUES ('%s', %d, '%s', %d, %s, %s, %s, %s)",
		o.org, l.Seq, l.RecordID, l.SealedAt.UnixMicro(), horizon, o.bytes(l.Digest.Bytes()), o.bytes(l.Prev.Bytes()), o.bytes(l.Hash.Bytes()))
}

// inserted writes a record by SQL alone.
func (o *owner) inserted(at time.Time, digest []byte) uuid.UUID {
	o.t.Helper()
	id := uuid.Must(uuid.NewV7())
	o.exec(`INSERT INTO admincenter_audit (org_id, id, at, actor_kind, actor_id, actor_for, action, subject_kind, subject_id, changes, request_sum, request_id, digest)
		VALUES ('%s', '%s', %d, 'SYSTEM', '', '', 'user.update', 'user', '1', '', %s, '', %s)`, o.org, id, at.UnixMicro(), o.bytes(nil), o.bytes(digest))
	return id
}

// insertedWithDigest writes a record by SQL with the digest that this library computes without keys.
func (o *owner) insertedWithDigest() uuid.UUID {
	o.t.Helper()
	id := o.inserted(o.now, nil)
	r := admin.Record{ID: id, At: o.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "user.update", Subject: admin.Subject{Kind: "user", ID: "1"}}
	digest := admin.TrailKeys{}.Prove(o.org, r).Digest
	o.exec("UPDATE admincenter_audit SET digest = %s WHERE org_id = '%s' AND id = '%s'", o.bytes(digest.Bytes()), o.org, id)
	return id
}

func everyEntry() (out []string) {
	for seq := 1; seq <= last; seq++ {
		out = append(out, fmt.Sprint("INSERTED ", seq))
	}
	return out
}

// last is the number of the last entry.
const last = trailLength

// tamperings are what an owner does with every right, and what a verification finds of it: without keys, with keys
// that the owner does not have, and with the head that was published before. nil is the same as without keys.
func tamperings() []struct {
	reason           string
	do               func(o *owner) (keptIn string)
	want, keyed      []string
	onlyByPublishing bool
} {
	type rows = []struct {
		reason           string
		do               func(o *owner) (keptIn string)
		want, keyed      []string
		onlyByPublishing bool
	}
	gone := func(o *owner, seq int64) {
		o.exec("DELETE FROM admincenter_audit_values WHERE org_id = '%s' AND record_id = '%s'", o.org, o.entry(seq).RecordID)
		o.exec("DELETE FROM admincenter_audit WHERE org_id = '%s' AND id = '%s'", o.org, o.entry(seq).RecordID)
	}
	return rows{
		{reason: "nothing", do: func(*owner) string { return "" }, want: []string{}},
		{reason: "a record is removed", do: func(o *owner) string { gone(o, 5); return "" }, want: []string{"REMOVED 5"}},
		{reason: "two records and their entries are removed", do: func(o *owner) string {
			gone(o, 5)
			gone(o, 6)
			o.exec("DELETE FROM admincenter_audit_log WHERE org_id = '%s' AND seq IN (5, 6)", o.org)
			return ""
		}, want: []string{"REMOVED 5", "REMOVED 6"}},
		{reason: "the last record and its entry are removed", do: func(o *owner) string {
			gone(o, last)
			o.exec("DELETE FROM admincenter_audit_log WHERE org_id = '%s' AND seq = %d", o.org, last)
			return ""
		}, want: []string{fmt.Sprint("REMOVED ", last)}},
		{reason: "the end is cut off, and the head moved to where it was", do: func(o *owner) string {
			before := o.entry(last)
			gone(o, last)
			o.exec("DELETE FROM admincenter_audit_log WHERE org_id = '%s' AND seq = %d", o.org, last)
			o.exec("UPDATE admincenter_audit_heads SET seq = %d, hash = %s WHERE org_id = '%s'", last-1, o.bytes(before.Prev.Bytes()), o.org)
			return ""
		}, want: []string{fmt.Sprint("HEAD ", last)}, onlyByPublishing: true},
		{reason: "a record that waits is removed", do: func(o *owner) string {
			id := o.write().ID
			o.exec("DELETE FROM admincenter_audit_values WHERE org_id = '%s' AND record_id = '%s'", o.org, id)
			o.exec("DELETE FROM admincenter_audit WHERE org_id = '%s' AND id = '%s'", o.org, id)
			return id.String()
		}, want: []string{"REMOVED record"}},
		{reason: "a record that waits is removed, and sealed then", do: func(o *owner) string {
			id := o.write().ID
			o.exec("DELETE FROM admincenter_audit_values WHERE org_id = '%s' AND record_id = '%s'", o.org, id)
			o.exec("DELETE FROM admincenter_audit WHERE org_id = '%s' AND id = '%s'", o.org, id)
			o.seal()
			return ""
		}, want: []string{fmt.Sprint("REMOVED ", last+1)}},
		{reason: "a record is altered", do: func(o *owner) string { o.alter(5, false); return "" }, want: []string{"ALTERED 5"}},
		{reason: "a record is moved in time", do: func(o *owner) string {
			o.exec("UPDATE admincenter_audit SET at = at - 1 WHERE org_id = '%s' AND id = '%s'", o.org, o.entry(5).RecordID)
			return ""
		}, want: []string{"ALTERED 5"}},
		{reason: "a change in a record is altered", do: func(o *owner) string {
			o.exec("UPDATE admincenter_audit SET changes = REPLACE(changes, 'ADMINISTRATOR', 'ANALYST') WHERE org_id = '%s' AND id = '%s'", o.org, o.entry(5).RecordID)
			return ""
		}, want: []string{"ALTERED 5"}},
		{reason: "a record that waits is altered", do: func(o *owner) string {
			id := o.write().ID
			o.exec("UPDATE admincenter_audit SET actor_id = 'x' WHERE org_id = '%s' AND id = '%s'", o.org, id)
			return id.String()
		}, want: []string{"ALTERED record"}},
		{reason: "a record is altered with its digest", do: func(o *owner) string { o.alter(5, true); return "" }, want: []string{"ALTERED 5"}},
		{reason: "a record is altered with its digest, in the entry too", do: func(o *owner) string {
			e := o.alter(5, true)
			o.exec("UPDATE admincenter_audit_log SET digest = %s WHERE org_id = '%s' AND seq = 5", o.bytes(e.Proof.Digest.Bytes()), o.org)
			return ""
		}, want: []string{"ALTERED 5"}},
		{reason: "a record is altered, and its entry computed anew", do: func(o *owner) string {
			e := o.alter(5, true)
			o.exec("DELETE FROM admincenter_audit_log WHERE org_id = '%s' AND seq = 5", o.org)
			links, _ := admin.TrailKeys{}.Extend(admin.Head{Org: o.org, Seq: 4, Hash: e.Prev}, []admin.Unsealed{{RecordID: e.RecordID, Digest: e.Proof.Digest}},
				admin.Sealing{At: e.SealedAt, Horizon: e.Horizon}, false)
			o.insert(links[0])
			return ""
		}, want: []string{"ALTERED 5"}, keyed: []string{"INSERTED 5"}},
		{reason: "the log is computed anew from an altered record on, with a forged head", do: func(o *owner) string {
			o.rewrite(o.alter(10, true))
			return ""
		}, want: []string{fmt.Sprint("HEAD ", last)}, onlyByPublishing: true, keyed: []string{"INSERTED 10", "INSERTED 11", "INSERTED 12"}},
		{reason: "the head is forged", do: func(o *owner) string {
			o.exec("UPDATE admincenter_audit_heads SET hash = %s WHERE org_id = '%s'", o.bytes(make([]byte, 32)), o.org)
			return ""
		}, want: []string{fmt.Sprint("ALTERED ", last)}},
		{reason: "the head is moved back, so that a seal would write over the end", do: func(o *owner) string {
			o.exec("UPDATE admincenter_audit_heads SET seq = %d WHERE org_id = '%s'", last-2, o.org)
			return ""
		}, want: []string{fmt.Sprint("INSERTED ", last)}},
		{reason: "a record is inserted", do: func(o *owner) string { return o.inserted(o.now, nil).String() }, want: []string{"INSERTED record"}},
		{reason: "a record is inserted, and sealed then", do: func(o *owner) string { o.inserted(o.now, nil); o.seal(); return "" },
			want: []string{fmt.Sprint("INSERTED ", last+1)}},
		{reason: "a record is inserted with a digest of something else", do: func(o *owner) string {
			return o.inserted(o.now, o.entry(5).Digest.Bytes()).String()
		}, want: []string{"ALTERED record"}},
		{reason: "a record is inserted with its digest", do: func(o *owner) string {
			return o.insertedWithDigest().String()
		}, want: []string{}, keyed: []string{"INSERTED record"}},
		{reason: "a record is inserted with its digest, and sealed then", do: func(o *owner) string {
			o.insertedWithDigest()
			o.seal()
			return ""
		}, want: []string{}, keyed: []string{fmt.Sprint("INSERTED ", last+1)}},
		{reason: "the log is computed anew from its first entry on", do: func(o *owner) string {
			o.rewrite(o.entry(1))
			return ""
		}, want: []string{fmt.Sprint("HEAD ", last)}, onlyByPublishing: true, keyed: everyEntry()},
		{reason: "a record is inserted and does not wait", do: func(o *owner) string {
			id := o.inserted(o.now, nil)
			o.exec("DELETE FROM admincenter_audit_queue WHERE org_id = '%s' AND id = '%s'", o.org, id)
			return id.String()
		}, want: []string{"INSERTED record"}},
		{reason: "a record that this library would write is backdated", do: func(o *owner) string {
			r := rec("user.update")
			r.At = noon.Add(30 * time.Second)
			require.NoError(o.t, o.db.Audit().Append(o.t.Context(), o.org, r))
			o.now = o.now.Add(24 * time.Hour)
			o.seal()
			return ""
		}, want: []string{fmt.Sprint("BACKDATED ", last+1)}},
		{reason: "a record that waits is backdated", do: func(o *owner) string {
			r := rec("user.update")
			r.At = noon.Add(-time.Hour)
			require.NoError(o.t, o.db.Audit().Append(o.t.Context(), o.org, r))
			return r.ID.String()
		}, want: []string{"BACKDATED record"}},
		{reason: "two entries change places", do: func(o *owner) string {
			for _, s := range [][2]int{{4, 1000}, {9, 4}, {1000, 9}} {
				o.exec("UPDATE admincenter_audit_log SET seq = %d WHERE org_id = '%s' AND seq = %d", s[1], o.org, s[0])
			}
			return ""
		}, want: []string{"REORDERED 4", "REORDERED 9"}},
		{reason: "two neighbors change places", do: func(o *owner) string {
			for _, s := range [][2]int{{4, 1000}, {5, 4}, {1000, 5}} {
				o.exec("UPDATE admincenter_audit_log SET seq = %d WHERE org_id = '%s' AND seq = %d", s[1], o.org, s[0])
			}
			return ""
		}, want: []string{"REORDERED 4", "REORDERED 5"}},
		{reason: "an entry is given another time", do: func(o *owner) string {
			o.exec("UPDATE admincenter_audit_log SET sealed_at = sealed_at + 1 WHERE org_id = '%s' AND seq = 5", o.org)
			return ""
		}, want: []string{"ALTERED 5"}},
		{reason: "a value about a person is altered", do: func(o *owner) string {
			o.exec("UPDATE admincenter_audit_values SET to_value = 'Bob' WHERE org_id = '%s' AND record_id = '%s'", o.org, o.entry(5).RecordID)
			return ""
		}, want: []string{"ALTERED 5"}},
		{reason: "a value about a person is removed", do: func(o *owner) string {
			o.exec("DELETE FROM admincenter_audit_values WHERE org_id = '%s' AND record_id = '%s'", o.org, o.entry(5).RecordID)
			return ""
		}, want: []string{"ALTERED 5"}},
		{reason: "a value is erased without a record", do: func(o *owner) string {
			o.exec("UPDATE admincenter_audit_values SET salt = %s, from_value = '', to_value = '', erasure_id = '%s' WHERE org_id = '%s' AND record_id = '%s'",
				o.bytes(nil), uuid.New(), o.org, o.entry(5).RecordID)
			return ""
		}, want: []string{"ALTERED 5"}},
		{reason: "a value is erased in the name of a record of something else", do: func(o *owner) string {
			o.exec("UPDATE admincenter_audit_values SET salt = %s, from_value = '', to_value = '', erasure_id = '%s' WHERE org_id = '%s' AND record_id = '%s'",
				o.bytes(nil), o.entry(6).RecordID, o.org, o.entry(5).RecordID)
			return ""
		}, want: []string{"ALTERED 5"}},
		{reason: "a value is erased as it may be", do: func(o *owner) string {
			_, err := o.db.Audit().Erase(o.t.Context(), o.org, admin.TrailErasure{Subjects: []admin.Subject{{Kind: "user", ID: "1"}}}, func() admin.Record {
				r := rec("user.erase")
				r.At = o.now
				return r
			}())
			require.NoError(o.t, err)
			return ""
		}, want: []string{}},
	}
}

func TestVerifyNamesWhatAnOwnerOfTheDatabaseDid(t *testing.T) {
	var secret [32]byte
	keys, err := admin.NewTrailKeys(admin.TrailKey{ID: "2026", Key: admin.NewSecret(string(secret[:]))})
	require.NoError(t, err)
	onEach(t, func(t *testing.T, s server) {
		for name, keys := range map[string]admin.TrailKeys{"no keys": {}, "keys": keys} {
			o := newOwner(t, s, keys)
			for i, x := range tamperings() {
				t.Run(name+": "+x.reason, func(t *testing.T) {
					o.fresh(t, admin.OrgID(fmt.Sprint("acme", i)))
					require.Empty(t, o.found(admin.VerifyOptions{}))
					published := o.seal()
					id := x.do(o)
					want := x.want
					if name == "keys" && x.keyed != nil {
						want = x.keyed
					}
					for n := range want {
						want[n] = strings.ReplaceAll(want[n], "record", id)
					}
					if x.onlyByPublishing && (name == "no keys" || x.keyed == nil) {
						require.Empty(t, o.found(admin.VerifyOptions{}), "the log is right in itself")
						require.Equal(t, want, o.found(admin.VerifyOptions{Published: []admin.Head{published}}))
						return
					}
					got := o.found(admin.VerifyOptions{})
					require.Equal(t, want, slicesCompact(got))
				})
			}
		}
	})
}

// slicesCompact leaves out what is found of one record more than once.
func slicesCompact(found []string) []string {
	out := []string{}
	for _, f := range found {
		if len(out) == 0 || out[len(out)-1] != f {
			out = append(out, f)
		}
	}
	return out
}

// A host gives keys to a trail that has had none, and changes them later.
func TestTrailKeysComeLaterAndChange(t *testing.T) {
	driver, dsn := createSQLite(t)
	pool := openPool(t, driver, dsn)
	key := func(id string) admin.TrailKey {
		return admin.TrailKey{ID: id, Key: admin.NewSecret(strings.Repeat(id, 32))}
	}
	at := noon
	with := func(keys ...admin.TrailKey) *admin.Log {
		var set admin.TrailKeys
		if len(keys) > 0 {
			var err error
			set, err = admin.NewTrailKeys(keys[0], keys[1:]...)
			require.NoError(t, err)
		}
		db, err := sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{TrailKeys: set})
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		if at.Equal(noon) {
			createOrganization(t, db, "acme")
		}
		at = at.Add(time.Minute)
		r := rec("host.write")
		r.At = at
		require.NoError(t, db.Audit().Append(t.Context(), "acme", r))
		l, err := admin.NewLog(admin.LogPorts{Log: db.Log()}, admin.LogOptions{Runtime: admin.Runtime{Now: func() time.Time { return at }}})
		require.NoError(t, err)
		_, err = l.Seal(t.Context(), admin.System("acme"))
		require.NoError(t, err)
		return l
	}
	found := func(l *admin.Log, until int64) (kinds []admin.FindingKind) {
		v, err := l.Verify(t.Context(), admin.System("acme"), admin.VerifyOptions{UnkeyedUntil: until})
		require.NoError(t, err)
		for _, f := range v.Findings {
			kinds = append(kinds, f.Kind)
		}
		return kinds
	}
	require.Empty(t, found(with(), 0))
	keyed := with(key("a"))
	require.Equal(t, []admin.FindingKind{admin.FindingInserted, admin.FindingInserted}, found(keyed, 0), "what had no key yet")
	require.Empty(t, found(keyed, 2))
	require.Empty(t, found(with(key("b"), key("a")), 2))
	require.Contains(t, found(with(key("b")), 2), admin.FindingAltered, "the old key is needed to verify what is under it")
}
