package sqlstore

import (
	"context"
	"fmt"
	"strings"
)

// in looks up many keys with few statements, each of one of few sizes, so that drivers prepare
// them once: places that are left over repeat the last key.
type in struct {
	db    *DB
	sizes []int
	texts []string
	array bool // the first parameter holds all keys
}

// newIn prepares a query whose text ends with "IN " before the keys; tail comes after them. The keys
// are each there once.
func newIn(db *DB, text, tail string) in {
	if db.dialect.arrays {
		// One look-up for each key, which OFFSET 0 keeps the planner from taking apart: for a table
		// that was small when it was last looked at, PostgreSQL plans to read all rows of the
		// organization, and an import would do so with each batch while the table grows.
		each := strings.TrimSuffix(text, "IN ") + "= wanted.sought OFFSET 0" + tail
		return in{db: db, sizes: []int{arrayRows}, array: true, texts: []string{
			db.bind("SELECT found.* FROM unnest(" + db.arrayParameter("?", "text") +
				") AS wanted (sought) CROSS JOIN LATERAL (" + each + ") AS found"),
		}}
	}
	q := in{db: db, sizes: []int{8, 64, 500}}
	for _, n := range q.sizes {
		q.texts = append(q.texts, db.bind(text+"(?"+strings.Repeat(", ?", n-1)+")"+tail))
	}
	return q
}

// lookUp runs the query for keys, after the arguments that come before them.
func lookUp[T any](
	ctx context.Context, t *tx, noun string, q in, scan func(func(...any) error, *T) error, keys []string, before ...any,
) ([]T, error) {
	var out []T
	for len(keys) > 0 {
		i := 0
		for i < len(q.sizes)-1 && q.sizes[i] < len(keys) {
			i++
		}
		n := min(len(keys), q.sizes[i])
		args, err := q.args(keys[:n], q.sizes[i], before)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", noun, err)
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

// args is the arguments of a statement that has places for keys.
func (q in) args(keys []string, places int, before []any) ([]any, error) {
	if !q.array {
		args := append(make([]any, 0, len(before)+places), before...)
		for k := range places {
			args = append(args, keys[min(k, len(keys)-1)])
		}
		return args, nil
	}
	array, err := q.db.arrayOf("text", len(keys), func(i int) any { return keys[i] })
	if err != nil {
		return nil, err
	}
	return append([]any{array}, before...), nil
}

// inWrite changes or deletes the rows of many keys with few statements, each of one of few sizes.
type inWrite struct{ in }

// newInWrite prepares a statement whose text ends with "IN " before the keys.
func newInWrite(db *DB, text string) inWrite {
	if db.dialect.arrays {
		return inWrite{in{db: db, sizes: []int{arrayRows}, array: true, texts: []string{
			db.bind(strings.TrimSuffix(text, "IN ") + "= ANY (" + db.arrayParameter("?", "text") + ")"),
		}}}
	}
	q := in{db: db, sizes: []int{1, 8, 64, 500}}
	for _, n := range q.sizes {
		q.texts = append(q.texts, db.bind(text+places(n)))
	}
	return inWrite{q}
}

// run runs the statement for keys of audit records, after the arguments that come before them, and returns how many
// rows it changed.
func (q inWrite) run(ctx context.Context, t *tx, noun string, keys []string, before ...any) (changed int64, err error) {
	for len(keys) > 0 {
		i := 0
		for i < len(q.sizes)-1 && q.sizes[i] < len(keys) {
			i++
		}
		some := keys[:min(len(keys), q.sizes[i])]
		args, err := q.args(some, q.sizes[i], before)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", noun, err)
		}
		if q.array { // which is the last parameter of a write
			args = append(args[1:], args[0])
		}
		n, err := t.exec(ctx, noun, q.texts[i], args...)
		if err != nil {
			return 0, err
		}
		changed += n
		keys = keys[len(some):]
	}
	return changed, nil
}
