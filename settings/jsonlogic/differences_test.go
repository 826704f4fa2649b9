package jsonlogic

import "testing"

// TestDifferencesFromTogai runs docs/jsonlogic.md's table: the same rule in both dialects.
func TestDifferencesFromTogai(t *testing.T) {
	const at = `"2024-05-28T00:00:00Z"`
	for _, d := range []struct{ rule, theirs, ours string }{
		{`{"==":[1,1.0]}`, `false`, `true`},
		{`{"in":[1.0,[1]]}`, `false`, `true`},
		{`{"==":[{"/":[4,2]},2]}`, `false`, `true`},
		{`{"cat":[{"/":[4,2]}]}`, `"2.0000"`, `"2"`},
		{`{"cat":[3000000000.0]}`, `"-1294967296"`, `"3000000000"`},
		{`{"cat":[null,"x"]}`, `!Invalid Arguments`, `"x"`},
		{`{"cat":[["a","b"],"c"]}`, `"[a, b]c"`, `"a,bc"`},
		{`{"+":[null,1]}`, `null`, `1`},
		{`{"+":["abc",1]}`, `null`, `!NaN`},
		{`{"+":[" 3 ",1]}`, `null`, `4`},
		{`{"-":"5"}`, `5`, `-5`},
		{`{"-":[5,3,1]}`, `2`, `1`},
		{`{"/":[8,2,2]}`, `4`, `2`},
		{`{"/":2}`, `null`, `0.5`},
		{`{"/":[1,0]}`, `!NaN`, `!NaN`},
		{`{"+":[]}`, `null`, `0`},
		{`{"*":[]}`, `null`, `1`},
		{`{"<":["a","b"]}`, `false`, `true`},
		{`{"<":[{"date":"2024-01-01T00:00Z"},{"date":"2025-01-01T00:00Z"}]}`, `false`, `true`},
		{`{"<":[null,1]}`, `false`, `true`},
		{`{">":[3,2,1]}`, `!Invalid Arguments`, `true`},
		{`{"<":[1,2,3,0]}`, `true`, `false`},
		{`{"==":[null,0]}`, `false`, `true`},
		{`{"==":["0",false]}`, `false`, `true`},
		{`{"==":[1,"abc"]}`, `false`, `!NaN`},
		{`{"===":[{"date":"2024-01-01T00:00Z"},{"date":"2024-01-01T01:00+01:00"}]}`, `false`, `true`},
		{`{"var":"k.d"}`, `7`, `null`},
		{`{"var":["n",1]}`, `1`, `null`},
		{`{"var":["l.x",1]}`, `!Invalid Arguments`, `1`},
		{`{"var":["no",{"var":"z"}]}`, `null`, `9`},
		{`{"missing":["n"]}`, `[]`, `["n"]`},
		{`{"missing":["o"]}`, `["o"]`, `[]`},
		{`{"substr":["abc",0,99]}`, `""`, `"abc"`},
		{`{"substr":["abc",9]}`, `!Invalid Arguments`, `""`},
		{`{"and":[]}`, `!Invalid Arguments`, `false`},
		{`{"!!":[[0]]}`, `false`, `true`},
		{`{"filter":["abc",true]}`, `!Invalid Arguments`, `[]`},
		{`{"some":[null,true]}`, `false`, `!Invalid Arguments`},
		{`{"date":5}`, `false`, `!Invalid Arguments`},
		{`{"date":"2024-05-27T16:00:00-0800"}`, `!Invalid Arguments`, `"2024-05-27T16:00:00-08:00"`},
		{`{"date.add":[` + at + `,"-P1D"]}`, `"2024-05-29T00:00Z"`, `"2024-05-27T00:00:00Z"`},
		{`{"date.add":[` + at + `,"PT-6H"]}`, `null`, `"2024-05-27T18:00:00Z"`},
		{`{"date.add":[` + at + `,"P1W"]}`, `null`, `"2024-06-04T00:00:00Z"`},
		{`{"date.add":[` + at + `,"PT1.5S"]}`, `"2024-05-28T00:00:01Z"`, `"2024-05-28T00:00:01.5Z"`},
		{`{"date.add":[` + at + `,"P99999999999D"]}`, `"+3330640-11-06T00:00Z"`, `null`},
		{`{"date.add":[{"date":` + at + `},"P1D"]}`, `null`, `"2024-05-29T00:00:00Z"`},
		{`{"duration.of":[{"/":[4,2]},"HOURS"]}`, `null`, `"PT2H"`},
		{`{"duration.of":[1.5,"HOURS"]}`, `null`, `"PT1H30M"`},
		{`{"duration.of":[1,"WEEKS"]}`, `null`, `"PT168H"`},
		{`{"duration.as":["PT-1.5S","SECONDS"]}`, `-2`, `-1`},
	} {
		const data = `{"k.d":7,"n":null,"l":[1],"z":9,"o":{"x":1}}`
		t.Run(d.rule, func(t *testing.T) {
			requireAnswer(t, d.rule, data, d.theirs, Options{Lenient: true, Dialect: Togai})
			requireAnswer(t, d.rule, data, d.ours, Options{Lenient: true})
		})
	}
}
