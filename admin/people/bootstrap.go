package people

import (
	"context"

	"github.com/admincenter/admincenter/admin"
)

// NewOrganization is the input of [Service.CreateOrganization].
type NewOrganization struct {
	// ID is the host's own id of the tenant; if it is empty, one is generated.
	ID admin.OrgID `json:"id,omitempty"`
	// Name is the company name, 1 to 255 characters.
	Name string `json:"name"`
	// Admin is the first user, who becomes [Administrator].
	Admin NewAdmin `json:"admin"`
}

// NewAdmin is the first user of an organization.
type NewAdmin struct {
	Name  string `json:"name"` // 1 to 255 characters
	Email string `json:"email"`
	// Password may be zero if users sign in elsewhere (single sign-on).
	Password admin.Secret `json:"-"`
}

// CreateOrganization creates an organization with its first [Administrator], both or neither. It takes
// no Scope, because the tenant does not exist yet: call it only in the host's own sign-up code. It fails
// with [admin.ErrInvalid] and every broken rule, with [admin.ErrExists] if the id is taken, also by an
// organization that was deleted, and with [admin.ErrBusy] from hashing.
func (s *Service) CreateOrganization(ctx context.Context, n NewOrganization) (Organization, User, error) {
	if n.ID == "" {
		n.ID = admin.OrgID(s.o.NewID().String())
	}
	var p admin.Problems
	if err := n.ID.Check(); err != nil {
		p.AddError("/id", admin.CodeFormat, err)
	}
	p.Text("/name", n.Name, 1, maxName)
	p.Text("/admin/name", n.Admin.Name, 1, maxName)
	email := checkEmail(&p, "/admin/email", n.Admin.Email)
	if !n.Admin.Password.IsZero() {
		s.o.Passwords.check(&p, "/admin/password", n.Admin.Password, s.common, n.Name, n.Admin.Name, n.Admin.Email)
	}
	if err := p.Err(); err != nil {
		return Organization{}, User{}, err
	}
	hash, err := s.hashNew(ctx, "/admin/password", n.Admin.Password)
	if err != nil {
		return Organization{}, User{}, err
	}
	u, c := s.newUser(n.Admin.Name, email, Administrator, hash)
	o := Organization{ID: n.ID, Name: n.Name, CreatedAt: u.CreatedAt, Version: 1}.Created()
	rec := s.o.Record(admin.System(n.ID).WithRequest(s.request), ActionCreateOrganization,
		admin.Subject{Kind: subjectOrganization, ID: string(n.ID)},
		admin.Change{Field: "name", To: o.Name}, admin.Change{Field: "administrator", To: u.ID.String()})
	if err := s.ports.Organizations.Create(ctx, o, u, c, rec); err != nil {
		return Organization{}, User{}, err
	}
	return o, u, nil
}

// newUser returns an active user created now.
func (s *Service) newUser(name string, email Email, role Role, hash PasswordHash) (User, Credential) {
	now := s.o.Instant()
	u := User{
		ID: s.o.NewID(), Name: name, Email: email, Role: role, Status: UserActive,
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	c := Credential{UserID: u.ID, Hash: hash, Epoch: 1}
	if !hash.IsZero() {
		c.ChangedAt = now
	}
	return u, c
}
