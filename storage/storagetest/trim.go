package storagetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
)

// trimmer is a log of an organization, with records that are sealed on the hour from the epoch on.
type trimmer struct {
	*world
}

func newTrimmer(t *testing.T, b storage.Backend, c *ids, hours int) *trimmer {
	t.Helper()
	w := &trimmer{world: newWorld(t, b, c)}
	w.t = t
	for hour := range hours {
		rec := w.rec("host.write")
		rec.At = epoch.Add(time.Duration(hour) * time.Hour)
		rec.Changes = append(rec.Changes, admin.Change{Field: "who", From: "Ann", To: "Anna", Personal: true})
		require.NoError(t, b.Audit().Append(t.Context(), w.org, rec))
		w.seal(hour)
	}
	return w
}

func (w *trimmer) hour(n int) time.Time { return epoch.Add(time.Duration(n) * time.Hour) }

func (w *trimmer) seal(hour int) admin.Head {
	w.t.Helper()
	head, _, err := w.b.Log().Seal(w.t.Context(), w.org, admin.Sealing{At: w.hour(hour), Limit: 100})
	require.NoError(w.t, err)
	return head
}

func (w *trimmer) removable(until time.Time) admin.Head {
	w.t.Helper()
	head, err := w.b.Log().Removable(w.t.Context(), w.org, until)
	require.NoError(w.t, err)
	require.Equal(w.t, w.org, head.Org)
	return head
}

func (w *trimmer) cut() admin.Cut {
	w.t.Helper()
	cut, err := w.b.Log().Cut(w.t.Context(), w.org)
	require.NoError(w.t, err)
	require.Equal(w.t, w.org, cut.Org)
	return cut
}

// trim removes up to a place, so many rows at once, and returns in how many calls, after each of which the log
// verifies.
func (w *trimmer) trim(cut admin.Head, limit int, at time.Time) (calls int) {
	w.t.Helper()
	rec := w.rec(admin.ActionTrim)
	rec.At, rec.Changes = at, cut.CutChanges()
	for more := true; more; calls++ {
		require.Less(w.t, calls, 100, "the removal does not end")
		var err error
		more, err = w.b.Log().Trim(w.t.Context(), w.org, cut, limit, rec)
		require.NoError(w.t, err)
		w.verify(admin.VerifyOptions{})
	}
	return calls
}

func (w *trimmer) verify(o admin.VerifyOptions) admin.Verification {
	w.t.Helper()
	v, err := logOf(w.t, w.b).Verify(w.t.Context(), admin.System(w.org), o)
	require.NoError(w.t, err)
	require.NoError(w.t, v.Err())
	require.Equal(w.t, w.cut(), v.Cut)
	return v
}

// numbers returns those of the entries that are left.
func (w *trimmer) numbers() (out []int64) {
	w.t.Helper()
	entries, err := w.b.Log().Entries(w.t.Context(), w.org, page[int64](100))
	require.NoError(w.t, err)
	for _, e := range entries {
		require.Equal(w.t, e.Record.ID, e.RecordID)
		out = append(out, e.Seq)
	}
	return out
}

func (w *trimmer) list(action admin.Action) []admin.Record {
	w.t.Helper()
	list, err := w.b.Audit().List(w.t.Context(), w.org, admin.AuditFilter{Action: action}, page[admin.RecordKey](100))
	require.NoError(w.t, err)
	return list
}

// due reports whether the organization is among the logs that begin at until or before, and since when.
func (w *trimmer) due(until time.Time) (since time.Time, is bool) {
	w.t.Helper()
	logs, err := w.b.Log().Trimmable(w.t.Context(), until, admin.HeadKey{}, 100_000)
	require.NoError(w.t, err)
	require.True(w.t, slices.IsSortedFunc(logs, func(a, b admin.HeadKey) int { return a.SealedAt.Compare(b.SealedAt) }))
	i := slices.IndexFunc(logs, func(k admin.HeadKey) bool { return k.Org == w.org })
	if i < 0 {
		return time.Time{}, false
	}
	return logs[i].SealedAt, true
}

