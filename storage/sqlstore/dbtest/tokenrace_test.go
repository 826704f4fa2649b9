package dbtest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

// A token that is created beside the deactivation of its user is switched off with the others, or is
// not created.
func TestNoTokenOutlivesTheDeactivationOfItsUser(t *testing.T) {
	rounds := atLength(200, 20)
	onEachStaff(t, func(t *testing.T, s *staff) {
		ctx, mal := t.Context(), s.mal.User
		ps := []admin.Permission{token.PermissionWrite, settings.PermissionRead}
		in := token.GenerateInput{Name: "race", Permissions: ps, ExpiresAt: time.Now().Add(time.Hour)}
		var mu sync.Mutex
		beside, early := 0, 0
		for range rounds {
			on, off := s.generate(s.mal.Scope, ps...), s.generate(s.mal.Scope, ps...)
			_, err := s.Tokens.Deactivate(ctx, s.mal.Scope, off.Token.ID, token.EndOptions{})
			require.NoError(t, err)
			by := s.as(on)
			made := []token.Generated{on, off}
			keep := func(x token.Generated, err error) error {
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made = append(made, x)
				}
				return err
			}
			errs := together(6, func(i int) (err error) {
				switch i {
				case 0:
					mal, err = s.People.Deactivate(ctx, s.ann.Scope, mal.ID, mal.Version, people.DeactivateOptions{})
					return err
				case 1:
					_, err = s.Tokens.Reactivate(ctx, s.mal.Scope, off.Token.ID)
					return err
				case 2:
					return keep(s.Tokens.Rotate(ctx, s.mal.Scope, on.Token.ID, token.RotateInput{Overlap: token.MaxOverlap}))
				case 3:
					return keep(s.Tokens.Generate(ctx, by, in))
				}
				return keep(s.Tokens.Generate(ctx, s.mal.Scope, in))
			})
			require.NoError(t, errs[0])
			for i, err := range errs[1:] {
				if err == nil {
					early++
					continue
				}
				beside++
				switch code := admin.Code(err); code {
				case "forbidden", "creator_not_active", "token_deactivated", "token_user_not_active":
				default:
					require.NoError(t, err, "call %d: %s", i+1, code)
				}
			}
			live, err := s.Tokens.List(ctx, s.ann.Scope, token.Filter{State: token.Active, UserID: mal.ID}, admin.Query{})
			require.NoError(t, err)
			require.Empty(t, live.Items)
			mal, err = s.People.Reactivate(ctx, s.ann.Scope, mal.ID, mal.Version)
			require.NoError(t, err)
			for _, x := range made {
				s.refused(x, token.ReasonDeactivated)
			}
		}
		t.Logf("%d calls came before a deactivation, %d after", early, beside)
	})
}

func TestOfParallelRotationsOneWins(t *testing.T) {
	rounds := atLength(50, 5)
	onEachStaff(t, func(t *testing.T, s *staff) {
		for range rounds {
			old := s.generate(s.dev.Scope, settings.PermissionRead)
			won := 0
			for _, err := range together(4, func(int) error {
				_, err := s.Tokens.Rotate(t.Context(), s.dev.Scope, old.Token.ID, token.RotateInput{})
				return err
			}) {
				if err == nil {
					won++
				} else {
					require.ErrorIs(t, err, admin.ErrState)
				}
			}
			require.Equal(t, 1, won)
			s.refused(old, token.ReasonExpired)
		}
		live, err := s.Tokens.List(t.Context(), s.ann.Scope, token.Filter{UserID: s.dev.User.ID}, admin.Query{Limit: 200})
		require.NoError(t, err)
		require.Len(t, live.Items, 2*rounds)
	})
}
