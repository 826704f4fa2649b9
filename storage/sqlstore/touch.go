package sqlstore

import (
	"context"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/token"
)

// touch is the statements by which uses of tokens are noted, each for one of few numbers of them, so that
// drivers prepare them once: places that are left over repeat the last use.
type touch struct {
	sizes []int
	texts []string
}

func newTouch(db *DB) touch {
	t := touch{sizes: []int{1, 8, 64}}
	for _, n := range t.sizes {
		// ELSE is never reached: it makes the type of the parameters that of the column, on PostgreSQL.
		at := "CASE id" + strings.Repeat(" WHEN ? THEN ?", n) + " ELSE last_used_at END"
		t.texts = append(t.texts, db.bind(`UPDATE {tokens} SET last_used_at = `+at+`
			WHERE org_id = ? AND id IN (?`+strings.Repeat(", ?", n-1)+`)
			AND (last_used_at IS NULL OR last_used_at <= `+at+` - 60000000)`)) // token.UsedEvery
	}
	return t
}

func (s tokens) Touch(ctx context.Context, org admin.OrgID, uses []token.Use) error {
	uses = slices.Clone(uses)
	// In one order everywhere, so that processes that note uses of the same tokens do not deadlock.
	slices.SortFunc(uses, func(a, b token.Use) int { return slices.Compare(a.TokenID[:], b.TokenID[:]) })
	return s.bookkeep(ctx, func(x *tx) error {
		for batch := range slices.Chunk(uses, slices.Max(s.db.sql.token.touch.sizes)) {
			text, args := s.db.sql.token.touch.statement(org, batch)
			if _, err := x.exec(ctx, "token", text, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// statement returns the smallest statement that has a place for each use, and its arguments.
func (t touch) statement(org admin.OrgID, uses []token.Use) (text string, args []any) {
	i, _ := slices.BinarySearch(t.sizes, len(uses))
	places := t.sizes[i]
	var when, ids []any
	for k := range places {
		use := uses[min(k, len(uses)-1)]
		ids = append(ids, id(use.TokenID))
		when = append(when, id(use.TokenID), at(use.At))
	}
	return t.texts[i], slices.Concat(when, []any{org}, ids, when)
}
