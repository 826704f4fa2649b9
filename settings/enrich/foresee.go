package enrich

import (
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

const rootsHint = "a rule reads attribute.<name>, dimension.<name> and dependencies.<name>"

// strangers returns the paths that a program reads outside of the parts of an event: they are null on every event, and
// null is 0 in an amount.
func strangers(program settings.Program) (out []string) {
	reader, ok := program.(settings.Reader)
	if !ok {
		return nil
	}
	for _, path := range reader.Reads() {
		root, _, _ := strings.Cut(path, ".")
		switch root {
		case rootAttribute, rootDimension, rootDependencies:
		case jsonlogic.NowKey:
		case "targetingKey", "$flagd": // which fractional reads if its key is none
		default:
			if strings.Trim(path, ".") != "" { // else it is the whole event
				out = append(out, path)
			}
		}
	}
	return out
}

func foreseePaths(p *admin.Problems, at string, program settings.Program) {
	for _, path := range strangers(program) {
		root, _, _ := strings.Cut(path, ".")
		hint := didYouMean("", root, []string{rootAttribute, rootDependencies, rootDimension})
		p.Add(at, admin.CodeUnknown, "reads %s, which no event has%s: %s", admin.Clip(path), hint, rootsHint).
			With("path", path)
	}
}

// foresee adds what keeps a rule from giving a field its value on any event.
func foresee(p *admin.Problems, at string, t FieldType, program settings.Program) {
	foreseen(p, at, t, program, true)
}

// foreseen is foresee, of the paths too if they are not checked elsewhere. It reports whether there is anything.
func foreseen(p *admin.Problems, at string, t FieldType, program settings.Program, paths bool) (faulty bool) {
	if paths {
		foreseePaths(p, at, program)
	}
	predictor, ok := program.(settings.Predictor)
	if !ok {
		return false
	}
	faults := predictor.Faults()
	for _, bad := range faults {
		p.Add(at, admin.CodeFormat, "always fails where it is reached: %s", bad.Message())
	}
	if len(faults) > 0 {
		return true
	}
	if v, ok := predictor.Constant(); ok {
		var err error
		if t == Attribute {
			_, err = asAttribute(v)
		} else {
			_, err = asDimension(v)
		}
		if err != nil {
			p.AddError(at, admin.CodeFormat, err)
		}
		return true // of a constant there is nothing more to find
	}
	switch is := predictor.ResultType(); is {
	case jsonlogic.AnyType, jsonlogic.NumberType, jsonlogic.StringType:
	case jsonlogic.BooleanType:
		if t == Attribute {
			p.AddError(at, admin.CodeFormat, wrongType(is, "an attribute is a number"))
			return true
		}
	default:
		p.AddError(at, admin.CodeFormat, wrongType(is, "an attribute is a number and a dimension a text"))
		return true
	}
	return false
}

func wrongType(is jsonlogic.Type, right string) error {
	return fmt.Errorf("the result is always of type %s, and %s: %w", is, right, admin.ErrInvalid)
}
