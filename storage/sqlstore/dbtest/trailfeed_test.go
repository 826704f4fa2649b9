//go:build unix

package dbtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// seal is the life of a process that seals the log until it is killed.
func (e errand) seal(t *testing.T) {
	t.Helper()
	db, _ := e.Place.open(t)
	fmt.Println(sayReady)
	for {
		// A few at once, so that there are many moments to be killed at.
		if _, _, err := db.Log().Seal(t.Context(), "acme", admin.Sealing{At: time.Now().UTC(), Limit: 3}); err != nil {
			fmt.Println(sayEnded+"seal:", err)
			return
		}
		fmt.Println(saySettled)
	}
}

// Followers read a feed without gap and without double while many write, some of them commit late, and those who
// seal are killed anywhere.
func TestFeedHasNoGapAndNoDouble(t *testing.T) {
	if work(t) {
		return
	}
	const writers = 8
	each, kills := atLength(60, 15), atLength(12, 3)
	onEach(t, func(t *testing.T, s server) {
		p := s.place(t)
		db, _ := p.open(t)
		require.NoError(t, db.Migrate(t.Context()))
		createOrganization(t, db, "acme")
		f := feed{log: logOver(t, db), t: t}
		var writing, rest sync.WaitGroup
		done := make(chan struct{})
		for w := range writers {
			writing.Go(func() { writeSome(t, db, w, each, s.dialect != sqlstore.SQLite) })
		}
		rest.Go(func() { // follows all the while
			for {
				f.follow()
				select {
				case <-done:
					return
				default:
				}
			}
		})
		random := rand.New(rand.NewPCG(7, uint64(kills)))
		for range kills {
			sealer := errand{Place: p, Seal: true}.send(t)
			sealer.hear(t, saySettled)
			time.Sleep(time.Duration(random.IntN(20_000)) * time.Microsecond)
			require.NoError(t, sealer.process.Process.Kill())
			sealer.killed(t)
		}
		writing.Wait()
		_, err := f.log.Seal(t.Context(), admin.System("acme"))
		require.NoError(t, err)
		close(done)
		rest.Wait()
		f.follow()
		require.Len(t, f.seen, 1+writers*each)
		v, err := f.log.Verify(t.Context(), admin.System("acme"), admin.VerifyOptions{})
		require.NoError(t, err)
		require.NoError(t, v.Err())
		require.EqualValues(t, len(f.seen), v.Entries)
		require.Zero(t, v.Waiting)
	})
}

func logOver(t *testing.T, db storage.Backend) *admin.Log {
	t.Helper()
	l, err := admin.NewLog(admin.LogPorts{Log: db.Log()}, admin.LogOptions{})
	require.NoError(t, err)
	return l
}

// writeSome appends records, every third in a transaction that commits some time after it.
func writeSome(t *testing.T, db *sqlstore.DB, writer, n int, late bool) {
	random := rand.New(rand.NewPCG(8, uint64(writer)))
	for i := range n {
		r := rec("host.write")
		r.At = admin.Instant(time.Now())
		err := db.InTx(t.Context(), func(s storage.Stores) error {
			if err := s.Audit().Append(t.Context(), "acme", r); err != nil {
				return err
			}
			if late && i%3 == 0 {
				time.Sleep(time.Duration(random.IntN(15)) * time.Millisecond)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// feed is what a follower has read.
type feed struct {
	t    *testing.T
	log  *admin.Log
	at   int64
	seen []uuid.UUID
}

// follow reads what is new, and checks that each entry has the next number and a record that is new.
func (f *feed) follow() {
	for e, err := range f.log.Follow(f.t.Context(), admin.System("acme"), f.at) {
		if err != nil {
			f.t.Error(err)
			return
		}
		if e.Seq != f.at+1 || e.Record.ID == uuid.Nil || slices.Contains(f.seen, e.Record.ID) {
			f.t.Errorf("after %d: entry %d of record %s", f.at, e.Seq, e.Record.ID)
		}
		f.at = e.Seq
		f.seen = append(f.seen, e.Record.ID)
	}
}
