package jsonlogic

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// kinds is a set of kinds.
type kinds uint16

func kindsOf(all ...kind) (out kinds) {
	for _, k := range all {
		out |= 1 << k
	}
	return out
}

func (s kinds) has(k kind) bool { return s>>k&1 != 0 }

var everyKind = kindsOf(ofNull, ofBool, ofNumber, ofText, ofList, ofObject, ofDate)

// abstract is every value that a part of a rule may have: one of its kinds, or one of which nothing is known and
// nothing is checked.
type abstract struct {
	kinds
	absent  bool // there may be nothing, which reads as null
	unknown bool
	wild    bool // of every kind, and so is what is in it
	form    Format
	years   int      // that a date may be moved by and still have four digits
	values  []string // if not nil, the texts that it may be
	least   *decimal.Decimal
	most    *decimal.Decimal
	fields  map[string]*abstract // nil: any
	closed  bool                 // there are no other fields
	element *abstract            // nil: there is none
}

func only(all ...kind) *abstract { return &abstract{kinds: kindsOf(all...)} }

func unknownValue() *abstract { return &abstract{unknown: true, absent: true} }

// anything is a value that may be all, and is checked as such.
func anything() *abstract { return &abstract{kinds: everyKind, absent: true, wild: true} }

func textValue(form Format) *abstract { return &abstract{kinds: kindsOf(ofText), form: form} }

func listValue(element *abstract) *abstract {
	return &abstract{kinds: kindsOf(ofList), element: element}
}

func (a *abstract) copied() *abstract {
	out := *a
	return &out
}

// without is a without some kinds.
func (a *abstract) without(k ...kind) *abstract {
	out := a.copied()
	out.kinds &^= kindsOf(k...)
	out.absent = out.absent && !slices.Contains(k, ofNull)
	return out
}

// orNull is a that may be null.
func (a *abstract) orNull() *abstract {
	out := a.copied()
	out.kinds |= kindsOf(ofNull)
	return out
}

// maybe is a that may not be there.
func (a *abstract) maybe() *abstract {
	out := a.copied()
	out.absent = true
	return out
}

// nowhere is what a path reads that finds nothing.
func nowhere() *abstract { return &abstract{absent: true} }

// settled is what is read: null if there is nothing.
func (a *abstract) settled() *abstract {
	if !a.absent || a.has(ofNull) {
		return a
	}
	return a.orNull()
}

// join is what may be one or the other.
func join(a, b *abstract) *abstract {
	switch {
	case a == nil || a == b:
		return b
	case b == nil:
		return a
	}
	out := &abstract{
		kinds: a.kinds | b.kinds, absent: a.absent || b.absent, unknown: a.unknown || b.unknown, wild: a.wild || b.wild,
	}
	out.joinTexts(a, b)
	out.joinNumbers(a, b)
	switch {
	case !a.has(ofObject):
		out.fields, out.closed = b.fields, b.closed
	case !b.has(ofObject):
		out.fields, out.closed = a.fields, a.closed
	default:
		out.joinFields(a, b)
	}
	if !out.wild {
		out.element = join(a.element, b.element)
	}
	return out
}

// elements is what an element of a list is, nil if there is none.
func (a *abstract) elements() *abstract {
	e := a.element
	if a.wild {
		e = anything()
	}
	if a.unknown {
		e = join(e, unknownValue())
	}
	return e
}

// dated reports whether the form says something: a text, or a date.
func (a *abstract) dated() bool { return a.has(ofText) || a.has(ofDate) }

func (a *abstract) joinTexts(x, y *abstract) {
	switch {
	case !x.has(ofText):
		a.form, a.values = y.form, y.values
	case !y.has(ofText):
		a.form, a.values = x.form, x.values
	default:
		a.form = commonForm(x, y)
		if x.values != nil && y.values != nil && len(x.values)+len(y.values) <= mostValues {
			a.values = slices.Compact(slices.Sorted(slices.Values(slices.Concat(x.values, y.values))))
		}
	}
	switch {
	case !x.dated():
		a.years = y.years
	case !y.dated():
		a.years = x.years
	default:
		a.years = min(x.years, y.years)
	}
}

// mostValues is how many texts are kept one by one.
const mostValues = 256

// commonForm is the form that the texts of both have.
func commonForm(a, b *abstract) Format {
	for _, f := range []Format{NumericText, DateTimeText, DurationText} {
		if a.texts(f) && b.texts(f) {
			return f
		}
	}
	return PlainText
}

// texts reports whether every text that it may be has a form. None has all.
func (a *abstract) texts(f Format) bool {
	switch {
	case !a.has(ofText) || f == PlainText || a.form == f:
		return true
	case a.values == nil:
		return false
	}
	return !slices.ContainsFunc(a.values, func(t string) bool { return !f.holds(t) })
}

// maxNumeric is the length of a number in a text that is within the default Budget.
const maxNumeric = 1000

// Holds reports whether a text has the format.
func (f Format) Holds(text string) bool { return f.holds(text) }

