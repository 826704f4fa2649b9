package admincenter_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A kind of event that nothing emits is one that a host waits for in vain.
func TestEveryKindOfEventIsEmittedAndDocumented(t *testing.T) {
	declared, err := os.ReadFile("admin/event.go")
	require.NoError(t, err)
	docs, err := os.ReadFile("docs/observability.md")
	require.NoError(t, err)
	var code strings.Builder
	for _, dir := range []string{"admin", "token"} {
		require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			code.Write(text)
			return err
		}))
	}
	kinds := regexp.MustCompile(`(Event\w+) +EventKind = "(\w+)"`).FindAllStringSubmatch(string(declared), -1)
	require.GreaterOrEqual(t, len(kinds), 15)
	for _, k := range kinds {
		require.Regexp(t, `\badmin\.`+k[1]+`\b`, code.String(), "nothing emits it")
		require.Contains(t, string(docs), "`"+k[2]+"`")
	}
}
