package people

import (
	"cmp"
	"context"
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
	ActionUpdateProfile      admin.Action = "user.update_profile"         // name and company
	ActionRequestEmail       admin.Action = "user.request_email"          // the address stays until it is confirmed
	ActionConfirmEmail       admin.Action = "user.confirm_email"          // one of two addresses confirmed
	ActionChangeEmail        admin.Action = "user.change_email"           // every address confirmed
	ActionCancelEmail        admin.Action = "user.cancel_email"           // the address stays
	ActionRequestReset       admin.Action = "user.request_password_reset" // by anyone; without a user if none is known
	ActionSendReset          admin.Action = "user.send_password_reset"    // by an administrator
	ActionResetPassword      admin.Action = "user.reset_password"         // by a secret that was sent to the user
	ActionChangePassword     admin.Action = "user.change_password"
	ActionBeginTOTP          admin.Action = "user.begin_totp"   // to enroll an authenticator app
	ActionConfirmTOTP        admin.Action = "user.confirm_totp" // from now on it is asked for
	ActionRemoveTOTP         admin.Action = "user.remove_totp"  // and the recovery codes
	ActionUseRecoveryCode    admin.Action = "user.use_recovery_code"
	ActionResetFactors       admin.Action = "user.reset_factors" // by an administrator
	ActionChangeRole         admin.Action = "user.change_role"
	ActionDeactivate         admin.Action = "user.deactivate" // ends the user's invitations and API tokens too
	ActionReactivate         admin.Action = "user.reactivate"
	ActionErase              admin.Action = "user.erase" // takes what is about the person out of the trail
	ActionLinkIdentity       admin.Action = "user.link_identity"
	ActionUnlinkIdentity     admin.Action = "user.unlink_identity"
	ActionProvision          admin.Action = "user.provision"          // by a directory
	ActionAdopt              admin.Action = "user.adopt"              // a directory provisions the user from now on
	ActionUpdateProvisioned  admin.Action = "user.update_provisioned" // name and e-mail, by a directory
	ActionInvite             admin.Action = "invitation.create"
	ActionResend             admin.Action = "invitation.resend"
	ActionRevoke             admin.Action = "invitation.revoke"
	ActionAccept             admin.Action = "invitation.accept" // by the user that it created
	ActionStartSession       admin.Action = "session.start"     // ends the oldest if there are too many
	ActionReauthenticate     admin.Action = "session.reauthenticate"
	ActionEndSession         admin.Action = "session.end"
	ActionEndSessions        admin.Action = "user.end_sessions" // all of a user
	ActionEndOtherSessions   admin.Action = "user.end_other_sessions"
	ActionCreateRole         admin.Action = "role.create"
	ActionUpdateRole         admin.Action = "role.update"
	ActionDeleteRole         admin.Action = "role.delete"

	ActionImpersonate admin.Action = "user.impersonate" // by support, which acts for the user until an instant

	ActionRegenerateRecoveryCodes admin.Action = "user.regenerate_recovery_codes"

	ActionSuspendOrganization    admin.Action = "organization.suspend"
	ActionReactivateOrganization admin.Action = "organization.reactivate"
	ActionDeleteOrganization     admin.Action = "organization.delete" // removed with all others of the organization
)

// Kinds of Subject in the audit trail.
const (
	subjectOrganization = "organization"
	subjectUser         = "user"
	subjectInvitation   = "invitation"
	subjectSession      = "session"
	subjectRole         = "role"
)

// maxName is the length of a person's or a company's name, in characters.
const maxName = 255

// Ports are the stores of a [Service]. All but Atomically, Audit and KeepEvent are required.
type Ports struct {
	Organizations OrganizationStore
	Users         UserStore
	Invitations   InvitationStore
	Tickets       TicketStore
	Sessions      SessionStore
	Identities    IdentityStore
	Roles         RoleStore
	Factors       FactorStore
	// Atomically runs fn with the stores of a transaction, which commits when fn returns nil; it may run fn
	// again. nil means that the ports are those of a transaction already.
	Atomically func(ctx context.Context, fn func(Ports) error) error
	// Audit keeps the record of [Service.Impersonate] and has what [Service.EraseUser] erases, which fail without it.
	Audit admin.AuditStore
	// TokensOf, if set, returns the ids of all API tokens that a user answers for, also of those that are deleted:
	// [Service.EraseUser] erases what the trail has of them.
	TokensOf func(ctx context.Context, org admin.OrgID, user uuid.UUID) ([]uuid.UUID, error)
	// KeepEvent, if set, keeps an event after it was emitted. It must return soon, and take as long for each user.
	KeepEvent func(context.Context, admin.Event)
}

