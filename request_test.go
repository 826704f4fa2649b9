package admincenter_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

func someRequest() admin.Request {
	return admin.Request{Source: "2001:db8::7", UserAgent: "Firefox/140", ID: "req-1"}
}

// recorded returns the records of an organization by their ids.
func recorded(t *testing.T, c *admincenter.Center) map[uuid.UUID]admin.Record {
	t.Helper()
	found := map[uuid.UUID]admin.Record{}
	for r, err := range c.Trail.All(t.Context(), admin.System(acme), admin.AuditFilter{}) {
		require.NoError(t, err)
		found[r.ID] = r
	}
	return found
}

// requireRequest checks the records that are not among those before, and adds their actions to seen.
func requireRequest(t *testing.T, c *admincenter.Center, before map[uuid.UUID]admin.Record, seen map[admin.Action]bool) {
	t.Helper()
	for id, r := range recorded(t, c) {
		if _, old := before[id]; !old {
			require.Equal(t, someRequest(), r.Request, "%s by %s", r.Action, r.Actor)
			seen[r.Action] = true
		}
	}
}

// Every record that a service writes on behalf of a scope has where the call came from.
func TestEveryRecordHasTheRequestOfItsScope(t *testing.T) {
	seen := map[admin.Action]bool{}
	all := allMethods(newHouse(t, admincenter.Options{}).Center)
	for at := range all {
		if !actsForAScope(all[at]) {
			continue
		}
		h := newHouse(t, admincenter.Options{})
		ids := append(seedTexts(t, h), h.migration())
		before := recorded(t, h.Center)
		h.ann.Scope = h.ann.Scope.WithRequest(someRequest())
		h.People = h.People.From(someRequest())
		m := allMethods(h.Center)[at]
		for n := range 2 * len(ids) {
			c := fullCall(t.Context(), m, h.ann.Scope, ids[n%len(ids)], int64(n/len(ids)+1))
			for i, a := range c.args {
				switch a.Type() {
				case reflect.TypeFor[people.Session]():
					c.args[i] = reflect.ValueOf(h.ann)
				case reflect.TypeFor[io.Writer]():
					c.args[i] = reflect.ValueOf(io.Discard)
				}
			}
			_ = errorsOf(m, c.args)
		}
		requireRequest(t, h.Center, before, seen)
	}
	h := newHouse(t, admincenter.Options{})
	h.ann.Scope, h.People = h.ann.Scope.WithRequest(someRequest()), h.People.From(someRequest())
	before := recorded(t, h.Center)
	writeMarkers(t, h)
	requireRequest(t, h.Center, before, seen)
	require.Greater(t, len(seen), 50)
}

// actsForAScope reports whether a method that may write is called with who acts.
func actsForAScope(m serviceMethod) bool {
	return !lookUps().MatchString(m.name) && slices.ContainsFunc(parameters(m), func(p reflect.Type) bool {
		return p == scopeType || p == reflect.TypeFor[people.Session]()
	})
}

// Nothing but Runtime.Record makes a record, so what the tests here do not call has the request of its scope too. And
// no service makes a scope of its own for a record without the request of the service.
func TestRecordsAreMadeInOnePlace(t *testing.T) {
	made := regexp.MustCompile(`\b(Record\{)(?:\w|$)|admin\.(NewScope\(|System\()`)
	allowed := map[string]string{
		"admin/runtime.go Record{":              "the one place",
		"keptevents.go Record{":                 "of an event, with its own request",
		"admin/people/signin.go NewScope(":      "userScope, with the request of the service",
		"admin/people/signin.go System(":        "asks for permissions",
		"admin/people/impersonate.go NewScope(": "of support, with the request of the service",
		"admin/people/passwordreset.go System(": "with the request of the service",
		"admin/people/bootstrap.go System(":     "with the request of the service",
		"token/verify.go NewScope(":             "with the peer, and to ask for permissions",
		"admin/job/retention.go System(":        "what is kept no longer, which is no request",
		"bulkimport/retention.go System(":       "what is kept no longer, which is no request",
		"center.go System(":                     "a job's batch, which is no request",
	}
	found := map[string]bool{}
	for _, dir := range []string{".", "admin", "currency", "token", "settings", "bulkimport", "planmigration"} {
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				if err == nil && d.IsDir() && dir == "." && path != "." {
					return fs.SkipDir
				}
				return err
			}
			text, err := os.ReadFile(path)
			for line := range strings.Lines(string(text)) {
				line, _, _ = strings.Cut(strings.TrimSpace(line), "//")
				if m := made.FindStringSubmatch(line); m != nil {
					key := path + " " + m[1] + m[2]
					found[key] = true
					require.NotEmpty(t, allowed[key], "%s: %s", path, line)
				}
			}
			return err
		}))
	}
	require.Len(t, found, len(allowed))
}

