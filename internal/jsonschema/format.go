package jsonschema

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp/syntax"
	"strconv"
	"strings"
	"time"
)

// formats are those that are checked, by name. Others are annotations.
var formats = map[string]func(string) bool{
	"date":                  func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil },
	"date-time":             isDateTime,
	"email":                 isEmail,
	"hostname":              isHostname,
	"ipv4":                  func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() },
	"ipv6":                  isIPv6,
	"json-pointer":          isPointer,
	"regex":                 func(s string) bool { _, err := syntax.Parse(s, syntax.Perl); return err == nil },
	"relative-json-pointer": isRelativePointer,
	"time":                  isTime,
	"uri":                   func(s string) bool { u, err := url.Parse(s); return err == nil && u.IsAbs() && isASCII(s) },
	"uri-reference":         func(s string) bool { _, err := url.Parse(s); return err == nil && isASCII(s) },
}

// bytesAFormatStep is about how many bytes of a text that is checked for a format are as much work as one step;
// "regex" takes the most.
const bytesAFormatStep = 4

// format compiles "format".
func format(o object, name string, v any) {
	word, ok := v.(string)
	if !ok {
		o.wrong(name, v, "a text")
		return
	}
	valid, ok := formats[word]
	if !ok {
		return
	}
	onText(o, func(r *run, s string) {
		if r.charge(len(s)/bytesAFormatStep) && !valid(s) {
			r.fail("is not a valid %s", word)
		}
	})
}

// isDateTime is RFC 3339, section 5.6.
func isDateTime(s string) bool {
	if len(s) < len("2006-01-02T15:04:05Z") || s[10] != 'T' && s[10] != 't' {
		return false
	}
	_, err := time.Parse(time.DateOnly, s[:10])
	return err == nil && isTime(s[11:])
}

// isTime is full-time of RFC 3339, with leap seconds at the end of a day in UTC.
func isTime(s string) bool {
	if len(s) < len("15:04:05Z") || s[2] != ':' || s[5] != ':' {
		return false
	}
	hour, ok1 := digits(s[0:2], 23)
	minute, ok2 := digits(s[3:5], 59)
	second, ok3 := digits(s[6:8], 60)
	if !ok1 || !ok2 || !ok3 {
		return false
	}
	rest := s[8:]
	if strings.HasPrefix(rest, ".") {
		trimmed := strings.TrimLeft(rest[1:], "0123456789")
		if len(trimmed) == len(rest)-1 {
			return false
		}
		rest = trimmed
	}
	offset, ok := zoneOffset(rest)
	if !ok {
		return false
	}
	const day = 24 * 60
	return second < 60 || ((hour*60+minute-offset)%day+day)%day == day-1
}

// zoneOffset reads Z or ±hh:mm, in minutes.
func zoneOffset(s string) (int, bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+00:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	hour, ok1 := digits(s[1:3], 23)
	minute, ok2 := digits(s[4:6], 59)
	offset := hour*60 + minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, ok1 && ok2
}

// digits reads two digits.
func digits(s string, most int) (int, bool) {
	if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n <= most
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s
}

func isIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == ""
}

// isHostname is RFC 1123, section 2.1.
func isHostname(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if len(s) == 0 || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
				return false
			}
		}
	}
	return true
}

// isPointer is RFC 6901.
func isPointer(s string) bool {
	if s != "" && s[0] != '/' {
		return false
	}
	for i := range len(s) {
		if s[i] == '~' && (i+1 == len(s) || s[i+1] != '0' && s[i+1] != '1') {
			return false
		}
	}
	return true
}

func isRelativePointer(s string) bool {
	n := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	return s[n:] == "#" || isPointer(s[n:])
}

// isASCII reports whether a text has only characters that a URI may have.
func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r > '~' || r <= ' ' || strings.ContainsRune("\"<>\\^{|}`", r)
	})
}
