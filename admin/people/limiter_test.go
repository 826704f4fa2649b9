package people_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func newLimiter(t *testing.T, o people.MemoryLimiterOptions) *people.MemoryLimiter {
	t.Helper()
	l, err := people.NewMemoryLimiter(o)
	require.NoError(t, err)
	return l
}

// three is a rate.
var three = people.Rate{Attempts: 3, Every: time.Minute}

func TestMemoryLimiter(t *testing.T) {
	c := newClock()
	l := newLimiter(t, people.MemoryLimiterOptions{Now: c.Now})
	attempt := func(key string) error { return l.Attempt(t.Context(), key, three) }
	for range 3 {
		require.NoError(t, attempt("a"))
	}
	require.ErrorIs(t, attempt("a"), admin.ErrRateLimited)
	require.NoError(t, attempt("b"), "keys are apart")
	c.Add(time.Minute - time.Nanosecond)
	require.ErrorIs(t, attempt("a"), admin.ErrRateLimited, "a refused attempt changes nothing")
	c.Add(time.Nanosecond)
	require.NoError(t, attempt("a"), "one is regained")
	require.ErrorIs(t, attempt("a"), admin.ErrRateLimited)
	require.NoError(t, l.Reset(t.Context(), "a"))
	for range 3 {
		require.NoError(t, attempt("a"))
	}
	c.Add(time.Hour)
	for range 3 {
		require.NoError(t, attempt("a"), "no more than all are regained")
	}
	require.ErrorIs(t, attempt("a"), admin.ErrRateLimited)
	require.NoError(t, l.Reset(t.Context(), "never seen"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, l.Attempt(ctx, "b", three), context.Canceled)
}

func TestMemoryLimiterSaysWhenToRetry(t *testing.T) {
	c := newClock()
	l := newLimiter(t, people.MemoryLimiterOptions{Now: c.Now})
	require.NoError(t, l.Attempt(t.Context(), "a", people.Rate{Attempts: 1, Every: time.Minute}))
	c.Add(10 * time.Second)
	err := l.Attempt(t.Context(), "a", people.Rate{Attempts: 1, Every: time.Minute})
	require.ErrorContains(t, err, "try again in 51s")
	wait, ok := admin.RetryAfter(err)
	require.True(t, ok)
	require.Equal(t, 51*time.Second, wait)
}

func TestMemoryLimiterIsNotDisplacedByAFlood(t *testing.T) {
	c := newClock()
	l := newLimiter(t, people.MemoryLimiterOptions{Keys: 10, Now: c.Now})
	for range 3 {
		require.NoError(t, l.Attempt(t.Context(), "victim", three))
	}
	for n := range 1000 {
		require.NoError(t, l.Attempt(t.Context(), fmt.Sprint("flood ", n), three))
	}
	require.ErrorIs(t, l.Attempt(t.Context(), "victim", three), admin.ErrRateLimited)
}

func TestMemoryLimiterCountsConcurrentAttempts(t *testing.T) {
	l := newLimiter(t, people.MemoryLimiterOptions{Now: newClock().Now})
	var group sync.WaitGroup
	var passed atomic.Int64
	for range 50 {
		group.Go(func() {
			if l.Attempt(t.Context(), "a", people.Rate{Attempts: 5, Every: time.Minute}) == nil {
				passed.Add(1)
			}
		})
	}
	group.Wait()
	require.Equal(t, int64(5), passed.Load())
}

func TestMemoryLimiterCountsAKeyAtEachRateOnItsOwn(t *testing.T) {
	l := newLimiter(t, people.MemoryLimiterOptions{Now: newClock().Now})
	one := people.Rate{Attempts: 1, Every: time.Minute}
	for range 2 { // the second time after a reset, which forgets both
		require.NoError(t, l.Attempt(t.Context(), "a", one))
		require.ErrorIs(t, l.Attempt(t.Context(), "a", one), admin.ErrRateLimited)
		for range 3 {
			require.NoError(t, l.Attempt(t.Context(), "a", three))
		}
		require.ErrorIs(t, l.Attempt(t.Context(), "a", three), admin.ErrRateLimited)
		require.NoError(t, l.Reset(t.Context(), "a"))
	}
}

func TestMemoryLimiterRefusesARateOutOfItsLimits(t *testing.T) {
	l := newLimiter(t, people.MemoryLimiterOptions{})
	for _, r := range []people.Rate{
		{}, {Attempts: 1}, {Every: 1}, {Attempts: -1, Every: 1}, {Attempts: 1, Every: -1},
		{Attempts: 1_000_001, Every: 1}, {Attempts: 1_000_000, Every: time.Hour}, {Attempts: 1, Every: 1 << 62},
	} {
		require.ErrorIs(t, l.Attempt(t.Context(), "a", r), admin.ErrInvalid, "%v", r)
	}
	require.NoError(t, l.Attempt(t.Context(), "a", people.Rate{Attempts: 1_000_000, Every: time.Minute}))
}

func TestMemoryLimiterTrusts(t *testing.T) {
	c := newClock()
	l := newLimiter(t, people.MemoryLimiterOptions{Keys: 2, Now: c.Now})
	trusts := func(key string) bool {
		ok, err := l.Trusts(t.Context(), key)
		require.NoError(t, err)
		return ok
	}
	require.False(t, trusts("a"))
	require.NoError(t, l.Trust(t.Context(), "a", time.Hour))
	require.True(t, trusts("a"))
	for n := range 100 {
		require.NoError(t, l.Attempt(t.Context(), fmt.Sprint(n), three))
	}
	require.NoError(t, l.Reset(t.Context(), "a"))
	require.True(t, trusts("a"), "attempts are apart")
	require.NoError(t, l.Trust(t.Context(), "b", time.Minute))
	require.NoError(t, l.Trust(t.Context(), "c", 2*time.Hour))
	require.Equal(t, []bool{true, false, true}, []bool{trusts("a"), trusts("b"), trusts("c")}, "the first to end goes")
	c.Add(time.Hour)
	require.Equal(t, []bool{false, true}, []bool{trusts("a"), trusts("c")})
}

// TestMemoryLimiterKeepsItsBounds compares with a limiter that remembers everything.
func TestMemoryLimiterKeepsItsBounds(t *testing.T) {
	c := newClock()
	small := newLimiter(t, people.MemoryLimiterOptions{Keys: 50, Now: c.Now})
	large := newLimiter(t, people.MemoryLimiterOptions{Now: c.Now})
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		key, rate := fmt.Sprint(random.IntN(40)), three
		if random.IntN(5) == 0 {
			rate.Attempts = 1 // at most 80 buckets, but fewer than 50 that are not full
		}
		require.Equal(t, large.Attempt(t.Context(), key, rate) == nil, small.Attempt(t.Context(), key, rate) == nil)
		if random.IntN(50) == 0 {
			require.NoError(t, large.Reset(t.Context(), key))
			require.NoError(t, small.Reset(t.Context(), key))
		}
		c.Add(time.Duration(random.IntN(20)) * time.Second)
	}
}
