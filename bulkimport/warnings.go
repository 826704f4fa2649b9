package bulkimport

import (
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

// warn adds a warning. Its code may have a variant; params are the names and values of its message, besides line and
// count.
func (i *Import) warn(w Warning, params ...any) {
	if w.Line > 0 {
		params = append(params, "line", w.Line)
	}
	if w.Count > 0 {
		params = append(params, "count", w.Count)
	}
	s := say(kindWarning, w.Code, params...)
	w.Code, w.Message, w.Params = s.code, s.message, s.params
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
		i.warn(Warning{Code: WarnNoRows})
	}
	v.warnHeader(f)
	v.warnEncoding()
	v.warnRows()
	for _, word := range slices.Sorted(maps.Keys(v.nulls)) {
		i.warn(Warning{Code: WarnNullWords, Count: v.nulls[word]}, "word", word)
	}
	for _, col := range i.Columns {
		if q := &v.quotes[col.Index]; !i.Content.Returned && q.spreadsheets() {
			i.warn(Warning{Code: WarnApostrophes, Count: q.all}, "column", quoted(col.Name))
		}
	}
}

func (v *survey) warnHeader(f FileFormat) {
	i, c := v.imp, v.imp.Content
	if v.found[WarnTitleRows] != nil {
		i.warn(Warning{Code: WarnTitleRows, Line: c.HeaderLine, Count: int64(v.titles)})
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
		i.warn(Warning{Code: WarnDuplicateHeaders, Line: c.HeaderLine}, "columns",
			strings.Join(repeated[:min(5, len(repeated))], ", "))
	}
	headers := i.headers()
	if f.HeaderLine == 0 && (looksLikeData(headers) || v.names.mayBeData(headers, v.body)) {
		i.warn(Warning{Code: WarnNoHeader, Line: c.HeaderLine})
	}
	if found := v.found[WarnAmbiguousDelimiter]; found != nil {
		i.warn(Warning{Code: WarnAmbiguousDelimiter}, "delimiterWord", delimiterName(c.Delimiter),
			"otherWord", found.detail)
	}
}

func (v *survey) warnEncoding() {
	i, e := v.imp, v.imp.Content.Encoding
	if v.guessed {
		line := max(1, v.mattered)
		code := WarnEncodingGuessed
		if e == Latin1 {
			code += ".alike" // as windows-1252
		}
		i.warn(Warning{Code: code, Line: line}, "encoding", e.name())
	}
	if found := v.found[WarnInvalidEncoding]; found != nil {
		i.warn(Warning{Code: WarnInvalidEncoding, Line: found.line, Count: found.count}, "encoding", e.name())
	}
	if found := v.found[WarnReplacement]; found != nil {
		i.warn(Warning{Code: WarnReplacement, Line: found.line, Count: found.count})
	}
	if found := v.found[WarnEncodedTwice]; found != nil {
		i.warn(Warning{Code: WarnEncodedTwice, Line: found.line, Count: found.count})
	}
}

func (v *survey) warnRows() {
	i := v.imp
	if found := v.found[WarnUnclosedQuote]; found != nil {
		i.warn(Warning{Code: WarnUnclosedQuote, Line: found.line, Count: found.count})
	}
	if found := v.found[WarnBrokenQuotes]; found != nil {
		i.warn(Warning{Code: WarnBrokenQuotes, Line: found.line, Count: found.count})
	}
	if found := v.found[WarnRecordTooLong]; found != nil {
		i.warn(Warning{Code: WarnRecordTooLong, Line: found.line, Count: found.count})
	}
	if found := v.found[WarnFooterRows]; found != nil {
		code := WarnFooterRows
		if i.Content.SkipFooter {
			code += ".skipped"
		}
		i.warn(Warning{Code: code, Line: found.line, Count: found.count})
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
