package main

import (
	"context"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

const org admin.OrgID = "acme"

// center is an Admin Center over backend with one organization in it.
func center(ctx context.Context, backend storage.Backend, o admincenter.Options) (*admincenter.Center, error) {
	c, err := admincenter.New(backend, o)
	if err != nil {
		return nil, err
	}
	return c, organization(ctx, c, org)
}

func organization(ctx context.Context, c *admincenter.Center, id admin.OrgID) error {
	_, _, err := c.People.CreateOrganization(ctx, people.NewOrganization{
		ID: id, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	return err
}
