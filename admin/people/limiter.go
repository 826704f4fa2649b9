package people

import (
	"container/heap"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Limiter slows down the guessing of passwords and the flooding of mailboxes. A host with several processes
// supplies one over a store that they share; [MemoryLimiter] counts in one process.
//
// Keys are opaque texts of at most 80 characters without personal data. Any error ends the limited call: if
// a limiter fails, nothing is let through.
type Limiter interface {
	// Attempt counts one more attempt under key at a rate. It is called before the outcome is known: if
	// only failures were counted, any number of concurrent attempts would pass. After too many attempts it
	// fails with [admin.ErrRateLimited], with the wait for [admin.RetryAfter], and a refused attempt is not
	// counted. A key under another rate counts on its own. It fails with [admin.ErrInvalid] for a rate that
	// [Rate.Check] refuses.
	Attempt(ctx context.Context, key string, rate Rate) error

	// Reset forgets the attempts under key at every rate, after one that succeeded.
	Reset(ctx context.Context, key string) error

	// Trust remembers key for a time from now on. Trusts reports whether it is remembered; a limiter may
	// forget sooner. Keys that are trusted and keys that are counted are apart.
	Trust(ctx context.Context, key string, within time.Duration) error
	Trusts(ctx context.Context, key string) (bool, error)
}

// limitKey returns the key of what parts identify for one kind of attempt. It is a digest, so keys are
// short and hold no personal data. No part but the last may have a NUL in it.
func limitKey(kind string, parts ...string) string { return kind + ":" + digestOf(parts...) }

// MemoryLimiterOptions tune a [MemoryLimiter]; the zero value is ready.
type MemoryLimiterOptions struct {
	// Keys is the number of keys that are counted, and the number of those that are trusted; 0 means
	// 100,000, together at most 50 MB. Beyond it the key that is nearest to having regained all attempts
	// is forgotten first, so that a flood of keys with an attempt each cannot displace the one under
	// attack; of the trusted ones, the key whose time ends first.
	Keys int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// MemoryLimiter is a [Limiter] for one process, bounded in memory. It is safe for concurrent use.
type MemoryLimiter struct {
	o    MemoryLimiterOptions
	mu   sync.Mutex
	keys keyring // the attempts
	kept keyring // what is trusted: full is when it ends, and every rate is zero
}

var _ Limiter = (*MemoryLimiter)(nil)

// NewMemoryLimiter returns a MemoryLimiter that has counted nothing. It fails with [admin.ErrInvalid] for
// negative options.
func NewMemoryLimiter(o MemoryLimiterOptions) (*MemoryLimiter, error) {
	var p admin.Problems
	checkNotNegative(&p, "/keys", o.Keys)
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("people: limiter: %w", err)
	}
	if o.Keys == 0 {
		o.Keys = 100_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &MemoryLimiter{o: o, keys: newKeyring(o.Keys), kept: newKeyring(o.Keys)}, nil
}

// Attempt implements [Limiter].
func (l *MemoryLimiter) Attempt(ctx context.Context, key string, rate Rate) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := rate.Check(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.o.Now()
	b := l.keys.bucket(key, rate, now)
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(rate.Every)
	if over := full.Sub(now) - time.Duration(rate.Attempts)*rate.Every; over > 0 {
		wait := over.Truncate(time.Second) + time.Second
		return admin.WithRetryAfter(fmt.Errorf("too many attempts: try again in %v: %w", wait, admin.ErrRateLimited), wait)
	}
	l.keys.postpone(b, full)
	return nil
}

// Reset implements [Limiter].
func (l *MemoryLimiter) Reset(_ context.Context, key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys.forgetKey(key)
	return nil
}

// Trust implements [Limiter].
func (l *MemoryLimiter) Trust(_ context.Context, key string, within time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.o.Now()
	l.kept.postpone(l.kept.bucket(key, Rate{}, now), now.Add(within))
	return nil
}

// Trusts implements [Limiter].
func (l *MemoryLimiter) Trusts(_ context.Context, key string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.kept.keys[key] {
		return b.full.After(l.o.Now()), nil
	}
	return false, nil
}

// keyring is a bounded number of buckets by key.
type keyring struct {
	limit int
	keys  map[string][]*bucket // one for each rate, which is one nearly always
	next  buckets
}

func newKeyring(limit int) keyring { return keyring{limit: limit, keys: map[string][]*bucket{}} }

// bucket returns the bucket of a key at a rate. To make a new one it forgets those that are full.
func (r *keyring) bucket(key string, rate Rate, now time.Time) *bucket {
	for _, b := range r.keys[key] {
		if b.rate == rate {
			return b
		}
	}
	for len(r.next) > 0 && (len(r.next) >= r.limit || !r.next[0].full.After(now)) {
		r.forget(r.next[0])
	}
	b := &bucket{key: key, rate: rate, full: now}
	r.keys[key] = append(r.keys[key], b)
	heap.Push(&r.next, b)
	return b
}

func (r *keyring) postpone(b *bucket, full time.Time) {
	b.full = full
	heap.Fix(&r.next, b.index)
}

func (r *keyring) forgetKey(key string) {
	for _, b := range r.keys[key] {
		heap.Remove(&r.next, b.index)
	}
	delete(r.keys, key)
}

func (r *keyring) forget(b *bucket) {
	heap.Remove(&r.next, b.index)
	others := slices.DeleteFunc(r.keys[b.key], func(o *bucket) bool { return o == b })
	if len(others) == 0 {
		delete(r.keys, b.key)
		return
	}
	r.keys[b.key] = others
}

// bucket counts the attempts under one key by the instant at which all are regained, which each attempt
// postpones (the generic cell rate algorithm).
type bucket struct {
	key   string
	rate  Rate
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
