package people_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// sealingKey returns a key of which every byte is n.
func sealingKey(id string, n byte) people.SealingKey {
	return people.SealingKey{
		ID: id, Key: admin.NewSecret(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{n}, 32))),
	}
}

func keyRing(t testing.TB, keys ...people.SealingKey) *people.KeyRing {
	t.Helper()
	r, err := people.NewKeyRing(nil, keys...)
	require.NoError(t, err)
	return r
}

func TestKeyRingOpensWhatItSealed(t *testing.T) {
	r := keyRing(t, sealingKey("2026", 1))
	plain, bound := []byte("a shared secret!"), []byte("acme ann")
	sealed, err := r.Seal(t.Context(), plain, bound)
	require.NoError(t, err)
	require.NotContains(t, string(sealed), string(plain))
	opened, err := r.Open(t.Context(), sealed, bound)
	require.NoError(t, err)
	require.Equal(t, plain, opened)
	again, err := r.Seal(t.Context(), plain, bound)
	require.NoError(t, err)
	require.NotEqual(t, sealed, again, "each has a nonce of its own")

	refused := func(reason string, r *people.KeyRing, sealed, bound []byte) {
		t.Helper()
		_, err := r.Open(t.Context(), sealed, bound)
		require.ErrorIs(t, err, admin.ErrInvalid, reason)
		require.NotContains(t, err.Error(), string(plain))
	}
	refused("bound to another record", r, sealed, []byte("acme ben"))
	refused("bound to nothing", r, sealed, nil)
	refused("another key of the same id", keyRing(t, sealingKey("2026", 2)), sealed, bound)
	refused("a key ring without the key", keyRing(t, sealingKey("2027", 1)), sealed, bound)
	for i := range sealed {
		damaged := bytes.Clone(sealed)
		damaged[i] ^= 1
		refused(fmt.Sprintf("byte %d changed", i), r, damaged, bound)
		refused(fmt.Sprintf("cut off at %d", i), r, sealed[:i], bound)
	}
	refused("longer", r, append(bytes.Clone(sealed), 0), bound)
}

// The key's id is authenticated: it cannot be moved over into what is bound.
func TestKeyRingTellsApartHeadAndBound(t *testing.T) {
	r := keyRing(t, sealingKey("a", 1), sealingKey("ab", 1))
	sealed, err := r.Seal(t.Context(), []byte("secret"), []byte("bc"))
	require.NoError(t, err)
	moved := append([]byte{sealed[0], 2, 'a', 'b'}, sealed[3:]...)
	_, err = r.Open(t.Context(), moved, []byte("c"))
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestKeyRingSealsWithTheFirstKeyAndOpensWithAll(t *testing.T) {
	old := keyRing(t, sealingKey("old", 1))
	sealed, err := old.Seal(t.Context(), []byte("secret"), nil)
	require.NoError(t, err)
	require.False(t, old.Outdated(sealed))
	both := keyRing(t, sealingKey("new", 2), sealingKey("old", 1))
	opened, err := both.Open(t.Context(), sealed, nil)
	require.NoError(t, err)
	require.Equal(t, "secret", string(opened))
	require.True(t, both.Outdated(sealed))
	renewed, err := both.Seal(t.Context(), opened, nil)
	require.NoError(t, err)
	require.False(t, both.Outdated(renewed))
	_, err = keyRing(t, sealingKey("new", 2)).Open(t.Context(), renewed, nil)
	require.NoError(t, err)
	require.True(t, both.Outdated(nil))
}

func TestNewKeyRingChecksItsKeys(t *testing.T) {
	key := sealingKey("a", 1)
	for _, tc := range []struct {
		reason string
		keys   []people.SealingKey
		path   string
		code   string
	}{
		{"no key", nil, "/keys", admin.CodeRequired},
		{"an id twice", []people.SealingKey{key, key}, "/keys/1/id", admin.CodeDuplicate},
		{"no id", []people.SealingKey{{Key: key.Key}}, "/keys/0/id", admin.CodeFormat},
		{"an id of other characters", []people.SealingKey{{ID: "a.b", Key: key.Key}}, "/keys/0/id", admin.CodeFormat},
		{"no key material", []people.SealingKey{{ID: "a"}}, "/keys/0/key", admin.CodeFormat},
		{"a short key", []people.SealingKey{{ID: "a", Key: admin.NewSecret("c2hvcnQ=")}}, "/keys/0/key", admin.CodeFormat},
		{"no base64", []people.SealingKey{key, {ID: "b", Key: admin.NewSecret("!")}}, "/keys/1/key", admin.CodeFormat},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := people.NewKeyRing(nil, tc.keys...)
			requireProblem(t, err, tc.path, tc.code)
		})
	}
	r, err := people.NewKeyRing(bytes.NewReader(nil), key)
	require.NoError(t, err)
	_, err = r.Seal(t.Context(), []byte("secret"), nil)
	require.Error(t, err, "there is no randomness")
}

func FuzzKeyRingOpen(f *testing.F) {
	// Each worker is a process of its own, and seals alike.
	r, err := people.NewKeyRing(bytes.NewReader(make([]byte, 12)), sealingKey("2026", 1))
	require.NoError(f, err)
	sealed, err := r.Seal(f.Context(), []byte("secret"), []byte("ann"))
	require.NoError(f, err)
	f.Add(sealed)
	f.Add([]byte{1, 4, '2', '0', '2', '6'})
	f.Add([]byte{1, 255})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := r.Open(t.Context(), data, []byte("ann"))
		if !bytes.Equal(data, sealed) {
			require.ErrorIs(t, err, admin.ErrInvalid)
		}
	})
}
