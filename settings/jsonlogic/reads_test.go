package jsonlogic

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// pruned is the data without what none of the paths reaches.
func pruned(data any, paths []path) any {
	m, ok := data.(map[string]any)
	if !ok {
		return data
	}
	below := map[string][]path{}
	for _, p := range paths {
		if len(p.segments) == 0 {
			return data
		}
		key := p.segments[0].key
		below[key] = append(below[key], path{segments: p.segments[1:]})
	}
	out := map[string]any{}
	for key, paths := range below {
		if v, ok := m[key]; ok {
			out[key] = pruned(v, paths)
		}
	}
	return out
}

func requireReadsSuffice(t *testing.T, rule string, data any) {
	t.Helper()
	for _, o := range []Options{{Lenient: true, Budget: wide}, {Lenient: true, Numbers: Float64, Budget: wide}} {
		r := compiled(t, rule, o)
		var paths []path
		for _, name := range r.Reads() {
			paths = append(paths, pathOf(name))
		}
		require.Equal(t, answer(r, data), answer(r, pruned(data, paths)), "%s %v", rule, r.Reads())
	}
}

// TestReadsMissNothing: a rule has the same result on the paths that it declares, and nothing else.
func TestReadsMissNothing(t *testing.T) {
	data := decode(t, []byte(`{"1":"one","10":[5],"true":"yes","a.b":7,"a":{"b.c":8,"b":9},"l":[10,20]}`))
	for _, rule := range []string{
		`{"missing":[1.0]}`, `{"missing":[1e1]}`, `{"missing":[true]}`, `{"missing":true}`, `{"missing":[null]}`, `{"missing":[[[]]]}`, `{"missing_some":[1,[1.0,"no"]]}`,
		`{"val":["a.b"]}`, `{"val":["a","b.c"]}`, `{"exists":["a","b.c"]}`, `{"exists":"a.b"}`, `{"val":[1.0]}`, `{"val":["l",1.0]}`, `{"val":true}`, `{"var":1.0}`, `{"var":[1e1]}`, `{"var":true}`,
		`{"var":[{"var":"1"},{"var":"l"}]}`, `{"map":[[1],{"val":[[2],"a.b"]}]}`, `{"try":[{"throw":"x"},{"val":[[2],"l"]}]}`,
	} {
		requireReadsSuffice(t, rule, data)
	}
	g := generator{rand.New(rand.NewPCG(5, 6))}
	for i := range 2000 {
		requireReadsSuffice(t, g.rule(1+i%4), decode(t, []byte(generatedData)))
	}
}

func TestAStepIsAKeyHoweverItsNumberIsWritten(t *testing.T) {
	for _, rule := range []string{`{"val":["l",1]}`, `{"val":["l",1.0]}`, `{"val":["l",1e0]}`, `{"val":["l",{"+":[1.0]}]}`, `{"val":["o",1.50]}`, `{"var":"l.1"}`} {
		requireAnswer(t, rule, `{"l":[1,2],"o":{"1.5":2}}`, `2`, Options{Lenient: true})
		requireAnswer(t, rule, `{"l":[1,2],"o":{"1.5":2}}`, `2`, Options{Lenient: true, Numbers: Float64})
	}
}
