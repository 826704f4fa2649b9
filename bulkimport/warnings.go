package bulkimport

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
)

// findings are what was found in the rows of a file, by the code of the warning.
type findings map[string]*finding

type finding struct {
	count  int64
	line   int64 // the first
	detail string
}

func (f findings) add(code string, line int64) {
	if f[code] == nil {
		f[code] = &finding{line: line}
	}
	f[code].count++
}

// warn adds a warning.
func (i *Import) warn(w Warning, format string, args ...any) {
	w.Message = fmt.Sprintf(format, args...)
	i.Warnings = append(i.Warnings, w)
}

func (i Import) warned(code string) bool {
	return slices.ContainsFunc(i.Warnings, func(w Warning) bool { return w.Code == code })
}

// fault notes a row that cannot be read.
func (v *survey) fault(rec record) {
	code := ""
	switch rec.fault.Code {
	case CodeInvalidEncoding:
		code = WarnInvalidEncoding
	case CodeUnclosedQuote:
		code = WarnUnclosedQuote
	case CodeTextAfterQuote:
		code = WarnBrokenQuotes
	case CodeRecordTooLong, CodeTooManyColumns:
		code = WarnRecordTooLong
	}
	v.found.add(code, rec.line)
	if code == WarnUnclosedQuote {
		v.found[code].count = rec.next - rec.line - 1
	}
}

// inspect looks at a record that can be read and is not plain for text that was lost before.
func (v *survey) inspect(rec record) {
	for k, cell := range rec.cells {
		if v.mattered == 0 {
			if at := strings.IndexFunc(cell, func(r rune) bool { return r > '~' }); at >= 0 {
				v.mattered = lineOf(rec, k, at)
			}
		}
		if at := strings.IndexRune(cell, '\ufffd'); at >= 0 {
			v.found.add(WarnReplacement, lineOf(rec, k, at))
		}
		if at := encodedTwice(cell); at >= 0 {
			v.found.add(WarnEncodedTwice, lineOf(rec, k, at))
		}
	}
}

// encodedTwice returns where a text has the bytes of UTF-8 as characters of Windows-1252, as in MÃ¼ller; -1 if it has
// none. One such character of two bytes counts if it begins with Â or Ã, which are rare before what follows then, and
// any two in a row.
func encodedTwice(cell string) int {
	const lead = 0xc3 // of À to ÿ in UTF-8
	first, next := -1, -1
	for at := 0; ; {
		k := strings.IndexByte(cell[at:], lead)
		if k < 0 {
			return -1
		}
		at += k
		bytes, size := encodedRune(cell[at:])
		if size == 0 {
			at++
			continue
		}
		if at != next {
			first = at
		}
		if at != first || bytes > 2 || cell[at+1] == 0x82 || cell[at+1] == 0x83 { // Â and Ã
			return first
		}
		at += size
		next = at
	}
}

// encodedRune returns how many characters at the beginning of text are the bytes of one character of UTF-8, and the
// length of those characters; 0 if they are not.
func encodedRune(text string) (bytes, size int) {
	lead, size := utf8.DecodeRuneInString(text)
	switch {
	case lead >= 0xc2 && lead <= 0xdf:
		bytes = 2
	case lead >= 0xe0 && lead <= 0xef:
		bytes = 3
	case lead >= 0xf0 && lead <= 0xf4:
		bytes = 4
	default:
		return 0, 0
	}
	for range bytes - 1 {
		r, n := utf8.DecodeRuneInString(text[size:])
		if (r < 0x80 || r > 0xbf) && !strings.ContainsRune("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ", r) {
			return 0, 0
		}
		size += n
	}
	return bytes, size
}

// warn adds the warnings about what was found.
func (v *survey) warn(f FileFormat) {
	i := v.imp
	if i.Rows == 0 {
		i.warn(Warning{Code: WarnNoRows}, "there are no rows below the header")
	}
	v.warnHeader(f)
	v.warnEncoding()
	v.warnRows()
	for _, word := range slices.Sorted(maps.Keys(v.nulls)) {
		i.warn(Warning{Code: WarnNullWords, Count: v.nulls[word]},
			"%d cells say %s: if that means blank, say so in the import's settings", v.nulls[word], word)
	}
	for _, col := range i.Columns {
		if q := &v.quotes[col.Index]; !i.Content.Returned && q.spreadsheets() {
			i.warn(Warning{Code: WarnApostrophes, Count: q.all},
				"%d cells of %q begin with an apostrophe, which a spreadsheet puts before a text: it is imported unless the "+
					"column's source takes it off", q.all, admin.Clip(col.Name))
		}
	}
}