func testTrim(t *testing.T, b storage.Backend, c *ids) {
	for name, test := range map[string]func(t *testing.T, b storage.Backend, c *ids){
		"up to a place, and on record":          testTrimUpTo,
		"in batches, with one record":           testTrimBatches,
		"and is not skipped by readers":         testTrimReaders,
		"again and again":                       testTrimAgain,
		"nothing of a log that was never cut":   testTrimNothing,
		"not if the record is another one's":    testTrimRefused,
		"all of it, and goes on with numbers":   testTrimAll,
		"of all organizations, those first due": testTrimmable,
		"whole or not at all":                   testTrimTakenBack,
	} {
		t.Run(name, func(t *testing.T) { test(t, b, c) })
	}
}

func testTrimUpTo(t *testing.T, b storage.Backend, c *ids) {
	w := newTrimmer(t, b, c, 6) // numbers 1 and 2 of hour 0, then one an hour
	before, err := b.Log().Entries(t.Context(), w.org, page[int64](100))
	require.NoError(t, err)
	require.Zero(t, w.removable(epoch.Add(-time.Microsecond)).Seq)
	require.EqualValues(t, 2, w.removable(w.hour(0)).Seq)
	cut := w.removable(w.hour(3).Add(-time.Microsecond))
	require.Equal(t, admin.Head{Org: w.org, Seq: 4, Hash: before[3].Hash, SealedAt: w.hour(2)}, cut)
	require.EqualValues(t, 7, w.removable(w.hour(1000)).Seq)
	require.Zero(t, w.cut().Seq)

	require.Equal(t, 1, w.trim(cut, 1000, w.hour(9)))
	trims := w.list(admin.ActionTrim)
	require.Len(t, trims, 1)
	require.Equal(t, cut.CutChanges(), trims[0].Changes)
	require.Equal(t, admin.Cut{Head: cut, RecordID: trims[0].ID, At: w.hour(9)}, w.cut())
	require.Equal(t, []int64{5, 6, 7}, w.numbers())
	require.Len(t, w.list("host.write"), 3)
	require.Empty(t, w.list("organization.create"))
	places, err := b.Log().Places(t.Context(), w.org, page[admin.RecordKey](100))
	require.NoError(t, err)
	require.Len(t, places, 4)
	erasure := w.rec("test.erase")
	erasure.At = w.hour(9)
	what := admin.TrailErasure{Subjects: []admin.Subject{erasure.Subject}}
	erased, err := b.Audit().Erase(t.Context(), w.org, what, erasure)
	require.NoError(t, err)
	require.Equal(t, 3, erased, "values that were removed are not erased any more")
	w.seal(10)
	w.verify(admin.VerifyOptions{})

	published := func(seq int64) admin.Head {
		l := before[seq-1].Link
		return admin.Head{Org: w.org, Seq: l.Seq, Hash: l.Hash}
	}
	v := w.verify(admin.VerifyOptions{Published: []admin.Head{published(3), published(4), published(6)}})
	require.Equal(t, []admin.Head{published(3)}, v.Unchecked)
	require.EqualValues(t, 5, v.Entries)
	for _, after := range []int64{3, 4, 5} {
		require.Empty(t, w.verify(admin.VerifyOptions{After: published(after)}).Unchecked)
	}
}

func testTrimBatches(t *testing.T, b storage.Backend, c *ids) {
	w := newTrimmer(t, b, c, 6)
	cut := w.removable(w.hour(4))
	require.EqualValues(t, 6, cut.Seq)
	since, is := w.due(w.hour(4))
	require.True(t, is)
	require.Equal(t, w.hour(0), since)
	// The first link has no personal value, the others have one: 2 rows, and then 3 each.
	rec := w.rec(admin.ActionTrim)
	rec.At, rec.Changes = w.hour(9), cut.CutChanges()
	more, err := b.Log().Trim(t.Context(), w.org, cut, 5, rec)
	require.NoError(t, err)
	require.True(t, more)
	require.Equal(t, []int64{3, 4, 5, 6, 7}, w.numbers())
	require.EqualValues(t, 6, w.cut().Seq, "from the first on")
	w.verify(admin.VerifyOptions{})
	_, is = w.due(w.hour(4))
	require.True(t, is, "until all is removed")
	require.Equal(t, cut, w.removable(w.hour(100)), "first that is finished")
	w.seal(10)
	w.verify(admin.VerifyOptions{})

	require.Equal(t, 4, w.trim(cut, 1, w.hour(11)), "one link at least")
	require.Len(t, w.list(admin.ActionTrim), 1, "one record, however many batches there are")
	require.Equal(t, []int64{7, 8}, w.numbers())
	require.Equal(t, w.hour(9), w.cut().At)
	since, is = w.due(w.hour(1000))
	require.True(t, is)
	require.Equal(t, w.hour(5), since)
}

