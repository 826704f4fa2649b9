package storagetest

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// faultVariable names, in a child process, the fault that the suite has to find there.
const faultVariable = "STORAGETEST_FAULT"

// Fault is the fault that this process is to be run with; empty in the parent.
func Fault() string { return os.Getenv(faultVariable) }

var failedLine = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// FailuresWith runs the calling test in a child process with the fault, all of it or the subtest
// only, and returns the innermost
// subtests that failed there, in order, without the test's own name and with blanks for underscores.
// A suite that fails cannot be watched from within its own process: its failure would be ours.
func FailuresWith(t *testing.T, fault, only string) []string {
	t.Helper()
	test, _, _ := strings.Cut(t.Name(), "/")
	run := "^" + test + "$"
	for part := range strings.SplitSeq(only, "/") {
		if part != "" {
			run += "/^" + regexp.QuoteMeta(strings.ReplaceAll(part, " ", "_")) + "$"
		}
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+run, "-test.timeout=30m")
	child.Env = append(os.Environ(), faultVariable+"="+fault)
	out, err := child.CombinedOutput()
	var failed []string
	for _, m := range failedLine.FindAllSubmatch(out, -1) {
		failed = append(failed, string(m[1]))
	}
	require.Equal(t, err == nil, len(failed) == 0, "a child fails by a test that does: %v\n%s", err, out)
	require.NotContains(t, string(out), "test timed out", "%s", out)
	innermost := slices.DeleteFunc(slices.Clone(failed), func(name string) bool {
		return slices.ContainsFunc(failed, func(other string) bool { return strings.HasPrefix(other, name+"/") })
	})
	for i, name := range innermost {
		innermost[i] = strings.ReplaceAll(strings.TrimPrefix(name, test+"/"), "_", " ")
	}
	slices.Sort(innermost)
	return innermost
}
