package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

// digestSQL finds a token by the digest of its secret, which happens with every request of a host's API. A
// driver takes longer for each column than the database for the row, so packed has everything in one. It is
// not of use for a token with a separator in one of its texts, which no service lets in: apart reads that one.
type digestSQL struct{ packed, apart string }

const (
	// separator is what stands between the columns of digestSQL.packed.
	separator = "\x1f"
	// never is the zero time in microseconds.
	never = "-62135596800000000"
)

// packedColumns are the columns that unpack reads.
var packedColumns = [...]string{
	"t.org_id", "t.hash_key", "t.id", "COALESCE(t.user_id, '')", "t.permissions", "t.networks", "t.state",
	"COALESCE(t.expires_at, " + never + ")", "COALESCE(t.last_used_at, " + never + ")", "COALESCE(u.status, '')",
	"COALESCE(u.role, '')", "COALESCE(r.permissions, '')",
	"(SELECT o.status FROM {organizations} o WHERE o.org_id = t.org_id)",
}

func newDigestSQL(db *DB, apart string) digestSQL {
	return digestSQL{
		packed: db.bind(`SELECT ` + db.dialect.pack(packedColumns[:]) + ` FROM {tokens} t
			LEFT JOIN {users} u ON u.org_id = t.org_id AND u.id = t.user_id
			LEFT JOIN {roles} r ON r.org_id = u.org_id AND r.name = u.role WHERE t.digest = ?`),
		apart: db.bind(apart + `WHERE t.digest = ? AND
			(SELECT o.status FROM {organizations} o WHERE o.org_id = t.org_id) <> 'DELETED'`),
	}
}

func (s tokens) ByDigest(ctx context.Context, digest admin.SecretDigest) (token.Stored, error) {
	q := s.db.sql.token.byDigest
	found, err := one(ctx, s.reader(), "token", q.packed, scanPacked, digest[:])
	if err == nil && found.deleted {
		return token.Stored{}, missing("token")
	}
	if err == nil && found.apart {
		return one(ctx, s.reader(), "token", q.apart, scanStored, digest[:])
	}
	found.Hash.Digest = digest
	return found.Stored, err
}

// packedToken is a token that was read from one column, or the news that it has to be read from several.
type packedToken struct {
	token.Stored
	apart   bool
	deleted bool // with its organization
}

func scanPacked(scan func(...any) error, p *packedToken) error {
	var text string
	if err := scan(&text); err != nil {
		return err
	}
	p.apart = strings.Count(text, separator) != len(packedColumns)-1
	if p.apart {
		return nil
	}
	status, err := unpack(text, &p.Stored)
	p.deleted = status == string(people.OrganizationDeleted)
	return err
}

// unpack reads packedColumns into s, and returns the status of the organization.
func unpack(text string, s *token.Stored) (organization string, err error) {
	u := unpacker{rest: text}
	t := &s.Token
	s.Org, s.Hash.Key = admin.OrgID(u.text()), u.text()
	s.Texts = token.IDTexts{ID: u.text(), User: u.text()}
	t.ID, t.UserID = u.parse(s.Texts.ID), u.parse(s.Texts.User)
	t.Permissions = admin.ParsePermissions(u.text())
	t.Networks = u.networks()
	t.State, t.ExpiresAt, t.LastUsedAt = token.State(u.text()), u.at(), u.at()
	if status, role, custom := u.text(), u.text(), u.text(); status != "" {
		s.User = token.UserAccess{
			ID: t.UserID, Active: status == string(people.UserActive), Role: role, Custom: admin.ParsePermissions(custom),
		}
	}
	organization = u.text()
	s.User.Suspended = organization == string(people.OrganizationSuspended)
	if u.err != nil {
		return organization, fmt.Errorf("a token as it is stored: %w", u.err)
	}
	return organization, nil
}

// unpacker reads one column after the other, and keeps the first error.
type unpacker struct {
	rest string
	err  error
}

func (u *unpacker) text() (column string) {
	column, u.rest, _ = strings.Cut(u.rest, separator)
	return column
}

func (u *unpacker) number() int64 {
	n, err := strconv.ParseInt(u.text(), 10, 64)
	u.keep(err)
	return n
}

func (u *unpacker) at() time.Time { return time.UnixMicro(u.number()).UTC() }

func (u *unpacker) parse(text string) (id uuid.UUID) {
	if text != "" {
		var err error
		id, err = uuid.Parse(text)
		u.keep(err)
	}
	return id
}

func (u *unpacker) networks() (n token.Networks) {
	if text := u.text(); text != "" {
		var err error
		n, err = token.ParseNetworks(text)
		u.keep(err)
	}
	return n
}

func (u *unpacker) keep(err error) {
	if u.err == nil {
		u.err = err
	}
}
