package sqlstore

import "strings"

// filtered is a list whose conditions are left out where they have no value. Each combination is a
// statement of its own: "(? = ” OR kind = ?)" keeps every database from looking kind up in an
// index, and MySQL takes a blank for an empty text, so that a filter by " " would let all through.
type filtered struct{ texts []string }

// newFiltered prepares head, then those of conditions that have a value, then tail. The conditions
// have one parameter each.
func newFiltered(db *DB, head string, conditions []string, tail string) filtered {
	var f filtered
	for mask := range 1 << len(conditions) {
		var b strings.Builder
		b.WriteString(head)
		for i, c := range conditions {
			if mask&(1<<i) != 0 {
				b.WriteString(" AND " + c)
			}
		}
		f.texts = append(f.texts, db.bind(b.String()+tail))
	}
	return f
}

// by is the statement for the conditions' values, of which empty ones are none, and its arguments:
// those of head, the values, and those of tail.
func (f filtered) by(values []string, head []any, tail ...any) (query string, args []any) {
	mask := 0
	args = head
	for i, v := range values {
		if v != "" {
			mask |= 1 << i
			args = append(args, v)
		}
	}
	return f.texts[mask], append(args, tail...)
}
