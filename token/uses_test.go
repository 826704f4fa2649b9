package token_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// crowd is a store of any number of tokens, found by the secrets that it made, whose writes the test holds up.
type crowd struct {
	token.Store
	now    time.Time
	random randomness

	mu    sync.Mutex
	found map[admin.SecretDigest]token.Stored
	fail  map[admin.OrgID]error
	sets  map[admin.OrgID][]int // the sizes of the sets noted
	block chan struct{}         // Touch and Rehash wait for it, if it is set
}

type randomness struct{ n uint64 }

func (r *randomness) Read(p []byte) (int, error) {
	for i := range p {
		r.n = r.n*6364136223846793005 + 1442695040888963407
		p[i] = byte(r.n >> 33)
	}
	return len(p), nil
}

func newCrowd() *crowd {
	return &crowd{
		now: start, found: map[admin.SecretDigest]token.Stored{}, fail: map[admin.OrgID]error{}, sets: map[admin.OrgID][]int{},
	}
}

// portsOf returns the ports of a service whose tokens are the system's.
func portsOf(s token.Store) token.Ports {
	return token.Ports{Tokens: s, UserPermissions: func(token.UserAccess) (admin.PermissionSet, error) {
		return admin.PermissionSet{}, admin.ErrInvalid
	}}
}

func (c *crowd) service(t *testing.T, log *bytes.Buffer) *token.Service {
	t.Helper()
	o := token.Options{}
	o.Now = func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.now
	}
	o.Rand = &c.random
	o.Logger = slog.New(slog.NewTextHandler(log, nil))
	s, err := token.NewService(portsOf(c), o)
	require.NoError(t, err)
	return s
}

// set sets the clock and how writes for acme fail.
func (c *crowd) set(now time.Time, fail error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.fail[acme] = now, fail
}

func (c *crowd) Create(_ context.Context, org admin.OrgID, t token.Token, h token.Hash, _ token.Grant, _ admin.Record) error {
	c.found[h.Digest] = token.Stored{Org: org, Token: t.Bearer(), Hash: h}
	return nil
}

func (c *crowd) ByDigest(_ context.Context, digest admin.SecretDigest) (token.Stored, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.found[digest]; ok {
		return found, nil
	}
	return token.Stored{}, admin.NotFound("token")
}

func (c *crowd) Touch(ctx context.Context, org admin.OrgID, uses []token.Use) error {
	if err := c.wait(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fail[org]; err != nil {
		return err
	}
	c.sets[org] = append(c.sets[org], len(uses))
	for _, use := range uses {
		for d, found := range c.found {
			if found.Org == org && found.Token.ID == use.TokenID && use.Notable(token.Token{LastUsedAt: found.Token.LastUsedAt}) {
				found.Token.LastUsedAt = use.At
				c.found[d] = found
				break
			}
		}
	}
	return nil
}

func (c *crowd) Rehash(ctx context.Context, org admin.OrgID, _ uuid.UUID, _, _ token.Hash) error {
	if err := c.wait(ctx); err != nil {
		return err
	}
	return c.fail[org]
}

func (c *crowd) wait(ctx context.Context) error {
	if c.block == nil {
		return ctx.Err()
	}
	select {
	case <-c.block:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *crowd) lastUsed(t *testing.T, made token.Generated) time.Time {
	t.Helper()
	found, err := c.ByDigest(t.Context(), made.Secret.Digest())
	require.NoError(t, err)
	return found.Token.LastUsedAt
}

// generated returns a new token of an organization.
func generated(t *testing.T, s *token.Service, org admin.OrgID) token.Generated {
	t.Helper()
	made, err := s.Generate(t.Context(), admin.System(org), token.GenerateInput{Name: "x", Permissions: []admin.Permission{settings.PermissionRead}})
	require.NoError(t, err)
	return made
}

func verified(t *testing.T, s *token.Service, made token.Generated) {
	t.Helper()
	_, err := s.Verify(t.Context(), made.Secret)
	require.NoError(t, err)
}

func TestVerifyWaitsForNoWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		c := newCrowd()
		c.block = make(chan struct{}) // for as long as the test lasts
		s := c.service(t, &log)
		made := generated(t, s, acme)
		verified(t, s, made)
		ctx, cancel := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		ended.Go(func() { require.NoError(t, s.Run(ctx)) })
		time.Sleep(6 * time.Second)
		synctest.Wait() // Run is writing now
		before := time.Now()
		for range 1000 {
			verified(t, s, made)
		}
		require.Zero(t, time.Since(before), "no time passes unless all wait")
		cancel()
		ended.Wait()
		require.Contains(t, log.String(), "was not noted")
		require.NotContains(t, log.String(), made.Secret.Reveal())
	})
}

