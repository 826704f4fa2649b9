package token_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/token"
)

var start = time.Date(2026, 3, 1, 10, 20, 30, 123456000, time.UTC)

// house is a service over a storage of its own with two organizations. The test controls its clock, ids
// and randomness.
type house struct {
	*token.Service
	t       *testing.T
	backend *memory.Backend
	store   *spy
	options token.Options
	users   map[string]people.User
	roles   map[string]admin.PermissionSet // of each user, by name
	now     time.Time
	log     bytes.Buffer
}

const (
	acme  = admin.OrgID("acme")
	other = admin.OrgID("other")
)

func newHouse(t *testing.T, set ...func(*token.Options)) *house {
	t.Helper()
	h := &house{
		t: t, backend: memory.New(), now: start, users: map[string]people.User{}, roles: map[string]admin.PermissionSet{},
	}
	h.store = &spy{Store: h.backend.Tokens()}
	ids := uint64(0)
	h.options.Runtime = admin.Runtime{
		Now: func() time.Time { return h.now },
		NewID: func() uuid.UUID {
			ids++
			var u uuid.UUID
			binary.BigEndian.PutUint64(u[8:], ids)
			return u
		},
		Rand:   rand.NewChaCha8([32]byte{1}),
		Logger: slog.New(slog.NewTextHandler(&h.log, nil)),
	}
	for _, f := range set {
		f(&h.options)
	}
	h.Service = h.service(h.options)
	for _, org := range []admin.OrgID{acme, other} {
		first := people.User{ID: h.options.NewID(), Name: "First", Role: people.Administrator, Status: people.UserActive, Version: 1}
		rec := h.options.Record(admin.System(org), "organization.create", admin.Subject{Kind: "organization", ID: string(org)})
		require.NoError(t, h.backend.Organizations().Create(t.Context(),
			people.Organization{ID: org, Name: "Company", CreatedAt: start, Version: 1}, first, people.Credential{UserID: first.ID}, rec))
	}
	return h
}

// service makes another service over the same storage, as another process would.
func (h *house) service(o token.Options) *token.Service {
	h.t.Helper()
	s, err := token.NewService(h.ports(h.store), o)
	require.NoError(h.t, err)
	return s
}

func (h *house) ports(store token.Store) token.Ports {
	return token.Ports{Tokens: store, UserPermissions: h.permissionsOf}
}

// permissionsOf returns what h.user gave the user with this role.
func (h *house) permissionsOf(u token.UserAccess) (admin.PermissionSet, error) {
	set, ok := h.roles[u.Role]
	if !ok {
		return set, admin.ErrInvalid
	}
	return set, nil
}

// user returns the scope of a user of acme with ps, which are what the user's role has from now on.
func (h *house) user(name string, ps ...admin.Permission) admin.Scope {
	h.t.Helper()
	h.roles[name] = admin.Permissions(ps...)
	u, ok := h.users[name]
	if !ok {
		email := people.Email{Address: name + "@acme.example", Key: name + "@acme.example"}
		i := people.Invitation{
			ID: h.options.NewID(), Email: email, Role: people.Role(name), Status: people.InvitationPending,
			InvitedBy: admin.Actor{Kind: admin.ActorSystem}, SentAt: start, ExpiresAt: start.Add(time.Hour), Version: 1,
		}
		u = people.User{ID: h.options.NewID(), Email: email, Role: i.Role, Status: people.UserActive, Version: 1}
		a := people.Acceptance{Invitation: i, User: u, Credential: people.Credential{UserID: u.ID, Epoch: 1}}
		rec := h.options.Record(admin.System(acme), "test", admin.Subject{Kind: "test", ID: name})
		invitations := h.backend.Invitations()
		require.NoError(h.t, invitations.Create(h.t.Context(), acme, people.Sending{
			Invitation: i, Digest: admin.NewSecret(name).Digest(), Limit: 1000,
		}, rec))
		rec.ID = h.options.NewID()
		require.NoError(h.t, invitations.Accept(h.t.Context(), acme, a, rec))
		h.users[name] = u
	}
	return admin.NewScope(acme, admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}, h.roles[name])
}

