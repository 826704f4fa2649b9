package admin_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"text/template"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// hidden is what must not come out, in text and in the forms that verbs give it.
const hidden = "hunter2-hunter2"

var forms = []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden), fmt.Sprintf("% x", hidden), fmt.Sprintf("%d", []byte(hidden)), "aHVudGVyMi1odW50ZXIy"}

type nested struct{ Secret any }

type unexported struct {
	secret admin.Secret
	hash   admin.PasswordHash
}

type embedding struct {
	admin.Secret
}

// holders are secrets in everything that one may be put in.
func holders() map[string]any {
	s, h := admin.NewSecret(hidden), admin.NewPasswordHash(hidden)
	return map[string]any{
		"secret":                s,
		"hash":                  h,
		"pointer":               &s,
		"pointer to hash":       &h,
		"struct":                nested{s},
		"pointer to struct":     &nested{&h},
		"unexported fields":     unexported{s, h},
		"pointer to unexported": &unexported{s, h},
		"embedded":              embedding{s},
		"slice":                 []admin.Secret{s},
		"slice of any":          []any{s, &h},
		"map":                   map[string]admin.PasswordHash{"key": h},
		"map key":               map[admin.Secret]int{s: 1},
		"credential":            admin.Credential{Hash: h},
		"acceptance":            admin.Acceptance{Credential: admin.Credential{Hash: h}},
		"input":                 admin.AcceptInput{Password: s},
		"new organization":      admin.NewOrganization{Admin: admin.NewAdmin{Password: s}},
	}
}

func requireHidden(t *testing.T, text, how string) {
	t.Helper()
	for _, f := range forms {
		require.NotContains(t, text, f, how)
	}
}

func TestSecretsDoNotComeOut(t *testing.T) {
	for name, v := range holders() {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%c", "%U", "%p", "%b", "%o", "%e", "%10.5s", "%-20v", "%!"} {
				requireHidden(t, fmt.Sprintf(verb, v), verb)
			}
			requireHidden(t, fmt.Sprint(v), "Sprint")
			requireHidden(t, fmt.Errorf("failed: %v", v).Error(), "Errorf")

			var out bytes.Buffer
			for how, handler := range map[string]slog.Handler{"text": slog.NewTextHandler(&out, nil), "JSON": slog.NewJSONHandler(&out, nil)} {
				slog.New(handler).Info("log", "value", v, slog.Group("group", "value", v))
				requireHidden(t, out.String(), how)
			}
			// Some cannot be marshalled, such as a map by a struct; what then comes out is an error.
			marshalled, err := json.Marshal(v)
			requireHidden(t, fmt.Sprint(string(marshalled), err), "json")
			marshalled, err = xml.Marshal(v)
			requireHidden(t, fmt.Sprint(string(marshalled), err), "xml")
			out.Reset()
			err = gob.NewEncoder(&out).Encode(v)
			requireHidden(t, fmt.Sprint(out.String(), err), "gob")
			out.Reset()
			err = template.Must(template.New("t").Parse(`{{.}} {{printf "%v" .}}`)).Execute(&out, v)
			requireHidden(t, fmt.Sprint(out.String(), err), "template")
			func() {
				defer func() { requireHidden(t, fmt.Sprint(recover()), "panic") }()
				panic(v)
			}()
		})
	}
}

func TestSecretReveals(t *testing.T) {
	s := admin.NewSecret(hidden)
	require.Equal(t, hidden, s.Reveal())
	require.False(t, s.IsZero())
	require.Equal(t, "[redacted]", s.String())
	require.Equal(t, hidden, admin.NewPasswordHash(hidden).PHC())
	for _, zero := range []admin.Secret{{}, admin.NewSecret("")} {
		require.True(t, zero.IsZero())
		require.Empty(t, zero.Reveal())
		require.Equal(t, "[redacted]", fmt.Sprint(zero), "nor does it tell whether there is one")
	}
	require.True(t, admin.PasswordHash{}.IsZero())
	require.Empty(t, admin.PasswordHash{}.PHC())
	b, err := json.Marshal(s)
	require.NoError(t, err)
	require.JSONEq(t, `"[redacted]"`, string(b))
	require.Error(t, json.Unmarshal([]byte(`{"Password":"[redacted]"}`), new(admin.AcceptInput)), "nothing is read back by accident")
}

func TestSecretDigest(t *testing.T) {
	d := admin.NewSecret("abc").Digest()
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", fmt.Sprintf("%x", d[:]), "FIPS 180-4")
	require.NotEqual(t, d, admin.Secret{}.Digest())
}

func TestPeopleDoNotLeakWhatTheyHandle(t *testing.T) {
	h := newHouse(t)
	i, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", admin.Analyst)
	require.NoError(t, err)
	_, wrong := h.Accept(t.Context(), acme, admin.NewSecret(secret.Reveal()+"x"), carl)
	digest := secret.Digest()
	all := fmt.Sprintf("%+v %#v %+v %+v %v", h.ann, h.ann, i, h.records(admin.AuditFilter{}), errors.Join(wrong))
	for _, s := range []string{secret.Reveal(), fmt.Sprintf("%x", digest[:]), annsPassword.Reveal(), "$argon2id$"} {
		require.NotContains(t, all, s)
	}
}
