package bulkimport

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/internal/text"
)

// trim drops white space and invisible characters at both ends.
func trim(cell string) string {
	if n := len(cell); n == 0 || (plainASCII(cell[0]) && plainASCII(cell[n-1])) {
		return cell
	}
	return strings.TrimFunc(cell, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff'
	})
}

func plainASCII(b byte) bool { return b > ' ' && b < utf8.RuneSelf }

// caster reads the cells of one field.
type caster struct {
	dates  DateOrder // of the import
	format Format
	zone   *time.Location    // of format
	values map[string]string // by folded words; nil if no words are replaced
	known  map[string]string // what cells with names and codes mean that were read before
}

// maxKnown is how many cells of a column are remembered with what they mean.
const maxKnown = 500

// coded reads a country or currency. It remembers cells, because a column has the same few over and over.
func (c *caster) coded(k Kind, cell string) (value string, p *problem) {
	if value, ok := c.known[cell]; ok {
		return value, nil
	}
	if k == Country {
		value, p = country(cell)
	} else {
		value, p = c.currency(cell)
	}
	if p == nil && len(c.known) < maxKnown {
		if c.known == nil {
			c.known = map[string]string{}
		}
		c.known[strings.Clone(cell)] = value
	}
	return value, p
}

func country(cell string) (string, *problem) {
	if code, ok := customer.CountryCode(cell); ok {
		return code, nil
	}
	return wrong(CodeInvalidOption+".country", "value", quoted(cell))
}

// newCaster reads as a source and its import have it, which were checked.
func newCaster(s Source, set Settings) caster {
	c := caster{dates: set.Dates, format: s.Format}
	if s.Format.Zone != "" {
		c.zone, _ = time.LoadLocation(s.Format.Zone)
	}
	if len(s.Values) > 0 {
		c.values = make(map[string]string, len(s.Values))
		for from, to := range s.Values {
			c.values[foldWord(from)] = trim(to)
		}
	}
	return c
}

// read reads a trimmed cell that is not blank: it is replaced as Source.Values has it, and cast. The result is empty
// if the cell means nothing.
func (c *caster) read(f *Field, cell string) (string, *problem) {
	if f.Kind != List && f.Kind != Metadata {
		if cell = c.mapped(c.first(cell)); cell == "" {
			return "", nil
		}
	}
	return c.cast(f, cell)
}

// cast reads a trimmed cell that is not blank.
func (c *caster) cast(f *Field, cell string) (string, *problem) {
	if f.Kind == ID || f.Kind == Email {
		cell = normal(cell)
	}
	if p := characters(f, cell); p != nil {
		return "", p
	}
	switch f.Kind {
	case ID:
		if scientific(cell) {
			return wrong(CodeExcelScientific, "value", quoted(cell))
		}
		return cell, nil
	case Email:
		return address(cell)
	case Country, Currency:
		return c.coded(f.Kind, cell)
	case Decimal:
		return c.decimal(cell)
	case Integer:
		return c.integer(f, cell)
	case Bool:
		return boolean(cell)
	case Date:
		return c.date(cell)
	case Instant:
		return c.instant(cell)
	case List:
		return c.list(f, cell)
	case Metadata:
		return c.metadata(f, cell)
	default:
		return cell, nil
	}
}

// normal is the one form of an identifier or address that can be written with different code points: NFC.
func normal(cell string) string {
	if ascii(cell) {
		return cell
	}
	return norm.NFC.String(cell)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// characters checks what holds for a cell of any kind.
func characters(f *Field, cell string) *problem {
	if !printableASCII(cell) {
		hidden := text.Hidden
		if f.Kind == Text || f.Kind == List || f.Kind == Metadata {
			hidden = text.HiddenInLines
		}
		if r, is := hidden(cell); is {
			_, p := wrong(CodeControl, "value", quoted(cell), "character", fmt.Sprintf("%U", r))
			return p
		}
	}
	if f.Kind != Text && f.Kind != ID && f.Kind != Email {
		return nil
	}
	n := int64(utf8.RuneCountInString(cell))
	switch {
	case n < f.Min:
		_, p := wrong(admin.CodeTooShort, "value", quoted(cell), "length", n, "min", f.Min)
		return p
	case f.Max > 0 && n > f.Max:
		_, p := wrong(admin.CodeTooLong, "value", quoted(cell), "length", n, "max", f.Max)
		return p
	}
	return nil
}

// printableASCII reports whether all characters are visible, in the range where this is quickly known.
func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// scientific recognizes what a spreadsheet makes of a long number: 1.23457E+11.
func scientific(cell string) bool {
	if len(cell) < 4 || cell[0] < '0' || cell[0] > '9' {
		return false
	}
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(cell), "E+")
	if !ok || !digits(exponent) || len(exponent) > 3 {
		return false
	}
	return len(mantissa) == 1 || (len(mantissa) > 2 && (mantissa[1] == '.' || mantissa[1] == ',') && digits(mantissa[2:]))
}
