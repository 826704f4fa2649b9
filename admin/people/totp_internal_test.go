package people

import (
	"bytes"
	"encoding/base32"
	"encoding/hex"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// RFC 4226, appendix D.
func TestHOTPMatchesTheRFC(t *testing.T) {
	key := []byte("12345678901234567890")
	for counter, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		require.Equal(t, want, hotp(key, uint64(counter), 6), "counter %d", counter)
	}
}

// RFC 6238, appendix B, for SHA-1.
func TestTOTPMatchesTheRFC(t *testing.T) {
	key := []byte("12345678901234567890")
	for seconds, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037",
		20000000000: "65353130",
	} {
		at := time.Unix(seconds, 0)
		require.Equal(t, want, hotp(key, uint64(totpStep(at)), 8), "at %d", seconds)
		step, ok := matchTOTP(key, want[2:], at, 0)
		require.True(t, ok)
		require.Equal(t, seconds/30, step)
	}
}

func TestTOTPStepRoundsDown(t *testing.T) {
	for seconds, want := range map[int64]int64{0: 0, 29: 0, 30: 1, -1: -1, -30: -1, -31: -2} {
		require.Equal(t, want, totpStep(time.Unix(seconds, 0)), "at %d", seconds)
	}
}

// A code is accepted in its step and the ones beside it, and only above the last step.
func TestTOTPIsAcceptedAroundItsStepAndOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		key := make([]byte, totpKey)
		for i := range key {
			key[i] = byte(r.Uint32())
		}
		step := 3 + r.Int64N(1<<40)
		codes := map[string]bool{}
		for s := step - 2; s <= step+2; s++ {
			codes[hotp(key, uint64(s), totpDigits)] = true
		}
		if len(codes) < 5 {
			continue // two of the steps have the same code
		}
		now := time.Unix(step*30+r.Int64N(30), 0)
		for offset := int64(-2); offset <= 2; offset++ {
			code := hotp(key, uint64(step+offset), totpDigits)
			got, ok := matchTOTP(key, code, now, 0)
			require.Equal(t, offset >= -1 && offset <= 1, ok, "offset %d", offset)
			if !ok {
				continue
			}
			require.Equal(t, step+offset, got)
			_, ok = matchTOTP(key, code, now, got)
			require.False(t, ok, "it was used")
			_, ok = matchTOTP(key, code, now, got+1)
			require.False(t, ok, "a later one was used")
			_, ok = matchTOTP(key, code, now, got-1)
			require.True(t, ok)
		}
	}
}

func TestTOTPOfTheFirstPeriodMatchesNothing(t *testing.T) {
	key := []byte("12345678901234567890")
	for _, at := range []time.Time{{}, time.Unix(-40, 0), time.Unix(0, 0)} {
		_, ok := matchTOTP(key, hotp(key, 0, totpDigits), at, 0)
		require.False(t, ok, "%s", at)
	}
}

func FuzzParseTOTPCode(f *testing.F) {
	for _, s := range []string{
		"123456", "123 456", " 123456 ", "12345", "1234567", "12345a", "１２３４５６", "", "123\u00a0456", "-12345", "1.2345",
		"١٢٣٤٥٦", strings.Repeat(" ", 1000) + "123456",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := parseTOTPCode(text)
		if !ok {
			return
		}
		require.Len(t, code, 6)
		require.Empty(t, strings.Trim(code, "0123456789"))
		require.Equal(t, code, strings.ReplaceAll(text, " ", ""))
		again, ok := parseTOTPCode(code)
		require.True(t, ok)
		require.Equal(t, code, again)
	})
}

func TestParseTOTPCode(t *testing.T) {
	for text, want := range map[string]string{
		"012345": "012345", "012 345": "012345", " 012345": "012345", "01 23 45": "012345",
		"12345": "", "1234567": "", "12345a": "", "１２３４５６": "", "123\u00a0456": "", "123-456": "", "": "", "-12345": "", "+12345": "", "١٢٣": "",
		strings.Repeat(" ", 100) + "012345": "",
	} {
		code, ok := parseTOTPCode(text)
		require.Equal(t, want != "", ok, "%q", text)
		if ok {
			require.Equal(t, want, code)
		}
	}
}

func TestTOTPURI(t *testing.T) {
	require.Equal(t, "otpauth://totp/Acme%20Ltd:ann%40acme.example?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6"+
		"&period=30&issuer=Acme%20Ltd",
		totpURI("Acme Ltd", "ann@acme.example", []byte("1234567890")))
	require.Equal(t, "otpauth://totp/ann%40acme.example?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30",
		totpURI("::", "ann@acme.example", []byte("1234567890")))
}

// Whatever the names, an app reads back what was written.
func FuzzTOTPURI(f *testing.F) {
	for _, s := range []string{"Acme Ltd", "A:B", "a&issuer=b", "ß%+?#/", "", "\x00", "\u202e", "象"} {
		f.Add(s, s+"@x.example", []byte(s))
	}
	f.Fuzz(func(t *testing.T, issuer, account string, key []byte) {
		u, err := url.Parse(totpURI(issuer, account, key))
		require.NoError(t, err)
		require.Equal(t, "otpauth", u.Scheme)
		require.Equal(t, "totp", u.Host)
		q := u.Query()
		read, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(q.Get("secret"))
		require.NoError(t, err)
		require.True(t, bytes.Equal(key, read))
		issuer, account = strings.ReplaceAll(issuer, ":", ""), strings.ReplaceAll(account, ":", "")
		label := account
		if issuer != "" {
			label = issuer + ":" + account
		}
		require.Equal(t, "/"+label, u.Path)
		require.Equal(t, issuer, q.Get("issuer"))
		require.LessOrEqual(t, len(q), 5, "nothing is smuggled in")
		require.NotContains(t, u.RawQuery, "+", "some apps show it as it is")
	})
}

func TestRecoveryCodesAreDistinctAndFoundAsTyped(t *testing.T) {
	codes, digests, err := newRecoveryCodes(&counter{})
	require.NoError(t, err)
	require.Len(t, codes, 10)
	seen := map[admin.SecretDigest]bool{}
	for i, c := range codes {
		text := c.Reveal()
		require.Regexp(t, `^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$`, text)
		seen[digests[i]] = true
		for _, typed := range []string{
			text, strings.ToLower(text), " " + text + " ",
			strings.ReplaceAll(text, "-", ""), strings.ReplaceAll(text, "-", " "),
		} {
			require.Equal(t, digests[i], recoveryDigest(admin.NewSecret(typed)), "%q", typed)
		}
	}
	require.Len(t, seen, 10)
	_, _, err = newRecoveryCodes(bytes.NewReader(make([]byte, 5)))
	require.Error(t, err)
}

// counter is a source of bytes that are all different.
type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.n
		c.n++
	}
	return len(p), nil
}

func FuzzRecoveryDigest(f *testing.F) {
	for _, s := range []string{
		"ABCD-EFGH-IJKL-MNOP", "abcdefghijklmnop", "ABCD", "", "ABCD-EFGH-IJKL-MNO1", "ſBCDEFGHIJKLMNOP",
		strings.Repeat("-", 99),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := recoveryDigest(admin.NewSecret(text))
		if got == (admin.SecretDigest{}) {
			return
		}
		plain := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(text))
		raw, err := base32.StdEncoding.DecodeString(plain)
		require.NoError(t, err)
		require.Len(t, raw, recoveryBytes)
		require.Equal(t, admin.NewSecret(base32Text(raw)).Digest(), got, hex.EncodeToString(raw))
	})
}
