package jsonlogic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// form is what kind of JSON a node of the rule is.
type form uint8

const (
	isNull form = iota
	isBool
	isNumber
	isText
	isList
	isObject
)

// syntax is a node of the rule as it was written.
type syntax struct {
	form   form
	flag   bool      // of isBool
	text   string    // of isText and isNumber
	keys   []string  // of isObject
	items  []*syntax // of isList and isObject
	parent *syntax
	step   string // of the JSON Pointer, from parent
	place  string // the JSON Pointer, unless it is long: most nodes have short ones
	size   int    // nodes, itself included, and the length of their texts: the cost of running it
}

const longPlace = 2048 // bytes of a JSON Pointer that is not kept: 2,000 nodes may be under one long key

// pointer is the JSON Pointer to the node.
func (s *syntax) pointer() string {
	if s.parent == nil || s.place != "" {
		return s.place
	}
	return s.parent.pointer() + "/" + s.step
}

// operator is the name of the operator that the object is; "" if it is none.
func (s *syntax) operator() string {
	if s != nil && s.form == isObject && len(s.keys) == 1 {
		return s.keys[0]
	}
	return ""
}

// within is the operator that s is an operand of.
func (s *syntax) within() string {
	for p := s.parent; p != nil; p = p.parent {
		if op := p.operator(); op != "" {
			return op
		}
	}
	return ""
}

func (s *syntax) fault(k Fault, format string, args ...any) *Error {
	return &Error{Fault: k, Operator: s.operator(), Pointer: s.pointer(), Detail: fmt.Sprintf(format, args...)}
}

// append writes s so that no two different rules have the same text.
func (s *syntax) append(buf []byte) []byte {
	switch s.form {
	case isNull:
		return append(buf, "null"...)
	case isBool:
		return strconv.AppendBool(buf, s.flag)
	case isNumber:
		return append(buf, s.text...)
	case isText:
		return strconv.AppendQuote(buf, s.text)
	}
	if buf = append(buf, '['); s.form == isObject {
		buf[len(buf)-1] = '{'
	}
	for i, item := range s.items {
		if s.form == isObject {
			buf = append(strconv.AppendQuote(buf, s.keys[i]), ':')
		}
		buf = append(item.append(buf), ',')
	}
	return append(buf, ']')
}

type parser struct {
	dec   *json.Decoder
	nodes int
}

// parse reads a rule within the limits.
func parse(raw []byte) (*syntax, *Error) {
	if len(raw) > MaxBytes {
		return nil, &Error{Fault: TooLarge, Detail: fmt.Sprintf("the rule has %d bytes, more than %d", len(raw), MaxBytes)}
	}
	if !utf8.Valid(raw) { // the decoder would replace the characters
		return nil, &Error{Fault: InvalidSyntax, Detail: "the rule is not JSON: it is not UTF-8"}
	}
	if !json.Valid(raw) {
		var v json.RawMessage
		return nil, &Error{Fault: InvalidSyntax, Detail: "the rule is not JSON", cause: json.Unmarshal(raw, &v)}
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(raw))}
	p.dec.UseNumber()
	return p.value(nil, "", 0)
}

func (p *parser) value(parent *syntax, step string, depth int) (*syntax, *Error) {
	s := &syntax{parent: parent, step: step, size: 1}
	if parent != nil && (parent.parent == nil || parent.place != "") && len(parent.place)+len(step) < longPlace {
		s.place = parent.place + "/" + step
	}
	if p.nodes++; p.nodes > MaxNodes {
		return nil, s.fault(TooLarge, "the rule has more than %d operators, arrays and constants", MaxNodes)
	}
	tok, err := p.dec.Token()
	if err != nil {
		return nil, &Error{Fault: InvalidSyntax, Pointer: s.pointer(), cause: err}
	}
	switch t := tok.(type) {
	case nil:
	case bool:
		s.form, s.flag = isBool, t
	case json.Number:
		s.form, s.text = isNumber, t.String()
	case string:
		s.form, s.text = isText, t
		s.size += len(t) >> 6 // to read along it
	case json.Delim:
		if depth >= MaxDepth {
			return nil, s.fault(TooLarge, "the rule is nested deeper than %d", MaxDepth)
		}
		s.form = isList
		if t == '{' {
			s.form = isObject
		}
		if bad := p.inside(s, depth+1); bad != nil {
			return nil, bad
		}
	}
	return s, nil
}

func (p *parser) inside(s *syntax, depth int) *Error {
	var seen map[string]bool
	for p.dec.More() {
		step := strconv.Itoa(len(s.items))
		if s.form == isObject {
			tok, err := p.dec.Token()
			key, ok := tok.(string)
			if err != nil || !ok {
				return &Error{Fault: InvalidSyntax, Pointer: s.pointer(), cause: err}
			}
			if seen[key] {
				return s.fault(InvalidSyntax, "key %q is there twice", clip(key))
			}
			if seen == nil {
				seen = map[string]bool{}
			}
			seen[key] = true
			s.keys = append(s.keys, key)
			step = pointerEscape.Replace(key)
		}
		item, bad := p.value(s, step, depth)
		if bad != nil {
			return bad
		}
		s.items = append(s.items, item)
		s.size += item.size
	}
	if _, err := p.dec.Token(); err != nil {
		return &Error{Fault: InvalidSyntax, Pointer: s.pointer(), cause: err}
	}
	return nil
}

// pointerEscape writes a key as a token of a JSON Pointer (RFC 6901).
var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")
