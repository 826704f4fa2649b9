// Package archtest holds the import rule: the packages stand in tiers, and imports point to the tiers
// before, never sideways. What is in modules of its own, host/river, the examples and the benchmarks, is above
// all tiers: no package of this module imports it.
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

// texts is the helper that the vocabulary imports.
const texts = "internal/text"

// tier is a group of packages that do not import each other. A package may import those of every
// tier before its own, and any of internal/. The vocabulary imports nothing of this module but internal/text,
// which imports nothing of it.
type tier struct {
	name     string
	packages []string // relative to the module; "" is the root
}

func tiers() []tier {
	return []tier{
		{"vocabulary", []string{"admin"}},
		{"jobs", []string{"admin/job"}},
		{"leaves", []string{"currency/iso4217", "settings/jsonlogic", "bulkimport/message"}},
		{"records", []string{"admin/people", "admin/customer", "admin/priceplan", "currency", "token", "settings", "settings/eventschema"}},
		{"processes", []string{"bulkimport", "planmigration", "settings/enrich"}},
		{"storage", []string{"storage"}},
		{"users of storage", []string{"", "storage/memory", "storage/dirblobs", "storage/sqlstore", "storage/storagetest"}},
		{"for hosts", []string{"settings/jsonlogic/jsonlogicv3"}},
	}
}

// others are the modules that a package may import, by path prefix, besides uuid and decimal.
func others(pkg string) []string {
	return append(map[string][]string{
		"admin/customer":                 {"golang.org/x/text"},
		"admin/people":                   {"golang.org/x/"},
		"bulkimport":                     {"github.com/jszwec/csvutil", "golang.org/x/text"},
		"bulkimport/message":             {"golang.org/x/text"},
		"internal/email":                 {"golang.org/x/net/idna", "golang.org/x/text"},
		"settings/jsonlogic/jsonlogicv3": {"github.com/diegoholiveira/jsonlogic"},
		"storage/storagetest":            {"github.com/stretchr/testify"},
	}[pkg], "github.com/google/uuid", "github.com/shopspring/decimal")
}

// allowed lists what of this module pkg may import besides internal/, and whether it has a place in
// the tiers.
func allowed(pkg string) ([]string, bool) {
	var below []string
	for _, t := range tiers() {
		if slices.Contains(t.packages, pkg) {
			return below, true
		}
		below = append(below, t.packages...)
	}
	switch {
	case pkg == texts:
		return nil, true
	case strings.HasPrefix(pkg, "internal/"):
		return []string{"admin"}, true
	}
	return nil, false
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

// imports lists the packages of the module and what each imports, and what their tests import.
func imports(t *testing.T) (found, tests map[string][]string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", module+"/...")
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Dir = "../.."
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	require.NoError(t, err, problems.String())
	found, tests = map[string][]string{}, map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
		pkg := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		found[pkg], tests[pkg] = p.Imports, append(p.TestImports, p.XTestImports...)
	}
	require.NotEmpty(t, found)
	return found, tests
}

// broken lists the rules that the imports of one package break.
func broken(pkg string, imports []string) []string {
	below, _ := allowed(pkg)
	var out []string
	for _, path := range imports {
		if path == module || strings.HasPrefix(path, module+"/") {
			ours := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
			helper := strings.HasPrefix(ours, "internal/") && pkg != texts && (pkg != "admin" || ours == texts)
			if !helper && !slices.Contains(below, ours) {
				out = append(out, fmt.Sprintf("%s imports %s: it may import %v of this module", pkg, ours, below))
			}
			continue
		}
		if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
			if why, ok := standard(pkg)[path]; ok {
				out = append(out, fmt.Sprintf("%s imports %s: %s", pkg, path, why))
			}
			continue
		}
		if !within(path, others(pkg)) {
			out = append(out, fmt.Sprintf("%s imports %s: it may import %v of other modules", pkg, path, others(pkg)))
		}
	}
	return out
}

