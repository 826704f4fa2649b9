package people

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// Hashes of "password" that other software made: libxcrypt (bcrypt) and Python's hashlib.
var bcryptOfPassword = map[int]string{
	5: "abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu",
	8: "abcdefghijklmnopqrstuub/LlVfC1A62K0uqLz37ReP6nxxZrYNe",
}

const (
	djangoOfPassword  = "pbkdf2_sha256$1000$saltsaltsalt$sYIePhT5IXESDKvnouJXtE5pTJ6Znbmef4vViYmc9Uc="
	passlibOfPassword = "$pbkdf2-sha256$29000$c2FsdHNhbHRzYWx0$wo9JHMyvSAPwCteGXp6M50RvIgjyGCqjdOPnihh5EEs"
	sha512OfPassword  = "$pbkdf2-sha512$i=1000$c2FsdHNhbHRzYWx0$qEWuBHP82uzPrybCUpp9FMGVDoszagDwOgBhAY44y2gPun4RFBM9zjAnhQjJRk" +
		".l/dEEhatLCI65Yj/OYq4dcQ"
	scryptOfPassword = "$scrypt$ln=9,r=8,p=1$c2FsdHNhbHRzYWx0$VxKJrSGNas7T32maUL52kfZotZ4vmktVI7GbUaSVMBc"
)

func legacyKinds(t testing.TB) map[string]LegacyHash {
	t.Helper()
	bcrypt, err := NewBcrypt(8)
	require.NoError(t, err)
	sha256, err := NewPBKDF2(PBKDF2SHA256, 30000)
	require.NoError(t, err)
	sha512, err := NewPBKDF2(PBKDF2SHA512, 1000)
	require.NoError(t, err)
	scrypt, err := NewScrypt(9, 8, 1)
	require.NoError(t, err)
	return map[string]LegacyHash{"bcrypt": bcrypt, "sha256": sha256, "sha512": sha512, "scrypt": scrypt}
}

func TestLegacyHashesAgreeWithOtherSoftware(t *testing.T) {
	kinds := legacyKinds(t)
	for _, tc := range []struct{ kind, phc string }{
		{"bcrypt", "$2b$05$" + bcryptOfPassword[5]},
		{"bcrypt", "$2a$05$" + bcryptOfPassword[5]},
		{"bcrypt", "$2y$08$" + bcryptOfPassword[8]},
		{"sha256", djangoOfPassword},
		{"sha256", passlibOfPassword},
		{"sha512", sha512OfPassword},
		{"scrypt", scryptOfPassword},
	} {
		t.Run(tc.phc, func(t *testing.T) {
			h := NewPasswordHash(tc.phc)
			for kind, l := range kinds {
				require.Equal(t, kind == tc.kind, l.Recognizes(h), kind)
			}
			l := kinds[tc.kind]
			for password, want := range map[string]bool{"password": true, "Password": false, "": false} {
				ok, err := l.Verify(h, admin.NewSecret(password))
				require.NoError(t, err)
				require.Equal(t, want, ok)
			}
			ok, err := l.Verify(PasswordHash{}, admin.NewSecret("password"))
			require.NoError(t, err)
			require.False(t, ok, "nothing matches the zero hash")
		})
	}
}

