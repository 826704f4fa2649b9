package bulkimport

import "bytes"

// skip passes over a record that is over a bound, of which buf has the beginning, and holds no more than a piece of it.
// A record that ends within a quote has the rest of the file in it.
func (r *reader) skip() (record, error) {
	rec := record{line: r.line, begin: r.offset, fault: fault(CodeRecordTooLong, "bytes", r.limits.RecordBytes, "lines",
		r.limits.RecordLines)}
	s := skipper{delimiter: r.delimiter, quote: r.mark()}
	open := false // whether the last line has no end
	for done := false; !done; {
		var n int
		n, done = s.scan(r.buf)
		if n > 0 {
			r.line += int64(bytes.Count(r.buf[:n], []byte{'\n'}))
			open = r.buf[n-1] != '\n'
		}
		r.drop(n)
		r.forget()
		if done || (r.ended && len(r.buf) == 0) {
			break
		}
		if err := r.fill(); err != nil {
			return record{}, err
		}
	}
	if open {
		r.line++
	}
	if s.state == inQuotes {
		rec.fault = fault(CodeUnclosedQuote)
	}
	rec.next, rec.end = r.line, r.offset
	return rec, nil
}

// The states of a skipper.
const (
	cellBegins = iota
	inCell
	inQuotes
	quoteInQuotes // which closes the cell, unless another one follows
	afterQuotes   // text that should not be there: the record ends with the line
)

// skipper finds the end of a record by the rules of reader.quoted, a piece at a time.
type skipper struct {
	delimiter, quote byte
	state            int
}

// scan returns how much of a text is in the record, and whether it ends there.
func (s *skipper) scan(text []byte) (n int, done bool) {
	for i := 0; i < len(text); i++ {
		b := text[i]
		switch s.state {
		case inQuotes:
			q := bytes.IndexByte(text[i:], s.quote)
			if q < 0 {
				return len(text), false
			}
			i += q
			s.state = quoteInQuotes
			continue
		case quoteInQuotes:
			if b == s.quote {
				s.state = inQuotes
				continue
			}
			s.state = afterQuotes
			if b == s.delimiter {
				s.state = cellBegins
				continue
			}
		case cellBegins:
			if s.state = inCell; s.quote != 0 && b == s.quote {
				s.state = inQuotes
				continue
			}
		}
		if b == '\n' {
			return i + 1, true
		}
		if b == s.delimiter && s.state == inCell {
			s.state = cellBegins
		}
	}
	return len(text), false
}
