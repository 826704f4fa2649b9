package jsonlogic

// NowKey is the key of the data under which the operator now finds the instant: a text as date takes it, or a
// time.Time. The caller puts it there, so that a rule has the same result whenever it is evaluated.
const NowKey = "$now"

// nowForm compiles now, the instant that the data is about. It is a date.
func (k *compiler) nowForm(s *syntax, sc *lexical) *node {
	k.reads[NowKey] = true
	k.fixed(s, sc)
	return &node{val: func(c *run) any {
		v, _ := lookup(c.root(), NowKey)
		d, ok := asDate(v)
		if !ok {
			return c.invalid(s, "the data has no instant under $now: the caller must give one")
		}
		return d
	}}
}

// root is the data of the evaluation, from within any scope.
func (c *run) root() any {
	if len(c.outer) > 0 {
		return c.outer[0].data
	}
	return c.scope.data
}

func analyzeNow(a *analyzer, s *syntax, at *outlook) *abstract {
	for at.outer != nil {
		at = at.outer
	}
	v := at.data.step(segmentOf(NowKey))
	if bad := v.settled().outside(ofText, ofDate); bad != "" || !v.texts(DateTimeText) {
		a.problem(s, UnknownPath, "the data has no instant under $now")
	}
	out := only(ofDate)
	out.years = v.years
	return out
}
