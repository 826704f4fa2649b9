package bulkimport

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuotingWriterQuotesEveryCell(t *testing.T) {
	var b strings.Builder
	q := newQuotingWriter(&b, ',')
	q.write([]string{"a", "", `;=1+1`, `say "hi"`, "two\nlines", `"`})
	q.write([]string{"-5.00"})
	require.NoError(t, q.flush())
	require.Equal(t, `"a","",";=1+1","say ""hi""","two`+"\n"+`lines",""""`+"\n"+`"-5.00"`+"\n", b.String())
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

var errFull = errors.New("no space left on device")

func TestQuotingWriterReturnsTheFirstError(t *testing.T) {
	q := newQuotingWriter(fullDisk{}, ',')
	for range 1000 {
		q.write([]string{strings.Repeat("x", 100)})
	}
	require.ErrorIs(t, q.flush(), errFull)
}

// What is written comes back, whatever is in the cells; our reader and encoding/csv read it alike.
func FuzzQuotingWriter(f *testing.F) {
	for _, s := range []string{"", ";=1+1", `"`, "a\nb", `""`, ",", " \t'"} {
		f.Add(s, "x", byte(','))
	}
	f.Fuzz(func(t *testing.T, first, second string, delimiter byte) {
		if strings.IndexByte(",;\t|", delimiter) < 0 || strings.Contains(first+second, "\r") || strings.Count(first+second, "\n") > 100 ||
			!readable([]byte(first+second)) {
			return // what is read has no \r, and text alone
		}
		cells := []string{first, second}
		var b strings.Builder
		q := newQuotingWriter(&b, delimiter)
		q.write(cells)
		require.NoError(t, q.flush())
		records, err := readAll(strings.NewReader(b.String()), UTF8, dialect{delimiter: delimiter, quote: '"'}, cursor{line: 1}, Limits{}.withDefaults())
		require.NoError(t, err)
		require.Len(t, records, 1)
		require.Nil(t, records[0].fault)
		require.Equal(t, cells, records[0].cells)
		std := csv.NewReader(strings.NewReader(b.String()))
		std.Comma = rune(delimiter)
		again, err := std.ReadAll()
		require.NoError(t, err)
		require.Equal(t, [][]string{cells}, again)
	})
}
