package jsonlogic

// Type is the JSON type of a result.
type Type string

// The types.
const (
	AnyType     Type = "" // it depends on the data
	NullType    Type = "null"
	BooleanType Type = "boolean"
	NumberType  Type = "number"
	StringType  Type = "string"
	ArrayType   Type = "array"
	ObjectType  Type = "object"
)

// ResultType returns the type that every result of the rule has, or AnyType. The Togai dialect has AnyType only.
func (r *Rule) ResultType() Type {
	switch r.p.root.kind {
	case ofNull:
		return NullType
	case ofBool:
		return BooleanType
	case ofNumber:
		return NumberType
	case ofText, ofDate:
		return StringType
	case ofList:
		return ArrayType
	case ofObject:
		return ObjectType
	}
	return AnyType
}

// Faults returns the errors of the parts of the rule that fail in every evaluation that reaches them, because they read
// no data and call no custom operator, such as {"/":[1,0]} or {"date":"soon"}, or because of an operand that does
// neither. What is within a try is left out: it may be meant.
func (r *Rule) Faults() []*Error {
	var out []*Error
	r.faults(r.syntax, &out)
	return out
}

func (r *Rule) faults(s *syntax, out *[]*Error) {
	op := s.operator()
	switch {
	case s.form != isObject && s.form != isList, s.form == isObject && (op == "try" || op == "preserve"):
		return
	case s.form == isObject && r.constant(s):
		if _, bad := r.value(s); bad != nil && bad.Fault != BudgetExceeded {
			*out = append(*out, bad.of(ErrEvaluation))
		}
		return
	}
	if bad := r.operandFault(s); bad != nil {
		*out = append(*out, bad.of(ErrEvaluation))
	}
	for _, item := range s.items {
		r.faults(item, out)
	}
}

// operandFault returns the error of an arithmetic with a constant operand that is no number, or with a division by a
// constant 0.
func (r *Rule) operandFault(s *syntax) *Error {
	op := s.operator()
	if _, own := r.options.Operators[op]; own || !arithmetics[op] || s.items[0].form != isList || r.p.dialect == Togai {
		return nil
	}
	for i, item := range s.items[0].items {
		if !r.constant(item) {
			continue
		}
		v, bad := r.value(item)
		if bad != nil {
			continue // which is found within it
		}
		c := newRun(r.p)
		_ = c.start(background, nil) // whose context never ends
		x, ok := c.operand(v)
		switch {
		case c.err != nil:
		case !ok:
			c.noNumber(item)
			return c.err
		case i > 0 && (op == "/" || op == "%") && x.sign() == 0:
			return s.fault(NotANumber, divisionByZero)
		}
	}
	return nil
}

var arithmetics = map[string]bool{
	"+": true, "-": true, "*": true, "/": true, "%": true, "min": true, "max": true,
}

// Constant returns the result of a rule that reads no data and calls no custom operator: it is the same in every
// evaluation. ok is false for any other rule, and for one that fails.
func (r *Rule) Constant() (result any, ok bool) {
	if !r.constant(r.syntax) {
		return nil, false
	}
	v, bad := r.value(r.syntax)
	return v, bad == nil
}

// constant reports whether a part of the rule has the same value on all data.
func (r *Rule) constant(s *syntax) bool {
	op := s.operator()
	_, own := r.options.Operators[op]
	switch {
	case s.form != isObject && s.form != isList:
		return true
	case s.form == isObject && (own || len(s.keys) > 0 && !pure[op] && op != "date"):
		return false
	case op == "preserve":
		return true
	}
	for _, item := range s.items {
		if !r.constant(item) {
			return false
		}
	}
	return true
}

// value evaluates a part of the rule without data.
func (r *Rule) value(s *syntax) (any, *Error) {
	k := newCompiler(s, r.options)
	k.plain = true
	n := k.compile(s, &lexical{})
	if k.bad != nil {
		return nil, k.bad
	}
	k.p.root = n
	c := newRun(k.p)
	_ = c.start(background, nil) // whose context never ends
	v := c.export(n.val(c), 0)
	if c.err != nil {
		return nil, c.err
	}
	return v, nil
}
