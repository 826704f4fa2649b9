package message

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// ProblemCode is what is wrong with an entry of a catalog.
type ProblemCode string

// The codes.
const (
	MissingKey       ProblemCode = "MISSING_KEY"       // the message is English
	UnknownKey       ProblemCode = "UNKNOWN_KEY"       // there is no such message
	UnknownParameter ProblemCode = "UNKNOWN_PARAMETER" // the message has no such parameter: it is English then
	UnknownLanguage  ProblemCode = "UNKNOWN_LANGUAGE"  // plural forms are not known
	UnknownForm      ProblemCode = "UNKNOWN_FORM"      // no such plural form
	EmptyText        ProblemCode = "EMPTY_TEXT"
)

// Problem is something that is wrong with a catalog.
type Problem struct {
	Key    string // empty if it is about the catalog as a whole
	Code   ProblemCode
	Detail string // the name of the parameter or form, or the language
}

// String is the problem in one line.
func (p Problem) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", p.Code, p.Key, p.Detail))
}

// Check returns everything that is wrong with a catalog, in order of keys: messages that it lacks, and keys,
// parameters and plural forms that do not exist. own are the codes of the host's own targets, whose keys are cell.CODE,
// and whole keys of words of its own.
// A host calls it in a test of its own.
func (c Catalog) Check(own ...string) []Problem {
	var out []Problem
	if _, err := language.Parse(c.Language); err != nil {
		out = append(out, Problem{Code: UnknownLanguage, Detail: c.Language})
	}
	keys := maps.Clone(c.Templates)
	if keys == nil {
		keys = map[string]Template{}
	}
	for _, part := range english() {
		for _, e := range part {
			if _, has := keys[e.key]; !has {
				keys[e.key] = Template{}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		t, has := c.Templates[key]
		if !has {
			out = append(out, Problem{Key: key, Code: MissingKey})
			continue
		}
		out = append(out, t.check(key, own)...)
	}
	return out
}

func (t Template) check(key string, own []string) []Problem {
	var out []Problem
	if t.Text == "" {
		out = append(out, Problem{Key: key, Code: EmptyText})
	}
	for _, form := range slices.Sorted(maps.Keys(t.Forms)) {
		if !slices.Contains([]Form{Zero, One, Two, Few, Many}, form) {
			out = append(out, Problem{Key: key, Code: UnknownForm, Detail: string(form)})
		}
	}
	e := source(key)
	if e == nil {
		code, _, _ := strings.Cut(strings.TrimPrefix(key, cellPrefix), ".")
		if !strings.HasPrefix(key, cellPrefix) || !slices.Contains(own, code) {
			if strings.HasPrefix(key, wordPrefix) && slices.Contains(own, key) {
				return out
			}
			out = append(out, Problem{Key: key, Code: UnknownKey})
		}
		return out // the parameters of a host's own are the host's
	}
	known := Template{Text: e.text, Hint: e.hint}.Names()
	names := t.Names()
	if t.Count != "" && !slices.Contains(names, t.Count) {
		names = append(names, t.Count)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			out = append(out, Problem{Key: key, Code: UnknownParameter, Detail: name})
		}
	}
	return out
}

// English returns a copy of the source catalog, from which a translation is made.
func English() Catalog {
	c := Catalog{Language: "en", Templates: map[string]Template{}}
	for _, part := range english() {
		for _, e := range part {
			c.Templates[e.key] = Template{Text: e.text, Hint: e.hint}
		}
	}
	return c
}
