package people

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestBlocklist(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(blocklistText, "\n"), "\n")
	require.GreaterOrEqual(t, len(lines), 3000, "OWASP ASVS 5.0, 6.2.4")
	require.True(t, slices.IsSorted(lines))
	require.Len(t, slices.Compact(slices.Clone(lines)), len(lines))
	long := 0
	for _, l := range lines {
		require.Equal(t, strings.ToLower(l), l)
		require.GreaterOrEqual(t, utf8.RuneCountInString(l), minPasswordMFA, l)
		require.LessOrEqual(t, utf8.RuneCountInString(l), longestCommon, l)
		if len(l) >= minPassword {
			long++
		}
	}
	require.Positive(t, long, "some are long enough to be tried otherwise")
	b := newBlocklist()
	for _, l := range lines {
		if n := b.surprises(l, nil, 9); n != 1 {
			t.Fatalf("%q takes %d steps", l, n)
		}
	}
}

// The search finds what a look-up of every beginning in a set finds.
func TestBlocklistPrefix(t *testing.T) {
	const alphabet = "a19!é"
	b := blocklist{}
	for _, line := range []string{"1", "19", "1a1", "1a1a1", "a", "a1", "a1!", "aa", "aa1a", "aaaaa", "é", "éa", "éé1"} {
		b.lines += line + "\n"
	}
	for _, list := range []blocklist{b, {lines: "a\n"}, {}} {
		var check func(text string, left int)
		check = func(text string, left int) {
			want := ""
			for i := range len(text) {
				if begin := text[:i+1]; strings.Contains("\n"+list.lines, "\n"+begin+"\n") {
					want = begin
				}
			}
			require.Equal(t, want, list.prefix(text), "%q in %q", text, list.lines)
			for _, r := range alphabet {
				if left > 0 {
					check(text+string(r), left-1)
				}
			}
		}
		check("", 6)
	}
	all := newBlocklist()
	set := map[string]bool{}
	lines := strings.Split(strings.TrimSuffix(blocklistText, "\n"), "\n")
	for _, line := range lines {
		set[line] = true
	}
	for _, line := range lines {
		for _, text := range []string{line, line + "!", line[:len(line)-1], "x" + line, line + line, line + "~"} {
			want := ""
			for i := range len(text) {
				if set[text[:i+1]] {
					want = text[:i+1]
				}
			}
			require.Equal(t, want, all.prefix(text), text)
		}
	}
}

func TestSurprises(t *testing.T) {
	b := newBlocklist()
	for _, tc := range []struct {
		password string
		words    []string
		want     int
	}{
		{"", nil, 0},
		{"k", nil, 1},
		{"kx8", nil, 3},
		{"password", nil, 1},
		{"P4$$W0RD", nil, 1},
		{"password1234?", nil, 2},
		{"xpasswordx", nil, 3},
		{"aaaa", nil, 1},
		{"aabb", nil, 4},
		{"abcdcba", nil, 2},
		{"xyzxyz", nil, 2},
		{"k9mk9mk9m", nil, 4},
		{"gadget", []string{"gadget"}, 1},
		{"g4dg3t7", []string{"gadget"}, 2},
		{"ключ", nil, 4},
	} {
		t.Run(tc.password, func(t *testing.T) {
			require.Equal(t, tc.want, b.surprises(tc.password, tc.words, 100))
		})
	}
	require.Equal(t, 3, b.surprises("kx8vqm2trzw5pnh", nil, 3), "it counts no further than asked")
}

func TestGuessWords(t *testing.T) {
	require.ElementsMatch(t, []string{"ann.smith@acme.example", "smith", "acme", "example", "annsmithacmeexample"}, guessWords("Ann.Smith@acme.example"))
	require.ElementsMatch(t, []string{"o'neill", "neill", "oneill"}, guessWords("O'Neill"))
	require.Empty(t, guessWords("", "Li", "a b"))
}

func BenchmarkSurprises(b *testing.B) {
	list := newBlocklist()
	words := guessWords("Acme Ltd", "Ann", "ann@acme.example")
	for b.Loop() {
		list.surprises("correct horse battery staple", words, 8)
	}
}
