package jsonlogic

// sumText is the text of arithmetic on the whole data, by which the same arithmetic is recognized. It is
// empty if the value cannot be remembered: inside an iteration, or with a custom operator in it.
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

// remembered computes a number of the whole data once in an evaluation. If it fails the number is not
// kept, because a try may continue.
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
