package admin_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// recorder is a test that keeps what an assertion has to say.
type recorder struct{ strings.Builder }

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(r, format, args...) }

func TestSecretsDoNotShowInDiffs(t *testing.T) {
	other := holder{Name: "y", Secret: admin.NewSecret("another"), Hash: people.NewPasswordHash("another")}
	for name, value := range nestings() {
		t.Run(name, func(t *testing.T) {
			var r recorder
			assert.Equal(&r, other, value) // which shows values by reflection, with their methods off
			assert.Equal(&r, reflect.Zero(reflect.TypeOf(value)).Interface(), value)
			assert.Contains(&r, []any{1}, value)
			assert.ElementsMatch(&r, []any{1}, []any{value})
			assert.Nil(&r, value)
			require.NotEmpty(t, r.String())
			requireNoLeak(t, r.String())
		})
	}
	for _, same := range []any{holder{Name: "x", Secret: admin.NewSecret(leak)}, people.Credential{Hash: people.NewPasswordHash(leak)}} {
		var r recorder
		assert.Equal(&r, same, holder{Name: "x", Secret: admin.NewSecret("z"), Hash: people.NewPasswordHash(leak)})
		requireNoLeak(t, r.String())
	}
}

// texts appends every text and every number of bytes that can be reached from v without calling a function.
func texts(out *strings.Builder, v reflect.Value, depth int) {
	if depth > 20 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		out.WriteString(v.String() + "\n")
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			texts(out, v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			texts(out, v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			out.Write(v.Bytes())
		}
		for i := range v.Len() {
			texts(out, v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			texts(out, k, depth+1)
			texts(out, v.MapIndex(k), depth+1)
		}
	}
}

func TestSecretsAreNotReachedByReflection(t *testing.T) {
	for name, value := range nestings() {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			texts(&out, reflect.ValueOf(value), 0)
			requireNoLeak(t, out.String())
		})
	}
}

func TestSecretsCompare(t *testing.T) {
	a, b := admin.NewSecret("a"), admin.NewSecret("a")
	c := a
	require.True(t, a == c, "a copy is the same")
	require.False(t, a == b, "and another is not, even of the same text")
	require.True(t, a.Equal(b))
	require.False(t, a.Equal(admin.NewSecret("b")))
	require.False(t, a.Equal(admin.NewSecret("aa")))
	require.False(t, a.Equal(admin.Secret{}))
	require.True(t, admin.Secret{}.Equal(admin.NewSecret("")))
	require.True(t, people.NewPasswordHash("h").Equal(people.NewPasswordHash("h").Secret))

	long := strings.Repeat("x", 1000)
	require.Equal(t, admin.NewSecret(long).Digest(), admin.NewSecret(long).Digest())
	require.NotEqual(t, admin.NewSecret(long).Digest(), admin.NewSecret(long[:128]).Digest())
	require.True(t, a.Digest().Equal(b.Digest()))
	require.False(t, a.Digest().Equal(admin.SecretDigest{}))
}

func TestDigestsAllocateNothing(t *testing.T) {
	s := admin.NewSecret(strings.Repeat("x", 55))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = s.Digest() }))
}
