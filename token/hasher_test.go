package token_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

func key(id string) token.Pepper {
	return token.Pepper{ID: id, Key: admin.NewSecret(strings.Repeat(id, 40)[:40])}
}

func peppered(t *testing.T, id string) *token.Peppered {
	t.Helper()
	p, err := token.NewPeppered(key(id))
	require.NoError(t, err)
	return p
}

// fixed is a Hasher of a host, with a key of that name.
type fixed string

func (f fixed) Key() string                                   { return string(f) }
func (f fixed) Digest(secret admin.Secret) admin.SecretDigest { return secret.Digest() }

func TestHashersAreTheirAlgorithms(t *testing.T) {
	// FIPS 180-2, appendix B.1, and RFC 4231, test case 6 with its key of 131 bytes.
	sha := token.SHA256{}.Digest(admin.NewSecret("abc"))
	require.Equal(t, "sha256", token.SHA256{}.Key())
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex.EncodeToString(sha[:]))
	p, err := token.NewPeppered(token.Pepper{ID: "rfc4231", Key: admin.NewSecret(strings.Repeat("\xaa", 131))})
	require.NoError(t, err)
	mac := p.Digest(admin.NewSecret("Test Using Larger Than Block-Size Key - Hash Key First"))
	require.Equal(t, "hmac-sha256:rfc4231", p.Key())
	require.Equal(t, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", hex.EncodeToString(mac[:]))
}

func TestPeppersAreChecked(t *testing.T) {
	long := admin.NewSecret(strings.Repeat("x", 32))
	for reason, p := range map[string]token.Pepper{
		"no id":            {Key: long},
		"id with capitals": {ID: "K1", Key: long},
		"id too long":      {ID: strings.Repeat("k", 33), Key: long},
		"no key":           {ID: "k1"},
		"key too short":    {ID: "k1", Key: admin.NewSecret(strings.Repeat("x", 31))},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := token.NewPeppered(p)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.NotContains(t, err.Error(), "xxxx")
		})
	}
}

func TestAPepperDoesNotPrint(t *testing.T) {
	p := []token.Hasher{peppered(t, "k1"), peppered(t, "k0")}
	h := newHouse(t, func(o *token.Options) { o.Hashers = p })
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		text := fmt.Sprintf(verb, []any{p, p[0], *peppered(t, "k1"), h.options, *h.Service, key("k1")})
		require.NotContains(t, text, "k1k1")
		require.NotContains(t, text, hex.EncodeToString([]byte("k1k1")))
	}
}

func TestChangingTheKey(t *testing.T) {
	h := newHouse(t)
	verify := func(made token.Generated, hashers ...token.Hasher) error {
		o := h.options
		o.Hashers = hashers
		s := h.service(o)
		_, err := s.Verify(t.Context(), made.Secret)
		require.NoError(t, s.Flush(t.Context()))
		return err
	}
	old, fresh := token.SHA256{}, peppered(t, "k1")
	used, unused := h.generate(admin.System(acme), settings.PermissionRead), h.generate(admin.System(acme), settings.PermissionRead)

	require.Equal(t, token.ReasonUnknown, refused(t, verify(used, fresh)).Reason(), "not before it has moved")
	require.NoError(t, verify(used, old, fresh))
	require.Zero(t, h.store.rehashes)
	require.NoError(t, verify(used, fresh, old))
	require.Equal(t, 1, h.store.rehashes)
	require.NoError(t, verify(used, fresh, old))
	require.Equal(t, 1, h.store.rehashes, "it has moved")
	require.NoError(t, verify(used, fresh))
	require.Equal(t, token.ReasonUnknown, refused(t, verify(used, old)).Reason())
	require.Equal(t, token.ReasonUnknown, refused(t, verify(unused, fresh)).Reason())
	require.NoError(t, verify(unused, fresh, old))
	require.NoError(t, verify(unused, fresh))

	// From one pepper to the next.
	next := peppered(t, "k2")
	require.NoError(t, verify(used, next, fresh))
	require.NoError(t, verify(used, next))
}

func TestTheStorageFindsByEitherHasher(t *testing.T) {
	h := newHouse(t, func(o *token.Options) { o.Hashers = []token.Hasher{peppered(t, "k1"), token.SHA256{}} })
	made := h.generate(admin.System(acme), settings.PermissionRead)
	found, err := h.store.ByDigest(t.Context(), peppered(t, "k1").Digest(made.Secret))
	require.NoError(t, err, "a new token is kept under the first")
	require.Equal(t, "hmac-sha256:k1", found.Hash.Key)
	_, err = h.store.ByDigest(t.Context(), made.Secret.Digest())
	require.ErrorIs(t, err, admin.ErrNotFound)
}
