package main

import (
	"context"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/token"
)

const tokenName = "nightly export"

// tokens generates a token on the first run, uses it, switches it off and on, and lists them all.
func (t *tour) tokens(ctx context.Context) error {
	t.tab("API Tokens")
	tokens := t.center.Tokens
	var have *token.Token
	for k, err := range tokens.All(ctx, t.scope, token.Filter{}) {
		if err != nil {
			return err
		}
		if k.Name == tokenName {
			have = &k
		}
	}
	if have == nil {
		made, err := tokens.Generate(ctx, t.scope, token.GenerateInput{
			Name: tokenName, Permissions: []admin.Permission{customer.PermissionRead, currency.PermissionRead},
			ExpiresAt: time.Now().AddDate(1, 0, 0),
		})
		if err != nil {
			return err
		}
		t.say("Copy the secret now, it is not shown again: %s", made.Secret.Reveal())
		if err := t.useToken(ctx, made); err != nil {
			return err
		}
	} else {
		t.say("The secret of %q was shown when it was generated; now there is only %s.", have.Name, have.Hint())
	}
	var rows [][]string
	for k, err := range tokens.All(ctx, t.scope, token.Filter{}) {
		if err != nil {
			return err
		}
		rows = append(rows, []string{
			k.Name, k.Hint(), strings.ReplaceAll(k.Permissions.String(), " ", ", "), string(k.State),
			day(k.ExpiresAt), day(k.LastUsedAt),
		})
	}
	t.table("NAME|SECRET|MAY|STATE|UNTIL|LAST USED", rows...)
	return nil
}

// useToken shows what an API handler does with a secret.
func (t *tour) useToken(ctx context.Context, made token.Generated) error {
	verified, err := t.center.Tokens.Verify(ctx, made.Secret)
	if err != nil {
		return err
	}
	t.say("It acts as %s.", verified.Scope)
	_, err = t.center.Currencies.SetBase(ctx, verified.Scope, "EUR")
	t.say("Setting the base currency with it: %v", err)
	if _, err := t.center.Tokens.Deactivate(ctx, t.scope, made.Token.ID, token.EndOptions{}); err != nil {
		return err
	}
	_, err = t.center.Tokens.Verify(ctx, made.Secret)
	t.say("Switched off: %v", err)
	_, err = t.center.Tokens.Reactivate(ctx, t.scope, made.Token.ID)
	return err
}

// day is a date as the tables show it; none is a dash.
func day(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.Format(time.DateOnly)
}