func TestRunNotesUses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		c := newCrowd()
		s := c.service(t, &log)
		made := generated(t, s, acme)
		ctx, cancel := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		ended.Go(func() { require.NoError(t, s.Run(ctx)) })
		verified(t, s, made)
		require.Zero(t, c.lastUsed(t, made))
		time.Sleep(6 * time.Second)
		synctest.Wait()
		require.Equal(t, start, c.lastUsed(t, made), "within seconds")

		c.set(start.Add(time.Minute), errDown)
		verified(t, s, made)
		time.Sleep(6 * time.Second)
		synctest.Wait()
		require.Equal(t, start, c.lastUsed(t, made))
		require.Contains(t, log.String(), errDown.Error())
		c.set(start.Add(time.Minute), nil)
		time.Sleep(6 * time.Second)
		synctest.Wait()
		require.Equal(t, c.now, c.lastUsed(t, made), "what failed is tried again")

		c.set(start.Add(time.Hour), nil)
		verified(t, s, made)
		cancel()
		ended.Wait()
		require.Equal(t, c.now, c.lastUsed(t, made), "and once more at the end")
	})
}

func TestUsesOfManyTokensAreOneSet(t *testing.T) {
	var log bytes.Buffer
	c := newCrowd()
	s := c.service(t, &log)
	for _, org := range []admin.OrgID{acme, other} {
		for range 100 {
			made := generated(t, s, org)
			for range 3 {
				verified(t, s, made)
			}
		}
	}
	require.NoError(t, s.Flush(t.Context()))
	require.Equal(t, map[admin.OrgID][]int{acme: {100}, other: {100}}, c.sets)
	require.NoError(t, s.Flush(t.Context()))
	require.Equal(t, map[admin.OrgID][]int{acme: {100}, other: {100}}, c.sets, "nothing is left")
}

func TestOneOrganizationDoesNotHoldUpTheUsesOfOthers(t *testing.T) {
	var log bytes.Buffer
	c := newCrowd()
	s := c.service(t, &log)
	bad, good := generated(t, s, acme), generated(t, s, other)
	verified(t, s, bad)
	verified(t, s, good)
	c.fail[acme] = errDown
	require.ErrorIs(t, s.Flush(t.Context()), errDown)
	require.ErrorIs(t, s.Flush(t.Context()), errDown, "the one that failed comes last")
	require.Equal(t, start, c.lastUsed(t, good))
	c.now = start.Add(time.Second)
	verified(t, s, bad)
	delete(c.fail, acme)
	require.NoError(t, s.Flush(t.Context()))
	require.Equal(t, c.now, c.lastUsed(t, bad), "its later use")
}

func TestPendingUsesAreBounded(t *testing.T) {
	var log bytes.Buffer
	c := newCrowd()
	s := c.service(t, &log)
	const bound, more = 10_000, 7
	first := generated(t, s, acme)
	verified(t, s, first)
	var made []token.Generated
	for range bound + more - 1 {
		made = append(made, generated(t, s, acme))
		verified(t, s, made[len(made)-1])
	}
	c.sets = map[admin.OrgID][]int{}
	c.fail[acme] = errDown
	require.Error(t, s.Flush(t.Context()))
	require.Contains(t, log.String(), "tokens=7", "that some were dropped is logged")
	late := generated(t, s, acme)
	verified(t, s, late)
	delete(c.fail, acme)
	clear(c.found) // it would be slow
	require.NoError(t, s.Flush(t.Context()))
	require.Equal(t, []int{bound}, c.sets[acme])
}

func TestReadsSeeTheUsesOfTheirProcess(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	made := h.generate(scope, settings.PermissionRead)
	_, err := h.verify(made)
	require.NoError(t, err)
	require.NoError(t, h.backend.InTx(t.Context(), func(stores storage.Stores) error {
		in := h.In(h.ports(stores.Tokens()))
		got, err := in.Get(t.Context(), scope, made.Token.ID)
		require.NoError(t, err)
		require.Zero(t, got.LastUsedAt, "in a transaction nothing is written")
		require.ErrorIs(t, in.Flush(t.Context()), admin.ErrState)
		require.ErrorIs(t, in.Run(t.Context()), admin.ErrState)
		_, err = in.Verify(t.Context(), made.Secret)
		return err
	}))
	page, err := h.List(t.Context(), scope, token.Filter{}, admin.Query{})
	require.NoError(t, err)
	require.Equal(t, start, page.Items[0].LastUsedAt)

	h.now = start.Add(time.Hour)
	_, err = h.verify(made)
	require.NoError(t, err)
	h.store.failTouch = errDown
	got, err := h.Get(t.Context(), scope, made.Token.ID)
	require.NoError(t, err, "a read does not depend on it")
	require.Equal(t, start, got.LastUsedAt)
	require.Contains(t, h.log.String(), errDown.Error(), "it is logged")
	h.store.failTouch = nil
	got, err = h.Get(t.Context(), scope, made.Token.ID)
	require.NoError(t, err)
	require.Equal(t, h.now, got.LastUsedAt)
}

