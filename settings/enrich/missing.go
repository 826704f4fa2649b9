package enrich

import (
	"fmt"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// lacking is what an event must have for a rule to run.
type lacking struct{ attributes, dimensions []string }

// openShape is an event of which nothing is known.
func openShape() jsonlogic.Shape {
	object := jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.ObjectType}}
	return objectOf(map[string]jsonlogic.Shape{
		rootAttribute: object, rootDimension: object, rootDependencies: object, jsonlogic.NowKey: instant(),
	})
}

func objectOf(fields map[string]jsonlogic.Shape) jsonlogic.Shape {
	return jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.ObjectType}, Fields: fields}
}

// instant is what a rule reads the time of an event as.
func instant() jsonlogic.Shape {
	return jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.StringType}, Format: jsonlogic.DateTimeText}
}

// lackingOf returns what a field needs of an event; nothing if the rule is to read null.
func lackingOf(f Field, program settings.Program) (out lacking) {
	if f.Missing == "" || f.Missing == MissingNull {
		return out
	}
	var paths []string
	if a, ok := program.(settings.Analyzer); ok {
		paths = a.Analyze(openShape()).Missing
	} else if r, ok := program.(settings.Reader); ok {
		paths = r.Reads()
	}
	for _, path := range paths {
		root, rest, _ := strings.Cut(path, ".")
		name, _, _ := strings.Cut(rest, ".")
		switch {
		case name == "":
		case root == rootAttribute && !slices.Contains(out.attributes, name):
			out.attributes = append(out.attributes, name)
		case root == rootDimension && !slices.Contains(out.dimensions, name):
			out.dimensions = append(out.dimensions, name)
		}
	}
	return out
}

// of returns what an event has not, as a rule reads it; "" if it has all.
func (l lacking) of(attributes, dimensions map[string]any) string {
	for _, name := range l.attributes {
		if _, ok := attributes[name]; !ok {
			return rootAttribute + "." + name
		}
	}
	for _, name := range l.dimensions {
		if _, ok := dimensions[name]; !ok {
			return rootDimension + "." + name
		}
	}
	return ""
}

// ErrMissing is returned for a field whose rule reads what the event lacks, under [MissingError].
var ErrMissing = admin.NewError("event_value_missing", admin.ErrInvalid, "missing in the event")

func missingValue(path string) error { return fmt.Errorf("the rule reads %s: %w", path, ErrMissing) }
