package main

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/token"
)

// printVerify compares verifying an API token, of which the organization has ten thousand, with hashing the
// secret and selecting the row by its digest.
func printVerify(ctx context.Context) error {
	return onDatabases(ctx, func(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB) error {
		c, err := center(ctx, db, admincenter.Options{})
		if err != nil {
			return err
		}
		if err := (loader{d.dialect, pool}).tokens(ctx, 10_000); err != nil {
			return err
		}
		made, err := c.Tokens.Generate(ctx, admin.System(org), token.GenerateInput{
			Name: "bench", Permissions: []admin.Permission{customer.PermissionRead},
		})
		if err != nil {
			return err
		}
		bare, err := newBare(ctx, pool, d.dialect, "SELECT * FROM "+sqlstore.DefaultPrefix+"tokens WHERE digest = ?")
		if err != nil {
			return err
		}
		defer bare.close()
		ours, other, err := alternate(
			func() error {
				_, err := c.Tokens.Verify(ctx, made.Secret)
				return err
			},
			func() error {
				digest := made.Secret.Digest()
				n, err := bare.read(ctx, []any{digest[:]})
				if err == nil && n != 1 {
					err = fmt.Errorf("%d tokens have the digest", n)
				}
				return err
			},
		)
		if err == nil {
			printRatio("verify."+d.name+"/select", ours, other)
		}
		return err
	})
}
