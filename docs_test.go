package admincenter_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

var update = flag.Bool("update", false, "write the generated pages of docs")

// requirePage compares a page of docs with what the code says. Run go test . -run TestDocs -update to
// write it.
func requirePage(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("docs", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "%s is out of date: run go test . -run TestDocs -update", path)
}

// table writes rows under a heading, or nothing if there are none.
func table(b *strings.Builder, columns []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	b.WriteString("| " + strings.Join(columns, " | ") + " |\n|" + strings.Repeat(" --- |", len(columns)) + "\n")
	for _, row := range rows {
		for i, cell := range row {
			row[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	b.WriteString("\n")
}

func code(text string) string { return "`" + text + "`" }

// statuses are the HTTP statuses of the kinds of failure. Invalid input is 422: the request could be
// read, and a value in it breaks a rule; 400 is for a request that cannot be read.
func statuses() map[string]string {
	return map[string]string{
		"ErrNotFound": "404", "ErrExists": "409", "ErrConflict": "409", "ErrInvalid": "422", "ErrForbidden": "403",
		"ErrUnauthenticated": "401", "ErrState": "409", "ErrBusy": "503, Retry-After", "ErrRateLimited": "429, Retry-After",
	}
}

// status follows the kinds of a sentinel to the one that has a status.
func status(t *testing.T, all []sentinel, e sentinel) string {
	t.Helper()
	for name := e.name; ; {
		if s, ok := statuses()[name]; ok {
			return s
		}
		i := slices.IndexFunc(all, func(e sentinel) bool { return e.name == name })
		require.GreaterOrEqual(t, i, 0, "kind %s of %s is not known", name, e.code)
		if name = all[i].kind; name == "nil" {
			return "500"
		}
	}
}

func TestDocsErrors(t *testing.T) {
	src := readSource(t)
	sentinels, plain := src.sentinels()
	require.Empty(t, plain, "declare errors with admin.NewError, so that they have a code")
	var b strings.Builder
	b.WriteString(errorsIntroduction)
	b.WriteString("## Codes of errors\n\n")
	var rows [][]string
	codes := map[string]bool{}
	for _, e := range sentinels {
		name := filepath.Base(e.pkg) + "." + e.name
		rows = append(rows, []string{code(e.code), status(t, sentinels, e), e.text, code(name)})
		require.False(t, codes[e.code], "two errors have the code %s", e.code)
		require.Regexp(t, `^[a-z0-9]+(_[a-z0-9]+)*$`, e.code)
		codes[e.code] = true
	}
	rows = append(rows,
		[]string{code("canceled"), "499", "the caller left before the call ended", code("context.Canceled")},
		[]string{code("deadline_exceeded"), "504", "the time for the call was over", code("context.DeadlineExceeded")},
		[]string{code("internal"), "500", "an error without a code, such as a database driver's", ""})
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	table(&b, []string{"code", "status", "meaning", "error"}, rows)

	b.WriteString("## Codes of records\n\nStores make these of the noun of a record.\n\n")
	columns := []string{"record", "404: there is none", "409: there is one already", "409: it changed since it was read"}
	table(&b, columns, nounRows(t, src, codes))

	b.WriteString("## Codes of fields\n\nA `*admin.ValidationError` lists broken rules under these codes, " +
		"and an import its broken cells and rows.\n\n")
	rows = nil
	for _, c := range src.fieldCodes() {
		rows = append(rows, []string{code(c.value), c.comment, code(c.pkg)})
	}
	table(&b, []string{"code", "meaning", "package"}, rows)

	b.WriteString("## Reasons\n\nWhy an entry of a job was skipped or failed, and why an API token was refused " +
		"(for logs only: the caller gets `token_not_valid`).\n\n")
	rows = nil
	for _, c := range src.ofType("Reason") {
		rows = append(rows, []string{code(c.value), c.comment, code(c.pkg)})
	}
	table(&b, []string{"reason", "meaning", "package"}, rows)
	requirePage(t, "errors.md", strings.TrimRight(b.String(), "\n")+"\n")
}

func TestDocsEvents(t *testing.T) {
	src := readSource(t)
	var b strings.Builder
	b.WriteString(eventsIntroduction)
	var rows [][]string
	kinds := src.ofType("EventKind")
	require.Len(t, kinds, len(admin.EventKinds()))
	for i, k := range kinds {
		require.Equal(t, k.value, string(admin.EventKinds()[i]))
		kind, refused := admin.EventKind(k.value), ""
		if kind.Failed() {
			refused = "yes"
		}
		rows = append(rows, []string{code(k.value), k.comment, refused, code(string(kind.Action()))})
	}
	table(&b, []string{"kind", "when", "refused", "action, if it is kept"}, rows)
	b.WriteString("## Reasons\n\n")
	listed := map[string]int{"admin/people": len(people.EventReasons()), "token": len(token.Reasons())}
	rows = nil
	for _, c := range src.ofType("EventReason", "Reason") {
		of := map[string]string{"admin/people": "SIGN_IN_FAILED", "token": "TOKEN_REFUSED"}[c.pkg]
		if of == "" {
			continue // why an entry of a job was skipped
		}
		listed[c.pkg]--
		require.True(t, slices.Contains(people.EventReasons(), admin.EventReason(c.value)) ||
			slices.Contains(token.Reasons(), token.Reason(c.value)), c.value)
		rows = append(rows, []string{code(of), code(c.value), c.comment, code(filepath.Base(c.pkg) + "." + c.name)})
	}
	require.Equal(t, map[string]int{"admin/people": 0, "token": 0}, listed)
	table(&b, []string{"kind", "reason", "meaning", "constant"}, rows)
	requirePage(t, "events.md", strings.TrimRight(b.String(), "\n")+"\n")
}

const eventsIntroduction = "# Events\n\n" + generated +
	"`Options.OnEvent` gets an `admin.Event` for what happens at the door (docs/observability.md). What is refused is\n" +
	"logged as a warning if there is no hook. `RESET_REQUESTED` can have the reason `malformed` too.\n\n" +
	"Kinds in `Options.KeepEvents` are kept in the audit trail too, of events whose organization is known and exists.\n" +
	"The subject is the user or the token concerned, else the organization; the actor is the system, or the user who has\n" +
	"proven who they are. Anyone can cause refusals, so at most 60 of a kind and organization are kept in a minute\n" +
	"(`Options.KeepEventsPerMinute`, in each process): the next record has `omitted`, how many were left out before it,\n" +
	"and a warning is logged at once. What is counted when a process ends is in the log alone. Whether there is a user does\n" +
	"not change the time that a refusal takes. In a transaction, events are kept after its end, and of one that was taken\n" +
	"back only what was refused.\n\n" +
	"## Kinds\n\n"

const generated = "This page is written by a test from the code: `go test . -run TestDocs -update`.\n\n"

const errorsIntroduction = "# Errors\n\n" + generated +
	"`admin.Code(err)` returns the code, `admin.Message(err)` the sentence for a person and\n" +
	"`admin.RetryAfter(err)` the wait, for Retry-After. A code is stable; texts are not. The status follows\n" +
	"from the kind of failure that an error wraps (`errors.Is(err, admin.ErrNotFound)`). Invalid input is 422\n" +
	"and not 400: the request could be read, and a value in it breaks a rule; as `*admin.ValidationError` it\n" +
	"lists all that do.\n\n"

// nounRows has a row for each noun, with the codes that errors about it have.
func nounRows(t *testing.T, src source, taken map[string]bool) (rows [][]string) {
	t.Helper()
	nouns := src.nouns()
	for _, statement := range []string{"begin", "savepoint"} { // statements and no records
		delete(nouns, statement)
	}
	made := map[string]func(string) error{
		"NotFound": admin.NotFound, "Exists": admin.Exists, "Conflict": admin.Conflict,
	}
	for noun, kinds := range nouns {
		require.Regexp(t, `^[a-z]+( [a-z]+)*$`, noun)
		row := []string{noun}
		for _, kind := range []string{"NotFound", "Exists", "Conflict"} {
			cell := ""
			if kinds[kind] {
				cell = code(admin.Code(made[kind](noun)))
				require.False(t, taken[admin.Code(made[kind](noun))], "two errors have the code %s", cell)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	require.NotEmpty(t, rows)
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return rows
}

func TestDocsAudit(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Audit actions\n\n" + generated +
		"Every change leaves a record with one of these actions. A host appends records with actions of its own\n" +
		"by `Trail.Append`, which refuses the nouns of these, or by `Stores.Audit().Append`, which refuses nothing.\n\n")
	var rows [][]string
	for _, c := range readSource(t).ofType("Action") {
		require.Regexp(t, `^[a-z_]+\.[a-z_]+$`, c.value)
		rows = append(rows, []string{code(c.value), c.comment, code(filepath.Base(c.pkg) + "." + c.name)})
	}
	for _, k := range readSource(t).ofType("EventKind") {
		action := string(admin.EventKind(k.value).Action())
		rows = append(rows, []string{code(action), k.comment, "an event, if `Options.KeepEvents` has its kind"})
	}
	trail := newHouse(t, admincenter.Options{}).Trail
	for _, row := range rows {
		_, err := trail.Append(t.Context(), admin.System(acme),
			admin.Action(strings.Trim(row[0], "`")), admin.Subject{Kind: "thing"})
		require.ErrorIs(t, err, admin.ErrInvalid, "%s must be reserved: add its noun to ownNouns", row[0])
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	table(&b, []string{"action", "meaning", "constant"}, rows)
	b.WriteString("## Texts in the trail\n\n" +
		"A record is never changed, but for what is about a person ([erasing a person](erasure.md)), and who may read the trail\n" +
		"need not be allowed to read what it is about. So it has\n" +
		"no values that may be secret: of the value and the JSON Schema of a setting, of a constant of an import, and of a value\n" +
		"in metadata it has the size, and no digest. The versions of a setting's value are in its history. Passwords, secrets\n" +
		"and tokens are nowhere in it. These texts are kept as they were given:\n\n")
	rows = nil
	for field, why := range trailTexts() {
		rows = append(rows, []string{code(field), why})
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	table(&b, []string{"field", "why"}, rows)
	requirePage(t, "audit.md", strings.TrimRight(b.String(), "\n")+"\n")
}

func TestDocsPermissions(t *testing.T) {
	roles := admincenter.DefaultRoles()
	columns := []string{"permission", "lets its holder"}
	for _, name := range roles.Names() {
		columns = append(columns, string(name))
	}
	var rows [][]string
	known := map[admin.Permission]bool{}
	for _, c := range readSource(t).ofType("Permission") {
		require.Regexp(t, `^[a-z]+\.(read|write|revoke)$`, c.value)
		row := []string{code(c.value), c.comment}
		for _, name := range roles.Names() {
			set, err := roles.Permissions(name)
			require.NoError(t, err)
			mark := ""
			if set.Has(admin.Permission(c.value)) {
				mark = "yes"
			}
			row = append(row, mark)
		}
		rows, known[admin.Permission(c.value)] = append(rows, row), true
	}
	for _, p := range roles.All().List() {
		require.True(t, known[p], "%s is in a role and is no constant", p)
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	var b strings.Builder
	b.WriteString("# Permissions and roles\n\n" + generated +
		"These are the roles of `admincenter.DefaultRoles`. A host gives others in `Options.Roles`, and organizations\n" +
		"make roles of their own by `People.CreateRole`; API tokens have permissions and no role of their own.\n\n")
	table(&b, columns, rows)
	requirePage(t, "permissions.md", strings.TrimRight(b.String(), "\n")+"\n")
}
