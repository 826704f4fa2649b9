package xlsx_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/admincenter/admincenter/host/xlsx"
)

// formats are the styles of the sheets below, from 1.
var formats = []string{
	"00000", "dd.mm.yyyy", "yyyy-mm-dd hh:mm:ss", "h:mm AM/PM", "[h]:mm", "0.00%", `#,##0.00\ "€"`, "0.00E+00", "mmm-yy",
	"[$-407]d. mmmm yyyy;@", "mm:ss.000", `00"-"000`, `"Q"0`, "General", "@", "[<=9999999]000-0000;(000) 000-0000",
	`[Red]yyyy\-mm\-dd`, "0", "d/m/yy h:mm", `"day" 0.0`,
}

func styles() string {
	var out strings.Builder
	out.WriteString("<numFmts>")
	for i, f := range formats {
		f = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;").Replace(f)
		out.WriteString(`<numFmt numFmtId="` + strconv.Itoa(164+i) + `" formatCode="` + f + `"/>`)
	}
	out.WriteString(`</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>`)
	for i := range formats {
		out.WriteString(`<xf numFmtId="` + strconv.Itoa(164+i) + `"/>`)
	}
	return out.String() + "</cellXfs><dxfs><dxf><numFmt numFmtId=\"1\"/></dxf></dxfs>"
}

func style(format string) string {
	for i, f := range formats {
		if f == format {
			return ` s="` + strconv.Itoa(i+1) + `"`
		}
	}
	panic("no style for " + format)
}

