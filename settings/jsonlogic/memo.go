package jsonlogic

// sumText is arithmetic on the whole data as its text, by which it is found again. It is empty for
// what cannot be remembered: what is inside an iteration, or has an operator of the host's in it.
func (k *compiler) sumText(s *syntax, sc *lexical) string {
	if sc.kind != atRoot || !k.builtIn(s) {
		return ""
	}
	return string(s.append(nil))
}

func (k *compiler) builtIn(s *syntax) bool {
	if _, own := k.custom[s.operator()]; own {
		return false
	}
	for _, item := range s.items {
		if !k.builtIn(item) {
			return false
		}
	}
	return true
}

// remembered computes a number of the whole data once in an evaluation. One that comes with an error
// is not kept: a try may go on from there.
func remembered(slot int, compute func(*run) num) func(*run) num {
	bit := uint64(1) << slot
	return func(c *run) num {
		if c.is&bit != 0 {
			return c.nums[slot]
		}
		x := compute(c)
		if c.err == nil {
			c.nums[slot] = x
			c.is |= bit
		}
		return x
	}
}

func rememberedFloat(slot int, compute func(*run) float64) func(*run) float64 {
	bit := uint64(1) << slot
	return func(c *run) float64 {
		if c.is&bit != 0 {
			return c.flts[slot]
		}
		x := compute(c)
		if c.err == nil {
			c.flts[slot] = x
			c.is |= bit
		}
		return x
	}
}
