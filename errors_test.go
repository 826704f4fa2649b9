package admincenter_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/jsonlogic"
	"github.com/admincenter/admincenter/storage/memory"
	apitoken "github.com/admincenter/admincenter/token"
)

// hiddenText is what no error may show, in whatever way it is written.
const hiddenText = "zq9!hid"

// errorSamples has one error of each type that the library returns, with hiddenText wherever data of a caller
// or a secret gets into it, and the keys that it marshals with.
func errorSamples(t *testing.T) map[string]struct {
	err  error
	keys []string
} {
	t.Helper()
	center, err := admincenter.New(memory.New(), admincenter.Options{})
	require.NoError(t, err)
	hidden := admin.NewSecret(hiddenText)
	_, _, invalid := center.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: "acme", Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: hidden},
	})
	_, foreign := center.Tokens.Verify(t.Context(), hidden)
	return map[string]struct {
		err  error
		keys []string
	}{
		"admin.codedError":           {admin.NotFound("customer"), nil},
		"admin.ValidationError":      {invalid, []string{"fields"}},
		"admin.TrimmedError":         {&admin.TrimmedError{After: 3, First: 9}, []string{"after", "first"}},
		"admin/job.blocked":          {job.Block(foreign), nil},
		"admin/job.permanent":        {job.Fail(foreign), nil},
		"admin/priceplan.LaterError": {&priceplan.LaterError{Schedules: []priceplan.Schedule{{AccountID: "a"}}}, []string{"Schedules"}},
		"bulkimport.FileError":       {&bulkimport.FileError{Code: "empty", Message: "has no rows", Params: map[string]string{"max": "1"}}, []string{"code", "message", "params"}},
		"currency.FarOffError":       {&currency.FarOffError{}, []string{"preview"}},
		"settings.InUseError":        {settings.NewInUse([]string{"trips"}), []string{"eventSchemas"}},
		"settings/enrich.FieldError": {
			&enrich.FieldError{EventSchema: "trips", Field: "x", Type: enrich.Dimension, Err: &jsonlogic.Error{Detail: "thrown", Value: hiddenText}},
			[]string{"eventSchema", "message", "name", "type"},
		},
		"settings/jsonlogic.Error":      {&jsonlogic.Error{Detail: "thrown", Value: hiddenText}, []string{"fault", "message", "pointer"}},
		"settings/jsonlogic.PanicError": {&jsonlogic.PanicError{Value: hiddenText, Stack: []byte(hiddenText)}, nil},
		"token.Refusal":                 {foreign, nil},
		"admin/people.SecondFactorRequired": {
			&people.SecondFactorRequired{Ticket: hidden, Methods: []people.FactorKind{people.FactorTOTP}, ExpiresAt: time.Now()},
			[]string{"expiresAt", "methods"},
		},
	}
}

// internalErrors are the types whose errors leave their package only within others, as text.
var internalErrors = []string{"settings/jsonlogic/jsonlogicv3.misplaced", "storage/sqlstore.retry"}

func TestNoErrorShowsWhatItKnows(t *testing.T) {
	samples := errorSamples(t)
	known := append(slices.Collect(maps.Keys(samples)), internalErrors...)
	require.ElementsMatch(t, known, errorTypes(t), "a new type of error needs a sample here")
	for name, sample := range samples {
		t.Run(name, func(t *testing.T) {
			require.Error(t, sample.err)
			for _, text := range errorTexts(t, sample.err) {
				require.NotContains(t, text, hiddenText)
			}
			b, err := json.Marshal(sample.err)
			require.NoError(t, err)
			var object map[string]any
			if json.Unmarshal(b, &object) == nil {
				require.ElementsMatch(t, sample.keys, slices.Collect(maps.Keys(object)), "another field may show what it should not: %s", b)
			}
		})
	}
}

// errorTexts returns an error, and one around it, as programs write them.
func errorTexts(t *testing.T, err error) (out []string) {
	t.Helper()
	var log bytes.Buffer
	for _, value := range []any{err, fmt.Errorf("outer: %w", err), errors.Join(err, err), []error{err}, map[string]any{"error": err}, struct{ Err error }{err}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			out = append(out, fmt.Sprintf(verb, value))
		}
		b, err := json.Marshal(value)
		require.NoError(t, err)
		out = append(out, string(b))
		for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(handler).Error("failed", "error", value)
		}
	}
	return append(out, log.String())
}

func TestARefusedTokenTellsTheCallerNothing(t *testing.T) {
	center, err := admincenter.New(memory.New(), admincenter.Options{})
	require.NoError(t, err)
	_, _, err = center.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: "umbrella", Name: "Umbrella", Admin: people.NewAdmin{Name: "Ann", Email: "ann@umbrella.example"},
	})
	require.NoError(t, err)
	scope := admin.System("umbrella")
	made, err := center.Tokens.Generate(t.Context(), scope, apitoken.GenerateInput{
		Name: "x", Permissions: []admin.Permission{settings.PermissionRead}, ExpiresAt: time.Now().Add(time.Hour),
	})
	require.NoError(t, err)
	require.NoError(t, center.Tokens.Delete(t.Context(), scope, made.Token.ID, apitoken.EndOptions{}))
	_, known := center.Tokens.Verify(t.Context(), made.Secret)
	_, unknown := center.Tokens.Verify(t.Context(), admin.NewSecret("x"))
	var refusal *apitoken.Refusal
	require.ErrorAs(t, known, &refusal)
	require.Equal(t, apitoken.ReasonDeleted, refusal.Reason())
	require.Equal(t, admin.OrgID("umbrella"), refusal.Org())
	require.Equal(t, made.Token.ID, refusal.TokenID())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		require.Equal(t, fmt.Sprintf(verb, unknown), fmt.Sprintf(verb, known))
	}
	for _, text := range errorTexts(t, known) {
		for _, hidden := range []string{"umbrella", "deleted", made.Token.ID.String(), fmt.Sprintf("%x", made.Token.ID[:])} {
			require.NotContains(t, text, hidden)
		}
	}
	b, err := json.Marshal(known)
	require.NoError(t, err)
	require.JSONEq(t, `"API token is not valid: unauthenticated"`, string(b))
}

// errorTypes returns the types of the library's packages that have a method Error, as "folder.Type".
func errorTypes(t *testing.T) (out []string) {
	t.Helper()
	files := token.NewFileSet()
	require.NoError(t, filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if name := e.Name(); name == "examples" || name == "bench" || name == "host" || name == "dbtest" ||
				name != "." && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "Error" && f.Type.Results != nil {
				receiver := f.Recv.List[0].Type
				if star, ok := receiver.(*ast.StarExpr); ok {
					receiver = star.X
				}
				out = append(out, filepath.ToSlash(filepath.Dir(path))+"."+receiver.(*ast.Ident).Name)
			}
		}
		return nil
	}))
	return out
}
