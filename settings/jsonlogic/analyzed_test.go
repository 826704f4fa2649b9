package jsonlogic_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// trip is a shape with an attribute and dimensions of each kind.
func trip() jsonlogic.Shape {
	one := decimal.NewFromInt(1)
	text := []jsonlogic.Type{jsonlogic.StringType}
	number := []jsonlogic.Type{jsonlogic.NumberType}
	object := func(fields map[string]jsonlogic.Shape) jsonlogic.Shape {
		return jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.ObjectType}, Fields: fields}
	}
	return object(map[string]jsonlogic.Shape{
		"attribute": object(map[string]jsonlogic.Shape{
			"distance": {Types: number}, "riders": {Types: number, Least: &one}, "tip": {Types: number, Optional: true},
		}),
		"dimension": object(map[string]jsonlogic.Shape{
			"city": {Types: text}, "plan": {Types: text, Values: []string{"free", "pro"}, Optional: true},
			"seats": {Types: text, Format: jsonlogic.NumericText},
			"start": {Types: text, Format: jsonlogic.DateTimeText, Years: 1000},
		}),
		"dependencies": object(map[string]jsonlogic.Shape{"rate": {}}),
	})
}

func TestAnalyzeFindsWhatCannotBeMeant(t *testing.T) {
	for _, tc := range []struct {
		reason, rule, want string // want is empty if there is no problem
		fault              jsonlogic.Fault
		pointer            string
	}{
		{"a rule that is right", `{"*":[{"var":"attribute.distance"},{"var":"dependencies.rate"}]}`, "", "", ""},
		{"a misspelled attribute", `{"*":[{"var":"attribute.distnace"},2]}`, "did you mean attribute.distance?", jsonlogic.UnknownPath, "/*/0"},
		{"a misspelled root", `{"*":[2,{"var":"attributes.distance"}]}`, "did you mean attribute.distance?", jsonlogic.UnknownPath, "/*/1"},
		{"an attribute that is nothing like one", `{"var":"attribute.quantity"}`, "cannot be there", jsonlogic.UnknownPath, ""},
		{"a path below a number", `{"var":"attribute.distance.km"}`, "nothing below attribute.distance", jsonlogic.UnknownPath, ""},
		{"a misspelled path that has a default", `{"var":["dimension.cty","x"]}`, "did you mean dimension.city?", jsonlogic.UnknownPath, ""},
		{"a misspelled path in missing", `{"missing":["attribute.distance","dimension.pan"]}`, "did you mean dimension.plan?", jsonlogic.UnknownPath, "/missing/1"},
		{"a misspelled path that a try would hide", `{"try":[{"var":"dimension.pan"},1]}`, "did you mean", jsonlogic.UnknownPath, "/try/0"},
		{"a text in arithmetic", `{"+":[1,{"var":"dimension.city"}]}`, "a text that is no number", jsonlogic.NotANumber, "/+/1"},
		{"a number in a text", `{"+":[1,{"var":"dimension.seats"}]}`, "", "", ""},
		{"a list in arithmetic", `{"+":[1,[2]]}`, "may be a list", jsonlogic.NotANumber, "/+/1"},
		{"a text compared with a number", `{">":[{"var":"dimension.city"},3]}`, "compared with a number", jsonlogic.NotANumber, ""},
		{"a text tested by ===", `{"===":[{"var":"dimension.city"},3]}`, "", "", ""},
		{"a date of any text", `{"date":{"var":"dimension.city"}}`, "this may be a text that is none", jsonlogic.InvalidArguments, "/date"},
		{"a date of a date", `{"date":{"var":"dimension.start"}}`, "", "", ""},
		{"round of what may be missing", `{"round":[{"var":"attribute.tip"},2]}`, "may be missing", jsonlogic.InvalidArguments, "/round/0"},
		{"round of what has a default", `{"round":[{"var":["attribute.tip",0]},2]}`, "", "", ""},
		{"round of what is there", `{"if":[{"missing":["attribute.tip"]},0,{"round":[{"var":"attribute.tip"},2]}]}`, "", "", ""},
		{"round of what is not null", `{"if":[{"!=":[{"var":"attribute.tip"},null]},{"round":[{"var":"attribute.tip"},2]},0]}`, "", "", ""},
		{"the same, the wrong way round", `{"if":[{"==":[{"var":"attribute.tip"},null]},{"round":[{"var":"attribute.tip"},2]},0]}`, "may be missing", jsonlogic.InvalidArguments, "/if/1/round/0"},
		{"places that the event decides", `{"round":[1.5,{"var":"attribute.distance"}]}`, "beyond -100 to 100", jsonlogic.InvalidArguments, "/round/1"},
		{"places that are bounded", `{"round":[1.5,{"max":[0,{"min":[9,{"var":"attribute.distance"}]}]}]}`, "", "", ""},
		{"an object in a text", `{"cat":["x",{"var":"attribute"}]}`, "may be an object", jsonlogic.InvalidArguments, "/cat/1"},
		{"some of a text", `{"some":[{"var":"dimension.city"},true]}`, "needs a list", jsonlogic.InvalidArguments, "/some/0"},
		{"the event read in the body of an iteration", `{"map":[[1,2],{"*":[{"var":""},{"var":"attribute.distance"}]}]}`, "the body of an iteration reads its element", jsonlogic.UnknownPath, "/map/1/*/1"},
		{"the event around an iteration", `{"map":[[1,2],{"*":[{"var":""},{"val":[[2],"attribute","distance"]}]}]}`, "", "", ""},
		{"a misspelled attribute around an iteration", `{"map":[[1,2],{"val":[[2],"attribute","distanec"]}]}`, "did you mean attribute.distance?", jsonlogic.UnknownPath, "/map/1"},
		{"a reduce of numbers", `{"reduce":[[1,2],{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`, "", "", ""},
		{"a reduce that makes texts and adds them", `{"reduce":[["a","b"],{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`, "no number", jsonlogic.NotANumber, "/reduce/1/+/1"},
		{"a type error that a try catches", `{"try":[{"+":[1,{"var":"dimension.city"}]},0]}`, "", "", ""},
		{"now, which this data has not", `{"now":[]}`, "no instant", jsonlogic.UnknownPath, ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r, err := jsonlogic.Compile([]byte(tc.rule), jsonlogic.Options{})
			require.NoError(t, err)
			found := r.Analyze(trip())
			if tc.want == "" {
				require.Empty(t, found.Problems)
				return
			}
			require.Len(t, found.Problems, 1)
			bad := found.Problems[0]
			require.Equal(t, tc.fault, bad.Fault, bad)
			require.Equal(t, tc.pointer, bad.Pointer, bad)
			require.Contains(t, bad.Error(), tc.want)
			require.ErrorIs(t, bad, jsonlogic.ErrRule)
		})
	}
}

