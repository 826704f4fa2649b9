package token_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/token"
)

const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// secretFrom generates a secret with randomness from random.
func secretFrom(t *testing.T, random io.Reader, brand string, env token.Environment) string {
	t.Helper()
	h := newHouse(t, func(o *token.Options) { o.Rand, o.Brand, o.Environment = random, brand, env })
	return h.generate(admin.System(acme), settings.PermissionRead).Secret.Reveal()
}

func TestSecretsHaveTheFormat(t *testing.T) {
	for _, tc := range []struct {
		reason string
		brand  string
		env    token.Environment
		prefix string
	}{
		{"by default", "", "", "adm_live_"},
		{"for tests", "", token.Test, "adm_test_"},
		{"shortest brand", "ab", token.Live, "ab_live_"},
		{"longest brand", "abcdefgh", token.Test, "abcdefgh_test_"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			secret := secretFrom(t, rand.NewChaCha8([32]byte{}), tc.brand, tc.env)
			require.Regexp(t, "^"+tc.prefix+"[0-9A-Za-z]{38}$", secret)
			found := regexp.MustCompile(token.Pattern).FindAllString("export TOKEN="+secret+"; # "+secret, -1)
			require.Equal(t, []string{secret, secret}, found)
			brand, env, err := token.Parse(admin.NewSecret(secret))
			require.NoError(t, err)
			require.Equal(t, tc.prefix, brand+"_"+string(env)+"_")
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	ports := newHouse(t).ports(memory.New().Tokens())
	for reason, o := range map[string]token.Options{
		"brand too short":         {Brand: "a"},
		"brand too long":          {Brand: "abcdefghi"},
		"brand with a capital":    {Brand: "Adm"},
		"brand with a space":      {Brand: "ad m"},
		"brand with a digit":      {Brand: "adm2"},
		"brand beyond ASCII":      {Brand: "äöü"},
		"unknown environment":     {Environment: "staging"},
		"environment in capitals": {Environment: "LIVE"},
		"too many hashers":        {Hashers: []token.Hasher{fixed("a"), fixed("b"), fixed("c")}},
		"a hasher that is nil":    {Hashers: []token.Hasher{token.SHA256{}, nil}},
		"a hasher without a key":  {Hashers: []token.Hasher{fixed("")}},
		"a key that is too long":  {Hashers: []token.Hasher{fixed(strings.Repeat("k", 65))}},
		"the same hasher twice":   {Hashers: []token.Hasher{token.SHA256{}, token.SHA256{}}},
		"a negative lifetime":     {MaxLifetime: -1},
		"a negative number":       {MaxTokens: -1},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := token.NewService(ports, o)
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Len(t, invalid.Fields, 1)
		})
	}
	t.Run("all at the same time", func(t *testing.T) {
		_, err := token.NewService(token.Ports{}, token.Options{
			Brand: "a", Environment: "staging", Hashers: []token.Hasher{nil},
		})
		require.ErrorIs(t, err, admin.ErrInvalid)
		for _, path := range []string{"/ports/tokens", "/ports/userPermissions", "/brand", "/environment", "/hashers/0"} {
			require.ErrorContains(t, err, path)
		}
	})
	t.Run("the longest key", func(t *testing.T) {
		o := token.Options{Hashers: []token.Hasher{fixed(strings.Repeat("k", 64))}}
		_, err := token.NewService(ports, o)
		require.NoError(t, err)
	})
}

func TestChangingOneCharacterIsNoticed(t *testing.T) {
	secret := secretFrom(t, rand.NewChaCha8([32]byte{7}), "", "")
	for i := range secret {
		for _, c := range []byte(characters + "_- \x00\xc3") {
			if c == secret[i] {
				continue
			}
			changed := secret[:i] + string(c) + secret[i+1:]
			_, _, err := token.Parse(admin.NewSecret(changed))
			require.ErrorIs(t, err, token.ErrBadToken, "%q at %d", c, i)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	secret := secretFrom(t, rand.NewChaCha8([32]byte{9}), "", "")
	body := strings.TrimPrefix(secret, "adm_live_")
	for _, tc := range []struct {
		reason, secret string
		want           token.Reason
	}{
		{"nothing", "", token.ReasonMalformed},
		{"no prefix", body, token.ReasonMalformed},
		{"prefix alone", "adm_live_", token.ReasonMalformed},
		{"cut off", secret[:len(secret)-1], token.ReasonMalformed},
		{"cut off at the start", secret[2:], token.ReasonMalformed},
		{"one character more", secret + "0", token.ReasonMalformed},
		{"space before it", " " + secret, token.ReasonMalformed},
		{"line end after it", secret + "\n", token.ReasonMalformed},
		{"environment that does not exist", "adm_prod_" + body, token.ReasonMalformed},
		{"no environment", "adm_" + body, token.ReasonMalformed},
		{"environment in capitals", "adm_LIVE_" + body, token.ReasonMalformed},
		{"brand in capitals", "ADM_live_" + body, token.ReasonMalformed},
		{"brand beyond ASCII", "ädm_live_" + body, token.ReasonMalformed},
		{"no brand", "_live_" + body, token.ReasonMalformed},
		{"long brand", "administrator_live_" + body, token.ReasonMalformed},
		{"more parts", "adm_live_live_" + body, token.ReasonMalformed},
		{"not a letter or digit", "adm_live_-" + body[1:], token.ReasonMalformed},
		{"letter beyond ASCII", "adm_live_é" + body[2:], token.ReasonMalformed},
		{"huge", strings.Repeat("a", 1<<20) + secret, token.ReasonMalformed},
		{"test made live", "adm_test_" + body, token.ReasonChecksum},
		{"other brand", "ads_live_" + body, token.ReasonChecksum},
		{"two characters exchanged", "adm_live_" + body[1:2] + body[:1] + body[2:], token.ReasonChecksum},
		{"case of everything changed", "adm_live_" + strings.ToLower(body), token.ReasonChecksum},
		{"checksum of nothing", secret[:len(secret)-6] + "000000", token.ReasonChecksum},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			brand, env, err := token.Parse(admin.NewSecret(tc.secret))
			requireRefused(t, tc.want, token.Token{}, err)
			require.Empty(t, brand)
			require.Empty(t, env)
		})
	}
}

