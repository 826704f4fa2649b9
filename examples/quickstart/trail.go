package main

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// trail shows the latest of what was done: every change of the tour is there.
func (t *tour) trail(ctx context.Context) error {
	t.tab("Audit trail (latest 8)")
	page, err := t.center.Trail.List(ctx, t.scope, admin.AuditFilter{}, admin.Query{Limit: 8})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, r := range page.Items {
		rows = append(rows,
			[]string{r.At.Format(time.TimeOnly), r.Actor.String(), string(r.Action), r.Subject.Kind + " " + r.Subject.ID})
	}
	t.table("AT|BY|WHAT|ON", rows...)
	return nil
}