// Options of a [Service]; the zero value is ready.
type Options struct {
	admin.Runtime
	// Roles are the permissions of each built-in role; the zero value means [DefaultRoles].
	Roles Roles
	// CustomRoles limits the roles that an organization keeps for itself.
	CustomRoles CustomRoleOptions
	// Hasher hashes passwords; nil means an [Argon2id] with its defaults and with HashSlots.
	Hasher PasswordHasher
	// HashSlots bound the hashes that are computed concurrently, if Hasher is nil. Give the same to every
	// service of a process; nil means slots of this service's own and of those made of it by [Service.In].
	HashSlots *HashSlots
	// Passwords are the rules for new passwords.
	Passwords PasswordRules
	// Limiter slows down guessing and the flooding of mailboxes; nil means a [MemoryLimiter] with its
	// defaults, which counts in this process only.
	Limiter Limiter
	// Limits are the rates of the Limiter.
	Limits Limits
	// Invitations limits invitations.
	Invitations InvitationRules
	// EmailChanges limits changes of e-mail addresses.
	EmailChanges EmailChangeRules
	// Resets limits secrets for forgotten passwords.
	Resets ResetRules
	// Sessions limits sessions that the library keeps.
	Sessions SessionRules
	// Fresh is how long ago a user may last have authenticated when they change credentials, roles,
	// invitations or sessions: later calls fail with [admin.ErrReauthenticate]. 0 means that it does not
	// matter, except that to change second factors or the e-mail address without a password, and to change
	// identities, it must be within 10 minutes. See [admin.Scope.RequireRecent].
	Fresh time.Duration
	// Factors are about second factors.
	Factors FactorOptions
}

// InvitationRules limit invitations; the zero value is ready.
type InvitationRules struct {
	// Lifetime is how long an invitation can be accepted; 0 means 7 days.
	Lifetime time.Duration
	// Pending is the number of invitations that can be pending in one organization; 0 means 100.
	Pending int
	// Cooldown is how long an invitation cannot be sent again, so that mailboxes are not flooded; 0
	// means 1 minute.
	Cooldown time.Duration
}

// Service keeps an organization's users: profiles, roles, invitations, credentials and sessions. It is safe
// for concurrent use.
type Service struct {
	ports   Ports
	request admin.Request // clean; of [Service.From]
	*core
}

// core holds what services made by [Service.In] share.
type core struct {
	o      Options
	rules  RoleRules
	common blocklist
}

// NewService returns a Service over ports. It fails with [admin.ErrInvalid] if a port is missing or a
// number of the options is negative, with every problem.
func NewService(ports Ports, o Options) (*Service, error) {
	var p admin.Problems
	ports.check(&p)
	o.check(&p)
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	rules := RoleRules{BuiltIn: o.Roles, Allowed: o.CustomRoles.Allowed}
	return &Service{ports: ports, core: &core{o: o, rules: rules, common: newBlocklist()}}, nil
}

// In returns the service over other ports, such as those of a transaction. It shares the options, the
// hasher and the limiter.
func (s *Service) In(ports Ports) *Service {
	return &Service{ports: ports, request: s.request, core: s.core}
}

func (p Ports) check(problems *admin.Problems) {
	const message = "is required: give the people.%s of a storage"
	if p.Organizations == nil {
		problems.Add("/ports/organizations", admin.CodeRequired, message, "OrganizationStore")
	}
	if p.Users == nil {
		problems.Add("/ports/users", admin.CodeRequired, message, "UserStore")
	}
	if p.Invitations == nil {
		problems.Add("/ports/invitations", admin.CodeRequired, message, "InvitationStore")
	}
	if p.Tickets == nil {
		problems.Add("/ports/tickets", admin.CodeRequired, message, "TicketStore")
	}
	if p.Sessions == nil {
		problems.Add("/ports/sessions", admin.CodeRequired, message, "SessionStore")
	}
	if p.Identities == nil {
		problems.Add("/ports/identities", admin.CodeRequired, message, "IdentityStore")
	}
	if p.Roles == nil {
		problems.Add("/ports/roles", admin.CodeRequired, message, "RoleStore")
	}
	if p.Factors == nil {
		problems.Add("/ports/factors", admin.CodeRequired, message, "FactorStore")
	}
}