func TestCellsBecomeTheirValue(t *testing.T) {
	number := func(format, v string) string { return `<c r="A1"` + style(format) + `><v>` + v + `</v></c>` }
	for name, c := range map[string]struct{ cell, want string }{
		"a shared text":                        {`<c r="A1" t="s"><v>0</v></c>`, "Lumen"},
		"a shared text in runs":                {`<c r="A1" t="s"><v>1</v></c>`, "bold & plain"},
		"a shared text with its pronunciation": {`<c r="A1" t="s"><v>2</v></c>`, "東京"},
		"a shared text that is blank":          {`<c r="A1" t="s"><v>3</v></c>`, ""},
		"a text in the cell":                   {`<c r="A1" t="inlineStr"><is><t xml:space="preserve"> x </t></is></c>`, " x "},
		"runs in the cell":                     {`<c r="A1" t="inlineStr"><is><r><rPr><b/></rPr><t>a</t></r><r><t>b</t></r></is></c>`, "ab"},
		"CDATA":                                {`<c r="A1" t="inlineStr"><is><t><![CDATA[<a>]]></t></is></c>`, "<a>"},
		"a character that XML does not have":   {`<c r="A1" t="inlineStr"><is><t>a_x0001_b_x000D_</t></is></c>`, "a\x01b\r"},
		"an escaped escape":                    {`<c r="A1" t="inlineStr"><is><t>_x005F_x0041_</t></is></c>`, "_x0041_"},
		"two halves of a character":            {`<c r="A1" t="str"><v>_xD83D__xDE00_</v></c>`, "😀"},
		"half of a character stays written":    {`<c r="A1" t="str"><v>_xD83D_x</v></c>`, "_xD83D_x"},
		"no escape":                            {`<c r="A1" t="str"><v>my_xylophone_x12_</v></c>`, "my_xylophone_x12_"},
		"a formula's text":                     {`<c r="A1" t="str"><f>A2&amp;""</f><v>x</v></c>`, "x"},
		"a formula's blank text":               {`<c r="A1" t="str"><f>""</f><v></v></c>`, ""},
		"a formula's number":                   {`<c r="A1"><f>1+1</f><v>2</v></c>`, "2"},
		"a shared formula":                     {`<c r="A1"><f t="shared" si="0"/><v>2</v></c>`, "2"},
		"true":                                 {`<c r="A1" t="b"><v>1</v></c>`, "true"},
		"false":                                {`<c r="A1" t="b"><v>0</v></c>`, "false"},
		"an error":                             {`<c r="A1" t="e"><v>#N/A</v></c>`, "#N/A"},
		"a date as text":                       {`<c r="A1" t="d"><v>2026-11-28</v></c>`, "2026-11-28"},
		"a style without a value":              {`<c r="A1" s="2"/>`, ""},
		"a prefix":                             {`<x:c r="A1"><x:v>7</x:v></x:c>`, "7"},
		"no number":                            {`<c r="A1"><v>seven</v></c>`, "seven"},
		"a style that is not there":            {`<c r="A1" s="9999"><v>7</v></c>`, "7"},

		"an integer":                             {number("General", "12345678901234567"), "12345678901234567"},
		"a tenth":                                {number("General", "0.1"), "0.1"},
		"a number as programs store it":          {number("General", "1.1000000000000001"), "1.1"},
		"a sum with noise":                       {number("General", "0.30000000000000004"), "0.3"},
		"a difference with noise":                {number("General", "8.9999999999999997E-2"), "0.09"},
		"a third keeps its digits":               {number("General", "0.33333333333333331"), "0.33333333333333331"},
		"an exponent":                            {number("General", "1E+15"), "1000000000000000"},
		"an exponent with digits":                {number("General", "1.2345678901234567E+16"), "12345678901234567"},
		"a small number":                         {number("General", "1.5E-7"), "0.00000015"},
		"zeros at the end":                       {number("General", "1.50"), "1.5"},
		"a negative number":                      {number("General", "-2.5E1"), "-25"},
		"beyond any number":                      {number("General", "1E+999"), "1E+999"},
		"a text format":                          {number("@", "42"), "42"},
		"a percent":                              {number("0.00%", "0.25"), "0.25"},
		"money":                                  {number(`#,##0.00\ "€"`, "1234.5"), "1234.5"},
		"scientific":                             {number("0.00E+00", "123456"), "123456"},
		"a format with a word of date letters":   {number(`"day" 0.0`, "2.5"), "2.5"},
		"one digit is no padding":                {number("0", "7"), "7"},
		"a postcode":                             {number("00000", "1067"), "01067"},
		"a postcode with more digits":            {number("00000", "1234567"), "1234567"},
		"no integer has no leading zeros":        {number("00000", "12.5"), "12.5"},
		"a negative number has no leading zeros": {number("00000", "-12"), "-12"},
		"zeros with a separator":                 {number(`00"-"000`, "1234"), "01-234"},
		"one zero with a prefix":                 {number(`"Q"0`, "3"), "3"},
		"a condition":                            {number("[<=9999999]000-0000;(000) 000-0000", "5550100"), "5550100"},

		"a date":                             {number("dd.mm.yyyy", "46354"), "2026-11-28"},
		"a date with a time that is hidden":  {number("dd.mm.yyyy", "46354.9999"), "2026-11-28"},
		"a date with a color":                {number(`[Red]yyyy\-mm\-dd`, "46354"), "2026-11-28"},
		"a date in a language":               {number("[$-407]d. mmmm yyyy;@", "46354"), "2026-11-28"},
		"a month":                            {number("mmm-yy", "46327"), "2026-11-01"},
		"a date and a time":                  {number("yyyy-mm-dd hh:mm:ss", "46354.5625"), "2026-11-28T13:30:00"},
		"a day and minutes":                  {number("d/m/yy h:mm", "46354.5625"), "2026-11-28T13:30:00"},
		"midnight":                           {number("yyyy-mm-dd hh:mm:ss", "46354"), "2026-11-28T00:00:00"},
		"a time that is not quite exact":     {number("yyyy-mm-dd hh:mm:ss", "46354.999999999"), "2026-11-29T00:00:00"},
		"a time":                             {number("h:mm AM/PM", "0.5625"), "13:30:00"},
		"a time with its day":                {number("h:mm AM/PM", "46354.5625"), "2026-11-28T13:30:00"},
		"hours that are counted on":          {number("[h]:mm", "1.5"), "36:00:00"},
		"fractions of seconds":               {number("mm:ss.000", "0.00000578704"), "00:00:00.500"},
		"the first day":                      {number("dd.mm.yyyy", "1"), "1900-01-01"},
		"the last day of a February":         {number("dd.mm.yyyy", "59"), "1900-02-28"},
		"a day that the calendar has not":    {number("dd.mm.yyyy", "60"), "1900-02-29"},
		"the day behind it":                  {number("dd.mm.yyyy", "61"), "1900-03-01"},
		"the last day":                       {number("dd.mm.yyyy", "2958465"), "9999-12-31"},
		"beyond the last day":                {number("dd.mm.yyyy", "2958466"), "2958466"},
		"before the first day":               {number("dd.mm.yyyy", "-1"), "-1"},
		"no day":                             {number("dd.mm.yyyy", "0"), "0"},
		"a text in a date's format":          {`<c r="A1" t="s"` + style("dd.mm.yyyy") + `><v>0</v></c>`, "Lumen"},
		"a date of a format without a style": {`<c r="A1" s="0"><v>46354</v></c>`, "46354"},
	} {
		t.Run(name, func(t *testing.T) {
			file := book{styles: styles(), sheet: rows(`<row r="1">` + c.cell + `<c r="B1" t="str"><v>end</v></c></row>`),
				shared: `<si><t>Lumen</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">bold </t></r><r><t>&amp; plain</t></r></si>` +
					`<si><t>東京</t><rPh sb="0" eb="2"><t>とうきょう</t></rPh></si><si><t/></si>`}.bytes(t)
			got, err := text(t, file, "", xlsx.Options{}, xlsx.Limits{})
			require.NoError(t, err)
			want := `"` + c.want + `"`
			if c.want == "" {
				want = ""
			}
			require.Equal(t, want+",\"end\"\n", got)
		})
	}
}

