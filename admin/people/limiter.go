package people

import (
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Limiter slows down whoever guesses passwords. A host with several processes supplies one over
// something that they share; NewMemoryLimiter counts in one process.
//
// Keys are opaque texts of at most 80 characters that hold no personal data. They stand for who is
// guessed at and not for who guesses, whom this library does not see: whoever goes on guessing also
// holds up the owner, for as long as it takes to regain an attempt. A host should limit addresses on
// the network as well. Any error ends the call that was limited: a limiter that cannot tell does not
// let anybody through.
type Limiter interface {
	// Attempt counts one more attempt under key, before it is known how it ends: counting failures
	// afterwards would let any number of attempts through at once. Where there were too many, it
	// fails with ErrRateLimited.
	Attempt(ctx context.Context, key string) error

	// Reset forgets the attempts under key: the last one succeeded.
	Reset(ctx context.Context, key string) error
}

// limitKey digests who is limited: keys stay short and say nothing about anybody.
func limitKey(what string, org admin.OrgID, who string) string {
	sum := sha256.Sum256([]byte(string(org) + "\x00" + who)) // neither has a NUL in it
	return what + ":" + hex.EncodeToString(sum[:])
}

// MemoryLimiterOptions tune a MemoryLimiter; the zero value is ready.
type MemoryLimiterOptions struct {
	// Attempts is how many attempts are free; 0 means 10.
	Attempts int
	// Every is how long it takes to regain one; 0 means 1 minute.
	Every time.Duration
	// Keys is how many keys are remembered; 0 means 100,000, some 20 MB. Beyond it the key that is
	// nearest to having regained everything is forgotten first, so that a flood of keys with an
	// attempt each cannot wash away the one that is being guessed at.
	Keys int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// MemoryLimiter is a Limiter for one process, bounded in memory. It is safe for concurrent use.
type MemoryLimiter struct {
	o    MemoryLimiterOptions
	mu   sync.Mutex
	keys map[string]*bucket
	next buckets
}

var _ Limiter = (*MemoryLimiter)(nil)

// NewMemoryLimiter starts with nothing counted.
func NewMemoryLimiter(o MemoryLimiterOptions) *MemoryLimiter {
	if o.Attempts <= 0 {
		o.Attempts = 10
	}
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	if o.Keys <= 0 {
		o.Keys = 100_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &MemoryLimiter{o: o, keys: map[string]*bucket{}}
}

// Attempt implements Limiter.
func (l *MemoryLimiter) Attempt(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.o.Now()
	b := l.bucket(key, now)
	if b.full.Before(now) {
		b.full = now
	}
	full := b.full.Add(l.o.Every)
	if over := full.Sub(now) - time.Duration(l.o.Attempts)*l.o.Every; over > 0 {
		wait := over.Truncate(time.Second) + time.Second
		return admin.WithRetryAfter(fmt.Errorf("too many attempts: try again in %v: %w", wait, admin.ErrRateLimited), wait)
	}
	b.full = full
	heap.Fix(&l.next, b.index)
	return nil
}

// bucket finds or makes the key's, and forgets those that have regained everything.
func (l *MemoryLimiter) bucket(key string, now time.Time) *bucket {
	if b, ok := l.keys[key]; ok {
		return b
	}
	for len(l.next) > 0 && (len(l.next) >= l.o.Keys || !l.next[0].full.After(now)) {
		l.forget(l.next[0])
	}
	b := &bucket{key: key, full: now}
	l.keys[key] = b
	heap.Push(&l.next, b)
	return b
}

// Reset implements Limiter.
func (l *MemoryLimiter) Reset(_ context.Context, key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.keys[key]; ok {
		l.forget(b)
	}
	return nil
}

func (l *MemoryLimiter) forget(b *bucket) {
	heap.Remove(&l.next, b.index)
	delete(l.keys, b.key)
}

// bucket is the attempts under one key: each moves the time at which all are regained (the generic
// cell rate algorithm), so one instant tells everything.
type bucket struct {
	key   string
	full  time.Time
	index int
}

// buckets is a heap, the one that is nearest to full first.
type buckets []*bucket

func (h buckets) Len() int           { return len(h) }
func (h buckets) Less(i, k int) bool { return h[i].full.Before(h[k].full) }
func (h buckets) Swap(i, k int) {
	h[i], h[k] = h[k], h[i]
	h[i].index, h[k].index = i, k
}
func (h *buckets) Push(x any) {
	b := x.(*bucket)
	b.index = len(*h)
	*h = append(*h, b)
}
func (h *buckets) Pop() any {
	old := *h
	b := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return b
}
