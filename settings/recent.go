package settings

import "sync"

// recently keeps what was used last under a key, bounded: two maps hold half of it each, and when
// the recent one is full it becomes the older and what was not used since is forgotten. That costs
// no list to be kept in order, and a look-up that finds something recent takes a shared lock only.
type recently[K comparable, V any] struct {
	mu            sync.RWMutex
	half          int
	recent, older map[K]V
}

func newRecently[K comparable, V any](most int) *recently[K, V] {
	return &recently[K, V]{half: max(1, most/2), recent: map[K]V{}}
}

func (r *recently[K, V]) get(k K) (V, bool) {
	r.mu.RLock()
	v, ok := r.recent[k]
	r.mu.RUnlock()
	if ok {
		return v, true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok = r.recent[k]; ok {
		return v, true // another put it there in between, and what is older is out of date
	}
	if v, ok = r.older[k]; ok {
		r.keep(k, v)
	}
	return v, ok
}

func (r *recently[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(k, v)
}

func (r *recently[K, V]) keep(k K, v V) {
	if _, ok := r.recent[k]; !ok && len(r.recent) >= r.half {
		r.recent, r.older = map[K]V{}, r.recent
	}
	r.recent[k] = v
}
