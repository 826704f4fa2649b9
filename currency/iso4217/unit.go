package iso4217

import (
	"fmt"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Code is an ISO 4217 alphabetic code: three capital letters, such as "EUR".
type Code string

// Unit is one entry of ISO 4217.
type Unit struct {
	Code       Code
	Number     string // the three-digit numeric code, leading zeros kept: "008"
	MinorUnits int    // digits after the point of the smallest unit: 2 for EUR, 0 for JPY, 3 for KWD; 0 where ISO has none, as for gold
	Name       string // ISO's English name
}

// Units is the whole of ISO 4217 in order of code, for a host to show as a list to choose from.
// The caller may change the slice.
func Units() []Unit { return slices.Clone(units[:]) }

// Lookup finds a unit by its code, which must be in capitals.
func Lookup(code Code) (Unit, bool) {
	i, ok := slices.BinarySearchFunc(units[:], code, func(u Unit, c Code) int {
		return strings.Compare(string(u.Code), string(c))
	})
	if !ok {
		return Unit{}, false
	}
	return units[i], true
}

// unitOf is Lookup with an error that says what would be right.
func Parse(code Code) (Unit, error) {
	u, ok := Lookup(code)
	if ok {
		return u, nil
	}
	hint := "use one of currency.Units"
	if up, ok := Lookup(Code(strings.ToUpper(strings.TrimSpace(string(code))))); ok {
		hint = fmt.Sprintf("write %s", up.Code)
	}
	return Unit{}, fmt.Errorf("%q is not an ISO 4217 currency code: %s: %w", admin.Clip(string(code)), hint, admin.ErrInvalid)
}

// HoldsMoney is false for the codes of ISO 4217 that are no currency: metals, bond market units,
// drawing rights, tests. ISO gives them no minor unit ("N.A."), so there would be nothing to round
// to.
func (u Unit) HoldsMoney() bool {
	switch u.Code {
	case "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX":
		return false
	}
	return true
}
