package jsonschema

// evaluated is what keywords evaluated of one array or object, for unevaluatedItems and unevaluatedProperties.
type evaluated struct {
	off      bool // nothing asks for it
	items    int  // the first so many
	allItems bool
	at       map[int]bool // others
	allProps bool
	props    map[string]bool
}

func (e *evaluated) add(other *evaluated) {
	e.items = max(e.items, other.items)
	e.allItems = e.allItems || other.allItems
	e.allProps = e.allProps || other.allProps
	for i := range other.at {
		e.item(i)
	}
	for name := range other.props {
		e.prop(name)
	}
}

// len is how many items and properties add copies.
func (e *evaluated) len() int { return len(e.at) + len(e.props) }

func (e *evaluated) item(i int) {
	if e.off {
		return
	}
	if e.at == nil {
		e.at = map[int]bool{}
	}
	e.at[i] = true
}

func (e *evaluated) prop(name string) {
	if e.off {
		return
	}
	if e.props == nil {
		e.props = map[string]bool{}
	}
	e.props[name] = true
}
