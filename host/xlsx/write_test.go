package xlsx_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/host/xlsx"
)

func written(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, xlsx.Write(t.Context(), &out, strings.NewReader(text)))
	return out.Bytes()
}

func TestWrittenCellsAreTexts(t *testing.T) {
	file := written(t, "\ufeff\"id\";\"name\";\"note\"\n\"01067\";\"'=1+1\";\"a;'@SUM(1)\"\n\"-5\";\"\";\"it's\"\n")
	require.Equal(t, [][]string{{"id", "name", "note"}, {"01067", "=1+1", "a;@SUM(1)"}, {"-5", "", "it's"}}, table(t, file, ""))
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for cell, want := range map[string]string{"A2": "01067", "B2": "=1+1", "A3": "-5", "C2": "a;@SUM(1)"} {
		got, err := f.GetCellValue("Sheet1", cell)
		require.NoError(t, err)
		require.Equal(t, want, got)
		kind, err := f.GetCellType("Sheet1", cell)
		require.NoError(t, err)
		require.Equal(t, excelize.CellTypeInlineString, kind)
		formula, err := f.GetCellFormula("Sheet1", cell)
		require.NoError(t, err)
		require.Empty(t, formula)
		id, err := f.GetCellStyle("Sheet1", cell)
		require.NoError(t, err)
		style, err := f.GetStyle(id)
		require.NoError(t, err)
		require.Equal(t, 49, style.NumFmt, "what a person writes there is a text too")
	}
}

func TestTheSeparatorIsFound(t *testing.T) {
	for name, text := range map[string]string{
		"comma": `"a","b"`, "semicolon": `"a";"b"`, "tab": "\"a\"\t\"b\"", "bar": `"a"|"b"`,
		"without quotes": `a,b`, "with a mark": "\ufeff\"a\";\"b\"",
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, [][]string{{"a", "b"}}, table(t, written(t, text+"\n"), ""))
		})
	}
	require.Equal(t, [][]string{{`a";"`, "b"}}, table(t, written(t, "\"a\"\";\"\"\",\"b\"\n"), ""), "a quote within the first cell")
	require.Equal(t, [][]string{{"a"}}, table(t, written(t, "\"a\"\r\n"), ""), "one column")
	require.Empty(t, table(t, written(t, ""), ""))
}

// A text of any characters comes back.
func TestTextsComeBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "Ä", "東", "😀", "_x0041_", "_x005F_", "_x", "_", "x0041_", "\x01", "\x1f", "\t", "\n", "\r", " ", "&", "<", "]]>",
		"\"", "'", "=", ";", ",", "\ufffe", "\uffff", "\ufffd", "\x7f", "\u0085", "\u2028", "\x00", "&amp;", "\ufeff"}
	var text strings.Builder
	var want [][]string
	for range 3000 {
		record := make([]string, 4)
		for k := range record {
			for range 1 + random.IntN(6) {
				record[k] += pieces[random.IntN(len(pieces))]
			}
			if k > 0 {
				text.WriteByte(',')
			}
			text.WriteString(`"` + strings.ReplaceAll(bulkimport.EscapeCell(record[k]), `"`, `""`) + `"`)
			record[k] = strings.ReplaceAll(record[k], "\r\n", "\n") // as csv.Reader has it
		}
		text.WriteByte('\n')
		want = append(want, record)
	}
	require.Equal(t, want, table(t, written(t, text.String()), ""))
}

func TestWhatNoSheetCanHaveIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, code string }{
		"a text too long":        {`"` + strings.Repeat("x", 32768) + `"`, xlsx.CodeCellTooLong},
		"as UTF-16 counts":       {`"` + strings.Repeat("😀", 16384) + `"`, xlsx.CodeCellTooLong},
		"columns":                {strings.Repeat(",", 16384), bulkimport.CodeTooManyColumns},
		"a byte that is no text": {"\"a\xff\"", bulkimport.CodeInvalidEncoding},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, xlsx.Write(t.Context(), io.Discard, strings.NewReader(c.text)), c.code)
		})
	}
	long := strings.Repeat("x", 32767)
	require.Equal(t, [][]string{{long}}, table(t, written(t, long), ""), "the longest")
}

func TestRowsBeyondASheetAreRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes a million rows")
	}
	refused(t, xlsx.Write(t.Context(), io.Discard, strings.NewReader(strings.Repeat("x\n", 1<<20+1))), bulkimport.CodeTooManyRows)
}

func TestErrorsOfWriting(t *testing.T) {
	broken := errors.New("the network is gone")
	file := written(t, "a,b\n")
	for n := 0; n < len(file); n += 23 {
		err := xlsx.Write(t.Context(), &shortWriter{left: n, err: broken}, strings.NewReader("a,b\n"))
		require.ErrorIs(t, err, broken)
	}
	var parse *csv.ParseError
	require.ErrorAs(t, xlsx.Write(t.Context(), io.Discard, strings.NewReader(`"a`)), &parse)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, xlsx.Write(ctx, io.Discard, strings.NewReader("a,b\n")), context.Canceled)
}

type shortWriter struct {
	left int
	err  error
}

func (w *shortWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, w.err
	}
	return len(p), nil
}
