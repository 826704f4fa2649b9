package bulkimport

import (
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// Format is how the cells that a field is read from are written. The zero Format reads the one form that each [Kind]
// names, and refuses what could be read in two ways: nothing is guessed. [Service.Propose] finds what fits a column.
type Format struct {
	Numbers NumberStyle `json:"numbers,omitempty"` // of a Decimal or Integer
	// Accounting reads (12.50) as -12.50.
	Accounting bool `json:"accounting,omitempty"`
	// Currency is the ISO 4217 code whose sign or code may be before or behind a number, and is dropped: "EUR" takes
	// € 5 and refuses $ 5. AnyCurrency takes every sign and code.
	Currency string    `json:"currency,omitempty"`
	Dates    DateOrder `json:"dates,omitempty"` // of a Date or Instant; empty takes that of [Settings]
	// YearPivot, 1 to 100, reads years of two digits: those below it are of the 2000s, the others of the 1900s. With 0
	// such a date is refused.
	YearPivot int         `json:"yearPivot,omitempty"`
	Serials   SerialDates `json:"serials,omitempty"` // reads a number as a spreadsheet's day
	// Zone is the time zone, such as Europe/Berlin or UTC, of times of an Instant that name none. Without it they are
	// refused.
	Zone string `json:"zone,omitempty"`
	// Separator is between the items of a List or Metadata. With another kind it is between several values of which
	// the first is taken, and the others are left out.
	Separator string `json:"separator,omitempty"`
	// Names reads a Currency by its name or sign too: Euro and € as EUR. What several currencies have, such as $, is
	// refused.
	Names bool `json:"names,omitempty"`
}

// NumberStyle is how numbers are written.
type NumberStyle string

// The styles. Beyond the first, a sign may be + or −, before or behind the number, and digits may be in groups of
// three, or as in India of three and then of two, with one kind of mark between them: a blank or ' in all of them.
const (
	PlainNumbers NumberStyle = ""       // -1234.50 and nothing else
	PointNumbers NumberStyle = "POINT"  // 1,234.50
	CommaNumbers NumberStyle = "COMMA"  // 1.234,50
	EitherNumber NumberStyle = "EITHER" // both, if it can be read in one way only: 1,234.50 and 1,5, but not 1,000
)

// AnyCurrency is the Format.Currency that takes every sign and code.
const AnyCurrency = "ANY"

// SerialDates are the days that a spreadsheet counts from.
type SerialDates string

// The systems of serial dates.
const (
	NoSerials  SerialDates = ""
	Serial1900 SerialDates = "SINCE_1900" // Excel: 45292 is 2024-01-01; day 60, the 29th of February 1900, is refused
	Serial1904 SerialDates = "SINCE_1904" // Excel on old Macintoshes
)

// check finds everything that is wrong with a format.
func (o Format) check(p *admin.Problems, path string) {
	unknown := func(name, value, use string) {
		unfit(p, path+"/"+name, admin.CodeUnknown+"."+name, "value", quoted(value), "allowed", use)
	}
	switch o.Numbers {
	case PlainNumbers, PointNumbers, CommaNumbers, EitherNumber:
	default:
		unknown("numbers", string(o.Numbers), "POINT, COMMA, EITHER or nothing")
	}
	switch o.Dates {
	case ISODates, DMY, MDY:
	default:
		unknown("dates", string(o.Dates), "DMY, MDY or nothing")
	}
	switch o.Serials {
	case NoSerials, Serial1900, Serial1904:
	default:
		unknown("serials", string(o.Serials), "SINCE_1900, SINCE_1904 or nothing")
	}
	if o.Currency != "" && o.Currency != AnyCurrency && !money(o.Currency) {
		unknown("currency", o.Currency, "an ISO 4217 code such as EUR, ANY or nothing")
	}
	if o.YearPivot < 0 || o.YearPivot > 100 {
		unfit(p, path+"/yearPivot", admin.CodeRange+".year_pivot", "value", o.YearPivot, "min", 0, "max", 100)
	}
	if o.Zone != "" {
		if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "Local" || len(o.Zone) > 100 {
			unknown("zone", o.Zone, "the name of a time zone such as Europe/Berlin or UTC")
		}
	}
	checkSeparator(p, path+"/separator", o.Separator)
}

// maxSeparator is how many bytes a separator has at most.
const maxSeparator = 20

func checkSeparator(p *admin.Problems, path, separator string) {
	if len(separator) > maxSeparator {
		unfit(p, path, admin.CodeTooLong+".separator", "bytes", len(separator), "max", maxSeparator)
	}
	if r, hidden := text.HiddenInLines(separator); hidden {
		unfit(p, path, admin.CodeFormat+".separator", "value", quoted(separator), "character", fmt.Sprintf("%U", r))
	}
}

// money reports whether a code is that of a currency that amounts can be in.
func money(code string) bool {
	u, ok := iso4217.Lookup(iso4217.Code(code))
	return ok && u.HoldsMoney()
}
