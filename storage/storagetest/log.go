package storagetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
)

func logCalls() map[string]call {
	before := func(org admin.OrgID) admin.OrgID { return org[:len(org)-1] }
	return map[string]call{
		"Log.Seal": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			head, _, err := s.Log().Seal(ctx, org, admin.Sealing{At: epoch, Limit: 100})
			return head, err
		},
		"Log.Head": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			head, err := s.Log().Head(ctx, org)
			if head.Seq == 0 { // it has the organization that was asked for
				head.Org = ""
			}
			return head, err
		},
		"Log.Entries": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			es, err := s.Log().Entries(ctx, org, page[int64](100))
			return es, err
		},
		"Log.Inspect": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			in, err := s.Log().Inspect(ctx, org, page[int64](100))
			return in, err
		},
		"Log.Waiting": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			in, err := s.Log().Waiting(ctx, org, page[uuid.UUID](100))
			return in, err
		},
		// A place has no data of its organization, so that of the first record is shown with it.
		"Log.Places": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			ps, err := s.Log().Places(ctx, org, page[admin.RecordKey](100))
			if err != nil || len(ps) == 0 {
				return ps, err
			}
			first, err := s.Audit().List(ctx, org, admin.AuditFilter{}, page[admin.RecordKey](100))
			return fmt.Sprintf("%v %v", ps, first), err
		},
		"Log.Unsealed": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			orgs, err := s.Log().Unsealed(ctx, before(org), 50)
			return orgs, err
		},
		"Log.Heads": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			heads, err := s.Log().Heads(ctx, admin.HeadKey{SealedAt: epoch, Org: before(org)}, 50)
			return heads, err
		},
		"Log.Cut": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			cut, err := s.Log().Cut(ctx, org)
			if cut.Seq == 0 { // as the head
				cut.Org = ""
			}
			return cut, err
		},
		"Log.Removable": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			head, err := s.Log().Removable(ctx, org, epoch)
			if head.Seq == 0 {
				head.Org = ""
			}
			return head, err
		},
		"Log.Trimmable": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			logs, err := s.Log().Trimmable(ctx, epoch, admin.HeadKey{SealedAt: epoch, Org: before(org)}, 50)
			return logs, err
		},
		"Log.Trim": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			if rec.Changes != nil {
				rec = w.trimming(rec)
			}
			more, err := s.Log().Trim(ctx, org, w.seeds.cut, 1000, rec)
			return more, err
		},
	}
}

// seedLog seals what is there so far, and removes the first record; what is seeded later waits.
func (w *world) seedLog() {
	w.t.Helper()
	first, _, err := w.b.Log().Seal(w.t.Context(), w.org, admin.Sealing{At: over, Limit: 1})
	require.NoError(w.t, err)
	w.seeds.cut = first
	more, err := w.b.Log().Trim(w.t.Context(), w.org, first, 1000, w.trimming(w.rec("")))
	require.NoError(w.t, err)
	require.False(w.t, more)
	head, drained, err := w.b.Log().Seal(w.t.Context(), w.org, admin.Sealing{At: epoch, Limit: 100})
	require.NoError(w.t, err)
	require.True(w.t, drained)
	w.seeds.cut = head
}

// trimming returns rec as the record of a removal of what is sealed.
func (w *world) trimming(rec admin.Record) admin.Record {
	rec.Action, rec.Changes = admin.ActionTrim, w.seeds.cut.CutChanges()
	return rec
}

// logOf is the service over the log of a backend.
func logOf(t *testing.T, b storage.Backend) *admin.Log {
	t.Helper()
	l, err := admin.NewLog(admin.LogPorts{Log: b.Log()}, admin.LogOptions{
		Runtime: admin.Runtime{Now: func() time.Time { return epoch }},
	})
	require.NoError(t, err)
	return l
}

