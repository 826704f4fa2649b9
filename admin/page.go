package admin

import (
	"encoding/json"
	"fmt"
	"iter"
)

// Limits of [Query.Limit].
const (
	DefaultLimit = 50  // if Limit is 0; Togai's default
	MaxLimit     = 500 // more is refused
)

// Query asks for one page of a list.
type Query struct {
	Limit int    `json:"limit,omitempty"` // items at most: 1 to MaxLimit; 0 means DefaultLimit
	After Cursor `json:"after,omitempty"` // Next of the page before; empty for the first page
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  Cursor `json:"next,omitempty"` // empty on the last page
}

// MarshalJSON writes a page without items with an empty list.
func (p Page[T]) MarshalJSON() ([]byte, error) {
	type plain Page[T] // without this method
	if p.Items == nil {
		p.Items = []T{}
	}
	return json.Marshal(plain(p))
}

// Seek is the part of a [Query] that a store gets: the Limit items whose key comes after After in the
// list's order. The zero After means from the start.
type Seek[K Key] struct {
	Limit int
	After K
}

// Paginate answers a [Query] from a store's list method. list names the list and its filters: a cursor
// is valid only for the list, filters and organization that it came from. key returns the key that
// fetch orders by. A wrong limit or cursor is a [*ValidationError] for /limit or /after.
func Paginate[T any, K Key](
	org OrgID, list string, q Query, fetch func(Seek[K]) ([]T, error), key func(T) K,
) (Page[T], error) {
	var p Problems
	if q.Limit < 0 || q.Limit > MaxLimit {
		p.Add("/limit", CodeRange, "page limit %d: use 1 to %d, or 0 for %d", q.Limit, MaxLimit, DefaultLimit).
			With("max", MaxLimit)
	}
	after, err := openCursor[K](org, list, q.After)
	if err != nil {
		p.AddError("/after", CodeFormat, err)
	}
	if err := p.Err(); err != nil {
		return Page[T]{}, err
	}
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
	// One more than asked for shows whether there is a next page.
	items, err := fetch(Seek[K]{Limit: q.Limit + 1, After: after})
	if err != nil {
		return Page[T]{}, err
	}
	if len(items) <= q.Limit {
		return Page[T]{Items: items}, nil
	}
	items = items[:q.Limit]
	next := sealCursor(org, list, key(items[q.Limit-1]))
	if len(next) > maxCursor {
		return Page[T]{}, fmt.Errorf("list %s: the key of an item is too long for a cursor of %d characters",
			Clip(list), maxCursor)
	}
	return Page[T]{Items: items, Next: next}, nil
}

// All iterates over a whole list, page by page. The first error ends the iteration.
func All[T any](list func(Query) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		q := Query{Limit: MaxLimit}
		for {
			page, err := list(q)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			q.After = page.Next
		}
	}
}
