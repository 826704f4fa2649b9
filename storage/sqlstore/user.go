package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

type users struct{ access }

type userSQL struct {
	get, lock, member, byEmail, updateProfile, otherAdministrator         string
	updateAccess, raiseEpoch, setPassword, hasCredential, atEpoch, rehash string
	lockHash, lockEpoch, lockOrganization, memberships                    string
	list                                                                  list
}

// memberColumns are those of a user u with the credential c and the role r that memberJoins adds; memberFields
// scans them.
const (
	memberColumns = `u.id, u.name, u.email, u.email_key, u.role, u.status, u.created_at, u.updated_at,
		u.version, c.user_id, c.hash, c.epoch, c.changed_at, COALESCE(r.name, ''), COALESCE(r.display_name, ''),
		COALESCE(r.description, ''), COALESCE(r.permissions, ''), r.created_at, r.updated_at, COALESCE(r.version, 0),
		(SELECT o.status FROM {organizations} o WHERE o.org_id = u.org_id)`
	memberJoins = `JOIN {credentials} c ON c.org_id = u.org_id AND c.user_id = u.id
		LEFT JOIN {roles} r ON r.org_id = u.org_id AND r.name = u.role`
)

func newUserSQL(db *DB) userSQL {
	const columns = `id, name, email, email_key, role, status, created_at, updated_at, version`
	const qualified = `SELECT ` + memberColumns + ` FROM {users} u ` + memberJoins + ` `
	return userSQL{
		get:     db.bind(`SELECT ` + columns + ` FROM {users} WHERE org_id = ? AND id = ?`),
		lock:    db.bind(`SELECT ` + columns + ` FROM {users} WHERE org_id = ? AND id = ?{forUpdate}`),
		member:  db.bind(qualified + `WHERE u.org_id = ? AND u.id = ?`),
		byEmail: db.bind(qualified + `WHERE u.org_id = ? AND u.email_key = ?`),
		list: newList(db, `SELECT `+columns+` FROM {users}{index} WHERE org_id = ?`, []string{"status", "role"},
			` AND id > ? ORDER BY id LIMIT ?`,
			walk{"users_role_status", "role status"}, walk{"users_role", "role"}, walk{"users_status", "status"}),
		updateProfile: db.bind(`UPDATE {users} SET name = ?, updated_at = ?, version = version + 1
			WHERE org_id = ? AND id = ? AND version = ?`),
		// Rows and not a count: locking reads see the latest on every database, and PostgreSQL cannot
		// lock aggregates.
		otherAdministrator: db.bind(`SELECT id FROM {users} WHERE org_id = ? AND role = ? AND status = ? AND id <> ?
			ORDER BY id LIMIT 1{forUpdate}`),
		updateAccess: db.bind(`UPDATE {users} SET role = ?, status = ?, updated_at = ?, version = ?
			WHERE org_id = ? AND id = ?`),
		raiseEpoch: db.bind(`UPDATE {credentials} SET epoch = epoch + 1 WHERE org_id = ? AND user_id = ?`),
		setPassword: db.bind(`UPDATE {credentials} SET hash = ?, changed_at = ?, epoch = epoch + 1
			WHERE org_id = ? AND user_id = ? AND epoch = ?`),
		hasCredential: db.bind(`SELECT user_id FROM {credentials} WHERE org_id = ? AND user_id = ?`),
		atEpoch: db.bind(`SELECT user_id FROM {credentials}
			WHERE org_id = ? AND user_id = ? AND epoch = ?{forUpdate}`),
		rehash:    db.bind(`UPDATE {credentials} SET hash = ? WHERE org_id = ? AND user_id = ?`),
		lockEpoch: db.bind(`SELECT epoch FROM {credentials} WHERE org_id = ? AND user_id = ?{forUpdate}`),
		lockHash:  db.bind(`SELECT hash FROM {credentials} WHERE org_id = ? AND user_id = ?{forUpdate}`),
		memberships: db.bind(`SELECT u.org_id, o.name, u.id FROM {users} u JOIN {organizations} o ON o.org_id = u.org_id
			WHERE u.email_key = ? AND u.status = ? AND o.status <> 'DELETED' ORDER BY u.org_id LIMIT ?`),
		lockOrganization: db.bind(db.dialect.hold("organizations", "version")),
	}
}

func (s users) Get(ctx context.Context, org admin.OrgID, userID uuid.UUID) (people.User, error) {
	return one(ctx, s.reader(), "user", s.db.sql.user.get, scanUser, org, id(userID))
}

func (s users) Member(ctx context.Context, org admin.OrgID, userID uuid.UUID) (people.Member, error) {
	return one(ctx, s.reader(), "user", s.db.sql.user.member, scanMember, org, id(userID))
}

func (s users) ByEmail(ctx context.Context, org admin.OrgID, key string) (people.Member, error) {
	return one(ctx, s.reader(), "user", s.db.sql.user.byEmail, scanMember, org, key)
}

func (s users) Memberships(ctx context.Context, key string) ([]people.Membership, error) {
	return rows(ctx, s.reader(), "user", s.db.sql.user.memberships,
		func(scan func(...any) error, m *people.Membership) error {
			return scan(&m.Org, &m.Company, scanID(&m.UserID))
		},
		key, people.UserActive, people.MaxMemberships)
}

// scanMember scans what one statement read, so that all of it is of one moment.
func scanMember(scan func(...any) error, m *people.Member) error {
	fields, done := memberFields(m)
	err := scan(fields...)
	done()
	return err
}

