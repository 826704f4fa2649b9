package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/token"
)

// verifiers are how many goroutines verify at once.
var verifiers = []int{1, 8}

// printTokens compares verifying an API token with what is often put together, a password hash of it, and with
// the least that it takes: hashing the secret, and looking for the digest in a map or selecting four columns by
// it. Each storage has ten thousand tokens, of which 64 are verified by turns.
func printTokens(ctx context.Context) error {
	if err := verifyInMemory(ctx); err != nil {
		return err
	}
	return onDatabases(ctx, func(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB) error {
		w, err := newVerified(ctx, d.name, db)
		if err != nil {
			return err
		}
		if err := (loader{d.dialect, pool}).tokens(ctx, 10_000); err != nil {
			return err
		}
		bare, err := newBare(ctx, pool, d.dialect, "SELECT org_id, id, permissions, state FROM "+
			sqlstore.DefaultPrefix+"tokens WHERE digest = ?")
		if err != nil {
			return err
		}
		defer bare.close()
		return w.print(ctx, "select", 80, func(s admin.Secret) error {
			digest := s.Digest()
			var org, id, permissions, state string
			err := bare.stmt.QueryRowContext(ctx, digest[:]).Scan(&org, &id, &permissions, &state)
			if err == nil && state != string(token.Active) {
				err = errors.New("the token is " + state)
			}
			return err
		})
	})
}

func verifyInMemory(ctx context.Context) error {
	w, err := newVerified(ctx, "memory", memory.New())
	if err != nil {
		return err
	}
	var mu sync.RWMutex
	known := map[[sha256.Size]byte]string{}
	for i := range 10_000 {
		known[sha256.Sum256(fmt.Append(nil, i))] = "another"
	}
	for _, s := range w.quiet.secrets {
		known[s.Digest()] = string(org)
	}
	err = w.print(ctx, "map", 400, func(s admin.Secret) error {
		digest := s.Digest()
		mu.RLock()
		found := known[digest]
		mu.RUnlock()
		if found != string(org) {
			return errors.New("the token is unknown")
		}
		return nil
	})
	if err != nil {
		return err
	}
	secret := []byte(w.quiet.secrets[0].Reveal())
	hash, err := bcrypt.GenerateFromPassword(secret, bcrypt.DefaultCost)
	if err != nil {
		return err
	}
	return printPair("token.verify/bcrypt", 1, 3,
		func() error { return w.quiet.verify(ctx) },
		func() error { return bcrypt.CompareHashAndPassword(hash, secret) })
}

// verified is a storage whose tokens, which a user generated, are verified.
type verified struct {
	name          string
	quiet, noting user // whose tokens were used less than a minute ago, and more
}

// user is tokens by a clock of their own.
type user struct {
	tokens  *token.Service
	secrets []admin.Secret
	clock   *atomic.Int64 // in microseconds
	next    *atomic.Uint64
}

func newVerified(ctx context.Context, name string, backend storage.Backend) (*verified, error) {
	c, err := admincenter.New(backend, admincenter.Options{})
	if err != nil {
		return nil, err
	}
	_, first, err := c.People.CreateOrganization(ctx, people.NewOrganization{
		ID: org, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	if err != nil {
		return nil, err
	}
	w := &verified{name: name}
	for _, u := range []*user{&w.quiet, &w.noting} {
		if *u, err = newUser(ctx, backend, first); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func newUser(ctx context.Context, backend storage.Backend, who people.User) (user, error) {
	u := user{clock: new(atomic.Int64), next: new(atomic.Uint64)}
	u.clock.Store(time.Now().UnixMicro())
	o := admincenter.Options{}
	o.Now = func() time.Time { return time.UnixMicro(u.clock.Load()) }
	c, err := admincenter.New(backend, o)
	if err != nil {
		return u, err
	}
	scope, err := c.People.ScopeOf(ctx, org, who.ID, 1)
	if err != nil {
		return u, err
	}
	u.tokens = c.Tokens
	for range 64 {
		made, err := c.Tokens.Generate(ctx, scope, token.GenerateInput{
			Name: "bench", Permissions: []admin.Permission{customer.PermissionRead},
		})
		if err != nil {
			return u, err
		}
		u.secrets = append(u.secrets, made.Secret)
	}
	return u, nil
}

// verify verifies one of the tokens after the other.
func (u user) verify(ctx context.Context) error {
	v, err := u.tokens.Verify(ctx, u.secret())
	if err == nil && v.Scope.Org() != org {
		err = errors.New("the token is another's")
	}
	return err
}

func (u user) secret() admin.Secret { return u.secrets[u.next.Add(1)%uint64(len(u.secrets))] }

// print compares verifying with another way, and verifying whose use is to be noted with verifying whose use is
// not. Meanwhile what is noted is written, as a host would have it written.
func (w *verified) print(ctx context.Context, name string, rounds int, other func(admin.Secret) error) error {
	for range w.quiet.secrets { // so that none of these is to be noted
		if err := w.quiet.verify(ctx); err != nil {
			return err
		}
	}
	if err := w.quiet.tokens.Flush(ctx); err != nil {
		return err
	}
	verify := func() error { return w.quiet.verify(ctx) }
	for _, n := range verifiers {
		err := printPair(fmt.Sprintf("token.verify.%s.%d/%s", w.name, n, name), n, rounds,
			verify, func() error { return other(w.quiet.secret()) })
		if err != nil {
			return err
		}
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.noting.tokens.Run(running) }()
	note := func() error {
		w.noting.clock.Add(time.Minute.Microseconds())
		return w.noting.verify(ctx)
	}
	var err error
	for _, n := range verifiers {
		err = errors.Join(err, printPair(fmt.Sprintf("token.note.%s.%d/verify", w.name, n), n, rounds, note, verify))
	}
	stop()
	return errors.Join(err, <-ended)
}
