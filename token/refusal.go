package token

import (
	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Reason is the code of a reason why a secret was refused.
type Reason string

// The reasons, in the order in which they are checked.
const (
	ReasonMalformed   Reason = "malformed"   // not in the format of a token
	ReasonChecksum    Reason = "checksum"    // mistyped, cut off or made up
	ReasonForeign     Reason = "foreign"     // of another brand or environment
	ReasonUnknown     Reason = "unknown"     // no such token
	ReasonDeleted     Reason = "deleted"     // its token is deleted: an old secret is still in use
	ReasonDeactivated Reason = "deactivated" // its token is switched off
	ReasonExpired     Reason = "expired"     // its token has expired
	ReasonUser        Reason = "user"        // the user who answers for its token is not active, or has no role
	ReasonNetwork     Reason = "network"     // presented from outside of its token's networks, or from an unknown peer
)

// Refusal is the error of a refused secret. Its text is that of [ErrBadToken] for every reason, so that
// it can be shown; the fields are for the host's own log and counters.
type Refusal struct {
	Reason Reason
	// Org and TokenID identify the token if it was recognized.
	Org     admin.OrgID
	TokenID uuid.UUID
}

// Error returns the text of [ErrBadToken].
func (*Refusal) Error() string { return ErrBadToken.Error() }

// Unwrap makes errors.Is(err, ErrBadToken) and errors.Is(err, admin.ErrUnauthenticated) true.
func (*Refusal) Unwrap() error { return ErrBadToken }
