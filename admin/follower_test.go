package admin_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
)

// countedLog counts the calls of a log, which may fail.
type countedLog struct {
	admin.LogStore
	mu                       sync.Mutex
	heads, entries           int
	failHeads, failEntriesOf error
}

func (c *countedLog) Heads(ctx context.Context, after admin.HeadKey, limit int) ([]admin.Head, error) {
	c.heads++
	if c.failHeads != nil {
		return nil, c.failHeads
	}
	return c.LogStore.Heads(ctx, after, limit)
}

func (c *countedLog) Entries(ctx context.Context, org admin.OrgID, seek admin.Seek[int64]) ([]admin.Entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries++
	if c.failEntriesOf != nil {
		return nil, c.failEntriesOf
	}
	return c.LogStore.Entries(ctx, org, seek)
}

// followedLogs is a storage with the logs of organizations, and a host that follows them.
type followedLogs struct {
	t       *testing.T
	b       *memory.Backend
	store   *countedLog
	now     time.Time
	records map[admin.OrgID]int

	mu       sync.Mutex // guards what follows
	handled  []string   // "org seq"
	position map[admin.OrgID]int64
	asked    []string // for which positions
	fail     func(org admin.OrgID, e admin.Entry) error
	trimmed  func(ctx context.Context, org admin.OrgID, gone *admin.TrimmedError) error
}

func newFollowedLogs(t *testing.T, orgs ...admin.OrgID) *followedLogs {
	t.Helper()
	l := &followedLogs{
		t: t, b: memory.New(), now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), records: map[admin.OrgID]int{},
		position: map[admin.OrgID]int64{}, fail: func(admin.OrgID, admin.Entry) error { return nil },
	}
	l.store = &countedLog{LogStore: l.b.Log()}
	for _, org := range orgs {
		u := people.User{ID: l.runtime().NewID(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
		rec := l.runtime().Record(admin.System(org), "organization.create", admin.Subject{Kind: "organization", ID: string(org)})
		err := l.b.Organizations().Create(t.Context(), people.Organization{ID: org, Name: "Name", Version: 1}, u, people.Credential{UserID: u.ID}, rec)
		require.NoError(t, err)
	}
	return l
}

func (l *followedLogs) runtime() admin.Runtime {
	return admin.Runtime{Now: func() time.Time { return l.now }}.WithDefaults()
}

// write appends records.
func (l *followedLogs) write(org admin.OrgID, n int) {
	l.t.Helper()
	for range n {
		rec := l.runtime().Record(admin.System(org), "host.write", admin.Subject{Kind: "host"})
		require.NoError(l.t, l.b.Audit().Append(l.t.Context(), org, rec))
	}
}

// seal seals what waits, by a clock that is ahead by some time.
func (l *followedLogs) seal(org admin.OrgID, ahead time.Duration) {
	l.t.Helper()
	_, drained, err := l.b.Log().Seal(l.t.Context(), org, admin.Sealing{At: l.now.Add(ahead), Limit: 10_000})
	require.NoError(l.t, err)
	require.True(l.t, drained)
}

func (l *followedLogs) follower(o admin.FollowerOptions) *admin.Follower {
	l.t.Helper()
	if o.Now == nil {
		o.Now = l.runtime().Now
	}
	f, err := admin.NewFollower(admin.FollowerPorts{
		Log: l.store,
		Position: func(_ context.Context, head admin.Head) (int64, error) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.asked = append(l.asked, string(head.Org))
			return l.position[head.Org], nil
		},
		Handle: func(_ context.Context, org admin.OrgID, e admin.Entry) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			if err := l.fail(org, e); err != nil {
				return err
			}
			l.handled = append(l.handled, fmt.Sprint(org, " ", e.Seq))
			l.position[org] = e.Seq
			return nil
		},
		Trimmed: l.trimmed,
	}, o)
	require.NoError(l.t, err)
	return f
}

// poll polls until nothing is left to do at once, and returns what was handled.
func (l *followedLogs) poll(f *admin.Follower) []string {
	l.t.Helper()
	for more := true; more; {
		var err error
		more, err = f.Poll(l.t.Context())
		require.NoError(l.t, err)
	}
	return l.take()
}

// take returns what was handled, and forgets it.
func (l *followedLogs) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	handled := l.handled
	l.handled = nil
	return handled
}

func seqs(org admin.OrgID, from, to int) (out []string) {
	for seq := from; seq <= to; seq++ {
		out = append(out, fmt.Sprint(org, " ", seq))
	}
	return out
}

