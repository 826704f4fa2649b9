package jsonlogic

import (
	"errors"
	"runtime/debug"
)

// customForm calls a custom operator.
func (k *compiler) customForm(s *syntax, o Operator, sc *lexical) *node {
	args, a := k.fixed(s, sc), arity{o.Least, o.Most}
	if o.WholeData && o.Eager == nil {
		k.reads[""] = true
	}
	if a.most == 0 {
		a.most = many
	}
	// The value of the only argument of an eager one may be the list of its arguments.
	if sure := o.Eager == nil || s.items[0].form != isObject; sure && !a.takes(len(args)) {
		bad := s.fault(InvalidArguments, "%s", a.says(len(args)))
		if k.strict {
			k.refuse(bad)
		}
		return k.failing(bad)
	}
	if o.Eager == nil && o.Lazy == nil {
		k.refuse(s.fault(UnknownOperator, "the custom operator has no function"))
		return k.constant(nil)
	}
	if o.Eager != nil {
		return k.eagerNode(s, sc, func(c *run, s *syntax, args []any) any {
			if !a.takes(len(args)) {
				return c.invalid(s, a.says(len(args)))
			}
			own, _ := c.export(args, 0).([]any)
			if c.err != nil {
				return nil
			}
			v, err := guarded(func() (any, error) { return o.Eager(c.ctx, own) })
			return c.returned(s, v, err)
		})
	}
	return &node{val: func(c *run) any {
		if c.err != nil || !c.charge(1) {
			return nil
		}
		v, err := guarded(func() (any, error) { return o.Lazy(c.ctx, Arguments{c, args, o.WholeData}) })
		return c.returned(s, v, err)
	}}
}

// guarded calls a custom operator. This is the only place where a panic is caught: the code is not ours,
// and one bad operator must not end the process that bills all customers.
func guarded(f func() (any, error)) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, &PanicError{p, debug.Stack()}
		}
	}()
	return f()
}

// returned is what a custom operator returned. An *Error that it made itself keeps its fault; one of
// another rule that it ran is a failure of the operator.
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
		c.err = &Error{Fault: ended, cause: c.ctx.Err()}
	case errors.As(err, &own) && own.sentinel == nil:
		kept := own.copied()
		kept.Operator, kept.Pointer = s.operator(), s.pointer()
		if kept.Fault == Thrown && kept.Value == nil {
			kept.Value = map[string]any{"type": Thrown.name()}
		}
		c.err = kept
	case errors.As(err, new(*PanicError)):
		c.fail(s, OperatorPanicked, "the custom operator panicked")
		c.err.cause = err
	default:
		c.fail(s, OperatorFailed, "")
		c.err.cause = err
	}
	return nil
}
