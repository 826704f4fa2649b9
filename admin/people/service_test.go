package people_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 3, 1, 10, 20, 30, 123456000, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Passwords of the tests.
var (
	annsPassword = admin.NewSecret("violin quarry sleet ember")
	bobsPassword = admin.NewSecret("lantern fjord sixpence oak")
	newPassword  = admin.NewSecret("mosaic turnip gravel inlet")
)

// cheap returns a hasher with the least cost.
func cheap(t testing.TB) *people.Argon2id {
	t.Helper()
	h, err := people.NewArgon2id(people.Argon2idOptions{Memory: 8, Time: 1, Threads: 1})
	require.NoError(t, err)
	return h
}

// house is an organization, acme, with its first administrator, Ann.
type house struct {
	*people.Service
	t     *testing.T
	clock *clock
	b     *memory.Backend
	ann   people.Session
}

const acme = admin.OrgID("acme")

func newHouse(t *testing.T, change ...func(*people.Options)) *house {
	t.Helper()
	h := &house{t: t, clock: newClock(), b: memory.New()}
	o := people.Options{
		Runtime: admin.Runtime{Now: h.clock.Now}, Roles: admincenter.DefaultRoles(), Hasher: cheap(t),
	}
	for _, c := range change {
		c(&o)
	}
	h.Service = h.service(o)
	_, _, err := h.CreateOrganization(t.Context(), people.NewOrganization{
		ID: acme, Name: "Acme Ltd",
		Admin: people.NewAdmin{Name: "Ann", Email: "Ann@Acme.example", Password: annsPassword},
	})
	require.NoError(t, err)
	h.ann = h.signIn("ann@acme.example", annsPassword)
	return h
}

// ports returns the stores of b.
func ports(b storage.Stores) people.Ports {
	return people.Ports{
		Organizations: b.Organizations(), Users: b.Users(), Invitations: b.Invitations(), Tickets: b.Tickets(),
		Sessions: b.Sessions(), Identities: b.Identities(), Roles: b.Roles(),
		Factors: b.Factors(), Audit: b.Audit(),
	}
}

// service makes another service over the same storage.
func (h *house) service(o people.Options) *people.Service {
	h.t.Helper()
	p := ports(h.b)
	p.Atomically = func(ctx context.Context, fn func(people.Ports) error) error {
		return h.b.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	s, err := people.NewService(p, o)
	require.NoError(h.t, err)
	return s
}

func ptr[T any](v T) *T { return &v }

// passwordChanger is a Service, or what embeds one.
type passwordChanger interface {
	ChangePassword(ctx context.Context, scope admin.Scope, current, replacement admin.Secret) (people.Session, error)
}

// changePassword is ChangePassword without its session.
func changePassword(
	ctx context.Context, s passwordChanger, scope admin.Scope, current, replacement admin.Secret,
) error {
	_, err := s.ChangePassword(ctx, scope, current, replacement)
	return err
}

func (h *house) signIn(email string, password admin.Secret) people.Session {
	h.t.Helper()
	s, err := h.SignIn(h.t.Context(), acme, people.SignInInput{Email: email, Password: password})
	require.NoError(h.t, err)
	return s
}

// join invites an address as the host, accepts, and signs in.
func (h *house) join(email string, role people.Role) people.Session {
	h.t.Helper()
	_, secret, err := h.Invite(h.t.Context(), admin.System(acme), email, role)
	require.NoError(h.t, err)
	_, err = h.Accept(h.t.Context(), acme, secret, people.AcceptInput{Name: "Bob", Password: bobsPassword})
	require.NoError(h.t, err)
	return h.signIn(email, bobsPassword)
}

// records returns the audit trail, newest first.
func (h *house) records() []admin.Record {
	h.t.Helper()
	rs, err := h.b.Audit().List(h.t.Context(), acme, admin.AuditFilter{}, admin.Seek[admin.RecordKey]{Limit: 100})
	require.NoError(h.t, err)
	return rs
}

func (h *house) lastRecord() admin.Record {
	h.t.Helper()
	return h.records()[0]
}

// token returns the scope of an API token with every permission of a role.
func token(t *testing.T, role people.Role) admin.Scope {
	t.Helper()
	set, err := admincenter.DefaultRoles().Permissions(role)
	require.NoError(t, err)
	return admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: uuid.NewString()}, set)
}

// requireProblem checks that err has one problem, with the path and the code.
func requireProblem(t *testing.T, err error, path, code string) {
	t.Helper()
	var v *admin.ValidationError
	require.ErrorAs(t, err, &v)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.Len(t, v.Fields, 1, "%v", err)
	require.Equal(t, []string{path, code}, []string{v.Fields[0].Path, v.Fields[0].Code}, "%v", err)
}

