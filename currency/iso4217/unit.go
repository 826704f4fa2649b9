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
	Code   Code   `json:"code"`
	Number string `json:"number"` // the three-digit numeric code, leading zeros kept: "008"
	// MinorUnits is the number of digits after the point of the smallest unit: 2 for EUR, 0 for JPY, 3
	// for KWD. It is 0 for a code without minor units, such as that of gold.
	MinorUnits int    `json:"minorUnits"`
	Name       string `json:"name"` // ISO's English name
}

// Units returns all of ISO 4217 in order of code, for a host to show as a list to choose from.
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

// Parse is [Lookup] with an error, which wraps [admin.ErrInvalid] and names the right code if it can.
func Parse(code Code) (Unit, error) {
	u, ok := Lookup(code)
	if ok {
		return u, nil
	}
	hint := "give three capital letters such as EUR"
	if up, ok := Lookup(Code(strings.ToUpper(strings.TrimSpace(string(code))))); ok {
		hint = fmt.Sprintf("write %s", up.Code)
	}
	return Unit{}, fmt.Errorf("%q is not an ISO 4217 currency code: %s: %w",
		admin.Clip(string(code)), hint, admin.ErrInvalid)
}

// CheckMoney checks the code of a currency that amounts are in: it adds a problem at path for an empty
// code, one that is not in ISO 4217, and one that is not a currency, such as that of gold
// ([Unit.HoldsMoney]).
func CheckMoney(p *admin.Problems, path string, code Code) {
	if code == "" {
		p.Add(path, admin.CodeRequired, "is required: give an ISO 4217 currency code such as EUR")
		return
	}
	u, err := Parse(code)
	switch {
	case err != nil:
		p.AddError(path, admin.CodeUnknown, err).With("value", admin.Clip(string(code)))
	case !u.HoldsMoney():
		p.Add(path, admin.CodeUnknown, "%s (%s) is not a currency that money is kept in: give another code, such as EUR",
			u.Code, u.Name).With("value", u.Code)
	}
}

// HoldsMoney reports whether the unit is a currency. Metals, bond market units, drawing rights and the
// codes for tests are not: ISO gives them no minor unit ("N.A."), so an amount could not be rounded.
func (u Unit) HoldsMoney() bool {
	switch u.Code {
	case "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX":
		return false
	}
	return true
}