// cycle yields 0, 1, …, 255, 0, 1, …
type cycle struct{ n byte }

func (c *cycle) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.n
		c.n++
	}
	return len(p), nil
}

func TestEveryCharacterIsEquallyLikely(t *testing.T) {
	h := newHouse(t, func(o *token.Options) { o.Rand = &cycle{} })
	seen := map[rune]int{}
	// 31 secrets take 992 characters, for which 1024 bytes are read: every value four times.
	for range 31 {
		secret := h.generate(admin.System(acme), settings.PermissionRead).Secret.Reveal()
		body := strings.TrimPrefix(secret, "adm_live_")
		for _, c := range body[:len(body)-6] {
			seen[c]++
		}
	}
	require.Len(t, seen, len(characters))
	for _, c := range characters {
		require.Equal(t, 16, seen[c], string(c))
	}
}

func TestGenerateNeedsRandomness(t *testing.T) {
	for reason, random := range map[string]io.Reader{
		"none":                   bytes.NewReader(nil),
		"too little":             bytes.NewReader(make([]byte, 31)),
		"failing":                io.MultiReader(bytes.NewReader(make([]byte, 3)), failing{}),
		"nothing that is usable": constant(0xFF),
	} {
		t.Run(reason, func(t *testing.T) {
			h := newHouse(t, func(o *token.Options) { o.Rand = random })
			_, err := h.Generate(t.Context(), admin.System(acme), token.GenerateInput{Name: "x", Permissions: []admin.Permission{settings.PermissionRead}})
			require.ErrorContains(t, err, "source of randomness")
			require.Empty(t, h.trail(admin.Subject{Kind: "token"}))
		})
	}
	t.Run("that repeats itself does not issue a secret twice", func(t *testing.T) {
		h := newHouse(t, func(o *token.Options) { o.Rand = constant(5) })
		first := h.generate(admin.System(acme), settings.PermissionRead)
		require.NoError(t, h.Delete(t.Context(), admin.System(acme), first.Token.ID, token.EndOptions{}))
		_, err := h.Generate(t.Context(), admin.System(other), token.GenerateInput{Name: "x", Permissions: []admin.Permission{settings.PermissionRead}})
		require.ErrorIs(t, err, admin.ErrExists)
	})
}

type constant byte

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no entropy") }

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "adm_live_", "adm_live_" + strings.Repeat("0", 38), "___", "ab_test_" + strings.Repeat("z", 37) + "é"} {
		f.Add(seed)
	}
	whole := regexp.MustCompile("^" + token.Pattern + "$")
	f.Fuzz(func(t *testing.T, text string) {
		brand, env, err := token.Parse(admin.NewSecret(text))
		if err != nil {
			require.Equal(t, token.ErrBadToken.Error(), refused(t, err).Error())
			return
		}
		require.Regexp(t, whole, text)
		require.True(t, strings.HasPrefix(text, brand+"_"+string(env)+"_"))
	})
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("seed"), uint8(3), byte('x'))
	f.Add([]byte{}, uint8(4), byte('T'))
	f.Add([]byte{0xFF}, uint8(54), byte('0'))
	f.Fuzz(func(t *testing.T, seed []byte, at uint8, to byte) {
		var key [32]byte
		copy(key[:], seed)
		secret := secretFrom(t, rand.NewChaCha8(key), "acme", token.Test)
		brand, env, err := token.Parse(admin.NewSecret(secret))
		require.NoError(t, err)
		require.Equal(t, "acme", brand)
		require.Equal(t, token.Test, env)
		changed := []byte(secret)
		changed[int(at)%len(changed)] = to
		if _, _, err := token.Parse(admin.NewSecret(string(changed))); string(changed) != secret {
			require.ErrorIs(t, err, token.ErrBadToken)
		}
	})
}
