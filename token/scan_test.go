package token_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

// hit is where a secret was found.
type hit struct {
	offset, line int64
	secret       string
}

// scanned returns what Scan finds in a text that is read by r.
func scanned(t testing.TB, r io.Reader) (hits []hit) {
	t.Helper()
	for m, err := range token.Scan(r) {
		require.NoError(t, err)
		secret := m.Secret.Reveal()
		require.True(t, strings.HasPrefix(secret, m.Prefix))
		require.Equal(t, secret[len(secret)-4:], m.Last4)
		hits = append(hits, hit{m.Offset, m.Line, secret})
	}
	return hits
}

// naive is Scan by a regular expression over the whole text, at each position.
func naive(text string) (hits []hit) {
	for i := range len(text) {
		secret := secretAt.FindString(text[i:min(len(text), i+64)])
		if secret == "" {
			continue
		}
		if _, _, err := token.Parse(admin.NewSecret(secret)); err == nil {
			hits = append(hits, hit{int64(i), 1 + int64(strings.Count(text[:i], "\n")), secret})
		}
	}
	return hits
}

var secretAt = regexp.MustCompile(`^[a-z]{2,8}_(?:live|test)_[0-9A-Za-z]{38}`)

func TestScan(t *testing.T) {
	source := rand.NewChaCha8([32]byte{3})
	a, b := secretFrom(t, source, "", ""), secretFrom(t, source, "acmecorp", token.Test)
	for _, tc := range []struct {
		reason, text string
		want         []hit
	}{
		{"nothing", "", nil},
		{"alone", a, []hit{{0, 1, a}}},
		{"in a header", "Authorization: Bearer " + a + "\r\n", []hit{{22, 1, a}}},
		{"two on a line", a + " " + b, []hit{{0, 1, a}, {int64(len(a)) + 1, 1, b}}},
		{"on the third line", "\n\n" + a, []hit{{2, 3, a}}},
		{"the same twice", a + "," + a, []hit{{0, 1, a}, {int64(len(a)) + 1, 1, a}}},
		{"after an escaped line end", `"x\n` + a + `"`, []hit{{4, 1, a}}},
		{"joined to other letters", "k" + a + "zz", []hit{{1, 1, a}}},
		{"joined to another", a + b, []hit{{0, 1, a}, {int64(len(a)), 1, b}}},
		{"in a URL", "https://x.example/?token=" + a + "&y=_live_", []hit{{25, 1, a}}},
		{"between bytes that are no text", "\x00\xff_\xc3" + a + "\x00_", []hit{{4, 1, a}}},
		{"mistyped", strings.Replace(a, "_live_", "_test_", 1), nil},
		{"cut off", a[:len(a)-1], nil},
		{"with a brand that is too short", a[2:], nil},
		{"many anchors", strings.Repeat("_live_test", 20), nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			require.Equal(t, tc.want, scanned(t, strings.NewReader(tc.text)))
			require.Equal(t, tc.want, scanned(t, iotest.OneByteReader(strings.NewReader(tc.text))))
			require.Equal(t, tc.want, scanned(t, iotest.DataErrReader(strings.NewReader(tc.text))))
		})
	}
}

func TestScanIsNotHeldUpByChunks(t *testing.T) {
	a := secretFrom(t, rand.NewChaCha8([32]byte{4}), "", "")
	// Wherever a secret lies in the text, also across what is read at once.
	for before := 32<<10 - 80; before < 32<<10+80; before++ {
		text := strings.Repeat("x\n", before/2) + strings.Repeat("-", before%2) + a + "!"
		require.Equal(t, []hit{{int64(before), int64(before/2) + 1, a}}, scanned(t, strings.NewReader(text)), before)
	}
}

