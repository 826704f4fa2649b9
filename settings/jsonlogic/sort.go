package jsonlogic

import (
	"cmp"
	"math/big"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// sortForm compiles sort: a list, whether it ascends (true; false or "desc" descend), and what of an element it is
// sorted by. Equal elements stay in their order. null comes first, then booleans, numbers, texts by code point, dates,
// and all else, which has no order.
func (k *compiler) sortForm(s *syntax, sc *lexical) *node {
	items, written := k.written(s)
	if !written {
		items = []*syntax{s.items[0]}
	}
	if len(items) == 0 || len(items) > 3 {
		k.compileAll(items, sc)
		return k.invalid(s, "it takes a list, whether it ascends, and what it is sorted by")
	}
	source := k.compile(items[0], sc)
	var ascends, by *node
	cost := 1
	if len(items) > 1 {
		ascends = k.compile(items[1], sc)
	}
	if len(items) > 2 {
		by = k.compile(items[2], &lexical{atItem, sc})
		cost += items[2].size
	}
	return &node{val: func(c *run) any {
		v := source.val(c)
		if c.err != nil || v == nil && (written || items[0].form != isNull) {
			return nil
		}
		l, ok := c.list(v)
		if !ok {
			c.known(v)
			return c.invalid(s, "it sorts a list")
		}
		down := false
		if ascends != nil {
			switch a := ascends.val(c); a {
			case false, "desc":
				down = true
			}
		}
		return c.sorted(l, by, cost, down)
	}}
}

// sortKey is what an element is sorted by, read once.
type sortKey struct {
	value any
	kind  kind
	num   num
	text  string
}

func (c *run) sorted(l []any, by *node, cost int, down bool) any {
	if !c.makeList(len(l)) || !c.make(5*len(l)*perElement) || !c.charge(len(l)*bits.Len(uint(len(l)))) {
		return nil
	}
	keys := make([]sortKey, len(l))
	if by != nil {
		c.enter(atItem)
	}
	for i, v := range l {
		keys[i].value = v
		if by != nil {
			if !c.charge(cost) {
				break
			}
			c.next(v, i)
			v = by.val(c)
		}
		keys[i].read(c, v)
	}
	if by != nil {
		c.leave()
	}
	if c.err != nil {
		return nil
	}
	slices.SortStableFunc(keys, func(a, b sortKey) int {
		if down {
			a, b = b, a
		}
		return c.sortOrder(a, b)
	})
	if c.err != nil {
		return nil
	}
	out := make([]any, len(keys))
	for i := range keys {
		out[i] = keys[i].value
	}
	return out
}

func (k *sortKey) read(c *run, v any) {
	switch k.kind = kindOf(v); k.kind {
	case ofNumber:
		k.num, _ = c.number(v)
	case ofText:
		k.text, _ = text(v)
	case ofBool:
		k.text = "0"
		if v == true {
			k.text = "1"
		}
	case ofDate:
		k.num = ofBig(unixNanos(v.(date).Time), 0)
	case ofOther:
		c.unknown(v)
	}
}

func (c *run) sortOrder(a, b sortKey) int {
	if a.kind != b.kind {
		return cmp.Compare(sortRank[a.kind], sortRank[b.kind])
	}
	switch a.kind {
	case ofNumber, ofDate:
		return c.cmp(a.num, b.num)
	case ofText, ofBool:
		c.along(min(len(a.text), len(b.text)))
		return strings.Compare(a.text, b.text)
	}
	return 0
}

var sortRank = [...]int{ofNull: 0, ofBool: 1, ofNumber: 2, ofText: 3, ofDate: 4, ofList: 5, ofObject: 5, ofOther: 5}

// unixNanos is an instant as a number, of any year.
func unixNanos(t time.Time) *big.Int {
	n := new(big.Int).Mul(big.NewInt(t.Unix()), big.NewInt(1e9))
	return n.Add(n, big.NewInt(int64(t.Nanosecond())))
}