// countingHasher counts the calls.
type countingHasher struct {
	people.PasswordHasher
	verified, hashed int
}

func (c *countingHasher) Verify(ctx context.Context, h people.PasswordHash, password admin.Secret) (bool, error) {
	c.verified++
	return c.PasswordHasher.Verify(ctx, h, password)
}

func (c *countingHasher) Hash(ctx context.Context, password admin.Secret) (people.PasswordHash, error) {
	c.hashed++
	return c.PasswordHasher.Hash(ctx, password)
}

func TestNewServiceChecksItsPortsAndOptions(t *testing.T) {
	paths := func(err error) (out []string) {
		t.Helper()
		require.ErrorIs(t, err, admin.ErrInvalid)
		var v *admin.ValidationError
		require.ErrorAs(t, err, &v)
		for _, f := range v.Fields {
			out = append(out, f.Path)
		}
		return out
	}
	_, err := people.NewService(people.Ports{}, people.Options{
		Passwords:    people.PasswordRules{BreachTimeout: -1},
		Limits:       people.Limits{Password: people.Rate{Attempts: 5}, Mail: people.Rate{Every: -1}, Trusted: -1},
		Invitations:  people.InvitationRules{Lifetime: -1, Pending: -1, Cooldown: -1},
		EmailChanges: people.EmailChangeRules{Lifetime: -1}, Resets: people.ResetRules{Lifetime: -1, Pending: -1},
		Sessions: people.SessionRules{Idle: -1, Lifetime: -1, PerUser: -1}, Fresh: -1,
		CustomRoles: people.CustomRoleOptions{Limit: -1},
		Factors:     people.FactorOptions{Issuer: "a:b"},
	})
	require.Equal(t, []string{
		"/ports/organizations", "/ports/users", "/ports/invitations", "/ports/tickets", "/ports/sessions", "/ports/identities",
		"/ports/roles", "/ports/factors",
		"/passwords/breachTimeout", "/limits/password", "/limits/mail", "/limits/trusted", "/invitations/lifetime", "/invitations/pending", "/invitations/cooldown",
		"/emailChanges/lifetime", "/resets/lifetime", "/resets/pending",
		"/sessions/idle", "/sessions/lifetime", "/sessions/perUser", "/fresh",
		"/customRoles/limit",
		"/factors/issuer",
	}, paths(err))
	_, err = people.NewService(ports(memory.New()), people.Options{CustomRoles: people.CustomRoleOptions{Limit: 1001}})
	require.Equal(t, []string{"/customRoles/limit"}, paths(err))
	_, err = people.NewService(ports(memory.New()), people.Options{Sessions: people.SessionRules{PerUser: 1001}})
	require.Equal(t, []string{"/sessions/perUser"}, paths(err))
	_, err = people.NewMemoryLimiter(people.MemoryLimiterOptions{Keys: -1})
	require.Equal(t, []string{"/keys"}, paths(err))
	_, err = people.NewArgon2id(people.Argon2idOptions{
		Threads: 5, Time: 11, Memory: 1, Work: 1 << 40, Legacy: []people.LegacyHash{nil}, Wait: -1,
	})
	require.Equal(t, []string{"/threads", "/time", "/memory", "/work", "/legacy/0", "/wait"}, paths(err))
	_, err = people.NewArgon2id(people.Argon2idOptions{Legacy: make([]people.LegacyHash, 5)})
	require.Equal(t, "/legacy", paths(err)[0])
	_, err = people.NewService(ports(memory.New()), people.Options{})
	require.NoError(t, err, "the zero options are ready")
}

func TestInSharesTheLimiterAndJoinsTheTransaction(t *testing.T) {
	h := newHouse(t)
	stop := errors.New("stop")
	err := h.b.InTx(t.Context(), func(stores storage.Stores) error {
		in := h.In(ports(stores))
		_, _, err := in.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
		require.NoError(t, err)
		for range 10 {
			_, err := in.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: bobsPassword})
			require.ErrorIs(t, err, people.ErrSignIn)
		}
		return stop
	})
	require.ErrorIs(t, err, stop)
	page, err := h.Invitations(t.Context(), h.ann.Scope, people.InvitationFilter{}, admin.Query{})
	require.NoError(t, err)
	require.Empty(t, page.Items, "the invitation went with the transaction")
	_, err = h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.ErrorIs(t, err, admin.ErrRateLimited, "the attempts did not")
}