func TestScanEnds(t *testing.T) {
	a := secretFrom(t, rand.NewChaCha8([32]byte{5}), "", "")
	t.Run("with the reader's error, after what was found", func(t *testing.T) {
		var errs []error
		for _, err := range token.Scan(io.MultiReader(strings.NewReader(a+" "), iotest.ErrReader(errDown))) {
			errs = append(errs, err)
		}
		require.Equal(t, []error{nil, errDown}, errs)
	})
	t.Run("with a reader that reads nothing", func(t *testing.T) {
		var failed error
		for _, err := range token.Scan(stuck{}) {
			failed = err
		}
		require.ErrorIs(t, failed, io.ErrNoProgress)
	})
	t.Run("when the caller has enough", func(t *testing.T) {
		n := 0
		for _, err := range token.Scan(io.MultiReader(strings.NewReader(a+a), iotest.ErrReader(errDown))) {
			require.NoError(t, err)
			n++
			break
		}
		require.Equal(t, 1, n)
	})
	t.Run("in the memory of one chunk", func(t *testing.T) {
		text := bytes.Repeat([]byte("no secret, _live_ or _test_ either\n"), 100)
		allocated := testing.AllocsPerRun(5, func() {
			n := 0
			for _, err := range token.Scan(io.LimitReader(endless{text}, 4<<20)) {
				require.NoError(t, err)
				n++
			}
			require.Zero(t, n)
		})
		require.Less(t, allocated, 20.0)
	})
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

type endless struct{ text []byte }

func (e endless) Read(p []byte) (int, error) { return copy(p, e.text), nil }

func TestAMatchDoesNotPrintItsSecret(t *testing.T) {
	h := newHouse(t)
	made := h.generate(admin.System(acme), settings.PermissionRead)
	for m, err := range token.Scan(strings.NewReader(made.Secret.Reveal())) {
		require.NoError(t, err)
		requireNoSecret(t, fmt.Sprintf("%v %+v %#v %s", m, m, m, []any{m}), made)
	}
}

// FuzzScan checks that Scan finds what Parse accepts and nothing else, however the text is read.
func FuzzScan(f *testing.F) {
	a, b := "adm_live_aDqJ2bLGu1qfD4d0Dc2T3zJVKZmHbDbt1GmeHf", "x"
	f.Add([]byte("key="+a+"\n"+a), uint16(7))
	f.Add([]byte("\x00__live_"+b), uint16(1))
	f.Add([]byte("_test__live_"), uint16(3))
	f.Add([]byte{}, uint16(0))
	var secrets []string
	for length := 2; length <= 8; length++ {
		h, err := token.NewService(portsOf(&distinct{digests: map[admin.SecretDigest]struct{}{}}),
			token.Options{Brand: "livetest"[:length], Environment: token.Test})
		require.NoError(f, err)
		made, err := h.Generate(f.Context(), admin.System(acme), token.GenerateInput{Name: "x", Permissions: []admin.Permission{settings.PermissionRead}})
		require.NoError(f, err)
		secrets = append(secrets, made.Secret.Reveal())
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint16) {
		// Secrets are put in, because a fuzzer finds no checksum.
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		text = text[:min(len(text), 4096)]
		for range random.IntN(4) {
			at := random.IntN(len(text) + 1)
			text = slices.Insert(slices.Clone(text), at, []byte(secrets[random.IntN(len(secrets))])...)
		}
		want := naive(string(text))
		require.Equal(t, want, scanned(t, bytes.NewReader(text)))
		require.Equal(t, want, scanned(t, &pieces{text, random}), "in pieces")
	})
}

// pieces reads a text in pieces of random lengths.
type pieces struct {
	text   []byte
	random *rand.Rand
}

func (p *pieces) Read(into []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(into[:min(len(into), p.random.IntN(90))], p.text)
	p.text = p.text[n:]
	return n, nil
}

func TestRecognize(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	live, off, foreign := h.generate(scope, settings.PermissionRead), h.generate(scope, settings.PermissionRead), h.generate(admin.System(other), settings.PermissionRead)
	_, err := h.Deactivate(t.Context(), scope, off.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	unknown := secretFrom(t, rand.NewChaCha8([32]byte{6}), "", "")
	secrets := []admin.Secret{live.Secret, off.Secret, foreign.Secret, admin.NewSecret(unknown), admin.NewSecret("x"), {}}

	found, err := h.Recognize(t.Context(), h.user("ann", token.PermissionRead), secrets...)
	require.NoError(t, err)
	kept, err := h.Get(t.Context(), scope, off.Token.ID)
	require.NoError(t, err)
	want := []token.Recognized{
		{Known: true, Org: acme, Token: live.Token},
		{Known: true, Org: acme, Token: kept, Reason: token.ReasonDeactivated},
		{}, {}, {}, {},
	}
	require.Equal(t, want, found, "another organization's token is unknown")

	found, err = h.RecognizeAnywhere(t.Context(), secrets...)
	require.NoError(t, err)
	want[2] = token.Recognized{Known: true, Org: other, Token: foreign.Token}
	require.Equal(t, want, found)
	require.NoError(t, h.Flush(t.Context()))
	require.Zero(t, h.store.touches, "it is no use of them")

	_, err = h.Recognize(t.Context(), h.user("ann", token.PermissionWrite), secrets...)
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = h.Recognize(t.Context(), admin.Scope{}, secrets...)
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
	_, err = h.Recognize(t.Context(), scope, make([]admin.Secret, 1001)...)
	require.ErrorIs(t, err, admin.ErrInvalid)
	h.store.fail = errors.New("down")
	_, err = h.RecognizeAnywhere(t.Context(), secrets...)
	require.ErrorIs(t, err, h.store.fail)
}