func TestFollowerFollowsEveryOrganizationInOrder(t *testing.T) {
	l := newFollowedLogs(t, "acme", "globex", "umbrella")
	f := l.follower(admin.FollowerOptions{Goroutines: 1})
	require.Empty(t, l.poll(f), "nothing is sealed")
	l.write("acme", 250) // more than a turn
	l.seal("acme", 0)
	l.now = l.now.Add(time.Second)
	l.write("globex", 2)
	l.seal("globex", 0)
	handled := l.poll(f)
	require.ElementsMatch(t, append(seqs("acme", 1, 251), seqs("globex", 1, 3)...), handled)
	require.Equal(t, append(append(seqs("acme", 1, 100), seqs("globex", 1, 3)...), seqs("acme", 101, 251)...), handled,
		"an organization with many entries takes turns with others")

	l.now = l.now.Add(time.Hour)
	l.write("umbrella", 1)
	l.seal("umbrella", 0)
	l.write("acme", 1)
	l.seal("acme", 0)
	require.ElementsMatch(t, append(seqs("acme", 252, 252), seqs("umbrella", 1, 2)...), l.poll(f))
}

func TestFollowerWithNothingToDoAsksOnce(t *testing.T) {
	l := newFollowedLogs(t, "acme", "globex")
	f := l.follower(admin.FollowerOptions{})
	for _, org := range []admin.OrgID{"acme", "globex"} {
		l.seal(org, 0)
	}
	require.Len(t, l.poll(f), 2)
	l.store.heads, l.store.entries, l.asked = 0, 0, nil
	require.Empty(t, l.poll(f))
	require.Equal(t, 1, l.store.heads)
	require.Zero(t, l.store.entries)
	require.Empty(t, l.asked)
}

func TestFollowerSeesHeadsOfClocksThatDiffer(t *testing.T) {
	for _, tc := range []struct {
		reason      string
		first, late time.Duration // ahead
	}{
		{"the one that seals later is behind", 0, -50 * time.Second},
		{"the first one is ahead by an hour", time.Hour, 0},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			l := newFollowedLogs(t, "acme", "globex")
			f := l.follower(admin.FollowerOptions{})
			l.seal("acme", tc.first)
			require.Equal(t, []string{"acme 1"}, l.poll(f))
			l.seal("globex", tc.late)
			require.Equal(t, []string{"globex 1"}, l.poll(f))
		})
	}
}

func TestFollowerTriesAgainWhatFailedAndHoldsUpNoOther(t *testing.T) {
	l := newFollowedLogs(t, "acme", "globex")
	var logged bytes.Buffer
	f := l.follower(admin.FollowerOptions{
		Runtime: admin.Runtime{Logger: slog.New(slog.NewTextHandler(&logged, nil))},
		Retry:   time.Second, RetryMost: 5 * time.Second,
	})
	down, tried := errors.New("receiver is down"), 0
	l.fail = func(org admin.OrgID, e admin.Entry) error {
		if org == "acme" && e.Seq == 2 {
			tried++
			return down
		}
		return nil
	}
	l.write("acme", 2)
	l.write("globex", 2)
	l.seal("acme", 0)
	l.seal("globex", 0)
	require.ElementsMatch(t, append(seqs("acme", 1, 1), seqs("globex", 1, 3)...), l.poll(f))
	require.Contains(t, logged.String(), "entry 2: receiver is down")
	for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
		before := tried
		l.now = l.now.Add(wait - time.Microsecond)
		require.Empty(t, l.poll(f))
		require.Equal(t, before, tried, "not before %v", wait)
		l.now = l.now.Add(time.Microsecond)
		require.Empty(t, l.poll(f))
		require.Equal(t, before+1, tried, "after %v", wait)
	}
	// Others grow for so long that its head is far behind.
	l.now = l.now.Add(time.Hour)
	l.write("globex", 1)
	l.seal("globex", 0)
	require.Equal(t, []string{"globex 4"}, l.poll(f))
	l.fail = func(admin.OrgID, admin.Entry) error { return nil }
	l.now = l.now.Add(time.Minute)
	require.Equal(t, seqs("acme", 2, 3), l.poll(f), "it goes on where it was")
}

func TestFollowerAsksAgainForThePositionAfterAFailure(t *testing.T) {
	l := newFollowedLogs(t, "acme")
	f := l.follower(admin.FollowerOptions{})
	l.write("acme", 1)
	l.seal("acme", 0)
	l.fail = func(_ admin.OrgID, e admin.Entry) error {
		l.position["acme"] = e.Seq // committed, and the answer was lost
		return errors.New("connection lost")
	}
	require.Empty(t, l.poll(f))
	l.fail = func(admin.OrgID, admin.Entry) error { return nil }
	l.now = l.now.Add(time.Minute)
	require.Equal(t, []string{"acme 2"}, l.poll(f))
}

