package people_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestJSON(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 20, 30, 123456000, time.UTC)
	const id, instant = "01957212-3f00-7000-8000-000000000001", `"2026-03-01T10:20:30.123456Z"`
	email, err := people.ParseEmail("Ann@MÜNCHEN.example")
	require.NoError(t, err)
	user := people.User{
		ID: uuid.MustParse(id), Name: "Ann", Email: email, Role: people.ProductManager, Status: people.UserActive,
		CreatedAt: at, UpdatedAt: at, Version: 1,
	}
	const userJSON = `{"id":"` + id + `","name":"Ann","email":"Ann@MÜNCHEN.example","role":"product_manager","status":"ACTIVE",
		"createdAt":` + instant + `,"updatedAt":` + instant + `,"version":1}`
	off := people.User{Status: people.UserDeactivated}
	by := admin.Actor{Kind: admin.ActorUser, ID: id}
	actor, err := json.Marshal(by)
	require.NoError(t, err)
	pending := people.Invitation{
		ID: user.ID, Email: email, Role: people.Analyst, Status: people.InvitationPending, InvitedBy: by,
		CreatedAt: at, SentAt: at, ExpiresAt: at, Version: 1,
	}
	accepted := pending
	accepted.Status, accepted.SettledAt, accepted.UserID = people.InvitationAccepted, at, user.ID
	invitation := func(status, more string) string {
		return `{"id":"` + id + `","email":"Ann@MÜNCHEN.example","role":"analyst","status":"` + status + `","invitedBy":` + string(actor) + `,
			"createdAt":` + instant + `,"sentAt":` + instant + `,"expiresAt":` + instant + more + `,"version":1}`
	}
	secret := admin.NewSecret("violin quarry sleet ember")
	for _, tc := range []struct {
		reason string
		value  any
		want   string
	}{
		{"a user", user, userJSON},
		{"a deactivated user without anything else", off,
			`{"id":"00000000-0000-0000-0000-000000000000","name":"","email":"","role":"","status":"DEACTIVATED","version":0}`},
		{"a session, without its scope", people.Session{Scope: admin.System(acme), User: user, Epoch: 3}, `{"user":` + userJSON + `,"epoch":3}`},
		{"a session that the library keeps", people.Session{User: user, Epoch: 3, ID: user.ID},
			`{"user":` + userJSON + `,"epoch":3,"id":"` + id + `"}`},
		{"a kept session", people.KeptSession{
			ID: user.ID, UserID: user.ID, Label: "Firefox", Source: "2001:db8::1", CreatedAt: at, AuthenticatedAt: at,
			LastSeenAt: at, ExpiresAt: at, Epoch: 3,
		}, `{"id":"` + id + `","userId":"` + id + `","label":"Firefox","source":"2001:db8::1","createdAt":` + instant + `,
			"authenticatedAt":` + instant + `,"lastSeenAt":` + instant + `,"expiresAt":` + instant + `}`},
		{"what a session is kept with", []any{people.KeepInput{Label: "Firefox", Source: "2001:db8::1"}, people.KeepInput{}},
			`[{"label":"Firefox","source":"2001:db8::1"},{}]`},
		{"a membership", people.Membership{Org: acme, Company: "Acme Ltd", UserID: user.ID},
			`{"org":"acme","company":"Acme Ltd","userId":"` + id + `"}`},
		{"an identity", people.Identity{UserID: user.ID, Issuer: "https://idp.example", Subject: "x", LinkedAt: at},
			`{"userId":"` + id + `","issuer":"https://idp.example","subject":"x","linkedAt":` + instant + `}`},
		{"a user of a directory", people.ProvisionedUser{User: user, ExternalID: "ext"}, strings.TrimSuffix(userJSON, "}") + `,"externalId":"ext"}`},
		{"a user of no directory", people.ProvisionedUser{User: user}, userJSON},
		{"a profile", people.Profile{
			UserID: user.ID, Name: "Ann", Email: email, Role: people.Analyst, Company: "Acme", HasPassword: true, Version: 2, CompanyVersion: 3,
		}, `{"userId":"` + id + `","name":"Ann","email":"Ann@MÜNCHEN.example","role":"analyst","company":"Acme","hasPassword":true,
			"version":2,"companyVersion":3}`},
		{"an organization", people.Organization{
			ID: acme, Name: "Acme", Status: people.OrganizationSuspended, StatusAt: at, CreatedAt: at, Version: 1,
		}, `{"id":"acme","name":"Acme","status":"SUSPENDED","statusAt":` + instant + `,"createdAt":` + instant + `,"version":1}`},
		{"a pending invitation", pending, invitation("PENDING", "")},
		{"an accepted invitation", accepted, invitation("ACCEPTED", `,"settledAt":`+instant+`,"userId":"`+id+`"`)},
		{"a change of a profile", people.ProfileChange{Name: ptr("Ann"), Version: 1}, `{"name":"Ann","version":1}`},
		{"inputs, without their passwords", []any{
			people.EmailChangeInput{Email: "ann@acme.example", CurrentPassword: secret},
			people.SignInInput{Email: "ann@acme.example", Password: secret, Source: "192.0.2.1"},
			people.ResetRequest{Email: "ann@acme.example", Source: "192.0.2.1"},
		}, `[{"email":"ann@acme.example"},{"email":"ann@acme.example"},{"email":"ann@acme.example"}]`},
		{"a change of an e-mail address", people.EmailChange{
			UserID: user.ID, From: email, To: email, AwaitsOld: true, CreatedAt: at, ExpiresAt: at,
		}, `{"userId":"` + id + `","from":"Ann@MÜNCHEN.example","to":"Ann@MÜNCHEN.example","awaitsOld":true,"awaitsNew":false,
			"done":false,"createdAt":` + instant + `,"expiresAt":` + instant + `}`},
		{"a message, without its secret", people.Mail{To: email, Kind: people.MailPasswordReset, Secret: secret, ExpiresAt: at},
			`{"to":"Ann@MÜNCHEN.example","kind":"PASSWORD_RESET","expiresAt":` + instant + `}`},
		{"a new organization, without its password", people.NewOrganization{
			ID: acme, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: secret},
		}, `{"id":"acme","name":"Acme","admin":{"name":"Ann","email":"ann@acme.example"}}`},
		{"an acceptance, without its password", people.AcceptInput{Name: "Ann", Password: secret}, `{"name":"Ann"}`},
		{"a custom role", people.CustomRole{
			Name: "auditors", DisplayName: "Auditors", Description: "From outside", Permissions: admin.Permissions(admin.PermissionAuditRead),
			CreatedAt: at, UpdatedAt: at, Version: 1,
		}, `{"name":"auditors","displayName":"Auditors","description":"From outside","permissions":["audit.read"],
			"createdAt":` + instant + `,"updatedAt":` + instant + `,"version":1}`},
		{"a built-in role", people.RoleInfo{CustomRole: people.CustomRole{Name: people.Analyst}, BuiltIn: true},
			`{"name":"analyst","permissions":[],"version":0,"builtIn":true}`},
		{"a change of a role", []people.RoleChange{{}, {Description: ptr(""), Permissions: &[]admin.Permission{"users.read"}}},
			`[{},{"description":"","permissions":["users.read"]}]`},
		{"what a sign-in waits for, without its ticket", &people.SecondFactorRequired{
			Ticket: secret, Methods: []people.FactorKind{people.FactorPasskey, people.FactorTOTP, people.FactorRecoveryCode},
			Challenge: json.RawMessage(`{"challenge":"x"}`), ExpiresAt: at,
		}, `{"methods":["PASSKEY","TOTP","RECOVERY_CODE"],"challenge":{"challenge":"x"},"expiresAt":` + instant + `}`},
		{"factors", []people.Factors{{}, {TOTP: at, Passkeys: true, RecoveryCodes: 9}},
			`[{"passkeys":false,"recoveryCodes":0},{"totp":` + instant + `,"passkeys":true,"recoveryCodes":9}]`},
		{"an enrollment, without its secret", people.TOTPEnrollment{URI: secret, Secret: secret, ExpiresAt: at},
			`{"expiresAt":` + instant + `}`},
		{"filters", []any{
			people.UserFilter{Status: people.UserActive, Role: people.Analyst}, people.UserFilter{},
			people.InvitationFilter{Status: people.InvitationExpired}, people.InvitationFilter{Status: people.InvitationRevoked},
		}, `[{"status":"ACTIVE","role":"analyst"},{},{"status":"EXPIRED"},{"status":"REVOKED"}]`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := json.Marshal(tc.value)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(got))
		})
	}

	t.Run("reads a user back", func(t *testing.T) {
		var got people.User
		require.NoError(t, json.Unmarshal([]byte(userJSON), &got))
		require.Equal(t, user, got)
	})
	t.Run("reads a change of a profile", func(t *testing.T) {
		var got people.ProfileChange
		require.NoError(t, json.Unmarshal([]byte(`{"name":"Ann","version":7}`), &got))
		require.Equal(t, people.ProfileChange{Name: ptr("Ann"), Version: 7}, got)
	})
	t.Run("reads no malformed address", func(t *testing.T) {
		got := email
		require.ErrorIs(t, json.Unmarshal([]byte(`"nobody"`), &got), admin.ErrInvalid)
		require.Equal(t, email, got)
		require.NoError(t, json.Unmarshal([]byte(`""`), &got))
		require.Equal(t, people.Email{}, got, "but none")
	})
}
