package memory

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type factors struct{ access }

// factorTables are the second factors of an organization's users.
type factorTables struct {
	totp    *table[uuid.UUID, people.TOTPFactor] // by user
	codes   *table[recoveryKey, struct{}]
	pending *table[admin.SecretDigest, people.PendingSignIn]
}

// recoveryKey is a recovery code of a user.
type recoveryKey struct {
	user   uuid.UUID
	digest admin.SecretDigest
}

func newFactorTables() factorTables {
	return factorTables{
		totp: newTable[uuid.UUID, people.TOTPFactor](compareID),
		codes: newTable[recoveryKey, struct{}](func(a, b recoveryKey) int {
			if c := compareID(a.user, b.user); c != 0 {
				return c
			}
			return bytes.Compare(a.digest[:], b.digest[:])
		}),
		pending: newTable[admin.SecretDigest, people.PendingSignIn](func(a, b admin.SecretDigest) int {
			return bytes.Compare(a[:], b[:])
		}),
	}
}

func (s factors) Get(ctx context.Context, org admin.OrgID, user uuid.UUID) (state people.FactorState, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		if _, err := t.user(user); err != nil {
			return err
		}
		state.TOTP, _ = t.factors.totp.get(user)
		state.TOTP.Sealed = slices.Clone(state.TOTP.Sealed)
		state.RecoveryCodes = len(t.factors.codesOf(user))
		return nil
	})
	return state, err
}

func (f factorTables) codesOf(user uuid.UUID) []recoveryKey {
	return slices.DeleteFunc(slices.Clone(f.codes.order), func(k recoveryKey) bool { return k.user != user })
}

// onUser runs fn on a user's factors.
func (s factors) onUser(
	ctx context.Context, org admin.OrgID, user uuid.UUID, rec admin.Record, fn func(*tenant, *journal) error,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if _, err := t.user(user); err != nil {
			return err
		}
		return fn(t, j)
	})
}

func (s factors) Begin(ctx context.Context, org admin.OrgID, f people.TOTPFactor, rec admin.Record) error {
	return s.onUser(ctx, org, f.UserID, rec, func(t *tenant, j *journal) error {
		if old, _ := t.factors.totp.get(f.UserID); !old.ConfirmedAt.IsZero() {
			return taken("factor")
		}
		f.Sealed = slices.Clone(f.Sealed)
		t.factors.totp.put(j, f.UserID, f)
		return nil
	})
}

func (s factors) Confirm(
	ctx context.Context, org admin.OrgID, f people.TOTPFactor, codes []admin.SecretDigest, rec admin.Record,
) error {
	return s.onUser(ctx, org, f.UserID, rec, func(t *tenant, j *journal) error {
		old, _ := t.factors.totp.get(f.UserID)
		next, err := old.Confirmed(f)
		if err != nil {
			return err
		}
		t.factors.totp.put(j, f.UserID, next)
		t.factors.setCodes(j, f.UserID, codes)
		return nil
	})
}

// setCodes replaces a user's recovery codes.
func (f factorTables) setCodes(j *journal, user uuid.UUID, codes []admin.SecretDigest) {
	for _, k := range f.codesOf(user) {
		f.codes.remove(j, k)
	}
	for _, c := range codes {
		f.codes.put(j, recoveryKey{user, c}, struct{}{})
	}
}

func (s factors) SetRecoveryCodes(
	ctx context.Context, org admin.OrgID, user uuid.UUID, codes []admin.SecretDigest, rec admin.Record,
) error {
	return s.onUser(ctx, org, user, rec, func(t *tenant, j *journal) error {
		t.factors.setCodes(j, user, codes)
		return nil
	})
}

func (s factors) Remove(ctx context.Context, org admin.OrgID, user, factor uuid.UUID, rec admin.Record) error {
	return s.onUser(ctx, org, user, rec, func(t *tenant, j *journal) error {
		if f, ok := t.factors.totp.get(user); !ok || f.ID != factor {
			return conflict("factor")
		}
		t.factors.clear(j, user)
		return nil
	})
}

