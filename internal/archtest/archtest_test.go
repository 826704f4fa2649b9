// Package archtest holds the import rule: admin, then admin/job, then the domains, then storage,
// then the adapters; the root above them; nobody imports upwards or sideways.
package archtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/admincenter/admincenter"

// rule says what of this module each of its packages may import, and which other modules.
type rule struct {
	ours   []string // relative to the module; "" is the root
	others []string // module path prefixes
}

func rules() map[string]rule {
	domain := func(others ...string) rule {
		return rule{[]string{"admin", "admin/job"}, append([]string{"github.com/google/uuid", "github.com/shopspring/decimal"}, others...)}
	}
	domains := []string{"currency", "token", "settings", "settings/enrich", "bulkimport", "planmigration"}
	below := slices.Concat([]string{"admin", "admin/job"}, domains)
	adapter := rule{slices.Concat(below, []string{"storage"}), []string{"github.com/google/uuid", "github.com/shopspring/decimal"}}
	suite := adapter
	suite.others = append(slices.Clone(adapter.others), "github.com/stretchr/testify")
	return map[string]rule{
		"admin":              {nil, []string{"github.com/google/uuid", "github.com/shopspring/decimal", "golang.org/x/"}},
		"admin/job":          {[]string{"admin"}, []string{"github.com/google/uuid"}},
		"currency":           domain(),
		"token":              domain(),
		"settings":           withOurs(domain("github.com/santhosh-tekuri/jsonschema", "golang.org/x/text"), "settings/jsonlogic", "internal/text", "internal/recent"),
		"settings/enrich":    withOurs(domain(), "settings", "settings/jsonlogic", "internal/text", "internal/recent"),
		"settings/jsonlogic": {[]string{"admin"}, []string{"github.com/shopspring/decimal"}},
		"settings/jsonlogic/jsonlogicv3": {
			[]string{"admin", "settings", "settings/jsonlogic", "internal/text"},
			[]string{"github.com/diegoholiveira/jsonlogic", "github.com/shopspring/decimal"},
		},
		"bulkimport":          domain("github.com/jszwec/csvutil", "golang.org/x/text"),
		"planmigration":       domain(),
		"storage":             {below, nil},
		"storage/memory":      adapter,
		"storage/sqlstore":    adapter,
		"storage/storagetest": suite,
		"":                    {slices.Concat(below, []string{"storage"}), []string{"github.com/google/uuid"}},
		"internal/archtest":   {},
		"internal/text":       {},
		"internal/recent":     {},
		"internal/ruletest":   {nil, []string{"github.com/shopspring/decimal"}},
	}
}

func withOurs(r rule, ours ...string) rule {
	r.ours = append(r.ours, ours...)
	return r
}

// standard lists what of the standard library pkg may not import, and why.
func standard(pkg string) map[string]string {
	never := map[string]string{
		"net/http":  "web things live in the nested modules",
		"unsafe":    "nothing here is worth it",
		"log":       "a logger is injected (admin.Runtime)",
		"math/rand": "use math/rand/v2, and admin.Runtime.Rand for secrets",
	}
	if pkg != "storage/sqlstore" {
		never["database/sql"] = "SQL is in storage/sqlstore"
	}
	return never
}

// imports lists the packages of the module and what each imports, tests aside.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports", module+"/...")
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Dir = "../.."
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	require.NoError(t, err, problems.String())
	found := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
		found[strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")] = p.Imports
	}
	require.NotEmpty(t, found)
	return found
}

// broken lists what the imports of one package break.
func broken(pkg string, imports []string, r rule) []string {
	var out []string
	for _, path := range imports {
		if path == module || strings.HasPrefix(path, module+"/") {
			ours := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
			if !slices.Contains(r.ours, ours) {
				out = append(out, fmt.Sprintf("%s imports %s: it may import %v of this module", pkg, ours, r.ours))
			}
			continue
		}
		if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
			if why, ok := standard(pkg)[path]; ok {
				out = append(out, fmt.Sprintf("%s imports %s: %s", pkg, path, why))
			}
			continue
		}
		if !slices.ContainsFunc(r.others, func(p string) bool {
			return path == p || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/")
		}) {
			out = append(out, fmt.Sprintf("%s imports %s: it may import %v of other modules", pkg, path, r.others))
		}
	}
	return out
}

func TestImportsPointOneWay(t *testing.T) {
	rules := rules()
	found := imports(t)
	for _, pkg := range slices.Sorted(maps.Keys(found)) {
		r, ok := rules[pkg]
		require.True(t, ok, "package %q has no rule: say here what it may import", pkg)
		require.Empty(t, broken(pkg, found[pkg], r))
	}
}

func TestRuleLetsThrough(t *testing.T) {
	for reason, tc := range map[string]struct{ pkg, path string }{
		"a domain imports the ground floor": {"currency", module + "/admin"},
		"a major version of a module":       {"settings/jsonlogic/jsonlogicv3", "github.com/diegoholiveira/jsonlogic/v3"},
		"a package of a module":             {"admin", "golang.org/x/net/idna"},
		"SQL in its adapter":                {"storage/sqlstore", "database/sql"},
		"the root imports storage":          {"", module + "/storage"},
	} {
		t.Run(reason, func(t *testing.T) {
			require.Empty(t, broken(tc.pkg, []string{"context", tc.path}, rules()[tc.pkg]))
		})
	}
}

func TestRuleFindsWhatBreaksIt(t *testing.T) {
	for reason, tc := range map[string]struct{ pkg, path string }{
		"a domain imports another":               {"currency", module + "/token"},
		"a domain imports storage":               {"token", module + "/storage"},
		"settings import the v3 adapter":         {"settings", module + "/settings/jsonlogic/jsonlogicv3"},
		"settings import enrich":                 {"settings", module + "/settings/enrich"},
		"the engine imports settings":            {"settings/jsonlogic", module + "/settings"},
		"the ground floor imports a domain":      {"admin", module + "/currency"},
		"somebody imports the root":              {"storage", module},
		"a driver in the main module":            {"storage/sqlstore", "github.com/jackc/pgx/v5"},
		"memory imports sqlstore":                {"storage/memory", module + "/storage/sqlstore"},
		"SQL in a domain":                        {"currency", "database/sql"},
		"SQL on the ground floor":                {"admin/job", "database/sql"},
		"a web server":                           {"admin", "net/http"},
		"a module whose name only begins so":     {"admin", "github.com/google/uuidx"},
		"a domain imports the conformance suite": {"currency", module + "/storage/storagetest"},
	} {
		t.Run(reason, func(t *testing.T) {
			require.NotEmpty(t, broken(tc.pkg, []string{"context", tc.path}, rules()[tc.pkg]))
		})
	}
}