func TestAWorkbookThatCountsFrom1904(t *testing.T) {
	cells := ""
	for i, v := range []string{"0", "44892", "44892.5625", "2957003", "2957004"} {
		format := "dd.mm.yyyy"
		if strings.Contains(v, ".") {
			format = "yyyy-mm-dd hh:mm:ss"
		}
		cells += `<c r="` + string(rune('A'+i)) + `1"` + style(format) + `><v>` + v + `</v></c>`
	}
	file := book{top: `<workbookPr date1904="1"/>`, styles: styles(), sheet: rows(`<row>` + cells + `</row>`)}.bytes(t)
	require.Equal(t, [][]string{{"1904-01-01", "2026-11-28", "2026-11-28T13:30:00", "9999-12-31", "2957004"}}, table(t, file, ""))
}

func TestFormulasWithoutAValueAreRefused(t *testing.T) {
	file := saved(t, func(f *excelize.File) {
		require.NoError(t, f.SetCellFormula("Sheet1", "B2", "1+1"))
	})
	_, err := text(t, file, "", xlsx.Options{}, xlsx.Limits{})
	refused(t, err, xlsx.CodeNotComputed)
	require.ErrorContains(t, err, `cell B2 of sheet "Sheet1"`)
}

// Every day that a spreadsheet has is the one that excelize has for it.
func TestDaysAreThoseOfExcelize(t *testing.T) {
	var stored strings.Builder
	var want [][]string
	for day := 61; day < 2958466; day += 997 {
		at, err := excelize.ExcelDateToTime(float64(day), false)
		require.NoError(t, err)
		want = append(want, []string{at.Format(time.DateOnly)})
		stored.WriteString(`<row><c` + style("dd.mm.yyyy") + `><v>` + strconv.Itoa(day) + `</v></c></row>`)
	}
	require.Equal(t, want, table(t, book{styles: styles(), sheet: rows(stored.String())}.bytes(t), ""))
}

// What excelize writes is read as it was given.
func TestWorkbooksOfExcelizeAreRead(t *testing.T) {
	file := saved(t, func(f *excelize.File) {
		for i, v := range []any{"text <&> \"quoted\"\nline two", 12, 0.1, true, time.Date(2026, 11, 28, 13, 30, 0, 0, time.UTC), "01067"} {
			cell, err := excelize.CoordinatesToCellName(i+1, 1)
			require.NoError(t, err)
			require.NoError(t, f.SetCellValue("Sheet1", cell, v))
		}
		padded := "00000"
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &padded})
		require.NoError(t, err)
		require.NoError(t, f.SetCellValue("Sheet1", "G1", 1067))
		require.NoError(t, f.SetCellStyle("Sheet1", "G1", "G1", id))
		for i, builtin := range []int{14, 22, 20, 10, 4} {
			cell, err := excelize.CoordinatesToCellName(i+1, 2)
			require.NoError(t, err)
			id, err := f.NewStyle(&excelize.Style{NumFmt: builtin})
			require.NoError(t, err)
			require.NoError(t, f.SetCellValue("Sheet1", cell, 46354.5625))
			require.NoError(t, f.SetCellStyle("Sheet1", cell, cell, id))
		}
	})
	require.Equal(t, [][]string{
		{"text <&> \"quoted\"\nline two", "12", "0.1", "true", "2026-11-28T13:30:00", "01067", "01067"},
		{"2026-11-28", "2026-11-28T13:30:00", "2026-11-28T13:30:00", "46354.5625", "46354.5625", "", ""},
	}, table(t, file, ""))
}
