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
	for _, s := range w.secrets {
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
	secret := []byte(w.secrets[0].Reveal())
	hash, err := bcrypt.GenerateFromPassword(secret, bcrypt.DefaultCost)
	if err != nil {
		return err
	}
	return printPair("token.verify/bcrypt", 1, 3,
		func() error { return w.verify(ctx, w.secrets[0]) },
		func() error { return bcrypt.CompareHashAndPassword(hash, secret) })
}

// verified is a storage whose tokens are verified.
type verified struct {
	name    string
	tokens  *token.Service
	secrets []admin.Secret
	clock   atomic.Int64 // in microseconds
	next    atomic.Uint64
}

func newVerified(ctx context.Context, name string, backend storage.Backend) (*verified, error) {
	w := &verified{name: name}
	w.clock.Store(time.Now().UnixMicro())
	o := admincenter.Options{}
	o.Now = func() time.Time { return time.UnixMicro(w.clock.Load()) }
	c, err := center(ctx, backend, o)
	if err != nil {
		return nil, err
	}
	w.tokens = c.Tokens
	for range 64 {
		made, err := w.tokens.Generate(ctx, admin.System(org), token.GenerateInput{
			Name: "bench", Permissions: []admin.Permission{customer.PermissionRead},
		})
		if err != nil {
			return nil, err
		}
		w.secrets = append(w.secrets, made.Secret)
	}
	return w, nil
}

func (w *verified) verify(ctx context.Context, s admin.Secret) error {
	v, err := w.tokens.Verify(ctx, s)
	if err == nil && v.Scope.Org() != org {
		err = errors.New("the token is another's")
	}
	return err
}

// secret returns the secrets by turns.
func (w *verified) secret() admin.Secret { return w.secrets[w.next.Add(1)%uint64(len(w.secrets))] }

// print compares verifying with another way, and verifying whose use is noted with verifying whose use was
// noted less than a minute ago. While it is noted, the uses are written as a host would have them written.
func (w *verified) print(ctx context.Context, name string, rounds int, other func(admin.Secret) error) error {
	verify := func() error { return w.verify(ctx, w.secret()) }
	used := func() error { // all of them, so that none is to be noted
		for _, s := range w.secrets {
			if err := w.verify(ctx, s); err != nil {
				return err
			}
		}
		return w.tokens.Flush(ctx)
	}
	for _, n := range verifiers {
		if err := used(); err != nil {
			return err
		}
		err := printPair(fmt.Sprintf("token.verify.%s.%d/%s", w.name, n, name), n, rounds,
			verify, func() error { return other(w.secret()) })
		if err != nil {
			return err
		}
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.tokens.Run(running) }()
	for _, n := range verifiers {
		err := printPair(fmt.Sprintf("token.note.%s.%d/verify", w.name, n), n, rounds, func() error {
			w.clock.Add(time.Minute.Microseconds())
			return verify()
		}, verify)
		if err != nil {
			stop()
			return errors.Join(err, <-ended)
		}
	}
	stop()
	return <-ended
}
