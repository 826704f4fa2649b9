package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Audit actions on people.
const (
	ActionCreateOrganization Action = "organization.create"
	ActionRenameOrganization Action = "organization.rename"
	ActionChangeName         Action = "user.change_name"
	ActionChangeEmail        Action = "user.change_email"
	ActionChangePassword     Action = "user.change_password"
	ActionChangeRole         Action = "user.change_role"
	ActionDeactivate         Action = "user.deactivate" // revokes the user's pending invitations too
	ActionReactivate         Action = "user.reactivate"
	ActionInvite             Action = "invitation.create"
	ActionResend             Action = "invitation.resend"
	ActionRevoke             Action = "invitation.revoke"
	ActionAccept             Action = "invitation.accept" // by the user that it made
)

// Kinds of Subject in the audit trail.
const (
	subjectOrganization = "organization"
	subjectUser         = "user"
	subjectInvitation   = "invitation"
)

// maxName is the length of a person's or a company's name, in characters.
const maxName = 255

// PeopleOptions of NewPeople; the zero value is ready.
type PeopleOptions struct {
	Runtime
	// Roles says what each role may do; the zero value means DefaultRoles.
	Roles Roles
	// Hasher hashes passwords; nil means an Argon2id with its defaults.
	Hasher PasswordHasher
	// Passwords says which passwords users may choose.
	Passwords PasswordRules
	// Limiter slows down guessing; nil means a MemoryLimiter with its defaults, which counts in
	// this process only.
	Limiter Limiter
	// Invitations limits invitations.
	Invitations InvitationRules
}

// InvitationRules limit invitations; the zero value is ready.
type InvitationRules struct {
	// Lifetime is how long an invitation can be accepted; 0 means 7 days.
	Lifetime time.Duration
	// Pending is how many may be pending in one organization; 0 means 100.
	Pending int
	// Cooldown is how long after sending it may not be sent again, so that nobody's mailbox is
	// flooded; 0 means 1 minute, and a negative one none.
	Cooldown time.Duration
}

func (o PeopleOptions) withDefaults() PeopleOptions {
	o.Runtime = o.WithDefaults()
	if o.Roles.IsZero() {
		o.Roles = DefaultRoles()
	}
	if o.Limiter == nil {
		o.Limiter = NewMemoryLimiter(MemoryLimiterOptions{Now: o.Now})
	}
	if o.Passwords.BreachTimeout <= 0 {
		o.Passwords.BreachTimeout = 2 * time.Second
	}
	o.Passwords.Words = slices.Clone(o.Passwords.Words)
	if o.Invitations.Lifetime <= 0 {
		o.Invitations.Lifetime = 7 * 24 * time.Hour
	}
	if o.Invitations.Pending <= 0 {
		o.Invitations.Pending = 100
	}
	if o.Invitations.Cooldown == 0 {
		o.Invitations.Cooldown = time.Minute
	}
	if o.Hasher == nil {
		o.Hasher = defaultHasher(o.Runtime)
	}
	return o
}

func defaultHasher(r Runtime) PasswordHasher {
	h, err := NewArgon2id(Argon2idOptions{Rand: r.Rand})
	if err != nil {
		panic(err) // the defaults are within their limits
	}
	return h
}

// People is an organization's people: its first user, everybody's profile and password, users and
// invitations, and who somebody is when they sign in. It is safe for concurrent use.
type People struct {
	organizations OrganizationStore
	users         UserStore
	invitations   InvitationStore
	o             PeopleOptions
	common        blocklist
}

// NewPeople keeps people in the stores.
func NewPeople(organizations OrganizationStore, users UserStore, invitations InvitationStore, o PeopleOptions) *People {
	return &People{
		organizations: organizations, users: users, invitations: invitations,
		o: o.withDefaults(), common: newBlocklist(),
	}
}

// userRecord begins the audit record of what is done to a user.
func (s *People) userRecord(scope Scope, action Action, id uuid.UUID, changes ...Change) Record {
	return s.o.Record(scope, action, Subject{Kind: subjectUser, ID: id.String()}, changes...)
}

// email checks an address given by somebody.
func (p *Problems) email(path, text string) Email {
	if text == "" {
		p.Add(path, CodeRequired, "is required: give an e-mail address such as ann@example.com")
		return Email{}
	}
	e, err := ParseEmail(text)
	if err != nil {
		p.Add(path, CodeFormat, "%v", err)
	}
	return e
}

// errBreachCheck hides the cause, which is the host's: it is logged.
var errBreachCheck = fmt.Errorf("the password could not be checked against breaches: try again later: %w", ErrBusy)

// known reports whether a user has this e-mail address, active or not.
func (s *People) known(ctx context.Context, org OrgID, e Email) (bool, error) {
	_, _, err := s.users.ByEmail(ctx, org, e.Key)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