func TestImportsPointOneWay(t *testing.T) {
	found, tests := imports(t)
	for _, pkg := range slices.Sorted(maps.Keys(found)) {
		_, ok := allowed(pkg)
		require.True(t, ok, "package %q is in no tier: give it one", pkg)
		require.Empty(t, broken(pkg, found[pkg]))
	}
	// Drivers and other modules that only some hosts use stay out of the main module's tests too.
	known := []string{module, "github.com/stretchr/testify"}
	for pkg := range found {
		known = append(known, others(pkg)...)
	}
	for pkg, paths := range tests {
		for _, path := range paths {
			first, _, _ := strings.Cut(path, "/")
			require.True(t, !strings.Contains(first, ".") || within(path, known), "a test of %q imports %s", pkg, path)
		}
	}
}

// within reports whether an import path is of one of the modules.
func within(path string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool {
		return path == m || strings.HasPrefix(path, strings.TrimSuffix(m, "/")+"/")
	})
}

func TestRuleLetsThrough(t *testing.T) {
	for reason, tc := range map[string]struct{ pkg, path string }{
		"a record imports the vocabulary": {"currency", module + "/admin"},
		"a major version of a module":     {"settings/jsonlogic/jsonlogicv3", "github.com/diegoholiveira/jsonlogic/v3"},
		"a package of a module":           {"admin/people", "golang.org/x/crypto/argon2"},
		"a process imports its records":   {"planmigration", module + "/admin/priceplan"},
		"a record imports a leaf":         {"admin/customer", module + "/currency/iso4217"},
		"helpers are for all":             {"token", module + "/internal/retry"},
		"the vocabulary imports texts":    {"admin", module + "/internal/text"},
		"SQL in its adapter":              {"storage/sqlstore", "database/sql"},
		"the root imports storage":        {"", module + "/storage"},
	} {
		t.Run(reason, func(t *testing.T) {
			require.Empty(t, broken(tc.pkg, []string{"context", tc.path}))
		})
	}
}

func TestRuleFindsWhatBreaksIt(t *testing.T) {
	for reason, tc := range map[string]struct{ pkg, path string }{
		"a record imports another":               {"currency", module + "/token"},
		"a record imports storage":               {"token", module + "/storage"},
		"the vocabulary imports a record":        {"admin", module + "/currency"},
		"a record imports the v3 adapter":        {"settings", module + "/settings/jsonlogic/jsonlogicv3"},
		"a record imports enrichment":            {"settings", module + "/settings/enrich"},
		"the vocabulary imports a helper":        {"admin", module + "/internal/retry"},
		"texts import the vocabulary":            {"internal/text", module + "/admin"},
		"texts import a helper":                  {"internal/text", module + "/internal/retry"},
		"a record imports a process":             {"admin/priceplan", module + "/planmigration"},
		"a process imports another":              {"bulkimport", module + "/planmigration"},
		"a leaf imports a record":                {"settings/jsonlogic", module + "/settings"},
		"a helper imports a record":              {"internal/email", module + "/admin/people"},
		"the root imports an adapter":            {"", module + "/storage/memory"},
		"x modules in the vocabulary":            {"admin", "golang.org/x/net/idna"},
		"storage imports the root":               {"storage", module},
		"a driver in the main module":            {"storage/sqlstore", "github.com/jackc/pgx/v5"},
		"memory imports sqlstore":                {"storage/memory", module + "/storage/sqlstore"},
		"SQL in a record":                        {"currency", "database/sql"},
		"SQL in jobs":                            {"admin/job", "database/sql"},
		"a web server":                           {"admin", "net/http"},
		"a module whose name only begins so":     {"admin", "github.com/google/uuidx"},
		"a record imports the conformance suite": {"currency", module + "/storage/storagetest"},
		"an adapter imports a part for hosts":    {"storage/sqlstore", module + "/host/river"},
		"the root imports a part for hosts":      {"", module + "/host/river"},
		"a helper imports an example":            {"internal/text", module + "/examples/temporal"},
	} {
		t.Run(reason, func(t *testing.T) {
			require.NotEmpty(t, broken(tc.pkg, []string{"context", tc.path}))
		})
	}
}
