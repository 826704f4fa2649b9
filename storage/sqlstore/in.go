package sqlstore

import (
	"context"
	"strings"
)

// in looks up many keys with few statements, each of one of few sizes, so that drivers prepare
// them once: places that are left over repeat the last key.
type in struct {
	sizes []int
	texts []string
}

// newIn prepares a query whose text ends with "IN " before the keys; tail comes after them.
func newIn(db *DB, text, tail string) in {
	q := in{sizes: []int{8, 64, 500}}
	for _, n := range q.sizes {
		q.texts = append(q.texts, db.bind(text+"(?"+strings.Repeat(", ?", n-1)+")"+tail))
	}
	return q
}

// lookUp runs the query for keys, after the arguments that come before them.
func lookUp[T any](ctx context.Context, t *tx, noun string, q in, scan func(func(...any) error, *T) error, keys []string, before ...any) ([]T, error) {
	var out []T
	for len(keys) > 0 {
		i := 0
		for i < len(q.sizes)-1 && q.sizes[i] < len(keys) {
			i++
		}
		n := min(len(keys), q.sizes[i])
		args := append(make([]any, 0, len(before)+q.sizes[i]), before...)
		for k := range q.sizes[i] {
			args = append(args, keys[min(k, n-1)])
		}
		found, err := rows(ctx, t, noun, q.texts[i], scan, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
		keys = keys[n:]
	}
	return out, nil
}