// A caller that acts by a secret is recorded with where they came from.
func TestDoorsRecordTheRequest(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	before := recorded(t, h.Center)
	from, seen := h.People.From(someRequest()), map[admin.Action]bool{}
	mail, err := h.People.From(admin.Request{UserAgent: "Firefox/140", ID: "req-1"}).RequestPasswordReset(t.Context(), acme,
		people.ResetRequest{Email: "bea@acme.example", Source: "2001:db8::7"})
	require.NoError(t, err)
	_, err = from.ResetPassword(t.Context(), acme, mail.Secret, admin.NewSecret("nine otters under Mount Hale"))
	require.NoError(t, err)
	_, secret, err := h.People.KeepSession(t.Context(), people.Session{
		Scope: h.ann.Scope.WithRequest(someRequest()), User: h.ann.User, Epoch: h.ann.Epoch}, people.KeepInput{})
	require.NoError(t, err)
	_, secret, err = from.Reauthenticate(t.Context(), acme, secret, admin.NewSecret("seven herons over Lake Vann"))
	require.NoError(t, err)
	require.NoError(t, from.SignOut(t.Context(), acme, secret))
	_, mails, err := h.People.RequestEmailChange(t.Context(), h.ann.Scope.WithRequest(someRequest()),
		people.EmailChangeInput{Email: "ann2@acme.example", CurrentPassword: admin.NewSecret("seven herons over Lake Vann")})
	require.NoError(t, err)
	for _, m := range mails {
		_, err := from.ConfirmEmailChange(t.Context(), acme, m.Secret)
		require.NoError(t, err)
	}
	requireRequest(t, h.Center, before, seen)
	require.Len(t, seen, 8)
}

// The doors give the scope that they return where the call came from.
func TestDoorsKeepTheRequest(t *testing.T) {
	var events []admin.Event
	h := newHouse(t, admincenter.Options{Runtime: admin.Runtime{
		OnEvent: func(_ context.Context, e admin.Event) { events = append(events, e) },
	}})
	password := admin.NewSecret("seven herons over Lake Vann")
	in := people.SignInInput{Email: "ann@acme.example", Password: password, Source: "2001:db8::"}
	s, err := h.People.SignIn(t.Context(), acme, in)
	require.NoError(t, err)
	require.Equal(t, admin.Request{Source: "2001:db8::"}, s.Scope.Request())

	from := h.People.From(someRequest())
	s, err = from.SignIn(t.Context(), acme, in)
	require.NoError(t, err)
	require.Equal(t, someRequest(), admin.Request{Source: events[len(events)-1].Source,
		UserAgent: events[len(events)-1].UserAgent, ID: events[len(events)-1].RequestID})
	require.Equal(t, someRequest(), s.Scope.Request(), "the source of the limit is not that of the request")
	_, secret, err := h.People.KeepSession(t.Context(), s, people.KeepInput{})
	require.NoError(t, err)
	s, err = h.People.ResumeSession(t.Context(), acme, secret)
	require.NoError(t, err)
	require.Zero(t, s.Scope.Request(), "each call is a request of its own")
	s, err = from.ResumeSession(t.Context(), acme, secret)
	require.NoError(t, err)
	require.Equal(t, someRequest(), s.Scope.Request())
	scope, err := from.ScopeOf(t.Context(), acme, s.User.ID, s.Epoch)
	require.NoError(t, err)
	require.Equal(t, someRequest(), scope.Request())
	s, err = h.People.ChangePassword(t.Context(), scope, password, admin.NewSecret("nine otters under Mount Hale"))
	require.NoError(t, err)
	require.Equal(t, someRequest(), s.Scope.Request())

	made, err := h.Tokens.Generate(t.Context(), h.ann.Scope, token.GenerateInput{
		Name: "ci", Permissions: []admin.Permission{people.PermissionUsersRead},
	})
	require.NoError(t, err)
	verified, err := h.Tokens.VerifyFrom(t.Context(), made.Secret, netip.MustParseAddr("192.0.2.7"))
	require.NoError(t, err)
	require.Equal(t, admin.Request{Source: "192.0.2.7"}, verified.Scope.Request())
	verified, err = h.Tokens.Verify(t.Context(), made.Secret)
	require.NoError(t, err)
	require.Zero(t, verified.Scope.Request())
}

// What a client sends in a header is kept so that it can be read, and fails nothing.
func TestRequestsOfAnyTextAreRecorded(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	for _, bad := range append(hostileTexts(), hostile{"a long one", strings.Repeat("é", 5000), ""}) {
		t.Run(bad.reason, func(t *testing.T) {
			before := recorded(t, h.Center)
			r := admin.Request{Source: bad.text, UserAgent: bad.text, ID: bad.text}
			_, _, err := h.People.Invite(t.Context(), h.ann.Scope.WithRequest(r), uuid.NewString()+"@acme.example", people.Analyst)
			require.NoError(t, err)
			for id, rec := range recorded(t, h.Center) {
				if _, old := before[id]; !old {
					require.Equal(t, r.Clean(), rec.Request)
					require.NoError(t, rec.Check())
					require.Empty(t, unsafe(errors.New(rec.Request.UserAgent)))
				}
			}
		})
	}
}