func TestFollowerBeginsWhereItIsTold(t *testing.T) {
	l := newFollowedLogs(t, "acme", "globex")
	l.write("acme", 4)
	l.seal("acme", 0)
	l.now = l.now.Add(time.Hour)
	l.seal("globex", 0)
	l.position["globex"] = 1
	f := l.follower(admin.FollowerOptions{After: admin.HeadKey{SealedAt: l.now}})
	require.Empty(t, l.poll(f))
	require.Equal(t, []string{"globex"}, l.asked, "acme has not grown")
	l.position["acme"] = 4
	l.write("acme", 1)
	l.seal("acme", 0)
	require.Equal(t, seqs("acme", 5, 6), l.poll(f))
}

func TestFollowerReportsAndOutlivesAStorageThatFails(t *testing.T) {
	l := newFollowedLogs(t, "acme")
	f := l.follower(admin.FollowerOptions{})
	l.seal("acme", 0)
	down := errors.New("down")
	l.store.failHeads = down
	_, err := f.Poll(t.Context())
	require.ErrorIs(t, err, down)
	l.store.failHeads, l.store.failEntriesOf = nil, down
	require.Empty(t, l.poll(f))
	l.store.failEntriesOf = nil
	l.now = l.now.Add(time.Second)
	require.Equal(t, []string{"acme 1"}, l.poll(f))

	l.write("acme", 1)
	l.seal("acme", 0)
	l.store.failEntriesOf = admin.NotFound("organization")
	require.Empty(t, l.poll(f))
	l.store.failEntriesOf, l.store.entries = nil, 0
	require.Empty(t, l.poll(f))
	require.Zero(t, l.store.entries, "an organization that was removed is not asked for again")
}

func TestFollowerRunsUntilItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newFollowedLogs(t, "acme", "globex")
		l.now = time.Now() // of the bubble
		f := l.follower(admin.FollowerOptions{Runtime: admin.Runtime{Now: time.Now}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx) }()
		synctest.Wait()
		l.seal("acme", 0)
		synctest.Wait()
		require.Empty(t, l.take())
		time.Sleep(250 * time.Millisecond)
		synctest.Wait()
		require.Equal(t, []string{"acme 1"}, l.take())

		l.mu.Lock()
		l.fail = func(admin.OrgID, admin.Entry) error {
			cancel()
			return ctx.Err()
		}
		l.mu.Unlock()
		l.seal("globex", 0)
		require.NoError(t, <-ended)
	})
}

func TestFollowerRefusesWhatItCannotWorkOn(t *testing.T) {
	_, err := admin.NewFollower(admin.FollowerPorts{}, admin.FollowerOptions{Every: -1, Retry: -1, RetryMost: -1, Goroutines: 1001})
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	var paths []string
	for _, f := range invalid.Fields {
		paths = append(paths, f.Path)
	}
	require.Equal(t, []string{"/ports/log", "/ports/position", "/ports/handle", "/every", "/retry", "/retryMost", "/goroutines"}, paths)
}

// A follower that was away for longer than records are kept does not go on in silence.
func TestAFollowerNoticesThatEntriesWereRemoved(t *testing.T) {
	l := newFollowedLogs(t, "acme")
	l.write("acme", 4)
	l.seal("acme", 0)
	cut, err := l.b.Log().Removable(t.Context(), "acme", l.now)
	require.NoError(t, err)
	require.EqualValues(t, 5, cut.Seq)
	rec := l.runtime().Record(admin.System("acme"), admin.ActionTrim, admin.Subject{Kind: "audit"}, cut.CutChanges()...)
	_, err = l.b.Log().Trim(t.Context(), "acme", cut, 1000, rec)
	require.NoError(t, err)
	l.write("acme", 1)
	l.seal("acme", 0)
	l.position["acme"] = 2
	require.Empty(t, l.poll(l.follower(admin.FollowerOptions{})), "it waits for the host")
	var gone []admin.TrimmedError
	l.trimmed = func(_ context.Context, org admin.OrgID, e *admin.TrimmedError) error {
		require.Equal(t, admin.OrgID("acme"), org)
		gone = append(gone, *e)
		if len(gone) == 1 {
			return errors.New("not now")
		}
		return nil
	}
	f := l.follower(admin.FollowerOptions{})
	require.Empty(t, l.poll(f))
	l.now = l.now.Add(time.Minute)
	require.Equal(t, seqs("acme", 6, 7), l.poll(f))
	require.Equal(t, []admin.TrimmedError{{After: 2, First: 6}, {After: 2, First: 6}}, gone)
}