// setStatus deactivates or reactivates Ann.
func (h *house) setStatus(status people.UserStatus, keepTokens bool) {
	h.t.Helper()
	const name = "ann"
	u := h.users[name]
	u.Status = status
	rec := h.options.Record(admin.System(acme), "test", admin.Subject{Kind: "test", ID: name})
	require.NoError(h.t, h.backend.Users().UpdateAccess(h.t.Context(), acme,
		people.AccessUpdate{User: u, Rules: people.RoleRules{BuiltIn: people.DefaultRoles()}, KeepTokens: keepTokens}, rec))
	u.Version++
	h.users[name] = u
}

// generate makes a token in scope or ends the test.
func (h *house) generate(scope admin.Scope, ps ...admin.Permission) token.Generated {
	h.t.Helper()
	made, err := h.Generate(h.t.Context(), scope, token.GenerateInput{Name: "Import", Permissions: ps})
	require.NoError(h.t, err)
	return made
}

func (h *house) expiring(scope admin.Scope, at time.Time, ps ...admin.Permission) (token.Generated, error) {
	h.t.Helper()
	return h.Generate(h.t.Context(), scope, token.GenerateInput{Name: "Import", Permissions: ps, ExpiresAt: at})
}

func (h *house) verify(made token.Generated) (token.Verified, error) {
	h.t.Helper()
	return h.Verify(h.t.Context(), made.Secret)
}

// as returns the scope of a token.
func (h *house) as(made token.Generated) admin.Scope {
	h.t.Helper()
	v, err := h.verify(made)
	require.NoError(h.t, err)
	return v.Scope
}

// refused checks that err is the one public error, and returns the Refusal in it.
func refused(t *testing.T, err error) *token.Refusal {
	t.Helper()
	require.ErrorIs(t, err, token.ErrBadToken)
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
	require.EqualError(t, err, "API token is not valid: unauthenticated")
	var r *token.Refusal
	require.ErrorAs(t, err, &r)
	return r
}

// requireRefused checks why a secret was refused, and whose it is if its token is known.
func requireRefused(t *testing.T, want token.Reason, of token.Token, err error) {
	t.Helper()
	r := refused(t, err)
	require.Equal(t, want, r.Reason())
	require.Equal(t, of.ID, r.TokenID())
	require.Equal(t, of.ID != uuid.Nil, r.Org() == acme)
}

// trail returns the records of acme on subject, oldest first.
func (h *house) trail(subject admin.Subject) []admin.Record {
	h.t.Helper()
	var out []admin.Record
	for r, err := range admin.NewTrail(h.backend.Audit()).All(h.t.Context(), admin.System(acme), admin.AuditFilter{Subject: subject}) {
		require.NoError(h.t, err)
		out = append([]admin.Record{r}, out...)
	}
	return out
}

func actions(rs []admin.Record) []admin.Action {
	var out []admin.Action
	for _, r := range rs {
		out = append(out, r.Action)
	}
	return out
}

// spy counts the calls of a verification, and fails as the test sets it up.
type spy struct {
	token.Store
	finds, touches, rehashes int
	conflicts                int // the number of further Reactivates that fail with a conflict
	fail                     error
	failTouch, failRehash    error
	found                    func(*token.Stored)
}

func (s *spy) ByDigest(ctx context.Context, digest admin.SecretDigest) (token.Stored, error) {
	s.finds++
	if s.fail != nil {
		return token.Stored{}, s.fail
	}
	found, err := s.Store.ByDigest(ctx, digest)
	if s.found != nil {
		s.found(&found)
	}
	return found, err
}

func (s *spy) Touch(ctx context.Context, org admin.OrgID, uses []token.Use) error {
	s.touches++
	if s.failTouch != nil {
		return s.failTouch
	}
	return s.Store.Touch(ctx, org, uses)
}

func (s *spy) Rehash(ctx context.Context, org admin.OrgID, id uuid.UUID, from, to token.Hash) error {
	s.rehashes++
	if s.failRehash != nil {
		return s.failRehash
	}
	return s.Store.Rehash(ctx, org, id, from, to)
}

func (s *spy) Reactivate(ctx context.Context, org admin.OrgID, t token.Token, g token.Grant, rec admin.Record) error {
	if s.conflicts > 0 {
		s.conflicts--
		return admin.ErrConflict
	}
	return s.Store.Reactivate(ctx, org, t, g, rec)
}

var errDown = errors.New("the storage is down")
