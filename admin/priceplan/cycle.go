package priceplan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Interval is the length of a pricing cycle. The values are Togai's.
type Interval string

// The intervals.
const (
	Weekly     Interval = "WEEKLY"
	Monthly    Interval = "MONTHLY"
	Quarterly  Interval = "QUARTERLY"
	HalfYearly Interval = "HALF_YEARLY"
	Annually   Interval = "ANNUALLY"
)

// Intervals lists the intervals, shortest first. The caller may change the slice.
func Intervals() []Interval {
	return []Interval{Weekly, Monthly, Quarterly, HalfYearly, Annually}
}

func (i Interval) known() bool { return slices.Contains(Intervals(), i) }

// months returns how many months the interval has; a week has none.
func (i Interval) months() int {
	switch i {
	case Monthly:
		return 1
	case Quarterly:
		return 3
	case HalfYearly:
		return 6
	case Annually:
		return 12
	}
	return 0
}

// Offset is the place in its interval at which a cycle starts: a number from 1, [First], [Last] or [Nil].
type Offset int8

// The offsets that are not numbers.
const (
	Nil   Offset = 0  // no offset, as for the month of a monthly cycle
	First Offset = -1 // the first month
	Last  Offset = -2 // the last day or month
)

// ParseOffset reads "FIRST", "LAST", "NIL" or a number from 1 to 31 without leading zeros, as
// Togai's API has them. Anything else fails with [admin.ErrInvalid].
func ParseOffset(word string) (Offset, error) {
	switch word {
	case "FIRST":
		return First, nil
	case "LAST":
		return Last, nil
	case "NIL":
		return Nil, nil
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > 31 || strconv.Itoa(n) != word {
		return Nil, fmt.Errorf("offset %q: use 1 to 31, FIRST, LAST or NIL: %w", admin.Clip(word), admin.ErrInvalid)
	}
	return Offset(n), nil
}

// String returns the text that [ParseOffset] reads.
func (o Offset) String() string {
	switch o {
	case First:
		return "FIRST"
	case Last:
		return "LAST"
	case Nil:
		return "NIL"
	}
	return strconv.Itoa(int(o))
}

// Cycle is a pricing cycle: the dates on which billing periods start. [NewCycle], [ParseCycle],
// [Anniversary] and JSON make valid cycles only. Cycles compare with ==; the zero value is no cycle.
type Cycle struct {
	interval    Interval
	day, month  Offset
	anniversary bool
}

// NewCycle makes a cycle that starts on the given day:
//
//   - weekly: day 1 (Monday) to 7 or Last (Sunday); month Nil
//   - monthly: day 1 to 31 or Last; month Nil
//   - quarterly, half-yearly, annually: the same days, in month 1 to 3, 1 to 6, 1 to 12 of the
//     quarter, half-year or year, or First or Last
//
// In a month that does not have the day, the cycle starts on the month's last day. Errors are a
// *admin.ValidationError with every broken rule.
func NewCycle(interval Interval, day, month Offset) (Cycle, error) {
	var p admin.Problems
	if !interval.known() {
		p.Add("/interval", admin.CodeUnknown, "%q is not an interval: use one of %s",
			admin.Clip(string(interval)), text.Join(Intervals()))
		return Cycle{}, p.Err()
	}
	days, of := 31, "month: use 1 to 31 or LAST"
	if interval == Weekly {
		days, of = 7, "week: use 1 (Monday) to 7 or LAST"
	}
	if day != Last && (day < 1 || int(day) > days) {
		p.Add("/startOffset/dayOffset", admin.CodeRange, "%s is not a day of the %s", day, of).With("max", days)
	}
	months := interval.months()
	switch {
	case months <= 1 && month != Nil:
		p.Add("/startOffset/monthOffset", admin.CodeRange,
			"%s: a %s cycle has no month: use NIL or leave it out", month, interval)
	case months > 1 && month != First && month != Last && (month < 1 || int(month) > months):
		p.Add("/startOffset/monthOffset", admin.CodeRange,
			"%s is not a month of a %s cycle: use 1 to %d, FIRST or LAST", month, interval, months).With("max", months)
	}
	if err := p.Err(); err != nil {
		return Cycle{}, err
	}
	return Cycle{interval: interval, day: day, month: month}, nil
}

// Anniversary makes the cycle of an account that joined on the date of at in the given location: it
// starts on that date's weekday, day, or day and month. The month counts within the interval: 15 August
// is the 15th of a quarter's second month.
//
// The 31st becomes [Last], and so does the last day of February of an annual cycle: an account that
// joined on 28 February 2023 renews on 29 February 2024. An account that joined on 28 February 2024
// renews on the 28th, because its first cycle would last one day otherwise.
func Anniversary(at time.Time, interval Interval, in *time.Location) (Cycle, error) {
	on := dateOf(at, in)
	c := Cycle{interval: interval, day: Offset(on.day), anniversary: true}
	switch months := interval.months(); {
	case !interval.known():
		_, err := NewCycle(interval, c.day, Nil)
		return Cycle{}, err
	case interval == Weekly:
		c.day = Offset(on.weekday())
	default:
		if months > 1 {
			c.month = Offset((int(on.month)-1)%months + 1)
		}
		if on.day == 31 || interval == Annually && on.month == time.February && on.day == daysIn(on.year, on.month) {
			c.day = Last
		}
	}
	return c, nil
}

// Interval returns the length of the cycle; empty for the zero Cycle.
func (c Cycle) Interval() Interval { return c.interval }

// Day returns the day on which the cycle starts, of the week or of the month.
func (c Cycle) Day() Offset { return c.day }

// Month returns the month, within the interval, in which the cycle starts; [Nil] for weekly and monthly.
func (c Cycle) Month() Offset { return c.month }

// Anniversary reports whether the cycle follows from the date on which an account joined. Such a cycle
// is kept with the account but is not an override, because it was not agreed with the account.
func (c Cycle) Anniversary() bool { return c.anniversary }

// IsZero reports whether this is no cycle.
func (c Cycle) IsZero() bool { return c == Cycle{} }

// String returns the text that [ParseCycle] reads, such as "MONTHLY LAST" or
// "QUARTERLY 15 2 ANNIVERSARY"; empty for the zero Cycle.
func (c Cycle) String() string {
	if c.IsZero() {
		return ""
	}
	line := string(c.interval) + " " + c.day.String()
	if c.month != Nil {
		line += " " + c.month.String()
	}
	if c.anniversary {
		line += " " + anniversaryWord
	}
	return line
}

const anniversaryWord = "ANNIVERSARY"

// ParseCycle reads an interval, a day offset, a month offset (NIL or left out for weekly and monthly)
// and, for a cycle made by [Anniversary], the word ANNIVERSARY, with one space between them. It refuses
// what [NewCycle] refuses, and the empty text. Errors wrap [admin.ErrInvalid].
func ParseCycle(line string) (Cycle, error) {
	fields := strings.Split(line, " ")
	anniversary := fields[len(fields)-1] == anniversaryWord
	if anniversary {
		fields = fields[:len(fields)-1]
	}
	if len(fields) < 2 || len(fields) > 3 {
		return Cycle{}, fmt.Errorf(
			"cycle %q: write an interval, a day and, from QUARTERLY on, a month, such as QUARTERLY LAST 2: %w",
			admin.Clip(line), admin.ErrInvalid)
	}
	day, err := ParseOffset(fields[1])
	if err != nil {
		return Cycle{}, fmt.Errorf("day %w", err)
	}
	month := Nil
	if len(fields) == 3 {
		if month, err = ParseOffset(fields[2]); err != nil {
			return Cycle{}, fmt.Errorf("month %w", err)
		}
	}
	c, err := NewCycle(Interval(fields[0]), day, month)
	if err != nil {
		return Cycle{}, err
	}
	c.anniversary = anniversary
	return c, nil
}
