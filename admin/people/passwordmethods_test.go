package people_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// setters are the methods that set a password. Each is called in a house of its own.
func setters() map[string]func(h *house, password admin.Secret) error {
	return map[string]func(h *house, password admin.Secret) error{
		"CreateOrganization": func(h *house, password admin.Secret) error {
			_, _, err := h.CreateOrganization(h.t.Context(), people.NewOrganization{
				ID: "other", Name: "Acme Ltd", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: password},
			})
			return err
		},
		"Accept": func(h *house, password admin.Secret) error {
			_, secret, err := h.Invite(h.t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
			require.NoError(h.t, err)
			_, err = h.Accept(h.t.Context(), acme, secret, people.AcceptInput{Name: "Ann", Password: password})
			return err
		},
		"ChangePassword": func(h *house, password admin.Secret) error {
			return changePassword(h.t.Context(), h, h.ann.Scope, annsPassword, password)
		},
		"ResetPassword": func(h *house, password admin.Secret) error {
			_, err := h.ResetPassword(h.t.Context(), acme, h.forgot("ann@acme.example").Secret, password)
			return err
		},
		"CheckPassword": func(h *house, password admin.Secret) error {
			return h.CheckPassword(password, "Acme Ltd", "Ann", "ann@acme.example")
		},
	}
}

// takers are the methods that take a secret and set no password.
func takers() map[string]string {
	return map[string]string{
		"BeginTOTP":               "the password that is set",
		"RemoveTOTP":              "the password that is set",
		"RegenerateRecoveryCodes": "the password that is set",
		"ConfirmTOTP":             "a code of an authenticator app",
		"CompleteSignIn":          "a ticket and a code",
		"SignIn":                  "the password that is set",
		"RequestEmailChange":      "the password that is set",
		"ConfirmEmailChange":      "a secret that was sent",
		"RefuseEmailChange":       "a secret that was sent",
		"Reauthenticate":          "a session's secret and the password that is set",
		"ReauthenticateVerified":  "a session's secret",
		"ResumeSession":           "a session's secret",
		"SignOut":                 "a session's secret",
	}
}

// takesSecret reports whether a value of this type can carry a secret in.
func takesSecret(in reflect.Type) bool {
	switch {
	case in == reflect.TypeFor[admin.Secret](), in == reflect.TypeFor[people.PasswordHash]():
		return true
	case in.Kind() == reflect.Struct && strings.HasPrefix(in.PkgPath(), "github.com/admincenter/"):
		for i := range in.NumField() {
			if takesSecret(in.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// No method lets a password past the rules: one that can carry a password must be among those that are tested.
func TestNoMethodLetsAPasswordPastTheRules(t *testing.T) {
	service := reflect.TypeFor[*people.Service]()
	known := slices.Collect(maps.Keys(setters()))
	known = slices.AppendSeq(known, maps.Keys(takers()))
	var found []string
	for i := range service.NumMethod() {
		m := service.Method(i)
		for k := 1; k < m.Type.NumIn(); k++ {
			if takesSecret(m.Type.In(k)) {
				found = append(found, m.Name)
				break
			}
		}
	}
	slices.Sort(known)
	require.Equal(t, known, found, "a method that takes a secret has no row here")

	weak := map[string]string{
		"too short":                "mosaic turnip",
		"a common one":             "passwordpassword",
		"the company's and user's": "Acme Ltd Ann Acme Ltd",
		"the e-mail address":       "ann@acme.example",
		"the product's name":       "meterverse2meterverse",
		"not text":                 "kx8vqm2trzw5pnh\xff",
		"too long":                 strings.Repeat("kx8vqm2trzw5pnh1", 65),
		"known from a breach":      bobsPassword.Reveal(),
	}
	for name, set := range setters() {
		for reason, text := range weak {
			t.Run(fmt.Sprint(name, " ", reason), func(t *testing.T) {
				h := newHouse(t, func(o *people.Options) {
					o.Passwords = people.PasswordRules{Words: []string{"Meterverse"}, Breaches: &breaches{known: bobsPassword.Reveal()}}
				})
				err := set(h, admin.NewSecret(text))
				if name == "CheckPassword" && reason == "known from a breach" {
					require.NoError(t, err, "it does no I/O")
					return
				}
				require.ErrorIs(t, err, admin.ErrInvalid)
				require.NotContains(t, err.Error(), text)
			})
		}
		t.Run(name+" a good one", func(t *testing.T) {
			require.NoError(t, set(newHouse(t), newPassword))
		})
	}
}

func TestCheckPasswordReportsEveryProblem(t *testing.T) {
	h := newHouse(t)
	for text, codes := range map[string][]string{
		"aaaaaaa":          {admin.CodeTooShort, people.CodeGuessable},
		"acme":             {admin.CodeTooShort, people.CodeGuessable},
		"k":                {admin.CodeTooShort},
		"kx8vqm2":          {admin.CodeTooShort},
		"zzzzzzzzzzzzzzzz": {people.CodeGuessable},
	} {
		var v *admin.ValidationError
		require.ErrorAs(t, h.CheckPassword(admin.NewSecret(text), "Acme"), &v)
		var got []string
		for _, f := range v.Fields {
			require.Equal(t, "/password", f.Path)
			got = append(got, f.Code)
		}
		require.Equal(t, codes, got, text)
	}
	require.NoError(t, h.CheckPassword(newPassword, "Acme", ""))
}
