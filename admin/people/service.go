package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Audit actions on people.
const (
	ActionCreateOrganization admin.Action = "organization.create"
	ActionRenameOrganization admin.Action = "organization.rename"
	ActionChangeName         admin.Action = "user.change_name"
	ActionChangeEmail        admin.Action = "user.change_email"
	ActionChangePassword     admin.Action = "user.change_password"
	ActionChangeRole         admin.Action = "user.change_role"
	ActionDeactivate         admin.Action = "user.deactivate" // revokes the user's pending invitations too
	ActionReactivate         admin.Action = "user.reactivate"
	ActionInvite             admin.Action = "invitation.create"
	ActionResend             admin.Action = "invitation.resend"
	ActionRevoke             admin.Action = "invitation.revoke"
	ActionAccept             admin.Action = "invitation.accept" // by the user that it made
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
type Options struct {
	admin.Runtime
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

func (o Options) withDefaults() Options {
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

func defaultHasher(r admin.Runtime) PasswordHasher {
	h, err := NewArgon2id(Argon2idOptions{Rand: r.Rand})
	if err != nil {
		panic(err) // the defaults are within their limits
	}
	return h
}

// People is an organization's people: its first user, everybody's profile and password, users and
// invitations, and who somebody is when they sign in. It is safe for concurrent use.
type Service struct {
	organizations OrganizationStore
	users         UserStore
	invitations   InvitationStore
	o             Options
	common        blocklist
}

// NewPeople keeps people in the stores.
func NewService(organizations OrganizationStore, users UserStore, invitations InvitationStore, o Options) *Service {
	return &Service{
		organizations: organizations, users: users, invitations: invitations,
		o: o.withDefaults(), common: newBlocklist(),
	}
}

// userRecord begins the audit record of what is done to a user.
func (s *Service) userRecord(scope admin.Scope, action admin.Action, id uuid.UUID, changes ...admin.Change) admin.Record {
	return s.o.Record(scope, action, admin.Subject{Kind: subjectUser, ID: id.String()}, changes...)
}

// checkEmail reads an address of an input, and adds to p what is wrong with it.
func checkEmail(p *admin.Problems, path, text string) Email {
	if text == "" {
		p.Add(path, admin.CodeRequired, "is required: give an e-mail address such as ann@example.com")
		return Email{}
	}
	e, err := ParseEmail(text)
	if err != nil {
		p.Add(path, admin.CodeFormat, "%v", err)
	}
	return e
}

// errBreachCheck hides the cause, which is the host's: it is logged.
var errBreachCheck = fmt.Errorf("the password could not be checked against breaches: try again later: %w", admin.ErrBusy)

// known reports whether a user has this e-mail address, active or not.
func (s *Service) known(ctx context.Context, org admin.OrgID, e Email) (bool, error) {
	_, _, err := s.users.ByEmail(ctx, org, e.Key)
	if errors.Is(err, admin.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
