package token

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Recognized is what [Service.Recognize] knows of a secret.
type Recognized struct {
	// Known is false if the secret is of no token that the caller may know of. The other fields are empty then.
	Known bool        `json:"known"`
	Org   admin.OrgID `json:"org,omitempty"`
	Token Token       `json:"token,omitzero"`
	// Reason is why the secret is refused now; empty means that it is in force, and that its token should be
	// deactivated.
	Reason Reason `json:"reason,omitempty"`
}

// maxRecognized is the greatest number of secrets in one call of Recognize.
const maxRecognized = 1000

// Recognize returns what is known of each secret, in the order of secrets, at most 1,000. They are such as
// [Scan] found in a place where they should not be. To an organization, the tokens of others are unknown. It
// requires [PermissionRead], is no use of a token, and fails with [admin.ErrInvalid] for too many secrets.
func (s *Service) Recognize(ctx context.Context, scope admin.Scope, secrets ...admin.Secret) ([]Recognized, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return nil, err
	}
	found, err := s.RecognizeAnywhere(ctx, secrets...)
	for i, r := range found {
		if r.Org != scope.Org() {
			found[i] = Recognized{}
		}
	}
	return found, err
}

// RecognizeAnywhere is [Service.Recognize] for the tokens of all organizations. It is for the host's own code,
// such as the webhook of a secret scanner, and must not answer a request of one organization.
func (s *Service) RecognizeAnywhere(ctx context.Context, secrets ...admin.Secret) ([]Recognized, error) {
	var p admin.Problems
	if n := len(secrets); n > maxRecognized {
		p.Add("/secrets", admin.CodeTooLong, "has %d secrets: give at most %d at once", n, maxRecognized).
			With("max", maxRecognized)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	now := s.runtime.Instant()
	out := make([]Recognized, len(secrets))
	for i, secret := range secrets {
		r, err := s.recognize(ctx, secret, now)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

func (s *Service) recognize(ctx context.Context, secret admin.Secret, now time.Time) (Recognized, error) {
	if s.format.refuses(secret.Reveal()) != "" {
		return Recognized{}, ctx.Err()
	}
	var found Stored
	err := s.find(ctx, secret, &found)
	switch {
	case errors.Is(err, admin.ErrNotFound):
		return Recognized{}, nil
	case err != nil:
		return Recognized{}, fmt.Errorf("recognize an API token: %w", err)
	}
	reason := found.Token.RefusedAt(now)
	if reason == "" {
		_, reason = s.effective(&found.Token, &found.User)
	}
	t, err := s.ports.Tokens.Get(ctx, found.Org, found.Token.ID)
	if err != nil {
		return Recognized{}, fmt.Errorf("recognize an API token: %w", err)
	}
	return Recognized{Known: true, Org: found.Org, Token: t, Reason: reason}, nil
}
