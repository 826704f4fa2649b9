package people

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// MailKind is what a message is about.
type MailKind string

// The kinds of messages.
const (
	// MailEmailConfirm asks a new address to confirm by [Service.ConfirmEmailChange].
	MailEmailConfirm MailKind = "EMAIL_CONFIRM"
	// MailEmailConfirmOld asks the old address to confirm by [Service.ConfirmEmailChange], or to cancel by
	// [Service.RefuseEmailChange].
	MailEmailConfirmOld MailKind = "EMAIL_CONFIRM_OLD"
	// MailEmailNotice notifies the old address of the change, which it can cancel by
	// [Service.RefuseEmailChange].
	MailEmailNotice MailKind = "EMAIL_NOTICE"
	// MailPasswordReset lets a user set a new password by [Service.ResetPassword].
	MailPasswordReset MailKind = "PASSWORD_RESET"
)

// Mail is a message that the host must send: this package sends none. Its secret belongs into a link to a
// page of the host, and nowhere else: not into a log, nor into the answer to the request that made it. The
// page must not act when it is opened, only when its button is pressed, because mail scanners open links.
type Mail struct {
	To        Email        `json:"to"` // the zero Email: send nothing
	Kind      MailKind     `json:"kind"`
	Secret    admin.Secret `json:"-"`
	ExpiresAt time.Time    `json:"expiresAt,omitzero"` // the secret is invalid from this instant on
}

// limitMail counts a message to each of several addresses, and one for the organization. It fails with
// [admin.ErrRateLimited].
func (s *Service) limitMail(ctx context.Context, org admin.OrgID, to ...Email) error {
	return s.limitMailAs(ctx, "mail", org, to...)
}

// limitMailAs is limitMail with the counts of one kind, "mail" for what users send and "mail-anyone" for what
// can be asked for without a Scope. The address comes first, over all organizations: one that is over its limit
// uses up none of an organization's.
func (s *Service) limitMailAs(ctx context.Context, kind string, org admin.OrgID, to ...Email) error {
	for _, e := range to {
		if err := s.o.Limiter.Attempt(ctx, limitKey(kind, e.Key), s.o.Limits.Mail); err != nil {
			return err
		}
	}
	return s.o.Limiter.Attempt(ctx, limitKey(kind+"-org", string(org)), s.o.Limits.MailOrganization)
}
