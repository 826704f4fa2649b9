package settings

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/internal/text"
)

// DifferenceKind is how a place differs.
type DifferenceKind string

// The kinds of Difference.
const (
	Changed DifferenceKind = "CHANGED" // in both, and not the same
	Added   DifferenceKind = "ADDED"   // only in the later
	Removed DifferenceKind = "REMOVED" // only in the earlier
)

// Difference is one place in which two versions of a setting differ.
type Difference struct {
	// Path is a JSON Pointer (RFC 6901): "/dataType", "/value" or "/schema", and for what is JSON in both
	// versions the place within it, such as "/value/limits/0".
	Path string         `json:"path"`
	Kind DifferenceKind `json:"kind"`
	// From and To are what was there before and after: JSON at a place within JSON, else the text of the
	// value. What was added has no From, and what was removed no To.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Diff lists what changed from one version of a setting to another, in order of the path; it is empty if they
// are the same. JSON and rules are compared place by place: the order of the keys of an object makes no
// difference, that of an array does, and if an array grew or shrank, its last items were added or removed.
// Numbers in JSON differ if their digits do: 1.0 and 1.00 are two.
func Diff(from, to Version) []Difference {
	var d differ
	a, b := from.Setting, to.Setting
	d.text("/dataType", string(a.Value.Type()), string(b.Value.Type()))
	d.documents("/value", a.Value.Text(), b.Value.Text(), isJSON(a.Value) && isJSON(b.Value))
	switch as, bs := a.Schema.Text(), b.Schema.Text(); {
	case as == bs:
	case as == "":
		d.out = append(d.out, Difference{Path: "/schema", Kind: Added, To: bs})
	case bs == "":
		d.out = append(d.out, Difference{Path: "/schema", Kind: Removed, From: as})
	default:
		d.documents("/schema", as, bs, true)
	}
	slices.SortStableFunc(d.out, func(x, y Difference) int { return strings.Compare(x.Path, y.Path) })
	return d.out
}

func isJSON(v Value) bool { return v.kind == TypeJSON || v.kind == TypeLogic }

type differ struct{ out []Difference }

func (d *differ) text(path, from, to string) {
	if from != to {
		d.out = append(d.out, Difference{path, Changed, from, to})
	}
}

// documents compares two texts. Those that are JSON were checked.
func (d *differ) documents(path, from, to string, isJSON bool) {
	if from == to {
		return
	}
	if !isJSON {
		d.text(path, from, to)
		return
	}
	a, aErr := decodeJSON(from)
	b, bErr := decodeJSON(to)
	if aErr != nil || bErr != nil {
		d.text(path, from, to)
		return
	}
	d.values(path, a, b)
}

func (d *differ) values(path string, a, b any) {
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			d.objects(path, a, b)
			return
		}
	case []any:
		if b, ok := b.([]any); ok {
			d.arrays(path, a, b)
			return
		}
	default:
		if scalar(b) && a == b {
			return
		}
	}
	d.out = append(d.out, Difference{path, Changed, encodeJSON(a), encodeJSON(b)})
}

// scalar reports whether v may be compared with ==.
func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

func (d *differ) objects(path string, a, b map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(a)) {
		at := path + "/" + text.PointerToken(k)
		if v, ok := b[k]; ok {
			d.values(at, a[k], v)
		} else {
			d.out = append(d.out, Difference{Path: at, Kind: Removed, From: encodeJSON(a[k])})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[k]; !ok {
			d.out = append(d.out, Difference{Path: path + "/" + text.PointerToken(k), Kind: Added, To: encodeJSON(b[k])})
		}
	}
}

func (d *differ) arrays(path string, a, b []any) {
	for i := range max(len(a), len(b)) {
		at := path + "/" + strconv.Itoa(i)
		switch {
		case i >= len(b):
			d.out = append(d.out, Difference{Path: at, Kind: Removed, From: encodeJSON(a[i])})
		case i >= len(a):
			d.out = append(d.out, Difference{Path: at, Kind: Added, To: encodeJSON(b[i])})
		default:
			d.values(at, a[i], b[i])
		}
	}
}

// decodeJSON keeps every digit of a number.
func decodeJSON(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}

// encodeJSON writes what decodeJSON read.
func encodeJSON(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "" // what was decoded can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
