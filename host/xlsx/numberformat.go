package xlsx

import "strings"

// shape is what a number format makes of a number, as far as an import is concerned.
type shape int

const (
	plain    shape = iota // a number, whatever is around it
	padded                // digits with leading zeros: a postcode or an account number
	date                  // a day
	dateTime              // a day and a time
	clock                 // a time of day
	elapsed               // hours that may be more than 24
	anyTime               // a day or a time, as the number is: formats that differ by the system's language
)

// numberFormat is the first section of a number format.
type numberFormat struct {
	shape
	millis bool   // the format has fractions of seconds
	mask   string // of padded; NUL stands for a digit
	digits int    // NULs of mask
}

// builtIn returns the format of a number that no workbook defines (ECMA-376, part 1, 18.8.30).
func builtIn(id int) numberFormat {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return numberFormat{shape: date}
	case id >= 18 && id <= 21, id == 45:
		return numberFormat{shape: clock}
	case id == 22:
		return numberFormat{shape: dateTime}
	case id == 46:
		return numberFormat{shape: elapsed}
	case id == 47:
		return numberFormat{shape: clock, millis: true}
	case id >= 32 && id <= 35, id == 55, id == 56:
		return numberFormat{shape: anyTime}
	}
	return numberFormat{}
}

// formatScan is what was seen of a format's first section.
type formatScan struct {
	mask                    strings.Builder
	zeros                   int
	number, day, time       bool
	elapsed, months, millis bool
	unfit                   bool // for a mask
	last                    byte // the last letter of a date: y, m, d, h or s
}

// parseFormat classifies a format.
func parseFormat(code string) numberFormat {
	var f formatScan
	for i := 0; i < len(code) && code[i] != ';'; {
		i += f.take(code[i:])
	}
	switch {
	case f.elapsed:
		return numberFormat{shape: elapsed, millis: f.millis}
	case f.number || (f.zeros > 0 && !f.day && !f.time && !f.months):
		if f.zeros >= 2 && !f.unfit && !f.number {
			return numberFormat{shape: padded, mask: f.mask.String(), digits: f.zeros}
		}
		return numberFormat{}
	case f.time && (f.day || f.months):
		return numberFormat{shape: dateTime, millis: f.millis}
	case f.time:
		return numberFormat{shape: clock, millis: f.millis}
	case f.day || f.months:
		return numberFormat{shape: date}
	}
	return numberFormat{}
}

// take looks at what a code begins with, and returns how many bytes that is.
func (f *formatScan) take(code string) int {
	switch b := code[0]; b {
	case '"':
		end := strings.IndexByte(code[1:], '"')
		if end < 0 {
			end = len(code) - 1
		}
		f.mask.WriteString(code[1 : 1+end])
		return min(end+2, len(code))
	case '\\':
		if len(code) > 1 {
			f.mask.WriteByte(code[1])
		}
		return min(2, len(code))
	case '_', '*':
		return min(2, len(code))
	case '[':
		return f.bracket(code)
	case '0':
		f.zeros++
		f.mask.WriteByte(0)
		return 1
	case '#', '?', '%':
		f.number = true
		return 1
	case '.':
		return f.point(code)
	case ',', '/', '@':
		f.unfit = true
		return 1
	default:
		if b|0x20 >= 'a' && b|0x20 <= 'z' {
			return f.letter(code)
		}
		f.mask.WriteByte(b)
		return 1
	}
}

// point takes a decimal point: behind seconds it is of them.
func (f *formatScan) point(code string) int {
	if f.last != 's' || !strings.HasPrefix(code, ".0") {
		f.unfit = true
		return 1
	}
	f.millis = true
	return 1 + len(code[1:]) - len(strings.TrimLeft(code[1:], "0"))
}

// bracket takes a color, a language, a condition, or hours that are counted on.
func (f *formatScan) bracket(code string) int {
	end := strings.IndexByte(code, ']')
	if end < 0 {
		return len(code)
	}
	in := strings.ToLower(code[1:end])
	if in != "" && (strings.Trim(in, "h") == "" || strings.Trim(in, "m") == "" || strings.Trim(in, "s") == "") {
		f.elapsed, f.last = true, in[0]
	}
	f.unfit = f.unfit || strings.HasPrefix(in, "<") || strings.HasPrefix(in, ">") || strings.HasPrefix(in, "=")
	return end + 1
}

func (f *formatScan) letter(code string) int {
	lower := strings.ToLower(code[:min(len(code), 7)])
	for _, word := range []string{"general", "am/pm", "a/p"} {
		if strings.HasPrefix(lower, word) {
			f.time = f.time || word != "general"
			f.unfit = true
			return len(word)
		}
	}
	n := len(lower) - len(strings.TrimLeft(lower, lower[:1]))
	switch b := lower[0]; b {
	case 'y', 'd', 'b', 'g':
		f.day, f.last = true, b
	case 'e':
		if strings.HasPrefix(lower, "e+") || strings.HasPrefix(lower, "e-") {
			f.number = true
			return 2
		}
		f.day, f.last = true, 'y'
	case 'h':
		f.time, f.last = true, b
	case 's':
		f.time, f.last = true, b
	case 'm':
		minutes := n <= 2 && (f.last == 'h' || secondsFollow(code[n:]))
		f.months, f.last = f.months || !minutes, b
	default:
		f.unfit = true
	}
	return n
}

// secondsFollow reports whether the next letter of a date is of seconds, so that the m before it are minutes.
func secondsFollow(rest string) bool {
	rest = strings.TrimLeft(strings.ToLower(rest), `:. \`)
	return strings.HasPrefix(rest, "s") || strings.HasPrefix(rest, "[s")
}
