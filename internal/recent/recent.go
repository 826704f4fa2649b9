// Package recent has a bounded cache that keeps what was used last.
package recent

import "sync"

// Cache keeps values under keys, those that were used last. Two maps hold half of it each; when the recent
// one is full it becomes the older one, and what was not used since is dropped. That needs no list in order
// of use, and a look-up that finds something recent takes a shared lock only. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	mu            sync.RWMutex
	half          int
	recent, older map[K]V
}

// New returns a Cache of at most so many values, and of at least two.
func New[K comparable, V any](most int) *Cache[K, V] {
	return &Cache[K, V]{half: max(1, most/2), recent: map[K]V{}}
}

// Get returns the value under k, if it is kept.
func (c *Cache[K, V]) Get(k K) (V, bool) {
	c.mu.RLock()
	v, ok := c.recent[k]
	c.mu.RUnlock()
	if ok {
		return v, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok = c.recent[k]; ok {
		return v, true // another goroutine put it there in between, and the older one is out of date
	}
	if v, ok = c.older[k]; ok {
		c.keep(k, v)
	}
	return v, ok
}

// Put keeps v under k.
func (c *Cache[K, V]) Put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(k, v)
}

// Len returns the number of values that are kept, those that are kept twice counted twice.
func (c *Cache[K, V]) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.recent) + len(c.older)
}

func (c *Cache[K, V]) keep(k K, v V) {
	if _, ok := c.recent[k]; !ok && len(c.recent) >= c.half {
		c.recent, c.older = map[K]V{}, c.recent
	}
	c.recent[k] = v
}
