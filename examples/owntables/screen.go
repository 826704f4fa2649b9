package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// rows shows what is in the host's tables, read by the host's own SQL.
func (h host) rows(ctx context.Context) error {
	for _, show := range []struct{ title, query string }{
		{"customers", "SELECT id || '|' || name || '|' || status FROM customers ORDER BY id"},
		{"accounts", "SELECT id || '|' || customer_id || '|' || currency FROM accounts ORDER BY id"},
		{"plans", "SELECT id || '|v' || version || '|' || status FROM plans ORDER BY id, version"},
		{"schedules", `SELECT account_id || '|' || plan_id || ' v' || plan_version || '|' ||
			date(from_at / 1000000, 'unixepoch') || '|' || coalesce(date(until_at / 1000000, 'unixepoch'), 'open')
			FROM schedules WHERE removed_at IS NULL ORDER BY account_id, from_at`},
	} {
		lines, err := read(ctx, h.pool, single[string], show.query)
		if err != nil {
			return err
		}
		if err := h.print(show.title, lines); err != nil {
			return err
		}
	}
	return nil
}

// trail shows the latest audit records: those of the host's tables are among them.
func (h host) trail(ctx context.Context) error {
	page, err := h.center.Trail.List(ctx, h.scope, admin.AuditFilter{}, admin.Query{Limit: 12})
	if err != nil {
		return err
	}
	var lines []string
	for _, r := range page.Items {
		lines = append(lines, fmt.Sprintf("%s|%s|%s %s", r.At.Format(time.TimeOnly), r.Action, r.Subject.Kind, r.Subject.ID))
	}
	return h.print("trail", lines)
}

// print prints lines whose cells are separated by bars.
func (h host) print(title string, lines []string) error {
	if _, err := fmt.Fprintf(h.out, "\n%s\n", title); err != nil {
		return err
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, "  "+strings.ReplaceAll(line, "|", "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}
