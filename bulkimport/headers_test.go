package bulkimport_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

// export is the header row of a system's export, with the field that each label is.
type export struct {
	system, language string
	kind             bulkimport.TypeName
	labels           []label
}

// label is one header: field is empty for one that is no field.
type label struct {
	text, field string
	optional    bool // it may be left out
	part        bool // it is a part of the field, which is joined
}

// exports reads a file of labeled headers.
func exports(t *testing.T, file string) []export {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(t, err)
	var out []export
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if head, ok := strings.CutPrefix(line, "@ "); ok {
			p := strings.Split(head, " | ")
			require.Len(t, p, 3, line)
			out = append(out, export{system: p[0], language: p[1], kind: bulkimport.TypeName(p[2])})
			continue
		}
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		e := &out[len(out)-1]
		text, field, _ := strings.Cut(line, " > ")
		l := label{text: text, field: strings.TrimLeft(field, "?+"), optional: strings.HasPrefix(field, "?"),
			part: strings.HasPrefix(field, "+")}
		e.labels = append(e.labels, l)
	}
	return out
}

// share counts how labels were matched.
type share struct{ right, wrong, missed, none int }

func (s share) precision() float64 { return float64(s.right) / float64(max(1, s.right+s.wrong)) }
func (s share) recall() float64    { return float64(s.right) / float64(max(1, s.right+s.missed)) }

func (s share) String() string {
	return fmt.Sprintf("precision %.1f %%, recall %.1f %% (%d right, %d wrong, %d missed, %d left out)",
		100*s.precision(), 100*s.recall(), s.right, s.wrong, s.missed, s.none)
}

// count matches one mapping with the labels of an export.
func (s *share) count(e export, m bulkimport.Mapping, report func(string, ...any)) {
	for k, l := range e.labels {
		got, whole := "", true
		for field, source := range m {
			for _, c := range source.Columns {
				if c == k {
					got, whole = field, len(source.Columns) == 1
				}
			}
		}
		switch {
		case got == "" && (l.field == "" || l.optional || l.part):
			s.none++
		case got == "":
			s.missed++
			report("%s: %q is %s and was missed", e.system, l.text, l.field)
		case got == l.field && whole != l.part:
			s.right++
		default:
			s.wrong++
			report("%s: %q is %q and was taken for %s", e.system, l.text, l.field, got)
		}
	}
}

// measure suggests mappings for the header rows and counts what is preselected and what is suggested, in all and by
// language.
func measure(t *testing.T, all []export) (sure, likely map[string]*share) {
	t.Helper()
	w := newWorld(t, bulkimport.Options{})
	sure, likely = map[string]*share{}, map[string]*share{}
	for _, e := range all {
		var header []string
		for _, l := range e.labels {
			header = append(header, `"`+l.text+`"`)
		}
		i, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{
			Type: e.kind, FileName: "f.csv", Content: strings.NewReader(strings.Join(header, ",") + "\n"), HeaderLine: 1})
		require.NoError(t, err)
		s, err := w.service.Suggest(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		for _, group := range []string{"all", e.language} {
			report := func(string, ...any) {}
			if group == "all" && os.Getenv("ADMINCENTER_HEADERS") != "" {
				report = t.Logf
			}
			add(sure, group).count(e, s.Mapping(), func(f string, args ...any) { report("SURE   "+f, args...) })
			add(likely, group).count(e, s.Likely(), func(f string, args ...any) { report("LIKELY "+f, args...) })
		}
	}
	return sure, likely
}

func add(m map[string]*share, key string) *share {
	if m[key] == nil {
		m[key] = &share{}
	}
	return m[key]
}

// The matcher was fitted to one file and not to the other, which is what its shares are worth.
func TestHeadersOfExports(t *testing.T) {
	fit, held := exports(t, "headers_fit.txt"), exports(t, "headers_held.txt")
	systems := map[string]bool{}
	for _, e := range slices.Concat(fit, held) {
		require.False(t, systems[e.system], "%s is there twice", e.system)
		systems[e.system] = true
	}
	t.Run("fitted to", func(t *testing.T) {
		sure, likely := measure(t, fit)
		enough(t, "all", sure, likely)
	})
	t.Run("held out", func(t *testing.T) {
		sure, likely := measure(t, held)
		enough(t, "all", sure, likely)
		for language := range sure {
			t.Logf("%s: preselected %s", language, sure[language])
			t.Logf("%s: suggested   %s", language, likely[language])
		}
	})
	t.Run("each language, in all systems", func(t *testing.T) { // there are few labels of one that are held out
		sure, likely := measure(t, slices.Concat(fit, held))
		for _, language := range []string{"en", "de", "fr", "es", "pt", "it", "nl"} {
			enough(t, language, sure, likely)
		}
	})
}

func enough(t *testing.T, group string, sure, likely map[string]*share) {
	t.Helper()
	require.GreaterOrEqual(t, sure[group].precision(), 0.98, "%s, preselected: %s", group, sure[group])
	require.GreaterOrEqual(t, likely[group].recall(), 0.90, "%s, suggested: %s", group, likely[group])
}
