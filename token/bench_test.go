package token_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/token"
)

func BenchmarkParse(b *testing.B) {
	_, secrets := benchmarkTokens(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := token.Parse(secrets[0]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify runs over the memory storage, so it shows the cost of the library itself: the last
// use is noted once and then throttled.
func BenchmarkVerify(b *testing.B) {
	for _, n := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("tokens=%d", n), func(b *testing.B) {
			tokens, secrets := benchmarkTokens(b, n)
			for _, secret := range secrets {
				if _, err := tokens.Verify(b.Context(), secret); err != nil {
					b.Fatal(err)
				}
			}
			if err := tokens.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := tokens.Verify(b.Context(), secrets[i%n]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkVerifyMistyped shows the cost of a flood of made-up secrets.
func BenchmarkVerifyMistyped(b *testing.B) {
	tokens, secrets := benchmarkTokens(b, 1)
	right := secrets[0].Reveal()
	wrong := admin.NewSecret(right[:len(right)-1] + "!")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tokens.Verify(b.Context(), wrong); err == nil {
			b.Fatal("accepted")
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	tokens, _ := benchmarkTokens(b, 1)
	in := token.GenerateInput{Name: "x", Permissions: []admin.Permission{settings.PermissionRead}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tokens.Generate(b.Context(), admin.System(acme), in); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkTokens(b *testing.B, n int) (*token.Service, []admin.Secret) {
	b.Helper()
	backend := memory.New()
	runtime := admin.Runtime{}.WithDefaults()
	first := people.User{ID: uuid.Max, Name: "First"}
	rec := runtime.Record(admin.System(acme), "organization.create", admin.Subject{Kind: "organization", ID: string(acme)})
	if err := backend.Organizations().Create(b.Context(), people.Organization{ID: acme, Name: "Company", Version: 1}, first, people.Credential{UserID: first.ID}, rec); err != nil {
		b.Fatal(err)
	}
	tokens, err := token.NewService(token.Ports{
		Tokens: backend.Tokens(),
		UserPermissions: func(token.UserAccess) (admin.PermissionSet, error) {
			return admin.Permissions(settings.PermissionRead), nil
		},
	}, token.Options{MaxTokens: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	secrets := make([]admin.Secret, n)
	for i := range secrets {
		made, err := tokens.Generate(b.Context(), admin.System(acme), token.GenerateInput{Name: "x", Permissions: []admin.Permission{settings.PermissionRead}})
		if err != nil {
			b.Fatal(err)
		}
		secrets[i] = made.Secret
	}
	return tokens, secrets
}
