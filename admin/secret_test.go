package admin_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"log"
	"log/slog"
	"testing"
	"text/template"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

const leak = "hunter2-s3cr3t"

// holder is a host's struct with secrets where structs have them.
type holder struct {
	Name    string
	Secret  admin.Secret
	Pointer *admin.Secret
	hidden  admin.Secret // fmt calls no methods on it
	Hash    people.PasswordHash
	inner   struct{ deep people.PasswordHash }
}

// nestings is every way in which a secret comes into a value that is printed.
func nestings() map[string]any {
	s, h := admin.NewSecret(leak), people.NewPasswordHash(leak)
	held := holder{Name: "x", Secret: s, Pointer: &s, hidden: s, Hash: h}
	held.inner.deep = h
	return map[string]any{
		"secret": s, "hash": h, "pointer": &s, "pointer to hash": &h, "struct": held, "pointer to struct": &held,
		"slice": []admin.Secret{s}, "slice of any": []any{s, &s, h}, "array": [1]admin.Secret{s},
		"map": map[string]admin.Secret{"a": s}, "map of structs": map[string]holder{"a": held},
		"map key": map[admin.Secret]int{s: 1}, "slice of structs": []holder{held}, "nested any": []any{[]any{held}},
		"error": fmt.Errorf("token %v: %w", s, admin.ErrInvalid), "quoted error": fmt.Errorf("token %q %x %+v", s, s, held),
		"credential": people.Credential{Hash: h}, "acceptance": people.Acceptance{Credential: people.Credential{Hash: h}},
		"input": people.AcceptInput{Password: s}, "new organization": people.NewOrganization{Admin: people.NewAdmin{Password: s}},
		"joined errors": errors.Join(fmt.Errorf("%s", h), fmt.Errorf("%#v", s)),
		"channel":       func() any { c := make(chan admin.Secret, 1); c <- s; return c }(),
	}
}

func requireNoLeak(t *testing.T, out string) {
	t.Helper()
	require.NotContains(t, out, leak)
	require.NotContains(t, out, fmt.Sprintf("%x", leak))
	require.NotContains(t, out, fmt.Sprintf("%X", leak))
	require.NotContains(t, out, fmt.Sprintf("%d", []byte(leak)))
	require.NotContains(t, out, "aHVudGVyMi1zM2NyM3") // base64
}

func TestSecretsDoNotPrint(t *testing.T) {
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%b", "%o", "%c", "%U", "%e", "%g", "%t", "%p", "%T", "%z", "%20v", "%-20.3s", "%!"}
	for name, value := range nestings() {
		t.Run(name, func(t *testing.T) {
			for _, verb := range verbs {
				requireNoLeak(t, fmt.Sprintf(verb, value))
			}
			requireNoLeak(t, fmt.Sprint(value))
			requireNoLeak(t, fmt.Sprintln(value, value))
		})
	}
	for _, verb := range verbs {
		if verb != "%T" && verb != "%p" && verb != "%!" { // which ask for the type, an address and nothing
			require.Equal(t, "[redacted]", fmt.Sprintf(verb, admin.NewSecret(leak)), verb)
			require.Equal(t, "[redacted]", fmt.Sprintf(verb, people.NewPasswordHash(leak)), verb)
		}
	}
}

func TestSecretsDoNotMarshal(t *testing.T) {
	for name, value := range nestings() {
		t.Run(name, func(t *testing.T) {
			// Some values cannot be marshaled at all; what was written by then counts.
			var out bytes.Buffer
			if b, err := json.Marshal(value); err == nil {
				out.Write(b)
			} else {
				out.WriteString(err.Error())
			}
			_ = json.NewEncoder(&out).Encode(map[string]any{"a": value})
			_ = xml.NewEncoder(&out).Encode(value)
			_ = gob.NewEncoder(&out).Encode(value)
			requireNoLeak(t, out.String())
		})
	}
	b, err := json.Marshal(struct{ Secret admin.Secret }{admin.NewSecret(leak)})
	require.NoError(t, err)
	require.JSONEq(t, `{"Secret":"[redacted]"}`, string(b))
	type credential struct{ Hash people.PasswordHash }
	b, err = xml.Marshal(credential{people.NewPasswordHash(leak)})
	require.NoError(t, err)
	require.Contains(t, string(b), "<Hash>[redacted]</Hash>")
}

func TestSecretsAreNotReadFromJSON(t *testing.T) {
	var shown struct{ Secret admin.Secret }
	require.Error(t, json.Unmarshal([]byte(`{"Secret":"[redacted]"}`), &shown), "or a record that was shown would overwrite the secret when it comes back")
	require.True(t, shown.Secret.IsZero())
}

func TestSecretsDoNotLog(t *testing.T) {
	for name, value := range nestings() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
				logger := slog.New(handler)
				logger.Info("message", "value", value)
				logger.With("value", value).Info("message")
				logger.Info("message", slog.Group("group", "value", value))
			}
			log.New(&out, "", 0).Println(value)
			requireNoLeak(t, out.String())
		})
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "secret", admin.NewSecret(leak))
	require.Contains(t, out.String(), "secret=[redacted]")
}

func TestSecretsDoNotRender(t *testing.T) {
	text := template.Must(template.New("").Parse(`{{.}} {{printf "%s %v %q" . . .}} {{print .}} {{html .}}`))
	page := htmltemplate.Must(htmltemplate.New("").Parse(`<p title="{{.}}">{{.}}</p><script>var x = {{.}}</script><a href="/?q={{.}}">x</a>`))
	for name, value := range nestings() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			_ = text.Execute(&out, value)
			_ = page.Execute(&out, value)
			requireNoLeak(t, out.String())
		})
	}
}

func TestSecretsReveal(t *testing.T) {
	require.Equal(t, leak, admin.NewSecret(leak).Reveal())
	require.Equal(t, leak, people.NewPasswordHash(leak).PHC())
	require.False(t, admin.NewSecret(leak).IsZero())
	require.False(t, people.NewPasswordHash(leak).IsZero())

	var s admin.Secret
	require.Empty(t, s.Reveal())
	require.True(t, s.IsZero())
	require.True(t, admin.NewSecret("").IsZero(), "nothing is no secret")
	require.Equal(t, "[redacted]", s.String(), "that there is none is not shown either")
	var h people.PasswordHash
	require.Empty(t, h.PHC())
	require.True(t, h.IsZero())
	require.Equal(t, "<nil>", fmt.Sprint((*admin.Secret)(nil)))
}

func TestSecretDigest(t *testing.T) {
	d := admin.NewSecret("abc").Digest()
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", fmt.Sprintf("%x", d[:]), "FIPS 180-4")
	require.NotEqual(t, d, admin.Secret{}.Digest())
}
