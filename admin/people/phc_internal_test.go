package people

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

const (
	salt8 = "c2FsdHNhbHQ"
	key16 = "MDEyMzQ1Njc4OWFiY2RlZg"
)

func TestParsePHC(t *testing.T) {
	for _, tc := range []struct {
		reason, text string
		ok           bool
	}{
		{"the least", "$argon2id$v=19$m=8,t=1,p=1$" + salt8 + "$" + key16, true},
		{"the most", "$argon2id$v=19$m=262144,t=10,p=4$" + salt8 + "$" + key16, true},
		{"too much memory", "$argon2id$v=19$m=262145,t=1,p=1$" + salt8 + "$" + key16, false},
		{"more memory than a number holds", "$argon2id$v=19$m=4294967304,t=1,p=1$" + salt8 + "$" + key16, false},
		{"too many passes", "$argon2id$v=19$m=8,t=11,p=1$" + salt8 + "$" + key16, false},
		{"no passes", "$argon2id$v=19$m=8,t=0,p=1$" + salt8 + "$" + key16, false},
		{"too many threads", "$argon2id$v=19$m=64,t=1,p=5$" + salt8 + "$" + key16, false},
		{"no threads", "$argon2id$v=19$m=8,t=1,p=0$" + salt8 + "$" + key16, false},
		{"too little memory for its threads", "$argon2id$v=19$m=8,t=1,p=2$" + salt8 + "$" + key16, false},
		{"another kind", "$argon2i$v=19$m=8,t=1,p=1$" + salt8 + "$" + key16, false},
		{"another version", "$argon2id$v=16$m=8,t=1,p=1$" + salt8 + "$" + key16, false},
		{"zeros in front", "$argon2id$v=19$m=08,t=1,p=1$" + salt8 + "$" + key16, false},
		{"a sign", "$argon2id$v=19$m=+8,t=1,p=1$" + salt8 + "$" + key16, false},
		{"another order", "$argon2id$v=19$t=1,m=8,p=1$" + salt8 + "$" + key16, false},
		{"more parameters", "$argon2id$v=19$m=8,t=1,p=1,x=1$" + salt8 + "$" + key16, false},
		{"a short salt", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbA$" + key16, false},
		{"a short key", "$argon2id$v=19$m=8,t=1,p=1$" + salt8 + "$c2FsdHNhbA", false},
		{"a long key", "$argon2id$v=19$m=8,t=1,p=1$" + salt8 + "$" + strings.Repeat("A", 87), false},
		{"padding", "$argon2id$v=19$m=8,t=1,p=1$" + salt8 + "=$" + key16, false},
		{"bits that mean nothing", "$argon2id$v=19$m=8,t=1,p=1$" + salt8[:10] + "R$" + key16, false},
		{"a line break", "$argon2id$v=19$m=8,t=1,p=1$" + salt8 + "$" + key16 + "\n", false},
		{"a part too few", "$argon2id$v=19$m=8,t=1,p=1$" + salt8, false},
		{"nothing", "", false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h, err := parsePHC(tc.text)
			if tc.ok {
				require.NoError(t, err)
				require.Equal(t, tc.text, h.String())
			} else {
				require.ErrorIs(t, err, admin.ErrInvalid)
			}
		})
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$" + salt8 + "$" + key16)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$" + salt8 + "$" + key16)
	f.Add("$argon2id$v=19$m=-8,t= 1,p=1e1$$")
	f.Add("$2b$10$abcdefghijklmnopqrstuv")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parsePHC(text)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			return
		}
		require.Equal(t, text, h.String(), "there is one way to write it")
		var p admin.Problems
		h.check(&p)
		require.NoError(t, p.Err())
		require.LessOrEqual(t, h.memory, uint32(maxArgon2Memory))
		require.LessOrEqual(t, len(h.key), maxKey)
	})
}
