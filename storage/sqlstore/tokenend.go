package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/token"
)

func (s tokens) End(ctx context.Context, org admin.OrgID, e token.Ending, rec admin.Record) (n int, err error) {
	err = s.decide(ctx, org, rec, func(x *tx) (bool, error) {
		end := s.db.sql.token.ending(ctx, x, org, e)
		err := e.Walk(end.one, end.created)
		n = end.n
		return n > 0, err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (s tokens) DeactivateBy(
	ctx context.Context, org admin.OrgID, actor admin.Actor, e token.Ending, rec admin.Record,
) (n int, err error) {
	err = s.decide(ctx, org, rec, func(x *tx) (bool, error) {
		end := s.db.sql.token.ending(ctx, x, org, e)
		err := end.by(actor)
		n = end.n
		return true, err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// ending ends tokens in a transaction and counts them. Those that an actor created take one call for each
// actor, because no two databases write a recursive UPDATE alike. The locking reads see tokens that were
// created meanwhile.
type ending struct {
	token.Ending
	ctx context.Context // of the call of a port, for its callbacks
	x   *tx
	org admin.OrgID
	q   tokenSQL
	n   int
}

func (q tokenSQL) ending(ctx context.Context, x *tx, org admin.OrgID, e token.Ending) *ending {
	return &ending{Ending: e, ctx: ctx, x: x, org: org, q: q}
}

func (e *ending) one(tokenID uuid.UUID) (token.Token, error) {
	t, err := one(e.ctx, e.x, "token", e.q.lock, scanToken, e.org, id(tokenID))
	switch {
	case err != nil:
		return t, err
	case tokenID == e.Token && t.State == token.Deleted && e.State != token.Deleted:
		return t, token.ErrDeleted
	}
	return t, e.end([]token.Token{t}, e.q.end, id(tokenID))
}

func (e *ending) created(creator admin.Actor) ([]token.Token, error) {
	return e.each(e.q.created, e.q.endCreated, creator.Kind, actorID(creator))
}

// each ends the tokens that a statement finds by args, and returns them.
func (e *ending) each(find, end string, args ...any) ([]token.Token, error) {
	found, err := rows(e.ctx, e.x, "token", find, func(scan func(...any) error, t *token.Token) error {
		return scan(scanID(&t.ID), scanPermissions(&t.Permissions), &t.State)
	}, append([]any{e.org}, args...)...)
	if err != nil {
		return nil, err
	}
	return found, e.end(found, end, args...)
}

// end runs a statement by args unless there is nothing to end in what it is about.
func (e *ending) end(found []token.Token, statement string, args ...any) error {
	some := false
	for _, t := range found {
		if !e.Ends(t.State) {
			continue
		}
		if err := e.Covers(t); err != nil {
			return err
		}
		some = true
	}
	if !some {
		return nil
	}
	n, err := e.x.exec(e.ctx, "token", statement, append([]any{e.State, at(e.At), e.org, e.State}, args...)...)
	e.n += int(n)
	return err
}

func (e *ending) by(actor admin.Actor) (err error) {
	switch actor.Kind {
	case admin.ActorToken:
		return token.EachCreator(actor, e.created)
	case admin.ActorSystem:
		_, err = e.each(e.q.ofSystem, e.q.endOfSystem)
	case admin.ActorUser:
		if user, invalid := uuid.Parse(actor.ID); invalid == nil && user.String() == actor.ID {
			_, err = e.each(e.q.ofUser, e.q.endOfUser, id(user))
		}
	}
	return err
}