// memberFields returns where memberColumns are scanned to, and what completes m then.
func memberFields(m *people.Member) (fields []any, done func()) {
	u, c, r := &m.User, &m.Credential, new(people.CustomRole)
	var hash, status string
	fields = []any{
		scanID(&u.ID), &u.Name, &u.Email.Address, &u.Email.Key, &u.Role, &u.Status,
		scanAt(&u.CreatedAt), scanAt(&u.UpdatedAt), &u.Version,
		scanID(&c.UserID), &hash, &c.Epoch, scanAt(&c.ChangedAt),
		&r.Name, &r.DisplayName, &r.Description, scanPermissions(&r.Permissions),
		scanAt(&r.CreatedAt), scanAt(&r.UpdatedAt), &r.Version, &status,
	}
	return fields, func() {
		m.Suspended = status == string(people.OrganizationSuspended)
		c.Hash = people.NewPasswordHash(hash)
		if r.Name != "" {
			m.Custom = r
		}
	}
}

func (s users) List(
	ctx context.Context, org admin.OrgID, f people.UserFilter, seek admin.Seek[uuid.UUID],
) ([]people.User, error) {
	filters := byText(string(f.Status), string(f.Role))
	query, args := s.db.sql.user.list.page([]any{org}, filters, seek.After.String(), seek.Limit)
	return rows(ctx, s.reader(), "user", query, scanUser, args...)
}

func (s users) UpdateProfile(ctx context.Context, org admin.OrgID, p people.ProfileUpdate, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		if o := p.Organization; o != nil {
			if err := s.db.sql.organization.renameTo(ctx, t, org, o.Name, o.Version); err != nil {
				return err
			}
		}
		u, q := p.User, s.db.sql.user
		if u == nil {
			return nil
		}
		return t.change(ctx, "user", q.updateProfile,
			[]any{u.Name, at(u.UpdatedAt), org, id(u.ID), u.Version}, q.get, org, id(u.ID))
	})
}

func (s users) UpdateAccess(ctx context.Context, org admin.OrgID, a people.AccessUpdate, rec admin.Record) error {
	return s.locked(ctx, org, rec, func(t *tx) error {
		q, u := s.db.sql.user, a.User
		old, err := one(ctx, t, "user", q.lock, scanUser, org, id(u.ID))
		if err != nil {
			return err
		}
		if err := s.db.sql.role.check(ctx, t, org, a.Custom); err != nil {
			return err
		}
		administering, another, err := s.db.sql.administering(ctx, t, org, a.Rules, u.ID)
		if err != nil {
			return err
		}
		next, err := old.AccessUpdated(u, administering, another)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, "user", q.updateAccess, next.Role, next.Status, at(next.UpdatedAt), next.Version,
			org, id(u.ID)); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "credential", q.raiseEpoch, org, id(u.ID)); err != nil {
			return err
		}
		if !old.DeactivatedBy(next) {
			return nil
		}
		if err := s.db.sql.invitation.revokeSentBy(ctx, t, org, next); err != nil || a.KeepTokens {
			return err
		}
		e := token.Ending{State: token.Deactivated, At: next.UpdatedAt}
		return s.db.sql.token.ending(ctx, t, org, e).by(admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()})
	})
}

// lockPeople makes other transactions that decide over the organization's people wait until this one
// ends. Without it two administrators could demote each other in any isolation but serializable. What is
// read afterwards must be locked too, so that it is the latest.
func (s userSQL) lockPeople(ctx context.Context, t *tx, org admin.OrgID) error {
	_, err := one(ctx, t, "organization", s.lockOrganization, scanText, org)
	return err
}

// epoch locks the credential of a user, which stands for the user in what does not lock all people, and returns
// its epoch.
func (s userSQL) epoch(ctx context.Context, t *tx, org admin.OrgID, userID uuid.UUID) (int64, error) {
	return one(ctx, t, "user", s.lockEpoch,
		func(scan func(...any) error, n *int64) error { return scan(n) }, org, id(userID))
}

// requireEpoch locks the credential of a user, and fails with [admin.ErrConflict] if its epoch is another.
func (s userSQL) requireEpoch(ctx context.Context, t *tx, org admin.OrgID, userID uuid.UUID, epoch int64) error {
	stored, err := s.epoch(ctx, t, org, userID)
	if err == nil && stored != epoch {
		return conflict("user")
	}
	return err
}

func (s users) SetPassword(ctx context.Context, org admin.OrgID, c people.Credential, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.user
		return t.change(ctx, "user", q.setPassword, []any{c.Hash.PHC(), at(c.ChangedAt), org, id(c.UserID), c.Epoch},
			q.hasCredential, org, id(c.UserID))
	})
}

func (s users) Rehash(ctx context.Context, org admin.OrgID, userID uuid.UUID, old, renewed people.PasswordHash) error {
	return s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.user
		// Compared here: MySQL ignores trailing spaces, and does not count a row whose new hash is the
		// old one.
		hash, err := one(ctx, t, "user", q.lockHash, scanText, org, id(userID))
		if err != nil {
			return err
		}
		if hash != old.PHC() {
			return conflict("credential")
		}
		_, err = t.exec(ctx, "user", q.rehash, renewed.PHC(), org, id(userID))
		return err
	})
}

func scanUser(scan func(...any) error, u *people.User) error {
	return scan(scanID(&u.ID), &u.Name, &u.Email.Address, &u.Email.Key, &u.Role, &u.Status,
		scanAt(&u.CreatedAt), scanAt(&u.UpdatedAt), &u.Version)
}

func scanText(scan func(...any) error, s *string) error { return scan(s) }