func TestAnalyzeWarns(t *testing.T) {
	for _, tc := range []struct {
		reason, rule string
		want         []jsonlogic.WarningCode
	}{
		{"nothing to warn of", `{"*":[{"var":"attribute.distance"},2]}`, nil},
		{"a backslash in a path", `{"var":["dependencies.rate.a\\.b",0]}`, []jsonlogic.WarningCode{jsonlogic.WarnPath}},
		{"a step out of the scope in a path", `{"map":[[{}],{"var":"../x"}]}`, []jsonlogic.WarningCode{jsonlogic.WarnPath}},
		{"== on what may be missing", `{"==":[{"var":"attribute.tip"},0]}`, []jsonlogic.WarningCode{jsonlogic.WarnMissingEqual}},
		{"== null asks whether it is missing", `{"==":[{"var":"attribute.tip"},null]}`, nil},
		{"=== on what may be missing", `{"===":[{"var":"attribute.tip"},0]}`, nil},
		{"== on what must be there", `{"==":[{"var":"attribute.distance"},0]}`, nil},
		{"arithmetic on what may be missing", `{"*":[{"var":"attribute.tip"},2]}`, []jsonlogic.WarningCode{jsonlogic.WarnMissingZero}},
		{"arithmetic on what has a default", `{"*":[{"var":["attribute.tip",0]},2]}`, nil},
		{"dates compared as texts", `{"<":[{"var":"dimension.start"},"2024-01-31"]}`, []jsonlogic.WarningCode{jsonlogic.WarnTextOrder}},
		{"dates compared as dates", `{"<":[{"date":{"var":"dimension.start"}},{"date":"2024-01-31"}]}`, nil},
		{"numbers compared as texts", `{">":[{"var":"dimension.seats"},"10"]}`, []jsonlogic.WarningCode{jsonlogic.WarnTextOrder}},
		{"words compared", `{"===":[{"var":"dimension.city"},"Paris"]}`, nil},
		{"a divisor that may be 0", `{"/":[1,{"var":"attribute.distance"}]}`, []jsonlogic.WarningCode{jsonlogic.WarnZeroDivisor}},
		{"a divisor that is at least 1", `{"/":[1,{"var":"attribute.riders"}]}`, nil},
		{"a path that is computed", `{"cat":[{"var":{"cat":["attribute.","x"]}}]}`, []jsonlogic.WarningCode{jsonlogic.WarnComputedPath}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r, err := jsonlogic.Compile([]byte(tc.rule), jsonlogic.Options{})
			require.NoError(t, err)
			var codes []jsonlogic.WarningCode
			for _, w := range r.Analyze(trip()).Warnings {
				codes = append(codes, w.Code)
				require.NotEmpty(t, w.Message)
			}
			require.Equal(t, tc.want, codes)
		})
	}
}