func TestLegacyHashesThatAreRefused(t *testing.T) {
	kinds := legacyKinds(t)
	for _, tc := range []struct{ reason, kind, phc string }{
		{"a cost above the limit", "bcrypt", "$2b$09$" + bcryptOfPassword[5]},
		{"a cost below bcrypt's", "bcrypt", "$2b$03$" + bcryptOfPassword[5]},
		{"a cost that is no number", "bcrypt", "$2b$+5$" + bcryptOfPassword[5]},
		{"another alphabet", "bcrypt", "$2b$05$" + strings.Repeat("=", 53)},
		{"cut off", "bcrypt", "$2b$05$abc"},
		{"nothing but the kind", "bcrypt", "$2b$"},
		{"iterations above the limit", "sha256", strings.Replace(djangoOfPassword, "1000", "30001", 1)},
		{"no iterations", "sha256", strings.Replace(djangoOfPassword, "1000", "0", 1)},
		{"negative iterations", "sha256", strings.Replace(djangoOfPassword, "1000", "-1", 1)},
		{"zeros in front", "sha256", strings.Replace(djangoOfPassword, "1000", "01000", 1)},
		{"PHC's iterations in Django's form", "sha256", strings.Replace(djangoOfPassword, "1000", "i=1000", 1)},
		{"a short salt", "sha256", strings.Replace(djangoOfPassword, "saltsaltsalt", "salt", 1)},
		{"a key of more than one block, which costs more", "sha256", "pbkdf2_sha256$1000$saltsaltsalt$" + strings.Repeat("A", 44)},
		{"an empty key", "sha256", "pbkdf2_sha256$1000$saltsaltsalt$"},
		{"a part too many", "sha256", djangoOfPassword + "$"},
		{"too long", "sha256", djangoOfPassword + strings.Repeat("=", 256)},
		{"more memory than the limit", "scrypt", strings.Replace(scryptOfPassword, "ln=9", "ln=10", 1)},
		{"more blocks than the limit", "scrypt", strings.Replace(scryptOfPassword, "r=8", "r=9", 1)},
		{"more runs than the limit", "scrypt", strings.Replace(scryptOfPassword, "p=1", "p=2", 1)},
		{"no memory", "scrypt", strings.Replace(scryptOfPassword, "ln=9", "ln=0", 1)},
		{"a number that overflows", "scrypt", strings.Replace(scryptOfPassword, "ln=9", "ln=64", 1)},
		{"a sign", "scrypt", strings.Replace(scryptOfPassword, "ln=9", "ln=+9", 1)},
		{"another order", "scrypt", strings.Replace(scryptOfPassword, "ln=9,r=8", "r=8,ln=9", 1)},
		{"no salt", "scrypt", strings.Replace(scryptOfPassword, "c2FsdHNhbHRzYWx0", "", 1)},
		{"a salt that is no base64", "scrypt", strings.Replace(scryptOfPassword, "c2FsdHNhbHRzYWx0", "c2Fsd!NhbHRzYWx0", 1)},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := NewPasswordHash(tc.phc)
			require.True(t, kinds[tc.kind].Recognizes(h))
			ok, err := kinds[tc.kind].Verify(h, admin.NewSecret("password"))
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.False(t, ok)
			require.NotContains(t, err.Error(), tc.phc, "a hash is a secret too")
		})
	}
}

func TestBcryptRefusesWhatItWouldCutOff(t *testing.T) {
	b, err := NewBcrypt(5)
	require.NoError(t, err)
	long := strings.Repeat("x", 72)
	// $2b$ of 72 times x, made by libxcrypt.
	h := NewPasswordHash("$2b$05$" + bcryptOfLongX)
	ok, err := b.Verify(h, admin.NewSecret(long))
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = b.Verify(h, admin.NewSecret(long+"y"))
	require.NoError(t, err)
	require.False(t, ok, "another password has the same hash")
}

func TestLegacyHashesHaveLimits(t *testing.T) {
	for _, cost := range []int{3, 17} {
		_, err := NewBcrypt(cost)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
	for _, iterations := range []int{0, 10_000_001} {
		_, err := NewPBKDF2(PBKDF2SHA256, iterations)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
	_, err := NewPBKDF2("md5", 1)
	require.ErrorIs(t, err, admin.ErrInvalid)
	for _, p := range [][3]int{{0, 8, 1}, {21, 1, 1}, {10, 0, 1}, {10, 33, 1}, {10, 8, 0}, {10, 8, 17}, {20, 8, 1}} {
		_, err := NewScrypt(p[0], p[1], p[2])
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
}

func FuzzLegacyHash(f *testing.F) {
	for _, phc := range []string{
		"$2b$05$" + bcryptOfPassword[5], djangoOfPassword, passlibOfPassword, sha512OfPassword, scryptOfPassword, "",
		"$2b$", "pbkdf2_sha256$", "$scrypt$", "$pbkdf2-sha512$$$",
	} {
		f.Add(phc)
	}
	bcrypt, _ := NewBcrypt(4)
	pbkdf2, _ := NewPBKDF2(PBKDF2SHA256, 4)
	scrypt, _ := NewScrypt(2, 2, 2)
	f.Fuzz(func(t *testing.T, phc string) {
		for _, l := range []LegacyHash{bcrypt, pbkdf2, scrypt} {
			ok, err := l.Verify(NewPasswordHash(phc), admin.NewSecret("password"))
			require.False(t, ok && err != nil)
			if err != nil {
				require.ErrorIs(t, err, admin.ErrInvalid)
			}
			if phc != "" && !l.Recognizes(NewPasswordHash(phc)) {
				require.ErrorIs(t, err, admin.ErrInvalid)
			}
		}
	})
}

const bcryptOfLongX = "abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q"
