//go:build unix

package dbtest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// ago is when what is removed was sealed, and removedAt when it is.
var (
	ago       = noon.Add(-24 * 365 * time.Hour)
	removedAt = noon.Add(time.Hour)
)

// oldLog makes the organization acme with a log of so many old records, with a personal value each, and one that waits.
func oldLog(t *testing.T, db *sqlstore.DB, records int) {
	t.Helper()
	createOrganization(t, db, "acme")
	const atOnce = 100
	for from := 1; from < records; from += atOnce {
		require.NoError(t, db.InTx(t.Context(), func(s storage.Stores) error {
			for range min(atOnce, records-from) {
				if err := s.Audit().Append(t.Context(), "acme", oldRecord()); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	for drained := false; !drained; {
		var err error
		_, drained, err = db.Log().Seal(t.Context(), "acme", admin.Sealing{At: ago, Limit: 1000})
		require.NoError(t, err)
	}
	require.NoError(t, db.Audit().Append(t.Context(), "acme", rec("host.write")))
}

func oldRecord() admin.Record {
	r := rec("user.update")
	r.At = ago
	r.Changes = []admin.Change{{Field: "name", From: "Ann", To: "Anna", Personal: true}}
	return r
}

// trim is the life of a process that removes the old records of the organization acme.
func (e errand) trim(t *testing.T, b storage.Backend, done func()) error {
	t.Helper()
	cut, err := b.Log().Removable(t.Context(), "acme", ago)
	if err != nil || cut.Seq == 0 {
		return err
	}
	r := rec(admin.ActionTrim)
	r.At, r.Changes = removedAt, cut.CutChanges()
	for more := true; more; done() {
		err := b.InTx(t.Context(), func(s storage.Stores) (err error) {
			more, err = s.Log().Trim(t.Context(), "acme", cut, e.Trim, r)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A process that removes the start of a log is killed again and again: between two batches, and right before a COMMIT.
// What it had committed stays gone, the log verifies at every moment, and the next goes on, without another record.
func TestTrimKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	records, kills := atLength(400, 100), atLength(12, 3)
	onEach(t, func(t *testing.T, s server) {
		p := s.place(t)
		db, pool := p.open(t)
		require.NoError(t, db.Migrate(t.Context()))
		oldLog(t, db, records)
		left := func() int {
			require.Equal(t, cells(t, pool, "SELECT COUNT(*) FROM admincenter_audit_log"),
				cells(t, pool, "SELECT COUNT(*) FROM admincenter_audit WHERE action IN ('user.update', 'organization.create')"))
			v, err := logOver(t, db).Verify(t.Context(), admin.System("acme"), admin.VerifyOptions{})
			require.NoError(t, err)
			require.NoError(t, v.Err())
			links, err := db.Log().Inspect(t.Context(), "acme", admin.Seek[int64]{Limit: 100_000})
			require.NoError(t, err)
			return len(links)
		}
		random := rand.New(rand.NewPCG(2026, uint64(kills)))
		for kill := range kills {
			before := left()
			// 3 rows a record, but 2 the first, so 5 records a batch. The first batch cuts the log.
			batches := 1 + random.IntN(3)
			e := errand{Place: p, Batch: 10, Trim: 15, Signal: syscall.SIGKILL, After: batches, Inside: kill%2 == 0}
			e.send(t).killed(t)
			require.Equal(t, before-5*batches, left(), "whole batches, and no more")
			cut, err := db.Log().Cut(t.Context(), "acme")
			require.NoError(t, err)
			require.EqualValues(t, records, cut.Seq)
		}
		require.Greater(t, left(), 1)
		require.Equal(t, endDone, errand{Place: p, Batch: 10, Trim: 100}.send(t).ended(t))
		require.Zero(t, left())
		require.Len(t, cells(t, pool, "SELECT id FROM admincenter_audit WHERE action = 'trail.trim'"), 1)
		require.Len(t, cells(t, pool, "SELECT id FROM admincenter_audit"), 2, "what waits stays")
		require.Empty(t, cells(t, pool, "SELECT record_id FROM admincenter_audit_values"))
		_, err := logOver(t, db).Seal(t.Context(), admin.System("acme"))
		require.NoError(t, err)
		links, err := db.Log().Entries(t.Context(), "acme", admin.Seek[int64]{Limit: 10})
		require.NoError(t, err)
		require.Len(t, links, 2)
		v, err := logOver(t, db).Verify(t.Context(), admin.System("acme"), admin.VerifyOptions{})
		require.NoError(t, err)
		require.NoError(t, v.Err())
	})
}

// What is read beside a removal is whole: verifications find nothing, lists have values, and a follower gets each entry
// with its record, or an error that some are gone.
func TestReadersBesideARemoval(t *testing.T) {
	records, rounds := atLength(2000, 400), atLength(6, 2)
	onEach(t, func(t *testing.T, s server) {
		db, _ := s.openPool(t)
		oldLog(t, db, records)
		l := logOver(t, db)
		var beside, readers sync.WaitGroup
		done := make(chan struct{})
		until := func(wait *sync.WaitGroup, do func() error) {
			wait.Go(func() {
				for {
					if err := do(); err != nil {
						t.Error(err)
						return
					}
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		until(&readers, func() error {
			v, err := l.Verify(t.Context(), admin.System("acme"), admin.VerifyOptions{})
			return errors.Join(err, v.Err())
		})
		until(&readers, func() error { return followOnce(t, l, 0) })
		until(&readers, func() error {
			for r, err := range admin.NewTrail(db.Audit()).All(t.Context(), admin.System("acme"), admin.AuditFilter{Action: "user.update"}) {
				if err != nil || r.Changes[0].From != "Ann" {
					return errors.Join(err, errors.New("a record without its values: "+r.ID.String()))
				}
			}
			return nil
		})
		until(&beside, func() error { // writes, erases and seals
			r := rec("user.update")
			r.At, r.Subject.ID = admin.Instant(time.Now()), "erased"
			r.Changes = []admin.Change{{Field: "name", From: "Ann", To: "Anna", Personal: true}}
			erasure := rec("user.erase")
			erasure.At = r.At
			err := db.Audit().Append(t.Context(), "acme", r)
			if err == nil && time.Now().UnixMilli()%7 == 0 {
				r.Subject.ID = "none"
				_, err = db.Audit().Erase(t.Context(), "acme", admin.TrailErasure{Subjects: []admin.Subject{r.Subject}}, erasure)
			}
			if err == nil {
				_, err = l.Seal(t.Context(), admin.System("acme"))
			}
			return err
		})
		// The old log is cut in several places, one after the other.
		for round := 1; round <= rounds; round++ {
			at := int64(records * round / rounds)
			links, err := db.Log().Inspect(t.Context(), "acme", admin.Seek[int64]{Limit: 1, After: at - 1})
			require.NoError(t, err)
			cut := admin.Head{Org: "acme", Seq: at, Hash: links[0].Hash, SealedAt: links[0].SealedAt}
			r := rec(admin.ActionTrim)
			r.At, r.Changes = admin.Instant(time.Now()), cut.CutChanges()
			for more := true; more; {
				more, err = db.Log().Trim(t.Context(), "acme", cut, 50, r)
				require.NoError(t, err)
			}
		}
		close(done)
		readers.Wait()
		beside.Wait()
		v, err := l.Verify(t.Context(), admin.System("acme"), admin.VerifyOptions{})
		require.NoError(t, err)
		require.NoError(t, v.Err())
		require.EqualValues(t, records, v.Cut.Seq)
	})
}

// followOnce reads the log to its end, and begins again where entries are gone.
func followOnce(t *testing.T, l *admin.Log, after int64) error {
	for {
		at := after
		var failed error
		for e, err := range l.Follow(t.Context(), admin.System("acme"), after) {
			if err != nil {
				failed = err
				break
			}
			if at > 0 && e.Seq != at+1 {
				return errors.New("a gap in silence")
			}
			if e.Record.ID != e.RecordID || e.Record.Action == "user.update" && e.Record.Changes[0].From != "Ann" {
				return errors.New("an entry that is not whole")
			}
			at = e.Seq
		}
		var gone *admin.TrimmedError
		if !errors.As(failed, &gone) {
			return failed
		}
		if gone.After < after || gone.First <= gone.After+1 {
			return failed
		}
		after = gone.First - 1
	}
}