func testTrimReaders(t *testing.T, b storage.Backend, c *ids) {
	w := newTrimmer(t, b, c, 6)
	w.trim(w.removable(w.hour(3)), 1000, w.hour(9)) // up to 5
	read := func(after int64) []int64 {
		entries, err := b.Log().Entries(t.Context(), w.org, admin.Seek[int64]{Limit: 100, After: after})
		if err != nil {
			var gone *admin.TrimmedError
			require.ErrorAs(t, err, &gone)
			require.ErrorIs(t, err, admin.ErrTrimmed)
			require.NotErrorIs(t, err, admin.ErrNotFound, "followers take that for an organization that is gone")
			require.Equal(t, admin.TrimmedError{After: after, First: 6}, *gone)
			return nil
		}
		var out []int64
		for _, e := range entries {
			out = append(out, e.Seq)
		}
		return out
	}
	require.Equal(t, []int64{6, 7}, read(0))
	require.Nil(t, read(1))
	require.Nil(t, read(4))
	require.Equal(t, []int64{6, 7}, read(5))
	require.Equal(t, []int64{7}, read(6))
	require.Empty(t, read(7))
	inspected, err := b.Log().Inspect(t.Context(), w.org, admin.Seek[int64]{Limit: 100, After: 2})
	require.NoError(t, err, "it returns what is there")
	require.Len(t, inspected, 2)
}

func testTrimAgain(t *testing.T, b storage.Backend, c *ids) {
	w := newTrimmer(t, b, c, 6)
	earlier := w.removable(w.hour(1))
	w.trim(w.removable(w.hour(2)), 1000, w.hour(9)) // up to 4
	first := w.cut()
	require.Equal(t, 1, w.trim(earlier, 1000, w.hour(10)), "a place before is no other cut")
	require.Equal(t, first, w.cut())
	require.Len(t, w.list(admin.ActionTrim), 1)
	w.seal(11)
	w.trim(w.removable(w.hour(4)), 1000, w.hour(12)) // up to 6
	require.EqualValues(t, 6, w.cut().Seq)
	require.Len(t, w.list(admin.ActionTrim), 2)
	w.seal(13)
	w.trim(w.removable(w.hour(11)), 1000, w.hour(14)) // up to 8, with the record of the first
	require.Len(t, w.list(admin.ActionTrim), 2)
	require.Equal(t, []int64{9}, w.numbers())
	w.seal(15)
	require.Equal(t, []int64{9, 10}, w.numbers())
	_, is := w.due(w.hour(1000))
	require.False(t, is, "nothing is left but records of removals")
	w.verify(admin.VerifyOptions{})
}

func testTrimNothing(t *testing.T, b storage.Backend, c *ids) {
	w := newTrimmer(t, b, c, 0)
	require.Zero(t, w.removable(w.hour(1000)).Seq, "a record that waits stays")
	_, is := w.due(w.hour(1000))
	require.False(t, is)
	require.Zero(t, w.cut().Seq)
	w.verify(admin.VerifyOptions{})
	cut, err := b.Log().Cut(t.Context(), "org-missing")
	require.NoError(t, err)
	require.Equal(t, admin.Cut{Head: admin.Head{Org: "org-missing"}}, cut)
	head, err := b.Log().Removable(t.Context(), "org-missing", epoch)
	require.NoError(t, err)
	require.Equal(t, admin.Head{Org: "org-missing"}, head)
}