func TestAnalyzeFindsWhatARuleLacks(t *testing.T) {
	for rule, want := range map[string][]string{
		`{"*":[{"var":"attribute.tip"},2]}`:                                                   {"attribute.tip"},
		`{"*":[{"var":["attribute.tip",1]},2]}`:                                               nil,
		`{"if":[{"missing":["attribute.tip"]},0,{"var":"attribute.tip"}]}`:                    nil,
		`{"if":[{"var":"attribute.tip"},{"var":"attribute.tip"},0]}`:                          nil,
		`{"??":[{"var":"attribute.tip"},{"val":["dimension","plan"]},1]}`:                     nil,
		`{"if":[{">":[{"var":"attribute.tip"},1]},1,{"cat":[{"val":["dimension","plan"]}]}]}`: {"attribute.tip", "dimension.plan"},
		`{"map":[[1],{"val":[[2],"attribute","tip"]}]}`:                                       {"attribute.tip"},
		`{"+":[{"var":"attribute.distance"},1]}`:                                              nil,
	} {
		r, err := jsonlogic.Compile([]byte(rule), jsonlogic.Options{})
		require.NoError(t, err)
		require.Equal(t, want, r.Analyze(trip()).Missing, rule)
	}
}

func TestTogaisDialectIsCheckedForPathsAlone(t *testing.T) {
	r, err := jsonlogic.Compile([]byte(`{"+":[{"var":"dimension.city"},{"var":"attribute.distnace"}]}`), jsonlogic.Options{Dialect: jsonlogic.Togai})
	require.NoError(t, err)
	found := r.Analyze(trip())
	require.Len(t, found.Problems, 1)
	require.Equal(t, jsonlogic.UnknownPath, found.Problems[0].Fault)
	require.False(t, found.Result.Known())
}

func TestNowIsTheInstantOfTheData(t *testing.T) {
	rule := `{"map":[[1,2],{"date.add":[{"now":[]},"P1D"]}]}`
	r, err := jsonlogic.Compile([]byte(rule), jsonlogic.Options{})
	require.NoError(t, err)
	require.Equal(t, []string{jsonlogic.NowKey}, r.Reads())
	at := time.Date(2024, 2, 28, 12, 0, 0, 0, time.UTC)
	for _, now := range []any{at, "2024-02-28T12:00:00Z"} {
		got, err := r.Eval(t.Context(), map[string]any{jsonlogic.NowKey: now})
		require.NoError(t, err)
		require.Equal(t, []any{"2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"}, got)
	}
	_, err = r.Eval(t.Context(), map[string]any{})
	require.ErrorContains(t, err, "the caller must give one")
}

func TestAnOperatorOfTheHostSeesAllTheData(t *testing.T) {
	seen := map[bool]any{}
	operator := func(whole bool) jsonlogic.Operator {
		return jsonlogic.Operator{WholeData: whole, Lazy: func(_ context.Context, args jsonlogic.Arguments) (any, error) {
			seen[whole] = args.Data()
			return 1, nil
		}}
	}
	o := jsonlogic.Options{Operators: map[string]jsonlogic.Operator{"all": operator(true), "own": operator(false)}}
	r, err := jsonlogic.Compile([]byte(`{"map":[[1],[{"all":[]},{"own":[]}]]}`), o)
	require.NoError(t, err)
	require.Equal(t, []string{""}, r.Reads(), "it may read anything")
	data := map[string]any{"user": "bea"}
	_, err = r.Eval(t.Context(), data)
	require.NoError(t, err)
	require.Equal(t, data, seen[true])
	require.Nil(t, seen[false])
}

func TestNearestIsTheNameThatWasMeant(t *testing.T) {
	names := strings.Fields("distance duration city riders")
	for misspelled, want := range map[string]string{
		"distnace": "distance", "Distance": "distance", "dstance": "distance", "ctiy": "city", "x": "", "quantity": "", "rider": "riders",
	} {
		require.Equal(t, want, jsonlogic.Nearest(misspelled, names), misspelled)
	}
}
