package xlsx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/host/xlsx"
)

// large is a workbook of rows with eight cells, half of them shared texts.
func large(t testing.TB, count int) []byte {
	t.Helper()
	var sheet, shared strings.Builder
	sheet.WriteString("<sheetData>")
	for i := range count {
		n := i + 1
		fmt.Fprintf(&shared, "<si><t>Customer %d of the north</t></si>", n)
		fmt.Fprintf(&sheet, `<row r="%d"><c r="A%d" s="1"><v>%d</v></c><c r="B%d" t="s"><v>%d</v></c><c r="C%d" t="s"><v>%d</v></c>`+
			`<c r="D%d" s="2"><v>%d</v></c><c r="E%d"><v>%d.25</v></c><c r="F%d" t="b"><v>1</v></c>`+
			`<c r="G%d" t="s"><v>0</v></c><c r="H%d" t="s"><v>1</v></c></row>`, n, n, n, n, i, n, i/2, n, 40000+i%5000, n, i, n, n, n)
	}
	sheet.WriteString("</sheetData>")
	return book{sheet: sheet.String(), shared: shared.String(), styles: styles()}.bytes(t)
}

// live is how much memory is in use.
func live() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A sheet of any length is read in the same memory: what is live is looked at after each megabyte.
func TestMemoryDoesNotGrowWithTheSheet(t *testing.T) {
	w, err := open(t, book{sheet: rows(strings.Repeat(`<row><c t="inlineStr"><is><t>Lumen, a customer of the north</t></is></c><c><v>1.5</v></c></row>`,
		200_000))}.bytes(t), xlsx.Limits{})
	require.NoError(t, err)
	in, err := w.CSV(t.Context(), "", xlsx.Options{})
	require.NoError(t, err)
	before, most, total := live(), int64(0), int64(0)
	for {
		n, err := io.CopyN(io.Discard, in, 1<<20)
		total += n
		most = max(most, live()-before)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	runtime.KeepAlive(w)
	require.Greater(t, total, int64(7<<20))
	require.Less(t, most, int64(1<<20))
}

// The archive may say that a part is small and unpack to anything.
func TestAPartThatIsLargerThanItSays(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	whole := book{sheet: rows(strings.Repeat("<row/>", 200_000))}.bytes(t)
	from, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	require.NoError(t, err)
	for _, f := range from.File {
		h := f.FileHeader
		if strings.Contains(f.Name, "one.xml") {
			h.UncompressedSize64 = 100
		}
		raw, err := f.OpenRaw()
		require.NoError(t, err)
		w, err := z.CreateRaw(&h)
		require.NoError(t, err)
		_, err = io.Copy(w, raw)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	_, err = text(t, out.Bytes(), "", xlsx.Options{}, xlsx.Limits{})
	refused(t, err, xlsx.CodeDamaged)
}

// Kilobytes that unpack to gigabytes end at a limit, in the memory of a few rows.
func TestABombEndsAtALimit(t *testing.T) {
	many := strings.Repeat
	for name, b := range map[string]book{
		"a tag without end": {sheet: `<a ` + many("b", 8<<20)},
		"blanks":            {sheet: rows(`<row><c><v>` + many(" ", 8<<20))},
		"one long text":     {sheet: rows(`<row><c t="inlineStr"><is><t>` + many("x", 8<<20) + `</t></is></c></row>`)},
		"a shared text 16,000 times": {shared: `<si><t>` + many("x", 30000) + `</t></si>`,
			sheet: rows(`<row>` + many(`<c t="s"><v>0</v></c>`, 16000) + `</row>`)},
		"a shared text without end": {shared: `<si><t>` + many("x", 8<<20)},
		"attributes":                {sheet: `<a ` + many(`b="" `, 2<<20)},
		"deep elements":             {sheet: many("<a>", 2<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			file := b.bytes(t)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			_, err := text(t, file, "", xlsx.Options{}, xlsx.Limits{})
			runtime.ReadMemStats(&after)
			var f *bulkimport.FileError
			require.ErrorAs(t, err, &f)
			if name != "deep elements" { // which are read to the end, one by one
				require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
			}
		})
	}
}

func BenchmarkCSV(b *testing.B) {
	file := large(b, 100_000)
	b.ResetTimer()
	for b.Loop() {
		w, err := open(b, file, xlsx.Limits{})
		require.NoError(b, err)
		in, err := w.CSV(b.Context(), "", xlsx.Options{})
		require.NoError(b, err)
		n, err := io.Copy(io.Discard, in)
		require.NoError(b, err)
		b.SetBytes(n)
	}
	b.ReportMetric(float64(100_000*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWrite(b *testing.B) {
	line := `"c17","Lumen, Ltd","ada@lumen.example","01067","Dresden","DE","12.50","2026-11-28"` + "\n"
	text := strings.Repeat(line, 100_000)
	b.ResetTimer()
	for b.Loop() {
		require.NoError(b, xlsx.Write(b.Context(), io.Discard, strings.NewReader(text)))
	}
	b.ReportMetric(float64(100_000*b.N)/b.Elapsed().Seconds(), "rows/s")
}
