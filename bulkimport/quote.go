package bulkimport

import (
	"bufio"
	"io"
	"strings"
)

// quotingWriter writes CSV whose cells all have quotes (RFC 4180). encoding/csv quotes the cells that need it for its
// own delimiter; a spreadsheet may split at another one.
type quotingWriter struct {
	to        *bufio.Writer // keeps its first error, which Flush returns
	delimiter byte
	record    []byte
}

func newQuotingWriter(to io.Writer, delimiter byte) *quotingWriter {
	return &quotingWriter{to: bufio.NewWriter(to), delimiter: delimiter}
}

// mark writes the byte order mark of UTF-8, without which Excel takes the text for one in the system's code page.
func (q *quotingWriter) mark() { _, _ = q.to.WriteString("\ufeff") }

// write writes a record, perhaps only to memory.
func (q *quotingWriter) write(cells []string) {
	q.record = q.record[:0]
	for i, cell := range cells {
		if i > 0 {
			q.record = append(q.record, q.delimiter)
		}
		q.record = append(q.record, '"')
		q.record = append(q.record, strings.ReplaceAll(cell, `"`, `""`)...)
		q.record = append(q.record, '"')
	}
	_, _ = q.to.Write(append(q.record, '\n'))
}

// flush writes what is in memory, and returns the first error of all writes.
func (q *quotingWriter) flush() error { return q.to.Flush() }
