package people

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Limiter slows down password guessing. A host with several processes supplies one over a store that
// they share; [MemoryLimiter] counts in one process.
//
// Keys are opaque texts of at most 80 characters without personal data. A key identifies the account
// under attack, not the attacker, so a persistent attacker also delays the account's owner. A host
// should limit network addresses as well. Any error ends the limited call: if a limiter fails, nothing
// is let through.
type Limiter interface {
	// Attempt counts one more attempt under key. It is called before the outcome is known: if only
	// failures were counted, any number of concurrent attempts would pass. After too many attempts it
	// fails with [admin.ErrRateLimited], with the wait for [admin.RetryAfter].
	Attempt(ctx context.Context, key string) error

	// Reset forgets the attempts under key, after one that succeeded.
	Reset(ctx context.Context, key string) error
}

// limitKey returns the key of an account for one kind of attempt. It is a digest, so keys are short and
// hold no personal data.
func limitKey(kind string, org admin.OrgID, account string) string {
	return kind + ":" + digestOf(org, account)
}

// MemoryLimiterOptions tune a [MemoryLimiter]; the zero value is ready.
type MemoryLimiterOptions struct {
	// Attempts is the number of attempts that are free; 0 means 10.
	Attempts int
	// Every is how long it takes to regain one; 0 means 1 minute.
	Every time.Duration
	// Keys is the number of keys that are remembered; 0 means 100,000, about 20 MB. Beyond it the key
	// that is nearest to having regained all attempts is forgotten first, so that a flood of keys with
	// an attempt each cannot displace the one under attack.
	Keys int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// MemoryLimiter is a [Limiter] for one process, bounded in memory. It is safe for concurrent use.
type MemoryLimiter struct {
	o    MemoryLimiterOptions
	mu   sync.Mutex
	keys map[string]*bucket
	next buckets
}

var _ Limiter = (*MemoryLimiter)(nil)

// NewMemoryLimiter returns a MemoryLimiter that has counted nothing. It fails with [admin.ErrInvalid] for
// negative options.
func NewMemoryLimiter(o MemoryLimiterOptions) (*MemoryLimiter, error) {
	var p admin.Problems
	checkNotNegative(&p, "/attempts", o.Attempts)
	checkNotNegative(&p, "/every", o.Every)
	checkNotNegative(&p, "/keys", o.Keys)
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("people: limiter: %w", err)
	}
	if o.Attempts == 0 {
		o.Attempts = 10
	}
	if o.Every == 0 {
		o.Every = time.Minute
	}
	if o.Keys == 0 {
		o.Keys = 100_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &MemoryLimiter{o: o, keys: map[string]*bucket{}}, nil
}

// Attempt implements [Limiter].
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

// bucket returns the bucket of key, and forgets the buckets that have regained all attempts.
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

// Reset implements [Limiter].
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

// bucket counts the attempts under one key by the instant at which all are regained, which each attempt
// postpones (the generic cell rate algorithm).
type bucket struct {
	key   string
	full  time.Time
	index int
}

// buckets is a heap of buckets, the one that is full first at the top.
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