func testLog(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(3 << 40)
	t.Run("gives every record a place, once", func(t *testing.T) { testSeal(t, b, c) })
	t.Run("refuses an organization that does not exist", func(t *testing.T) {
		_, _, err := b.Log().Seal(t.Context(), "org-missing", admin.Sealing{At: epoch, Limit: 1})
		require.ErrorIs(t, err, admin.ErrNotFound)
		head, err := b.Log().Head(t.Context(), "org-missing")
		require.NoError(t, err)
		require.Equal(t, admin.Head{Org: "org-missing"}, head)
	})
	t.Run("never goes back in time", func(t *testing.T) {
		w := newWorld(t, b, c)
		seal := func(at, horizon time.Time) admin.Head {
			require.NoError(t, b.Audit().Append(t.Context(), w.org, w.rec("host.write")))
			head, _, err := b.Log().Seal(t.Context(), w.org, admin.Sealing{At: at, Horizon: horizon, Limit: 10})
			require.NoError(t, err)
			return head
		}
		late := epoch.Add(time.Hour)
		first := seal(late, time.Time{})
		require.Equal(t, late, first.SealedAt)
		require.Equal(t, late, first.Horizon, "nothing was left")
		second := seal(epoch, epoch)
		require.Equal(t, late, second.SealedAt)
		require.Equal(t, late, second.Horizon)
		entries, err := b.Log().Entries(t.Context(), w.org, admin.Seek[int64]{Limit: 10, After: first.Seq})
		require.NoError(t, err)
		require.Len(t, entries, 1)
		require.Equal(t, late, entries[0].SealedAt)
		require.Equal(t, late, entries[0].Horizon)
	})
	t.Run("has each record once if many seal it while many write", func(t *testing.T) { testSealAtOnce(t, b, c) })
	t.Run("lists heads by when they grew", func(t *testing.T) { testHeads(t, b, c) })
	t.Run("is removed from its start", func(t *testing.T) { testTrim(t, b, c) })
	t.Run("verifies", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seed()
		requireVerified(t, b, w.org, true)
		_, err := logOf(t, b).Seal(t.Context(), admin.System(w.org))
		require.NoError(t, err)
		requireVerified(t, b, w.org, false)
		rec := w.rec("person.update")
		rec.Changes = []admin.Change{{Field: "name", To: "Ann", Personal: true}}
		require.NoError(t, b.Audit().Append(t.Context(), w.org, rec))
		e := admin.TrailErasure{Subjects: []admin.Subject{rec.Subject}}
		_, err = b.Audit().Erase(t.Context(), w.org, e, w.rec("person.erase"))
		require.NoError(t, err)
		requireVerified(t, b, w.org, true)
		_, err = logOf(t, b).Seal(t.Context(), admin.System(w.org))
		require.NoError(t, err)
		requireVerified(t, b, w.org, false)
	})
}

// requireVerified checks that nothing is wrong with the trail, and whether something waits.
func requireVerified(t *testing.T, b storage.Backend, org admin.OrgID, waiting bool) {
	t.Helper()
	v, err := logOf(t, b).Verify(t.Context(), admin.System(org), admin.VerifyOptions{})
	require.NoError(t, err)
	require.NoError(t, v.Err())
	require.Positive(t, v.Entries)
	require.Equal(t, waiting, v.Waiting > 0)
}

func testSeal(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	var want []admin.Record
	for range 7 {
		rec := w.rec("host.write")
		rec.Changes[0].Personal = len(want)%2 == 0
		require.NoError(t, b.Audit().Append(t.Context(), w.org, rec))
		want = append(want, rec)
	}
	orgs, err := b.Log().Unsealed(t.Context(), w.org[:len(w.org)-1], 100)
	require.NoError(t, err)
	require.Contains(t, orgs, w.org)
	waiting, err := b.Log().Waiting(t.Context(), w.org, admin.Seek[uuid.UUID]{Limit: 100, After: want[3].ID})
	require.NoError(t, err)
	require.Len(t, waiting, 3)
	require.Equal(t, want[4], waiting[0].Record)
	require.Equal(t, want[4].ID, waiting[0].RecordID)
	require.Empty(t, waiting[0].Wrong)

	head, drained, err := b.Log().Seal(t.Context(), w.org, admin.Sealing{At: epoch, Limit: 5})
	require.NoError(t, err)
	require.False(t, drained)
	require.EqualValues(t, 5, head.Seq)
	require.True(t, head.Horizon.IsZero(), "something was left")
	require.Equal(t, epoch, head.SealedAt)
	head, drained, err = b.Log().Seal(t.Context(), w.org, admin.Sealing{At: epoch, Limit: 3})
	require.NoError(t, err)
	require.True(t, drained)
	require.EqualValues(t, 8, head.Seq, "the record of the organization comes first")
	again, drained, err := b.Log().Seal(t.Context(), w.org, admin.Sealing{At: epoch, Limit: 3})
	require.NoError(t, err)
	require.True(t, drained)
	require.Equal(t, head, again)
	read, err := b.Log().Head(t.Context(), w.org)
	require.NoError(t, err)
	require.Equal(t, head, read)

	var entries []admin.Entry
	for _, e := range pages(t, func(seek admin.Seek[int64]) ([]admin.Entry, error) {
		return b.Log().Entries(t.Context(), w.org, seek)
	}, func(e admin.Entry) int64 { return e.Seq }) {
		entries = append(entries, e)
		require.EqualValues(t, len(entries), e.Seq)
		require.Equal(t, e.Record.ID, e.RecordID)
		require.Equal(t, e.Proof.Digest, e.Digest)
	}
	require.Len(t, entries, 8)
	require.True(t, entries[0].Prev.IsZero())
	require.Equal(t, head.Hash, entries[7].Hash)
	for i, rec := range want {
		require.Equal(t, rec, entries[i+1].Record)
		require.Equal(t, entries[i].Hash, entries[i+1].Prev)
	}
	inspected, err := b.Log().Inspect(t.Context(), w.org, admin.Seek[int64]{Limit: 100, After: 6})
	require.NoError(t, err)
	require.Len(t, inspected, 2)
	require.Equal(t, entries[6], inspected[0].Entry)
	require.False(t, inspected[0].BadLink)
	require.Empty(t, inspected[0].Wrong)

	require.NoError(t, b.Audit().Append(t.Context(), w.org, w.rec("host.write")))
	places := pages(t, func(seek admin.Seek[admin.RecordKey]) ([]admin.Place, error) {
		return b.Log().Places(t.Context(), w.org, seek)
	}, func(p admin.Place) admin.RecordKey { return p.Record })
	require.Len(t, places, 9)
	for i, p := range places {
		require.Equal(t, i == 8, p.Waiting)
		require.Equal(t, i == 8, p.Seq == 0)
		if i > 0 && i < 8 {
			require.Equal(t, admin.Place{Record: want[i-1].Key(), Seq: int64(i + 1)}, p)
		}
	}
	places, err = b.Log().Places(t.Context(), w.org+".none", page[admin.RecordKey](10))
	require.NoError(t, err)
	require.Empty(t, places)
}

