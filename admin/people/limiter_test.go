package people_test

import (
	"context"
	"fmt"
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

func TestMemoryLimiter(t *testing.T) {
	c := newClock()
	l := newLimiter(t, people.MemoryLimiterOptions{Attempts: 3, Every: time.Minute, Now: c.Now})
	attempt := func(key string) error { return l.Attempt(t.Context(), key) }
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
	require.ErrorIs(t, l.Attempt(ctx, "b"), context.Canceled)
}

func TestMemoryLimiterSaysWhenToRetry(t *testing.T) {
	c := newClock()
	l := newLimiter(t, people.MemoryLimiterOptions{Attempts: 1, Every: time.Minute, Now: c.Now})
	require.NoError(t, l.Attempt(t.Context(), "a"))
	c.Add(10 * time.Second)
	err := l.Attempt(t.Context(), "a")
	require.ErrorContains(t, err, "try again in 51s")
	wait, ok := admin.RetryAfter(err)
	require.True(t, ok)
	require.Equal(t, 51*time.Second, wait)
}

func TestMemoryLimiterIsNotDisplacedByAFlood(t *testing.T) {
	c := newClock()
	l := newLimiter(t, people.MemoryLimiterOptions{Attempts: 3, Every: time.Minute, Keys: 10, Now: c.Now})
	for range 3 {
		require.NoError(t, l.Attempt(t.Context(), "victim"))
	}
	for n := range 1000 {
		require.NoError(t, l.Attempt(t.Context(), fmt.Sprint("flood ", n)))
	}
	require.ErrorIs(t, l.Attempt(t.Context(), "victim"), admin.ErrRateLimited)
}

func TestMemoryLimiterCountsConcurrentAttempts(t *testing.T) {
	l := newLimiter(t, people.MemoryLimiterOptions{Attempts: 5, Now: newClock().Now})
	var group sync.WaitGroup
	var passed atomic.Int64
	for range 50 {
		group.Go(func() {
			if l.Attempt(t.Context(), "a") == nil {
				passed.Add(1)
			}
		})
	}
	group.Wait()
	require.Equal(t, int64(5), passed.Load())
}