func TestATokenThatCannotMoveIsUsedOn(t *testing.T) {
	h := newHouse(t)
	made := h.generate(admin.System(acme), settings.PermissionRead)
	h.store.failRehash = errDown
	o := h.options
	o.Hashers = []token.Hasher{peppered(t, "k1"), token.SHA256{}}
	s := h.service(o)
	for range 2 {
		v, err := s.Verify(t.Context(), made.Secret)
		require.NoError(t, err)
		require.Equal(t, made.Token.ID, v.Token.ID)
		require.NoError(t, s.Flush(t.Context()))
	}
	require.Equal(t, 2, strings.Count(h.log.String(), errDown.Error()), "it is tried when the token is used: %s", h.log.String())
	require.Contains(t, h.log.String(), made.Token.ID.String())
	requireNoSecret(t, h.log.String(), made)
}

func TestTheHostIsRemindedOnceToRun(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	const reminder = "call token.Service.Run"
	for _, after := range []time.Duration{0, 9 * time.Minute} {
		h.now = start.Add(after)
		_, err := h.verify(h.generate(scope, settings.PermissionRead))
		require.NoError(t, err)
		require.NotContains(t, h.log.String(), reminder)
	}
	for range 3 {
		h.now = start.Add(11 * time.Minute)
		_, err := h.verify(h.generate(scope, settings.PermissionRead))
		require.NoError(t, err)
		require.Equal(t, 1, strings.Count(h.log.String(), reminder))
	}
}

func TestVerifyBesideFlush(t *testing.T) {
	var log bytes.Buffer
	c := newCrowd()
	s := c.service(t, &log)
	made := make([]token.Generated, 20)
	for i := range made {
		made[i] = generated(t, s, admin.OrgID("org"+string(rune('a'+i%3))))
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 400 {
				verified(t, s, made[i%len(made)])
			}
		})
	}
	all.Go(func() {
		for range 100 {
			require.NoError(t, s.Flush(t.Context()))
		}
	})
	all.Wait()
	require.NoError(t, s.Flush(t.Context()))
	for _, m := range made {
		require.Equal(t, start, c.lastUsed(t, m))
	}
	require.Len(t, slices.Collect(maps.Keys(c.sets)), 3)
}

// TestAMillionTokens takes some seconds: that many are each of their own, well formed and parse.
func TestAMillionTokens(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 20_000
	}
	var ids uint64
	o := token.Options{}
	o.NewID = func() (u uuid.UUID) {
		ids++
		binary.BigEndian.PutUint64(u[8:], ids)
		return u
	}
	seen := &distinct{digests: make(map[admin.SecretDigest]struct{}, n)}
	s, err := token.NewService(portsOf(seen), o)
	require.NoError(t, err)
	in := token.GenerateInput{Name: "x", Permissions: []admin.Permission{settings.PermissionRead}}
	for range n {
		made, err := s.Generate(t.Context(), admin.System(acme), in)
		if err != nil {
			t.Fatal(err)
		}
		brand, env, err := token.Parse(made.Secret)
		if err != nil || brand != "adm" || env != token.Live || len(made.Secret.Reveal()) != len("adm_live_")+38 {
			t.Fatalf("malformed: %s %s %v", brand, env, err)
		}
	}
	require.Len(t, seen.digests, n)
}

// distinct keeps the digests of all tokens, and refuses one that it has.
type distinct struct {
	token.Store
	digests map[admin.SecretDigest]struct{}
}

func (d *distinct) Create(_ context.Context, _ admin.OrgID, _ token.Token, h token.Hash, _ token.Grant, _ admin.Record) error {
	if _, ok := d.digests[h.Digest]; ok {
		return admin.Exists("token")
	}
	d.digests[h.Digest] = struct{}{}
	return nil
}
