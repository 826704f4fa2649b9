package bulkimport

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/email"
	"github.com/admincenter/admincenter/internal/text"
)

// DateOrder is how the dates of a file that are not YYYY-MM-DD are written: 03/04/2024 alone is
// ambiguous.
type DateOrder string

// The orders. Parts are separated by / . or -.
const (
	ISODates DateOrder = ""    // YYYY-MM-DD only
	DMY      DateOrder = "DMY" // 31/12/2024
	MDY      DateOrder = "MDY" // 12/31/2024
)

// trim drops white space and invisible characters at both ends.
func trim(cell string) string {
	return strings.TrimFunc(cell, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff'
	})
}

// caster reads cells for fields.
type caster struct {
	dates DateOrder
}

// problem is what is wrong with a cell.
type problem struct{ code, message string }

func wrong(code, format string, args ...any) (string, *problem) {
	return "", &problem{code, text.Visible(fmt.Sprintf(format, args...))}
}

// cast reads a trimmed cell that is not blank.
func (c caster) cast(f Field, cell string) (string, *problem) {
	if p := characters(f, cell); p != nil {
		return "", p
	}
	switch f.Kind {
	case ID:
		if scientific(cell) {
			return wrong(CodeExcelScientific,
				"%q is a long number that a spreadsheet has rounded: format the column as text and export it again",
				admin.Clip(cell))
		}
		return cell, nil
	case Email:
		if !email.Deliverable(cell) {
			return wrong(CodeInvalidEmail, "%q is not an e-mail address: write it as name@domain, without a display name",
				admin.Clip(cell))
		}
		return cell, nil
	case Country:
		code, ok := customer.CountryCode(cell)
		if !ok {
			return wrong(CodeInvalidOption, "%q is not a country: write an ISO 3166 code such as US, or an English name",
				admin.Clip(cell))
		}
		return code, nil
	case Currency:
		return currencyCode(cell)
	case Decimal:
		return decimalText(cell)
	case Integer:
		return integer(f, cell)
	case Bool:
		return boolean(cell)
	case Date:
		return c.date(cell)
	default:
		return cell, nil
	}
}

// characters checks what holds for a cell of any kind.
func characters(f Field, cell string) *problem {
	hidden := text.Hidden
	if f.Kind == Text {
		hidden = text.HiddenInLines
	}
	if r, is := hidden(cell); is {
		return &problem{CodeControl, fmt.Sprintf("%q has a control character or one that cannot be seen, %U: remove it",
			text.Visible(admin.Clip(cell)), r)}
	}
	if f.Kind != Text && f.Kind != ID && f.Kind != Email {
		return nil
	}
	n := int64(utf8.RuneCountInString(cell))
	switch {
	case n < f.Min:
		return &problem{admin.CodeTooShort, fmt.Sprintf("%q has %d characters: give at least %d", admin.Clip(cell), n, f.Min)}
	case f.Max > 0 && n > f.Max:
		return &problem{admin.CodeTooLong, fmt.Sprintf("%q has %d characters: give at most %d", admin.Clip(cell), n, f.Max)}
	}
	return nil
}

var scientificPattern = regexp.MustCompile(`^[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{1,3}$`)

// scientific recognizes what a spreadsheet makes of a long number: 1.23457E+11.
func scientific(cell string) bool { return scientificPattern.MatchString(cell) }

func currencyCode(cell string) (string, *problem) {
	code := strings.ToUpper(cell)
	if money(code) {
		return code, nil
	}
	if strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && len(code) > 3 && money(code[:3]) {
		return wrong(CodeInvalidOption, "%q is not a currency: did you mean %s?", admin.Clip(cell), code[:3])
	}
	return wrong(CodeInvalidOption, "%q is not a currency: write its three-letter ISO 4217 code, such as EUR",
		admin.Clip(cell))
}

// money reports whether a code is that of a currency that amounts can be in.
func money(code string) bool {
	u, ok := iso4217.Lookup(iso4217.Code(code))
	return ok && u.HoldsMoney()
}

func decimalText(cell string) (string, *problem) {
	if strings.ContainsAny(cell, ",'") && strings.Trim(cell, "+-0123456789.,' ") == "" {
		return wrong(CodeAmbiguousNumber,
			"%q could be read in two ways: write it with a point and without grouping, such as 1234.50", admin.Clip(cell))
	}
	d, err := admin.ParseDecimal(cell)
	if err == nil {
		cell, err = admin.DecimalText(d)
	}
	if err != nil {
		return wrong(CodeInvalidNumber, "%s", strings.TrimSuffix(err.Error(), ": "+admin.ErrInvalid.Error()))
	}
	return cell, nil
}

func integer(f Field, cell string) (string, *problem) {
	if unsigned := strings.TrimPrefix(cell, "-"); !digits(unsigned) || len(unsigned) > 18 {
		return wrong(CodeInvalidNumber, "%q is not a whole number: write digits only, at most 18", admin.Clip(cell))
	}
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		return wrong(CodeInvalidNumber, "%q is not a whole number", admin.Clip(cell))
	}
	if f.Max > 0 && (n < f.Min || n > f.Max) {
		return wrong(admin.CodeRange, "%d is not between %d and %d", n, f.Min, f.Max)
	}
	return strconv.FormatInt(n, 10), nil
}

func boolean(cell string) (string, *problem) {
	switch strings.ToLower(cell) {
	case "true", "yes", "y", "t", "on", "1":
		return "true", nil
	case "false", "no", "n", "f", "off", "0":
		return "false", nil
	}
	return wrong(CodeInvalidBool, "%q is neither yes nor no: write true or false", admin.Clip(cell))
}

func (c caster) date(cell string) (string, *problem) {
	parts := strings.FieldsFunc(cell, func(r rune) bool { return r == '/' || r == '.' || r == '-' })
	for _, p := range parts {
		if !digits(p) || len(p) > 4 {
			parts = nil
			break
		}
	}
	switch {
	case len(parts) == 3 && len(parts[0]) == 4:
		return calendar(cell, parts[0], parts[1], parts[2])
	case len(parts) == 3 && len(parts[2]) == 4 && c.dates == DMY:
		return calendar(cell, parts[2], parts[1], parts[0])
	case len(parts) == 3 && len(parts[2]) == 4 && c.dates == MDY:
		return calendar(cell, parts[2], parts[0], parts[1])
	case len(parts) == 3:
		return wrong(CodeAmbiguousDate,
			"%q could be read in two ways: write YYYY-MM-DD, or choose the import's order of day and month", admin.Clip(cell))
	case digits(cell) && len(cell) == 5:
		return wrong(CodeInvalidDate,
			"%q looks like a spreadsheet's serial number of a day: format the column as YYYY-MM-DD and export it again", cell)
	}
	// A time of day is dropped; which day it is then depends on no time zone but its own.
	if t, err := time.Parse(time.RFC3339, cell); err == nil {
		return t.Format(time.DateOnly), nil
	}
	if t, err := time.Parse(time.DateTime, cell); err == nil {
		return t.Format(time.DateOnly), nil
	}
	return wrong(CodeInvalidDate, "%q is not a date: write YYYY-MM-DD", admin.Clip(cell))
}

func calendar(cell, year, month, day string) (string, *problem) {
	t, err := time.Parse("2006-1-2", year+"-"+month+"-"+day)
	if err != nil {
		return wrong(CodeInvalidDate, "%q is not a day of the calendar: write YYYY-MM-DD", admin.Clip(cell))
	}
	return t.Format(time.DateOnly), nil
}
