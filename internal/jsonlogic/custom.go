package jsonlogic

import "errors"

// customForm calls an operator of the host's.
func (k *compiler) customForm(s *syntax, o Operator, sc *lexical) *node {
	args := k.fixed(s, sc)
	if n := len(args); k.strict && (s.items[0].form == isList || s.items[0].form != isObject) && (n < o.Least || o.Most > 0 && n > o.Most) {
		most := o.Most
		if most == 0 {
			most = many
		}
		k.refuse(s.fault(InvalidArguments, "%s", arity{o.Least, most}.says(n)))
	}
	if o.Eager == nil && o.Lazy == nil {
		k.refuse(s.fault(UnknownOperator, "the custom operator has no function"))
		return k.constant(nil)
	}
	if o.Eager != nil {
		return k.eagerNode(s, sc, func(c *run, s *syntax, args []any) any {
			own, _ := c.export(args, 0).([]any)
			if c.err != nil {
				return nil
			}
			v, err := o.Eager(c.ctx, own)
			return c.returned(s, v, err)
		})
	}
	return &node{val: func(c *run) any {
		if c.err != nil || !c.charge(1) {
			return nil
		}
		v, err := o.Lazy(c.ctx, Arguments{c, args})
		return c.returned(s, v, err)
	}}
}

// returned is what a custom operator gave. An *Error of its own making keeps its kind.
func (c *run) returned(s *syntax, v any, err error) any {
	if c.err != nil {
		return nil
	}
	if err == nil {
		if kindOf(v) == ofOther {
			return c.unknown(v)
		}
		return v
	}
	var own *Error
	switch {
	case c.ctx.Err() != nil && errors.Is(err, c.ctx.Err()):
		c.err = &Error{Kind: ended, err: c.ctx.Err()}
	case errors.As(err, &own):
		kept := own.copied()
		kept.Operator, kept.Pointer = s.operator(), s.pointer
		if kept.Kind == Thrown && kept.Value == nil {
			kept.Value = map[string]any{"type": string(Thrown)}
		}
		c.err = kept
	default:
		c.fail(s, Failed, "")
		c.err.err = err
	}
	return nil
}
