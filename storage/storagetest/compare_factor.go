package storagetest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// factor returns a user's factor, if there is one, or another.
func (s *script) factor(org admin.OrgID) people.TOTPFactor {
	u, _ := s.user(org)
	state, err := s.ref.Factors().Get(s.t.Context(), org, u.ID)
	f := state.TOTP
	if err != nil || f.ID == uuid.Nil || s.chance(8) {
		f = people.TOTPFactor{ID: s.id(), UserID: u.ID, CreatedAt: s.now}
	}
	f.Sealed = []byte(pick(s, "sealed", "\x00\xff", s.text()))
	f.Step = s.version(f.Step)
	return f
}

// recoveryDigests returns up to eight of the nine digests, all different.
func (s *script) recoveryDigests() []admin.SecretDigest {
	n := byte(s.r.IntN(9))
	var out []admin.SecretDigest
	for i := range byte(s.r.IntN(9)) {
		out = append(out, digestOf((n+i)%9))
	}
	return out
}

func (s *script) completion(org admin.OrgID) people.SignInCompletion {
	c := people.SignInCompletion{At: pick(s, s.now, s.at())}
	var p people.PendingSignIn
	err := admin.ErrNotFound
	for n := 0; n < 5 && err != nil; n++ { // few digests are those of sign-ins
		c.Digest = s.digest()
		p, err = s.ref.Factors().Pending(s.t.Context(), org, c.Digest)
	}
	if state, none := s.ref.Factors().Get(s.t.Context(), org, p.UserID); err == nil && none == nil && !s.chance(4) {
		c.TOTP = state.TOTP
		c.TOTP.Step += int64(s.r.IntN(3))
		c.TOTP.Sealed = []byte(s.text())
	}
	return c
}

func factorDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Factors.Get": func(s *script) do {
			org := s.org()
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Factors().Get(ctx, org, u.ID) }
		},
		"Factors.Begin": func(s *script) do {
			org, rec := s.org(), s.rec("factor.begin")
			f := s.factor(org)
			f.ID, f.Step, f.ConfirmedAt = s.id(), 0, time.Time{}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().Begin(ctx, org, f, rec)
			}
		},
		"Factors.Confirm": func(s *script) do {
			org, codes, rec := s.org(), s.recoveryDigests(), s.rec("factor.confirm")
			f := s.factor(org)
			f.ConfirmedAt = s.now
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().Confirm(ctx, org, f, codes, rec)
			}
		},
		"Factors.SetRecoveryCodes": func(s *script) do {
			org, codes, rec := s.org(), s.recoveryDigests(), s.rec("factor.codes")
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().SetRecoveryCodes(ctx, org, u.ID, codes, rec)
			}
		},
		"Factors.Remove": func(s *script) do {
			org, rec := s.org(), s.rec("factor.remove")
			f := s.factor(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().Remove(ctx, org, f.UserID, f.ID, rec)
			}
		},
		"Factors.Reset": func(s *script) do {
			org, rec := s.org(), s.rec("factor.reset")
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().Reset(ctx, org, u.ID, rec)
			}
		},
		"Factors.Pend": func(s *script) do {
			org, d := s.org(), s.digest()
			u, c := s.user(org)
			p := people.PendingSignIn{
				UserID: u.ID, Epoch: s.version(c.Epoch), State: pick(s, nil, []byte("\x00state")), CreatedAt: s.now,
				ExpiresAt: s.now.Add(time.Duration(1+s.r.IntN(20)) * time.Hour),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().Pend(ctx, org, p, d)
			}
		},
		"Factors.Pending": func(s *script) do {
			org, d := s.org(), s.digest()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Factors().Pending(ctx, org, d) }
		},
		"Factors.Attempt": func(s *script) do {
			org, d, now, limit := s.org(), s.digest(), pick(s, s.now, s.at()), pick(s, 2, 5)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().Attempt(ctx, org, d, now, limit)
			}
		},
		"Factors.Complete": func(s *script) do {
			org := s.org()
			c := s.completion(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().Complete(ctx, org, c)
			}
		},
		"Factors.CompleteByCode": func(s *script) do {
			org, code, rec := s.org(), s.digest(), s.rec("factor.code")
			c := s.completion(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Factors().CompleteByCode(ctx, org, c, code, rec)
			}
		},
	}
}
