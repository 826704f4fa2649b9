package admin

import (
	"encoding/base64"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// The cursor is opaque from outside, so its own properties are tested from inside; pages are tested
// as a caller sees them in page_test.go.

func TestCursorRoundTrip(t *testing.T) {
	id := uuid.MustParse("0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b")
	for _, key := range []string{"a", "EUR", "é", "with blank", strings.Repeat("x", 2000), "~"} {
		requireRoundTrip(t, key)
	}
	for _, key := range []int64{1, -1, math.MaxInt64, math.MinInt64} {
		requireRoundTrip(t, key)
	}
	requireRoundTrip(t, id)
	for _, micros := range []int64{1, 0, -1, math.MaxInt64, math.MinInt64} {
		requireRoundTrip(t, RecordKey{At: time.UnixMicro(micros).UTC(), ID: id})
	}
}

func requireRoundTrip[K Key](t *testing.T, key K) {
	t.Helper()
	c := sealCursor("acme", "list", key)
	require.Equal(t, string(c), strings.Trim(string(c), "+/= &?#%"), "a cursor goes into a URL as it is")
	got, err := openCursor[K]("acme", "list", c)
	require.NoError(t, err)
	require.Equal(t, key, got)
}

func TestCursorIsBound(t *testing.T) {
	c := sealCursor("acme", "list", "key")
	for reason, elsewhere := range map[string]struct {
		org  OrgID
		list string
	}{
		"another organization":                     {"acme2", "list"},
		"another list":                             {"acme", "lists"},
		"another filter":                           {"acme", `list "x"`},
		"the border between the two moved forward": {"acmel", "ist"},
		"the border between the two moved back":    {"acm", "elist"},
		"no organization":                          {"", "acmelist"},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := openCursor[string](elsewhere.org, elsewhere.list, c)
			require.ErrorIs(t, err, ErrInvalid)
			require.NotContains(t, err.Error(), "acme", "the error shows nothing of where it is from")
		})
	}
	for reason, open := range map[string]func() error{
		"text read as a number": func() error { _, err := openCursor[int64]("acme", "list", c); return err },
		"text read as an id":    func() error { _, err := openCursor[uuid.UUID]("acme", "list", c); return err },
		"text read as a record": func() error { _, err := openCursor[RecordKey]("acme", "list", c); return err },
	} {
		t.Run(reason, func(t *testing.T) { require.ErrorIs(t, open(), ErrInvalid) })
	}
}

func TestCursorMalformed(t *testing.T) {
	text := func(key string) Cursor { return sealCursor("acme", "list", key) }
	raw, err := base64.RawURLEncoding.DecodeString(string(text("key")))
	require.NoError(t, err)
	raw[0]++
	for reason, c := range map[string]Cursor{
		"not base64":                 "****",
		"padded":                     text("key") + "=",
		"a line break":               text("key") + "\n",
		"nothing but a version":      "AQ",
		"another version":            Cursor(base64.RawURLEncoding.EncodeToString(raw)),
		"longer than any":            Cursor(strings.Repeat("A", maxCursor+1)),
		"text that is not UTF-8":     text("\xff"),
		"text with a NUL":            text("a\x00b"),
		"bits behind the last digit": text("key")[:len(text("key"))-1] + "1", // "key" ends on a digit with two unused bits
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := openCursor[string]("acme", "list", c)
			require.ErrorIs(t, err, ErrInvalid)
		})
	}
}

// A flipped bit is refused where it hits what binds the cursor, and otherwise gives another place of
// the same list: there is nothing else in it.
func TestCursorBitFlips(t *testing.T) {
	raw, err := base64.RawURLEncoding.DecodeString(string(sealCursor("acme", "list", int64(7))))
	require.NoError(t, err)
	for bit := range len(raw) * 8 {
		flipped := append([]byte(nil), raw...)
		flipped[bit/8] ^= 1 << (bit % 8)
		got, err := openCursor[int64]("acme", "list", Cursor(base64.RawURLEncoding.EncodeToString(flipped)))
		if bit < 8*(1+cursorBinding) {
			require.ErrorIs(t, err, ErrInvalid, "bit %d", bit)
		} else {
			require.NoError(t, err, "bit %d", bit)
			require.NotEqual(t, int64(7), got, "bit %d", bit)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("acme", "list", "key", string(sealCursor("acme", "list", "key")))
	f.Add("acme", "list", "é", string(sealCursor("acme", "other", "é")))
	f.Add("", "", "", "")
	f.Add("a", "b", "c", "AQEBAQEBAQE")
	f.Fuzz(func(t *testing.T, org, list, key, forged string) {
		got, err := openCursor[string](OrgID(org), list, Cursor(forged))
		switch {
		case err != nil:
			require.ErrorIs(t, err, ErrInvalid)
			require.Empty(t, got)
		case forged != "":
			// What is accepted is what would have been given out for that key: there is one cursor for
			// a place.
			require.Equal(t, Cursor(forged), sealCursor(OrgID(org), list, got))
		}
		c := sealCursor(OrgID(org), list, key)
		if got, err := openCursor[string](OrgID(org), list, c); err == nil {
			require.Equal(t, key, got)
		}
		_, err = openCursor[string](OrgID(org)+"x", list, c)
		require.ErrorIs(t, err, ErrInvalid)
		_, err = openCursor[string](OrgID(org), list+"x", c)
		require.ErrorIs(t, err, ErrInvalid)
		_, _ = openCursor[int64](OrgID(org), list, Cursor(forged))
		_, _ = openCursor[uuid.UUID](OrgID(org), list, Cursor(forged))
	})
}
