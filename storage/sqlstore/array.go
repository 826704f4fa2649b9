package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// takesSlices reports whether the driver takes slices as arrays, as pgx does, and sends them in the form that the
// server need not parse. database/sql itself refuses them.
func takesSlices(ctx context.Context, pool *sql.DB) bool {
	var n sql.NullInt64
	one := int64(1)
	const count = `SELECT cardinality($1::text[]) + cardinality($2::bigint[]) + cardinality($3::bigint[])`
	err := pool.QueryRowContext(ctx, count,
		[]string{"a", `"`}, []int64{one}, []*int64{&one, nil}).Scan(&n)
	return err == nil && n.Int64 == 5
}

// arrayParameter is the text of a parameter for an array of a type.
func (db *DB) arrayParameter(placeholder, of string) string {
	if db.slices && (of == "text" || of == "bigint") {
		return placeholder + "::" + of + "[]"
	}
	// Sent as text and cast there, because drivers differ in which slices they take for arrays.
	return placeholder + "::text::" + of + "[]"
}

// arrayOf returns the argument for arrayParameter, of n values.
func (db *DB) arrayOf(of string, n int, value func(i int) any) (any, error) {
	switch {
	case db.slices && of == "text":
		return sliceOf[string](n, value)
	case db.slices && of == "bigint":
		return sliceOf[int64](n, value)
	}
	var s strings.Builder
	s.WriteByte('{')
	for i := range n {
		if i > 0 {
			s.WriteByte(',')
		}
		if err := writeElement(&s, value(i)); err != nil {
			return nil, err
		}
	}
	s.WriteByte('}')
	return s.String(), nil
}

// sliceOf returns n values as a slice, of pointers if one is NULL.
func sliceOf[T string | int64](n int, value func(i int) any) (any, error) {
	out := make([]T, n)
	var null []bool
	for i := range n {
		v := value(i)
		if t, ok := v.(T); ok {
			out[i] = t
			continue
		}
		v, err := driver.DefaultParameterConverter.ConvertValue(v)
		if err != nil {
			return nil, err
		}
		switch v := v.(type) {
		case T:
			out[i] = v
		case nil:
			if null == nil {
				null = make([]bool, n)
			}
			null[i] = true
		default:
			return nil, fmt.Errorf("a value of type %T cannot be an element of an array of %T", v, out[i])
		}
	}
	if null == nil {
		return out, nil
	}
	pointers := make([]*T, n)
	for i := range out {
		if !null[i] {
			pointers[i] = &out[i]
		}
	}
	return pointers, nil
}

// writeElement writes a value as an element of PostgreSQL's array text: numbers as they are, text in
// double quotes with " and \ escaped (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).
func writeElement(s *strings.Builder, v any) error {
	v, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		s.WriteString("NULL")
	case int64:
		s.WriteString(strconv.FormatInt(v, 10))
	case bool:
		s.WriteString(strconv.FormatBool(v))
	case []byte:
		s.WriteString(`"\\x`) // as \x…, with its backslash escaped
		s.WriteString(hex.EncodeToString(v))
		s.WriteByte('"')
	case string:
		s.WriteByte('"')
		for {
			i := strings.IndexAny(v, `"\`)
			if i < 0 {
				break
			}
			s.WriteString(v[:i])
			s.WriteByte('\\')
			s.WriteByte(v[i])
			v = v[i+1:]
		}
		s.WriteString(v)
		s.WriteByte('"')
	default:
		return fmt.Errorf("a value of type %T cannot be an element of an array", v)
	}
	return nil
}
