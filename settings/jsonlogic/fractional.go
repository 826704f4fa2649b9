package jsonlogic

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// fractionalForm compiles flagd's fractional: a key, and pairs of a result and a weight (1), of which the key always
// takes the same one. Without a key it is the flag's key and the targetingKey of the data, as flagd has them, or null.
func (k *compiler) fractionalForm(s *syntax, sc *lexical) *node {
	if args := s.items[0]; args.form != isList || len(args.items) > 0 && args.items[0].form != isText {
		k.reads["targetingKey"], k.reads["$flagd.flagKey"] = true, true
	}
	return k.eagerNode(s, sc, fractional)
}

func fractional(c *run, s *syntax, args []any) any {
	if len(args) == 0 {
		return nil
	}
	key, ok := text(args[0])
	if kindOf(args[0]) != ofList {
		args = args[1:]
	}
	if !ok {
		if key, ok = c.targetingKey(); !ok {
			return nil
		}
	}
	if !c.charge(len(args)) || !c.along(len(key)) {
		return nil
	}
	total, weights := uint64(0), make([]uint64, len(args))
	for i, v := range args {
		pair, ok := c.list(v)
		if !ok || len(pair) == 0 || len(pair) > 2 {
			return c.invalid(s, "its results are pairs of a result and a weight")
		}
		if weights[i] = 1; len(pair) == 2 {
			x, ok := c.strictNumber(pair[1])
			if !ok {
				return c.invalid(s, "a weight must be a number")
			}
			weights[i] = uint64(min(max(x.whole(), 0), math.MaxInt32))
		}
		if total += weights[i]; total > math.MaxInt32 {
			return c.invalid(s, "the weights must be 2147483647 together at most")
		}
	}
	at := uint64(murmur3(key)) * total >> 32
	for i, v := range args {
		if at < weights[i] {
			pair, _ := c.list(v)
			return pair[0]
		}
		at -= weights[i]
	}
	return nil
}

// targetingKey is the key that flagd takes if a rule names none.
func (c *run) targetingKey() (string, bool) {
	root := c.root()
	v, _ := lookup(root, "targetingKey")
	key, ok := text(v)
	flagd, _ := lookup(root, "$flagd")
	f, _ := lookup(flagd, "flagKey")
	flag, _ := text(f)
	return flag + key, ok
}

// murmur3 is MurmurHash3_x86_32 with seed 0, by which flagd's SDKs agree.
func murmur3(key string) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	data, h := []byte(key), uint32(0)
	n := len(data)
	for ; len(data) >= 4; data = data[4:] {
		h ^= bits.RotateLeft32(binary.LittleEndian.Uint32(data)*c1, 15) * c2
		h = bits.RotateLeft32(h, 13)*5 + 0xe6546b64
	}
	if len(data) > 0 {
		var tail [4]byte
		copy(tail[:], data)
		h ^= bits.RotateLeft32(binary.LittleEndian.Uint32(tail[:])*c1, 15) * c2
	}
	h ^= uint32(n)
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
