package people_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestArgon2idHashesAndVerifies(t *testing.T) {
	a := cheap(t)
	one, err := a.Hash(t.Context(), annsPassword)
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, one.PHC())
	two, err := a.Hash(t.Context(), annsPassword)
	require.NoError(t, err)
	require.NotEqual(t, one.PHC(), two.PHC(), "each has its own salt")
	for _, tc := range []struct {
		reason   string
		hash     people.PasswordHash
		password admin.Secret
		want     bool
	}{
		{"the password", one, annsPassword, true},
		{"another one", one, bobsPassword, false},
		{"none", one, admin.Secret{}, false},
		{"no hash", people.PasswordHash{}, annsPassword, false},
		{"neither hash nor password", people.PasswordHash{}, admin.Secret{}, false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			ok, err := a.Verify(t.Context(), tc.hash, tc.password)
			require.NoError(t, err)
			require.Equal(t, tc.want, ok)
		})
	}
}

// The vector was made by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 4 -l 24.
func TestArgon2idAgreesWithTheReference(t *testing.T) {
	ok, err := cheap(t).Verify(t.Context(),
		people.NewPasswordHash("$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$GpZ3sK/oH9p7VIiV56G/64Zo/8GaUw434IimaPqxwCo"), admin.NewSecret("password"))
	require.NoError(t, err)
	require.True(t, ok)
}

func TestArgon2idHasLimits(t *testing.T) {
	for reason, o := range map[string]people.Argon2idOptions{
		"too much memory":                    {Memory: 256<<10 + 1},
		"too little memory for a thread":     {Memory: 7, Threads: 1},
		"too little memory for four threads": {Memory: 31, Threads: 4},
		"too many passes":                    {Time: 11},
		"too many threads":                   {Threads: 5},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := people.NewArgon2id(o)
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
	_, err := people.NewArgon2id(people.Argon2idOptions{})
	require.NoError(t, err)
}

func TestArgon2idOutdated(t *testing.T) {
	a := cheap(t)
	current, err := a.Hash(t.Context(), annsPassword)
	require.NoError(t, err)
	require.False(t, a.Outdated(current))
	stronger, err := people.NewArgon2id(people.Argon2idOptions{Memory: 16, Time: 1, Threads: 1})
	require.NoError(t, err)
	require.True(t, stronger.Outdated(current))
	require.True(t, a.Outdated(people.NewPasswordHash("$2b$10$abcdefghijklmnopqrstuv")))
}

func TestArgon2idNeedsRandomness(t *testing.T) {
	dry := errors.New("dry")
	a, err := people.NewArgon2id(people.Argon2idOptions{Rand: iotest.ErrReader(dry)})
	require.NoError(t, err)
	_, err = a.Hash(t.Context(), annsPassword)
	require.ErrorIs(t, err, dry)
}

func TestArgon2idRefusesADamagedHash(t *testing.T) {
	for _, phc := range []string{"x", "$2b$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=999999999,t=1,p=1$c2FsdHNhbHQ$" + strings.Repeat("A", 43)} {
		ok, err := cheap(t).Verify(t.Context(), people.NewPasswordHash(phc), annsPassword)
		require.ErrorIs(t, err, admin.ErrInvalid)
		require.False(t, ok)
		require.NotContains(t, err.Error(), phc, "a hash is a secret too")
	}
}
