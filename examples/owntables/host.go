package main

import (
	"context"
	"database/sql"
	"errors"
	"io"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// host is the program around the Admin Center.
type host struct {
	center *admincenter.Center
	pool   *sql.DB
	scope  admin.Scope
	out    io.Writer
}

// walk uses everything that the host's tables are for.
func (h host) walk(ctx context.Context) error {
	for _, do := range []func(context.Context) error{
		h.organization, h.imports, h.plans, h.associations, h.migration, h.rows, h.trail,
	} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// organization creates the organization on the first run.
func (h host) organization(ctx context.Context) error {
	_, _, err := h.center.People.CreateOrganization(ctx, people.NewOrganization{
		ID: h.scope.Org(), Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	if errors.Is(err, admin.ErrExists) {
		return nil
	}
	return err
}
