package main

import (
	"context"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/token"
)

// tokens compares verifying an API token with what is often put together: a password hash of it.
func tokens(ctx context.Context) ([]comparison, error) {
	c, err := center(ctx, memory.New(), admincenter.Options{})
	if err != nil {
		return nil, err
	}
	made, err := c.Tokens.Generate(ctx, admin.System(org),
		token.GenerateInput{Name: "bench", Permissions: []admin.Permission{customer.PermissionRead}})
	if err != nil {
		return nil, err
	}
	secret := made.Secret.Reveal()
	hash, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.DefaultCost)
	if err != nil {
		return nil, err
	}
	return []comparison{{
		name: "token.verify/bcrypt",
		ours: func(b *testing.B) {
			for b.Loop() {
				if _, err := c.Tokens.Verify(ctx, admin.NewSecret(secret)); err != nil {
					b.Fatal(err)
				}
			}
		},
		other: func(b *testing.B) {
			for b.Loop() {
				if err := bcrypt.CompareHashAndPassword(hash, []byte(secret)); err != nil {
					b.Fatal(err)
				}
			}
		},
	}}, nil
}