func (s factors) Reset(ctx context.Context, org admin.OrgID, user uuid.UUID, rec admin.Record) error {
	return s.onUser(ctx, org, user, rec, func(t *tenant, j *journal) error {
		t.factors.clear(j, user)
		c, _ := t.credentials.get(user)
		c.Epoch++
		t.credentials.put(j, user, c)
		return nil
	})
}

// clear removes everything of a user.
func (f factorTables) clear(j *journal, user uuid.UUID) {
	f.totp.remove(j, user)
	f.setCodes(j, user, nil)
	f.endPending(j, func(p people.PendingSignIn) bool { return p.UserID == user })
}

// endPending removes the pending sign-ins that match.
func (f factorTables) endPending(j *journal, match func(people.PendingSignIn) bool) {
	for d, p := range maps.Clone(f.pending.rows) {
		if match(p) {
			f.pending.remove(j, d)
		}
	}
}

func (s factors) Pend(
	ctx context.Context, org admin.OrgID, p people.PendingSignIn, digest admin.SecretDigest,
) error {
	return s.change(ctx, org, func(t *tenant, j *journal) error {
		if _, err := t.user(p.UserID); err != nil {
			return err
		}
		t.factors.endPending(j, func(old people.PendingSignIn) bool {
			return old.UserID == p.UserID && !p.CreatedAt.Before(old.ExpiresAt)
		})
		if _, ok := t.factors.pending.get(digest); ok {
			return taken("pending sign in")
		}
		p.State = slices.Clone(p.State)
		t.factors.pending.put(j, digest, p)
		return nil
	})
}

func (s factors) Pending(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest,
) (p people.PendingSignIn, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if p, ok = t.factors.pending.get(digest); !ok {
			return missing("pending sign in")
		}
		p.State = slices.Clone(p.State)
		return nil
	})
	return p, err
}

func (s factors) Attempt(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest, at time.Time, limit int,
) error {
	return s.change(ctx, org, func(t *tenant, j *journal) error {
		p, ok := t.factors.pending.get(digest)
		if !ok || !at.Before(p.ExpiresAt) || p.Attempts >= limit {
			return missing("pending sign in")
		}
		p.Attempts++
		t.factors.pending.put(j, digest, p)
		return nil
	})
}

func (s factors) Complete(ctx context.Context, org admin.OrgID, c people.SignInCompletion) error {
	return s.change(ctx, org, func(t *tenant, j *journal) error {
		user, err := t.complete(j, c)
		if err != nil || c.TOTP.ID == uuid.Nil {
			return err
		}
		f, _ := t.factors.totp.get(user)
		next, err := f.Used(c.TOTP)
		if err != nil {
			return err
		}
		next.Sealed = slices.Clone(next.Sealed)
		t.factors.totp.put(j, user, next)
		return nil
	})
}

func (s factors) CompleteByCode(
	ctx context.Context, org admin.OrgID, c people.SignInCompletion, code admin.SecretDigest, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		user, err := t.complete(j, c)
		if err != nil {
			return err
		}
		k := recoveryKey{user, code}
		if _, ok := t.factors.codes.get(k); !ok {
			return conflict("recovery code")
		}
		t.factors.codes.remove(j, k)
		return nil
	})
}

// complete ends a pending sign-in and returns whose it is.
func (t *tenant) complete(j *journal, c people.SignInCompletion) (uuid.UUID, error) {
	p, ok := t.factors.pending.get(c.Digest)
	if !ok {
		return uuid.Nil, missing("pending sign in")
	}
	credential, _ := t.credentials.get(p.UserID)
	if err := p.CheckCompletion(c.At, credential.Epoch); err != nil {
		return uuid.Nil, err
	}
	t.factors.pending.remove(j, c.Digest)
	return p.UserID, nil
}