// holds is Holds.
func (f Format) holds(t string) bool {
	switch f {
	case NumericText:
		whole, fraction, point := strings.Cut(strings.TrimPrefix(t, "-"), ".")
		return digitsOnly(whole) && (!point || digitsOnly(fraction)) && len(t) <= maxNumeric
	case DateTimeText:
		_, ok := asDate(t)
		return ok
	case DurationText:
		p, ok := parsePeriod(t)
		return ok && p.years == 0 && p.months == 0
	}
	return true
}

func (a *abstract) joinNumbers(x, y *abstract) {
	switch {
	case !x.has(ofNumber):
		a.least, a.most = y.least, y.most
	case !y.has(ofNumber):
		a.least, a.most = x.least, x.most
	default:
		if x.least != nil && y.least != nil {
			a.least = smaller(x.least, y.least)
		}
		if x.most != nil && y.most != nil {
			a.most = larger(x.most, y.most)
		}
	}
}

func smaller(a, b *decimal.Decimal) *decimal.Decimal {
	if b.LessThan(*a) {
		return b
	}
	return a
}

func larger(a, b *decimal.Decimal) *decimal.Decimal {
	if b.GreaterThan(*a) {
		return b
	}
	return a
}

func (a *abstract) joinFields(x, y *abstract) {
	a.closed = x.closed && y.closed
	if x.fields == nil || y.fields == nil {
		return
	}
	a.fields = map[string]*abstract{}
	for key := range maps.Keys(x.fields) {
		if f, ok := y.fields[key]; ok {
			a.fields[key] = join(x.fields[key], f)
		} else if y.closed {
			a.fields[key] = x.fields[key].maybe()
		}
	}
	for key, f := range y.fields {
		if _, ok := x.fields[key]; !ok && x.closed {
			a.fields[key] = f.maybe()
		}
	}
}

// number is one with these bounds; nil is none.
func number(least, most *decimal.Decimal) *abstract {
	return &abstract{kinds: kindsOf(ofNumber), least: least, most: most}
}

// mayBeZero reports whether a number among the values may be 0; null, false and texts are not looked at.
func (a *abstract) mayBeZero() bool {
	return (a.least == nil || !a.least.IsPositive()) && (a.most == nil || !a.most.IsNegative())
}

// from converts what the caller knows.
func from(s Shape) *abstract {
	if !s.Known() {
		return unknownValue()
	}
	a := &abstract{form: s.Format, least: s.Least, most: s.Most}
	for _, t := range s.Types {
		a.kinds |= kindsOf(typeKinds[t])
	}
	if s.Format == DateTimeText {
		a.years = s.Years
	}
	if len(s.Values) > 0 {
		a.values = slices.Clone(s.Values)
	}
	if s.Fields != nil {
		a.fields, a.closed = make(map[string]*abstract, len(s.Fields)), true
		for name, f := range s.Fields {
			a.fields[name] = from(f)
		}
	}
	switch {
	case !a.has(ofList):
	case s.Elements != nil:
		a.element = from(*s.Elements).settled()
	default:
		a.element = unknownValue()
	}
	if s.Optional {
		return a.maybe()
	}
	return a
}

var typeKinds = map[Type]kind{
	NullType: ofNull, BooleanType: ofBool, NumberType: ofNumber, StringType: ofText, ArrayType: ofList,
	ObjectType: ofObject,
}

// shape is what the caller learns of a.
func (a *abstract) shape() Shape {
	out := Shape{Optional: a.absent, Least: a.least, Most: a.most, Values: slices.Clone(a.values)}
	dates := a.has(ofDate)
	for _, t := range []Type{NullType, BooleanType, NumberType, StringType, ArrayType, ObjectType} {
		if a.has(typeKinds[t]) || t == StringType && dates {
			out.Types = append(out.Types, t)
		}
	}
	for _, f := range []Format{NumericText, DateTimeText, DurationText} {
		if a.dated() && a.texts(f) && (!dates || f == DateTimeText && a.years >= 0) {
			out.Format = f // and a date is one in RFC 3339
		}
	}
	if dates {
		out.Values = nil
	}
	if out.Format == DateTimeText {
		out.Years = max(a.years, 0)
	}
	if a.element != nil {
		e := a.element.shape()
		out.Elements = &e
	}
	return out
}

// constantValue is the abstract value of a literal.
func constantValue(v any) *abstract {
	switch x := v.(type) {
	case string:
		a := &abstract{kinds: kindsOf(ofText), values: []string{x}}
		if d, ok := asDate(x); ok {
			a.years = yearsLeft(d.Time)
		}
		return a
	case num:
		if x.fraction() {
			return only(ofNumber)
		}
		d := x.decimal()
		return number(&d, &d)
	case float64:
		d := decimal.NewFromFloat(x)
		return number(&d, &d)
	case []any:
		var e *abstract
		for _, item := range x {
			e = join(e, constantValue(item))
		}
		return listValue(e)
	case map[string]any:
		fields := make(map[string]*abstract, len(x))
		for key, item := range x {
			fields[key] = constantValue(item)
		}
		return &abstract{kinds: kindsOf(ofObject), fields: fields, closed: true}
	}
	return only(kindOf(v))
}

func yearsLeft(t time.Time) int { return min(t.Year(), 9999-t.Year()) - 1 }