func testSealAtOnce(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	const writers, each = 4, 25
	var writing, sealing sync.WaitGroup
	stop := make(chan struct{})
	for range writers {
		recs := make([]admin.Record, each)
		for i := range recs {
			recs[i] = w.rec("host.write")
		}
		writing.Go(func() {
			for _, rec := range recs {
				if err := b.Audit().Append(t.Context(), w.org, rec); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		sealing.Go(func() {
			for {
				if _, _, err := b.Log().Seal(t.Context(), w.org, admin.Sealing{At: epoch, Limit: 7}); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	writing.Wait()
	close(stop)
	sealing.Wait()
	_, err := logOf(t, b).Seal(t.Context(), admin.System(w.org))
	require.NoError(t, err)
	seen := map[uuid.UUID]bool{}
	for e, err := range logOf(t, b).Follow(t.Context(), admin.System(w.org), 0) {
		require.NoError(t, err)
		seen[e.Record.ID] = true
		require.EqualValues(t, len(seen), e.Seq)
	}
	require.Len(t, seen, writers*each+1)
	requireVerified(t, b, w.org, false)
}

func testHeads(t *testing.T, b storage.Backend, c *ids) {
	var orgs []admin.OrgID
	start := epoch.Add(1000 * time.Hour) // after all others
	for i := range 3 {
		w := newWorld(t, b, c)
		orgs = append(orgs, w.org)
		at := start.Add(time.Duration(3-i) * time.Second)
		_, _, err := b.Log().Seal(t.Context(), w.org, admin.Sealing{At: at, Limit: 10})
		require.NoError(t, err)
	}
	after := func(key admin.HeadKey, limit int) (out []admin.OrgID) {
		heads, err := b.Log().Heads(t.Context(), key, limit)
		require.NoError(t, err)
		for _, h := range heads {
			out = append(out, h.Org)
		}
		return out
	}
	require.Equal(t, []admin.OrgID{orgs[2], orgs[1], orgs[0]}, after(admin.HeadKey{SealedAt: start}, 10))
	require.Equal(t, []admin.OrgID{orgs[2], orgs[1]}, after(admin.HeadKey{SealedAt: start}, 2))
	require.Equal(t, []admin.OrgID{orgs[0]}, after(admin.HeadKey{SealedAt: start.Add(2 * time.Second), Org: orgs[1]}, 10))
	require.Equal(t, []admin.OrgID{orgs[1], orgs[0]}, after(admin.HeadKey{SealedAt: start.Add(2 * time.Second)}, 10))
	newWorld(t, b, c) // of which nothing is sealed
	require.Len(t, after(admin.HeadKey{SealedAt: start}, 10), 3)
}