func testTrimRefused(t *testing.T, b storage.Backend, c *ids) {
	w := newTrimmer(t, b, c, 6)
	cut := w.removable(w.hour(2))
	trim := func(cut admin.Head, action admin.Action, of admin.Head) error {
		rec := w.rec(action)
		rec.Changes = of.CutChanges()
		_, err := b.Log().Trim(t.Context(), cut.Org, cut, 1000, rec)
		return err
	}
	other, forged, beyond, missing := cut, cut, cut, cut
	other.Seq, forged.Hash.Sum[0], beyond.Seq, missing.Org = 3, forged.Hash.Sum[0]+1, 1000, "org-missing"
	require.ErrorIs(t, trim(cut, "host.write", cut), admin.ErrInvalid)
	require.ErrorIs(t, trim(cut, admin.ActionTrim, other), admin.ErrInvalid)
	require.ErrorIs(t, trim(cut, admin.ActionTrim, forged), admin.ErrInvalid)
	require.ErrorIs(t, trim(admin.Head{Org: w.org}, admin.ActionTrim, admin.Head{}), admin.ErrInvalid)
	require.ErrorIs(t, trim(forged, admin.ActionTrim, forged), admin.ErrNotFound, "the log has no such link")
	require.ErrorIs(t, trim(beyond, admin.ActionTrim, beyond), admin.ErrNotFound)
	require.ErrorIs(t, trim(missing, admin.ActionTrim, missing), admin.ErrNotFound)
	rec := w.rec(admin.ActionTrim)
	rec.Changes = cut.CutChanges()
	_, err := b.Log().Trim(t.Context(), newTrimmer(t, b, c, 6).org, cut, 1000, rec)
	require.ErrorIs(t, err, admin.ErrNotFound, "the head is another organization's")
	require.Empty(t, w.list(admin.ActionTrim))
	require.Len(t, w.numbers(), 7)
	w.verify(admin.VerifyOptions{})
}

func testTrimAll(t *testing.T, b storage.Backend, c *ids) {
	w := newTrimmer(t, b, c, 3)
	w.trim(w.removable(w.hour(1000)), 1000, w.hour(9))
	require.Empty(t, w.numbers())
	_, is := w.due(w.hour(1000))
	require.False(t, is)
	head := w.seal(10)
	require.EqualValues(t, 5, head.Seq)
	require.Equal(t, []int64{5}, w.numbers())
	_, is = w.due(w.hour(1000))
	require.False(t, is, "the record of the removal is no reason for another one")
	require.NoError(t, b.Audit().Append(t.Context(), w.org, w.rec("host.write")))
	w.seal(11)
	since, is := w.due(w.hour(1000))
	require.True(t, is)
	require.Equal(t, w.hour(11), since)
}

func testTrimmable(t *testing.T, b storage.Backend, c *ids) {
	long := epoch.Add(-5000 * time.Hour) // before all others
	var logs []admin.HeadKey
	for i := range 3 {
		w := newWorld(t, b, c)
		at := long.Add(time.Duration(max(i-1, 0)) * time.Second) // the first two at once
		_, _, err := b.Log().Seal(t.Context(), w.org, admin.Sealing{At: at, Limit: 10})
		require.NoError(t, err)
		logs = append(logs, admin.HeadKey{SealedAt: at, Org: w.org})
	}
	got := func(until time.Time, after admin.HeadKey, limit int) []admin.HeadKey {
		out, err := b.Log().Trimmable(t.Context(), until, after, limit)
		require.NoError(t, err)
		return out
	}
	require.Empty(t, got(long.Add(-time.Microsecond), admin.HeadKey{}, 10))
	require.Equal(t, logs[:2], got(long, admin.HeadKey{}, 10))
	require.Equal(t, logs, got(long.Add(time.Second), admin.HeadKey{}, 3))
	require.Equal(t, logs[:1], got(long.Add(time.Second), admin.HeadKey{}, 1))
	require.Equal(t, logs[1:], got(long.Add(time.Second), logs[0], 3))
	require.Equal(t, logs[2:], got(long.Add(time.Second), logs[1], 1))
}

func testTrimTakenBack(t *testing.T, b storage.Backend, c *ids) {
	w := newTrimmer(t, b, c, 6)
	cut := w.removable(w.hour(2))
	rec := w.rec(admin.ActionTrim)
	rec.Changes = cut.CutChanges()
	stop := errors.New("stop")
	require.ErrorIs(t, b.InTx(t.Context(), func(s storage.Stores) error {
		if _, err := s.Log().Trim(t.Context(), w.org, cut, 1000, rec); err != nil {
			return err
		}
		entries, err := s.Log().Entries(context.WithoutCancel(t.Context()), w.org, page[int64](100))
		if err != nil {
			return err
		}
		require.Len(t, entries, 3)
		return stop
	}), stop)
	require.Len(t, w.numbers(), 7)
	require.Zero(t, w.cut().Seq)
	_, is := w.due(w.hour(2))
	require.True(t, is)
	w.verify(admin.VerifyOptions{})
}
