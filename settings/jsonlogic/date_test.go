package jsonlogic

import "testing"

func TestDates(t *testing.T) {
	for rule, want := range map[string]string{
		`{"<":[{"date":"2024-01-01T00:00:00Z"},{"date":"2025-01-01T00:00:00Z"}]}`:        `true`,
		`{">":[{"date":"2024-01-01T00:00:00Z"},"2024-01-01T00:00:00+01:00"]}`:            `true`,
		`{"<":["2023-01-01T00:00Z",{"date":"2024-01-01T00:00Z"},"2025-01-01T00:00Z"]}`:   `true`,
		`{"==":[{"date":"2024-01-01T00:00:00Z"},{"date":"2024-01-01T01:00:00+01:00"}]}`:  `true`,
		`{"===":[{"date":"2024-01-01T00:00:00Z"},{"date":"2024-01-01T01:00:00+01:00"}]}`: `true`,
		`{"==":[{"date":"2024-01-01T00:00:00Z"},"no date"]}`:                             `false`,
		`{"!=":[{"date":"2024-01-01T00:00:00Z"},5]}`:                                     `true`,
		`{"<":[{"date":"2024-01-01T00:00:00Z"},5]}`:                                      `!NaN`,
		`{"date":"2024-05-27T16:00:00-0800"}`:                                            `"2024-05-27T16:00:00-08:00"`,
		`{"date":"2024-05-27"}`:                                                          `"2024-05-27T00:00:00Z"`,
		`{"date":"2024-02-30"}`:                                                          `!Invalid Arguments`,
		`{"==":[{"date":"2024-05-27"},"2024-05-27T02:00:00+02:00"]}`:                     `true`,
		`{"date":5}`:                                                                    `!Invalid Arguments`,
		`{"date":{"var":"missing"}}`:                                                    `null`,
		`{"date.add":["2024-01-31T00:00:00Z","P1M"]}`:                                   `"2024-02-29T00:00:00Z"`,
		`{"date.sub":[{"date":"2024-02-29T00:00:00Z"},"P1Y"]}`:                          `"2023-02-28T00:00:00Z"`,
		`{"date.add":["2024-05-28T00:00:00Z","-P1D"]}`:                                  `"2024-05-27T00:00:00Z"`,
		`{"date.add":["2024-05-28T00:00:00Z","PT-6H"]}`:                                 `"2024-05-27T18:00:00Z"`,
		`{"date.add":["2024-05-28T00:00:00Z",{"duration.of":[-1,"DAYS"]}]}`:             `"2024-05-27T00:00:00Z"`,
		`{"date.add":["2024-05-28T00:00:00Z","P1W"]}`:                                   `"2024-06-04T00:00:00Z"`,
		`{"date.add":["2024-05-28T00:00:00Z","PT1.5S"]}`:                                `"2024-05-28T00:00:01.5Z"`,
		`{"date.add":["2024-05-28T00:00:00Z","P99999999999D"]}`:                         `null`,
		`{"date.add":["2024-05-28T00:00:00Z","soon"]}`:                                  `null`,
		`{"date.add":[null,"P1D"]}`:                                                     `null`,
		`{"date.add":["2024-05-28T00:00:00Z"]}`:                                         `!Invalid Arguments`,
		`{"duration.of":[{"/":[4,2]},"HOURS"]}`:                                         `"PT2H"`,
		`{"duration.of":[1.5,"WEEKS"]}`:                                                 `"PT252H"`,
		`{"duration.of":[-90.5,"SECONDS"]}`:                                             `"PT-1M-30.5S"`,
		`{"duration.of":[-0.5,"SECONDS"]}`:                                              `"PT-0.5S"`,
		`{"duration.of":[1,"seconds"]}`:                                                 `null`,
		`{"duration.of":[1e30,"DAYS"]}`:                                                 `null`,
		`{"duration.between":[{"date":"2024-05-28T00:00:00Z"},"2024-05-27T00:00:00Z"]}`: `"PT-24H"`,
		`{"duration.as":["PT47H","DAYS"]}`:                                              `1`,
		`{"duration.as":["PT-1.5S","SECONDS"]}`:                                         `-1`,
		`{"duration.as":["P2W","DAYS"]}`:                                                `14`,
		`{"duration.as":["P1M","DAYS"]}`:                                                `null`,
		`{"cat":["on ",{"date":"2024-05-28T00:00Z"}]}`:                                  `"on 2024-05-28T00:00:00Z"`,
	} {
		for _, n := range []Numbers{Decimal, Float64} {
			requireAnswer(t, rule, `{}`, want, Options{Lenient: true, Numbers: n})
		}
	}
}

func TestTogaiPeculiarities(t *testing.T) {
	for rule, want := range map[string]string{
		`{"==":[1,1.0]}`: `false`, `{"===":[1,1.0]}`: `true`, `{"in":[1.0,[1]]}`: `false`, `{"cat":[{"/":[4,2]}]}`: `"2.0000"`, `{"cat":[3000000000.0]}`: `"-1294967296"`,
		`{"var":"a.b.c"}`: `"x"`, `{"var":"l.x"}`: `!Invalid Arguments`, `{"date.add":["2024-05-28T00:00:00Z","-P1D"]}`: `"2024-05-29T00:00Z"`,
		`{"<":["a","b"]}`: `false`, `{"+":[null,1]}`: `null`, `{"-":"5"}`: `5`, `{"/":[8,2,2]}`: `4`, `{"/":[1,0]}`: `!NaN`, `{"==":["0",false]}`: `false`,
		`{"duration.as":["PT-1.5S","SECONDS"]}`: `-2`, `{"substr":["jsonlogic",0,99]}`: `""`, `{"!!":[[0]]}`: `false`, `{"all":[{"var":"no"},1]}`: `!Invalid Arguments`,
		`{"reduce":[[1,2],{"+":[{"var":"current"},{"var":"accumulator"}]},0]}`: `3`, `{"missing":["a"]}`: `["a"]`, `{"if":[true,"x",{"bogus":1}]}`: `"x"`, `{"bogus":1}`: `!Unknown Operator`,
		`{"===":[[1.0],[1]]}`: `false`, `{"===":[[1,"a",null,true],[1,"a",null,true]]}`: `true`, `{"cat":[["a",1.50]]}`: `"a1.50"`, `{"cat":["x",["a",1.50]]}`: `"x[a, 1.50]"`,
	} {
		requireAnswer(t, rule, `{"a":{"b":{"b.c":"x","c":"ok"}},"l":[1]}`, want, Options{Lenient: true, Dialect: Togai})
	}
	for _, rule := range []string{`{}`, `{"a":1,"b":2}`, `[{}]`} {
		_, err := Compile([]byte(rule), Options{Lenient: true, Dialect: Togai})
		if err == nil {
			t.Errorf("%s compiles", rule)
		}
	}
	_, err := Compile([]byte(`{">":[1,2,3]}`), Options{Dialect: Togai})
	if err == nil {
		t.Error("three arguments of > compile")
	}
}