func (o Options) check(p *admin.Problems) {
	checkNotNegative(p, "/passwords/breachTimeout", o.Passwords.BreachTimeout)
	o.Limits.check(p)
	checkNotNegative(p, "/invitations/lifetime", o.Invitations.Lifetime)
	checkNotNegative(p, "/invitations/pending", o.Invitations.Pending)
	checkNotNegative(p, "/invitations/cooldown", o.Invitations.Cooldown)
	checkNotNegative(p, "/emailChanges/lifetime", o.EmailChanges.Lifetime)
	checkNotNegative(p, "/resets/lifetime", o.Resets.Lifetime)
	checkNotNegative(p, "/resets/pending", o.Resets.Pending)
	o.Sessions.check(p)
	checkNotNegative(p, "/fresh", o.Fresh)
	checkNotNegative(p, "/customRoles/limit", o.CustomRoles.Limit)
	if o.CustomRoles.Limit > maxCustomRoles {
		p.Add("/customRoles/limit", admin.CodeRange, "%d is more than %d", o.CustomRoles.Limit, maxCustomRoles)
	}
	o.Factors.check(p)
}

// checkNotNegative adds to p that an option is negative.
func checkNotNegative[N int | time.Duration](p *admin.Problems, path string, n N) {
	if n < 0 {
		p.Add(path, admin.CodeRange, "%v is negative: give a positive value, or 0 for the default", n)
	}
}

func (o Options) withDefaults() (Options, error) {
	var err error
	o.Runtime = o.WithDefaults()
	if o.Roles.IsZero() {
		o.Roles = DefaultRoles()
	}
	o.Limits = o.Limits.withDefaults()
	if o.CustomRoles.Allowed.Len() == 0 {
		o.CustomRoles.Allowed = o.Roles.All()
	}
	if o.CustomRoles.Limit == 0 {
		o.CustomRoles.Limit = 50
	}
	if o.Limiter == nil {
		if o.Limiter, err = NewMemoryLimiter(MemoryLimiterOptions{Now: o.Now}); err != nil {
			return Options{}, err
		}
	}
	if o.Hasher == nil {
		if o.Hasher, err = NewArgon2id(Argon2idOptions{Rand: o.Rand, Slots: o.HashSlots}); err != nil {
			return Options{}, err
		}
	}
	if o.Passwords.BreachTimeout == 0 {
		o.Passwords.BreachTimeout = 2 * time.Second
	}
	o.Passwords.Words = slices.Clone(o.Passwords.Words)
	o.Invitations.Lifetime = cmp.Or(o.Invitations.Lifetime, 7*24*time.Hour)
	o.Invitations.Pending = cmp.Or(o.Invitations.Pending, 100)
	o.Invitations.Cooldown = cmp.Or(o.Invitations.Cooldown, time.Minute)
	o.EmailChanges.Lifetime = cmp.Or(o.EmailChanges.Lifetime, 24*time.Hour)
	o.Resets.Lifetime = cmp.Or(o.Resets.Lifetime, time.Hour)
	o.Resets.Pending = cmp.Or(o.Resets.Pending, 5)
	o.Sessions = o.Sessions.withDefaults()
	return o, nil
}

// requireFresh fails with [admin.ErrReauthenticate] if the user in scope did not authenticate recently enough to
// change credentials, roles, invitations or sessions.
func (s *Service) requireFresh(scope admin.Scope) error {
	return scope.RequireRecent(s.o.Instant(), s.o.Fresh)
}

// proofWithin is how recently a user must have authenticated for what always requires it, if Options.Fresh is
// not set.
const proofWithin = 10 * time.Minute

// requireProof is requireFresh for what a stolen session must never be enough for: it does not depend on
// Options.Fresh being set.
func (s *Service) requireProof(scope admin.Scope) error {
	return scope.RequireRecent(s.o.Instant(), cmp.Or(s.o.Fresh, proofWithin))
}

// userRecord returns the audit record of an action on a user.
func (s *Service) userRecord(
	scope admin.Scope, action admin.Action, id uuid.UUID, changes ...admin.Change,
) admin.Record {
	return s.o.Record(scope, action, admin.Subject{Kind: subjectUser, ID: id.String()}, changes...)
}
