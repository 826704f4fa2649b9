package people

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

func TestArgon2idWaitsForItsTurn(t *testing.T) {
	slots, err := NewHashSlots(1)
	require.NoError(t, err)
	a, err := NewArgon2id(Argon2idOptions{Memory: 8, Time: 1, Slots: slots, Wait: time.Nanosecond})
	require.NoError(t, err)
	slots.free <- struct{}{} // another call hashes
	_, err = a.Hash(t.Context(), admin.NewSecret("password"))
	require.ErrorIs(t, err, admin.ErrBusy)
	_, err = a.Verify(t.Context(), PasswordHash{}, admin.NewSecret("password"))
	require.ErrorIs(t, err, admin.ErrBusy)

	a.wait = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Hash(ctx, admin.NewSecret("password"))
	require.ErrorIs(t, err, context.Canceled)

	go slots.release() // and is done
	_, err = a.Hash(t.Context(), admin.NewSecret("password"))
	require.NoError(t, err)
	_, err = a.Verify(t.Context(), NewPasswordHash("damaged"), admin.NewSecret("password"))
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.Empty(t, slots.free, "the turn is given back")
}

func TestHashSlotsAreOneBoundForSeveralServices(t *testing.T) {
	slots, err := NewHashSlots(1)
	require.NoError(t, err)
	var services [2]*Argon2id
	for i := range services {
		services[i], err = NewArgon2id(Argon2idOptions{Memory: 8, Time: 1, Slots: slots, Wait: time.Nanosecond})
		require.NoError(t, err)
	}
	services[0].spent = func(uint64) { // while one hashes
		_, err := services[1].Hash(t.Context(), admin.NewSecret("password"))
		require.ErrorIs(t, err, admin.ErrBusy)
	}
	_, err = services[0].Hash(t.Context(), admin.NewSecret("password"))
	require.NoError(t, err)
	_, err = services[1].Hash(t.Context(), admin.NewSecret("password"))
	require.NoError(t, err)

	o, err := Options{HashSlots: slots}.withDefaults()
	require.NoError(t, err)
	require.Same(t, slots, o.Hasher.(*Argon2id).slots)
	for _, n := range []int{-1, 0, 1025} {
		_, err = NewHashSlots(n)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
}

// counted returns the work of one verification, by kind.
type counted map[string]uint64

func (c counted) count(kind string) func(uint64) { return func(n uint64) { c[kind] += n } }

// TestVerifyDoesTheSameWorkForEveryHash counts the work instead of the time: memory times passes of Argon2id, two to
// the power of the cost of bcrypt, iterations of PBKDF2, blocks of scrypt.
func TestVerifyDoesTheSameWorkForEveryHash(t *testing.T) {
	password := admin.NewSecret("password")
	work := counted{}
	bcrypt, err := NewBcrypt(8)
	require.NoError(t, err)
	bcrypt.spent = work.count("bcrypt")
	pbkdf2, err := NewPBKDF2(PBKDF2SHA256, 30000)
	require.NoError(t, err)
	pbkdf2.spent = work.count("pbkdf2")
	scrypt, err := NewScrypt(10, 8, 2)
	require.NoError(t, err)
	scrypt.spent = work.count("scrypt")
	a, err := NewArgon2id(Argon2idOptions{
		Memory: 64, Time: 3, Work: 400, Legacy: []LegacyHash{bcrypt, pbkdf2, scrypt},
	})
	require.NoError(t, err)
	a.spent = work.count("argon2id")
	want := counted{"argon2id": 400, "bcrypt": 1 << 8, "pbkdf2": 30000, "scrypt": 8 * 2 << 10}

	hash := func(o Argon2idOptions) string {
		old, err := NewArgon2id(o)
		require.NoError(t, err)
		h, err := old.Hash(t.Context(), password)
		require.NoError(t, err)
		return h.PHC()
	}
	for _, tc := range []struct {
		reason, phc string
		ok          bool
	}{
		{"no user", "", false},
		{"the current parameters", hash(Argon2idOptions{Memory: 64, Time: 3}), true},
		{"less memory", hash(Argon2idOptions{Memory: 16, Time: 3}), true},
		{"fewer passes", hash(Argon2idOptions{Memory: 64, Time: 1}), true},
		{"less memory and more passes", hash(Argon2idOptions{Memory: 8, Time: 10}), true},
		{"more memory and fewer passes, which cost as much", hash(Argon2idOptions{Memory: 200, Time: 2}), true},
		{"bcrypt of the highest cost", "$2y$08$" + bcryptOfPassword[8], true},
		{"bcrypt of a lower cost", "$2a$05$" + bcryptOfPassword[5], true},
		{"PBKDF2 of Django", djangoOfPassword, true},
		{"PBKDF2 of Passlib", passlibOfPassword, true},
		{"scrypt", scryptOfPassword, true},
		{"no kind that is known", "md5:5f4dcc3b5aa765d61d8327deb882cf99", false},
		{"a damaged one", "$argon2id$v=19$m=8,t=1", false},
		{"one that costs too much", "$argon2id$v=19$m=999999999,t=1,p=1$" + salt8 + "$" + key16, false},
		{"bcrypt that costs too much", "$2b$15$" + bcryptOfPassword[5], false},
		{"a damaged one of bcrypt", "$2b$05$", false},
		{"a damaged one of PBKDF2", "pbkdf2_sha256$1000", false},
		{"a damaged one of scrypt", "$scrypt$ln=1", false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			for _, given := range []admin.Secret{password, admin.NewSecret("another"), {}} {
				clear(work)
				ok, err := a.Verify(t.Context(), NewPasswordHash(tc.phc), given)
				require.Equal(t, tc.ok && given == password, ok)
				if tc.ok || tc.phc == "" {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, admin.ErrInvalid)
				}
				require.Equal(t, want, work)
			}
		})
	}
}

// FuzzVerifyWork checks that any stored parameters cost the same, to within the least memory of a hash.
func FuzzVerifyWork(f *testing.F) {
	f.Add(uint16(64), uint8(3), uint16(19), uint8(2))
	f.Add(uint16(8), uint8(1), uint16(8), uint8(10))
	f.Fuzz(func(t *testing.T, memory uint16, passes uint8, stored uint16, storedPasses uint8) {
		current := argon2Params{memory: 8 + uint32(memory%512), time: 1 + uint32(passes%4), threads: 1}
		old := argon2Params{memory: 8 + uint32(stored%512), time: 1 + uint32(storedPasses%4), threads: 1}
		a := Argon2id{params: current, work: current.work(), slots: newHashSlots(1), wait: time.Second}
		var spent uint64
		a.spent = func(n uint64) { spent += n }
		h := argon2Hash{argon2Params: old, salt: make([]byte, saltLen), key: make([]byte, keyLen)}
		_, err := a.Verify(t.Context(), NewPasswordHash(h.String()), admin.NewSecret("password"))
		require.NoError(t, err)
		want := max(a.work, old.work())
		require.LessOrEqual(t, spent, want)
		require.Less(t, want-spent, uint64(leastMemory(1)))
	})
}
