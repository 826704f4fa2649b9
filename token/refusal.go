package token

import (
	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Reason is why a secret was refused.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	ReasonMalformed   Reason = "malformed"   // not written as a token at all
	ReasonChecksum    Reason = "checksum"    // mistyped, cut off or made up
	ReasonForeign     Reason = "foreign"     // of another brand or environment
	ReasonUnknown     Reason = "unknown"     // no such token
	ReasonDeleted     Reason = "deleted"     // its token is deleted: somebody keeps an old secret
	ReasonDeactivated Reason = "deactivated" // its token is switched off
	ReasonExpired     Reason = "expired"     // its token has expired
)

// Refusal is the error of a refused secret. Its text is ErrBadToken's whatever the reason, so that
// it may be shown; the fields are for the host's own log and counters.
type Refusal struct {
	Reason Reason
	// Org and TokenID say whose token it was, where it was recognised.
	Org     admin.OrgID
	TokenID uuid.UUID
}

// Error is ErrBadToken's text.
func (*Refusal) Error() string { return ErrBadToken.Error() }

// Unwrap makes errors.Is(err, ErrBadToken) and errors.Is(err, admin.ErrUnauthenticated) true.
func (*Refusal) Unwrap() error { return ErrBadToken }