func (v *survey) warnHeader(f FileFormat) {
	i, c := v.imp, v.imp.Content
	if v.found[WarnTitleRows] != nil {
		i.warn(Warning{Code: WarnTitleRows, Line: c.HeaderLine, Count: int64(v.titles)},
			"the header was found in line %d, below %d rows that are not imported", c.HeaderLine, v.titles)
	}
	seen := map[string]int{}
	var repeated []string
	for _, col := range i.Columns {
		if col.Header != "" {
			if seen[col.Header]++; seen[col.Header] == 2 {
				repeated = append(repeated, admin.Clip(col.Header))
			}
		}
	}
	if len(repeated) > 0 {
		i.warn(Warning{Code: WarnDuplicateHeaders, Line: c.HeaderLine},
			"more than one column is called %s: map them by their place", strings.Join(repeated[:min(5, len(repeated))], ", "))
	}
	headers := i.headers()
	if f.HeaderLine == 0 && (looksLikeData(headers) || v.names.mayBeData(headers, v.body)) {
		i.warn(Warning{Code: WarnNoHeader, Line: c.HeaderLine},
			"line %d, which was taken for the header, may be data: confirm it, or set the header line, or that there is none",
			c.HeaderLine)
	}
	if found := v.found[WarnAmbiguousDelimiter]; found != nil {
		i.warn(Warning{Code: WarnAmbiguousDelimiter},
			"the cells were split at each %s, and could be at each %s as well: set the delimiter if that is meant",
			delimiterName(c.Delimiter), found.detail)
	}
}

func (v *survey) warnEncoding() {
	i, e := v.imp, v.imp.Content.Encoding
	if v.guessed {
		line := max(1, v.mattered)
		also := ""
		if e == Latin1 {
			also = ", which " + Windows1252.name() + " reads alike"
		}
		i.warn(Warning{Code: WarnEncodingGuessed, Line: line},
			"the file does not say how it is encoded: it was read as %s%s; look at line %d, the first where it matters, and "+
				"set the encoding if the text is wrong there", e.name(), also, line)
	}
	if found := v.found[WarnInvalidEncoding]; found != nil {
		i.warn(Warning{Code: WarnInvalidEncoding, Line: found.line, Count: found.count},
			"rows that have what is no text in %s fail: %d, the first in line %d; correct them, or set another encoding",
			e.name(), found.count, found.line)
	}
	if found := v.found[WarnReplacement]; found != nil {
		i.warn(Warning{Code: WarnReplacement, Line: found.line, Count: found.count},
			"cells have the character U+FFFD, which programs put in place of one that they could not read: %d, the first in "+
				"line %d; export the file again, or correct them", found.count, found.line)
	}
	if found := v.found[WarnEncodedTwice]; found != nil {
		i.warn(Warning{Code: WarnEncodedTwice, Line: found.line, Count: found.count},
			"cells have text that was encoded twice, such as MÃ¼ller for Müller: %d, the first in line %d; export the file "+
				"again as UTF-8, or correct them", found.count, found.line)
	}
}

func (v *survey) warnRows() {
	i := v.imp
	if found := v.found[WarnUnclosedQuote]; found != nil {
		i.warn(Warning{Code: WarnUnclosedQuote, Line: found.line, Count: found.count},
			"a quote in the row that begins in line %d is never closed: what is behind it to the end of the file is in its "+
				"cell and is not imported; close it, or take quotes as text from line %d on", found.line, found.line)
	}
	if found := v.found[WarnBrokenQuotes]; found != nil {
		i.warn(Warning{Code: WarnBrokenQuotes, Line: found.line, Count: found.count},
			"rows with text behind a closing quote fail, with all of their lines: %d, the first in line %d", found.count,
			found.line)
	}
	if found := v.found[WarnRecordTooLong]; found != nil {
		i.warn(Warning{Code: WarnRecordTooLong, Line: found.line, Count: found.count},
			"rows that are longer or have more cells than is allowed fail: %d, the first in line %d", found.count, found.line)
	}
	if found := v.found[WarnFooterRows]; found != nil {
		what := "they are read as rows, unless you skip the footer"
		if i.Content.SkipFooter {
			what = "they are not imported"
		}
		i.warn(Warning{Code: WarnFooterRows, Line: found.line, Count: found.count},
			"the rows from line %d on look like the footer of a report: %d; %s", found.line, found.count, what)
	}
}

// meansNull knows the words that databases and spreadsheets write for no value.
func meansNull(cell string) bool {
	if len(cell) < 2 || len(cell) > 4 {
		return false
	}
	switch cell {
	case "NULL", "null", "Null", "N/A", "n/a", "#N/A", "NaN", `\N`, "nil", "None":
		return true
	}
	return false
}
