package memory

import (
	"maps"
	"slices"
)

// journal remembers how to undo what a transaction changed.
type journal struct {
	undo []func()
}

func (j *journal) rollback(to int) {
	for i := len(j.undo) - 1; i >= to; i-- {
		j.undo[i]()
	}
	j.undo = j.undo[:to]
}

// table is rows by key, with the keys kept in order for paging. Keys mostly arrive in order, so
// inserting is an append; elsewhere it moves the tail of a slice.
type table[K comparable, V any] struct {
	compare func(a, b K) int
	rows    map[K]V
	order   []K
}

func newTable[K comparable, V any](compare func(a, b K) int) *table[K, V] {
	return &table[K, V]{compare: compare, rows: map[K]V{}}
}

func (t *table[K, V]) get(k K) (V, bool) {
	v, ok := t.rows[k]
	return v, ok
}

func (t *table[K, V]) put(j *journal, k K, v V) {
	old, existed := t.rows[k]
	t.rows[k] = v
	if existed {
		j.undo = append(j.undo, func() { t.rows[k] = old })
		return
	}
	t.insert(k)
	j.undo = append(j.undo, func() { t.drop(k) })
}

func (t *table[K, V]) remove(j *journal, k K) {
	old, existed := t.rows[k]
	if !existed {
		return
	}
	t.drop(k)
	j.undo = append(j.undo, func() { t.rows[k] = old; t.insert(k) })
}

func (t *table[K, V]) insert(k K) {
	if n := len(t.order); n == 0 || t.compare(t.order[n-1], k) < 0 {
		t.order = append(t.order, k)
		return
	}
	i, _ := slices.BinarySearchFunc(t.order, k, t.compare)
	t.order = slices.Insert(t.order, i, k)
}

func (t *table[K, V]) drop(k K) {
	delete(t.rows, k)
	if i, ok := slices.BinarySearchFunc(t.order, k, t.compare); ok {
		t.order = slices.Delete(t.order, i, i+1)
	}
}

// ascending returns at most limit matching rows with keys above after; the zero after is below
// every key. A nil match takes all.
func (t *table[K, V]) ascending(after K, limit int, match func(V) bool) []V {
	var zero K
	i := 0
	if after != zero {
		var found bool
		if i, found = slices.BinarySearchFunc(t.order, after, t.compare); found {
			i++
		}
	}
	var out []V
	for ; i < len(t.order) && len(out) < limit; i++ {
		if v := t.rows[t.order[i]]; match == nil || match(v) {
			out = append(out, v)
		}
	}
	return out
}

// descending is ascending from the other end: keys below after; the zero after is above every key.
func (t *table[K, V]) descending(after K, limit int, match func(V) bool) []V {
	var zero K
	i := len(t.order)
	if after != zero {
		i, _ = slices.BinarySearchFunc(t.order, after, t.compare)
	}
	var out []V
	for i--; i >= 0 && len(out) < limit; i-- {
		if v := t.rows[t.order[i]]; match == nil || match(v) {
			out = append(out, v)
		}
	}
	return out
}

// find returns the first row, in no particular order, that matches.
func (t *table[K, V]) find(match func(V) bool) (V, bool) {
	for v := range maps.Values(t.rows) {
		if match(v) {
			return v, true
		}
	}
	var zero V
	return zero, false
}
