package jsonlogic

import (
	"cmp"
	"strings"
)

// semVer is flagd's sem_ver: two versions of Semantic Versioning 2.0.0 and an operator between them, = != < <= > >=,
// ^ for the same major version, or ~ for the same minor one too. A leading v and missing parts are allowed. What is no
// version or operator is null.
func semVer(c *run, _ *syntax, args []any) any {
	if len(args) != 3 {
		return nil
	}
	op, _ := text(args[1])
	a, okA := c.version(args[0])
	b, okB := c.version(args[2])
	if !okA || !okB {
		return nil
	}
	order := a.compare(b)
	switch op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "^":
		return a.parts[0] == b.parts[0]
	case "~":
		return a.parts[0] == b.parts[0] && a.parts[1] == b.parts[1]
	}
	return nil
}

// version is one that was read: its parts are digits without zeros before them.
type version struct {
	parts [3]string
	pre   []string
}

func (c *run) version(v any) (out version, ok bool) {
	t, ok := c.scalarText(v)
	if !ok || !c.along(len(t)) {
		return out, false
	}
	if t != "" && (t[0] == 'v' || t[0] == 'V') {
		t = t[1:]
	}
	t, build, built := strings.Cut(t, "+")
	t, pre, early := strings.Cut(t, "-")
	if built && !identifiers(build) || early && !identifiers(pre) {
		return out, false
	}
	parts := strings.SplitN(t, ".", 4)
	if len(parts) > 3 {
		return out, false
	}
	for i := range out.parts {
		if out.parts[i] = "0"; i >= len(parts) {
			continue
		}
		if !digitsOnly(parts[i]) || parts[i][0] == '0' && parts[i] != "0" {
			return out, false
		}
		out.parts[i] = parts[i]
	}
	if early {
		if !c.make((strings.Count(pre, ".") + 1) * perElement) {
			return out, false
		}
		out.pre = strings.Split(pre, ".")
		for _, p := range out.pre {
			if digitsOnly(p) && p[0] == '0' && p != "0" {
				return out, false
			}
		}
	}
	return out, true
}

// identifiers reports whether a text is letters, digits and hyphens with dots between them.
func identifiers(t string) bool {
	for part := range strings.SplitSeq(t, ".") {
		if part == "" {
			return false
		}
		for i := range len(part) {
			if b := part[i]; b != '-' && (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') {
				return false
			}
		}
	}
	return true
}

func digitsOnly(t string) bool {
	for i := range len(t) {
		if t[i] < '0' || t[i] > '9' {
			return false
		}
	}
	return t != ""
}

// compare is the precedence of section 11.
func (v version) compare(w version) int {
	for i := range v.parts {
		if order := compareDigits(v.parts[i], w.parts[i]); order != 0 {
			return order
		}
	}
	switch {
	case len(v.pre) == 0 || len(w.pre) == 0:
		return cmp.Compare(len(w.pre), len(v.pre)) // a release comes after its pre-releases
	}
	for i := range min(len(v.pre), len(w.pre)) {
		p, q := v.pre[i], w.pre[i]
		var order int
		switch a, b := digitsOnly(p), digitsOnly(q); {
		case a && b:
			order = compareDigits(p, q)
		case a != b:
			if order = 1; a {
				order = -1
			}
		default:
			order = strings.Compare(p, q)
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(len(v.pre), len(w.pre))
}

// compareDigits compares numbers of any length without zeros before them.
func compareDigits(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
